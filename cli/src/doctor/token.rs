//! What a token says of itself. Nothing is verified here, that is for the API.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// The claims that matter to a user.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// When it ends, in seconds since 1970.
    pub exp: Option<i64>,
    /// The tenant, where it is named.
    #[serde(rename = "custom:workspace")]
    workspace: Option<String>,
    /// The subject, which is the tenant else.
    sub: Option<String>,
}

impl Claims {
    /// Those of a token; `None` where it is no JSON Web Token.
    pub fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// The tenant.
    pub fn workspace(&self) -> Option<&str> {
        self.workspace.as_deref().or(self.sub.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_and_the_end_are_read() {
        let token = |payload: &str| format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload));
        let claims = Claims::of(&token(r#"{"exp": 7, "sub": "s", "custom:workspace": "w"}"#));
        let claims = claims.unwrap();
        assert_eq!((claims.exp, claims.workspace()), (Some(7), Some("w")));
        let claims = Claims::of(&token(r#"{"sub": "s"}"#)).unwrap();
        assert_eq!((claims.exp, claims.workspace()), (None, Some("s")));
        assert_eq!(Claims::of("opaque"), None);
    }
}
