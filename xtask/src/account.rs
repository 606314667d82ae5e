//! Users of the local stack, and their tokens.

use std::fs::File;
use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::aws::{LocalAws, is_refusal};
use crate::digest;

/// The tenant that a developer works in.
pub const WORKSPACE: &str = "local";
/// The user that a developer works as.
pub const LOCAL_USER: User<'static> = User {
    name: "local@example.com",
    workspace: WORKSPACE,
};
/// The group of every user made here, whose members may change the index of the deployment.
const GROUP: &str = "operators";
const COGNITO: &str = "AWSCognitoIdentityProviderService";

/// Somebody who signs in.
#[derive(Debug, Clone, Copy)]
pub struct User<'a> {
    /// Its name, an e-mail address.
    pub name: &'a str,
    /// Its tenant.
    pub workspace: &'a str,
}

/// Where users are kept, and the client they sign in with.
pub struct UserPool<'a> {
    /// The local AWS.
    pub aws: &'a LocalAws,
    /// Id of the user pool.
    pub pool_id: &'a str,
    /// Id of the pool's client.
    pub client_id: &'a str,
}

/// What a sign-in gives.
pub struct Tokens {
    /// Proves who calls the API.
    pub id_token: String,
    /// Gets the next one; not every client hands it out.
    pub refresh_token: Option<String>,
}

impl UserPool<'_> {
    /// Makes a user with `password`, or gives it that password; it is an operator of the deployment.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn ensure_user(&self, user: User<'_>, password: &str) -> Result<()> {
        let attributes = json!([
            { "Name": "email", "Value": user.name },
            { "Name": "email_verified", "Value": "true" },
            { "Name": "custom:workspace", "Value": user.workspace },
        ]);
        let mut body = self.of(user, json!({ "UserAttributes": attributes }));
        body["MessageAction"] = json!("SUPPRESS");
        match self.call("AdminCreateUser", &body) {
            Err(error) if is_refusal(&error, "UsernameExistsException") => {}
            outcome => drop(outcome?),
        }
        self.call(
            "AdminSetUserPassword",
            &self.of(user, json!({ "Password": password, "Permanent": true })),
        )?;
        self.call(
            "AdminAddUserToGroup",
            &self.of(user, json!({ "GroupName": GROUP })),
        )
        .map(drop)
    }

    /// Signs a user in.
    ///
    /// # Errors
    /// When the password is wrong or the client does not allow signing in by password.
    pub fn sign_in(&self, user: User<'_>, password: &str) -> Result<Tokens> {
        let body = json!({
            "ClientId": self.client_id,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": user.name, "PASSWORD": password },
        });
        let answer = self.call("InitiateAuth", &body)?;
        let text = |name: &str| {
            answer["AuthenticationResult"][name]
                .as_str()
                .map(str::to_owned)
        };
        Ok(Tokens {
            id_token: text("IdToken").context("signing in gave no ID token")?,
            refresh_token: text("RefreshToken"),
        })
    }

    fn of(&self, user: User<'_>, mut body: Value) -> Value {
        body["UserPoolId"] = json!(self.pool_id);
        body["Username"] = json!(user.name);
        body
    }

    fn call(&self, operation: &str, body: &Value) -> Result<Value> {
        self.aws.call("cognito-idp", COGNITO, operation, body)
    }
}

/// A new password that meets every rule a pool may have.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn new_password() -> Result<String> {
    let mut random = [0_u8; 12];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .context("no random numbers")?;
    Ok(format!("Vx9-{}", digest::hex(&random)))
}

/// How long a token is still good for; nothing for one that has expired or can't be read.
pub fn time_left(token: &str) -> Duration {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let expires = token
        .split('.')
        .nth(1)
        .and_then(|claims| URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok())
        .and_then(|claims| serde_json::from_slice::<Value>(&claims).ok())
        .and_then(|claims| claims["exp"].as_u64());
    Duration::from_secs(expires.unwrap_or(0)).saturating_sub(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_expiring_at(seconds: u64) -> String {
        format!(
            "e30.{}.x",
            URL_SAFE_NO_PAD.encode(json!({ "exp": seconds }).to_string())
        )
    }

    #[test]
    fn time_left_is_read_from_the_token() {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let left = time_left(&token_expiring_at(now + 3600));
        assert!(
            left > Duration::from_secs(3590) && left <= Duration::from_secs(3600),
            "{left:?}"
        );
        assert_eq!(time_left(&token_expiring_at(now - 1)), Duration::ZERO);
        assert_eq!(time_left("nonsense"), Duration::ZERO);
        assert_eq!(time_left(""), Duration::ZERO);
    }

    #[test]
    fn passwords_differ_and_hold_every_kind_of_character() {
        let (first, second) = (new_password().unwrap(), new_password().unwrap());
        assert_ne!(first, second);
        assert!(first.chars().any(char::is_uppercase) && first.chars().any(char::is_lowercase));
        assert!(first.chars().any(|character| character.is_ascii_digit()) && first.contains('-'));
    }
}
