//! `cargo xtask token`, and how `up` signs in.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::account::{self, LOCAL_USER, Tokens, User, UserPool};
use crate::aws::LocalAws;
use crate::checkout::Checkout;
use crate::deploy::outputs::Outputs;
use crate::env_file::{self, Values};
use crate::service::Service;

/// `up` renews a token that is good for less than this.
const RENEW_BELOW: Duration = Duration::from_secs(6 * 3600);

/// Renews the token in `.vindex/env` and prints it.
///
/// # Errors
/// When the stack does not run.
pub fn token(checkout: &Checkout) -> Result<()> {
    let Some(running) = Service::MiniStack.pid_file(checkout).running() else {
        bail!("the local stack does not run: cargo xtask up");
    };
    let outputs = Outputs::read(&checkout.home)?;
    let mut values = env_file::read(&checkout.home);
    sign_in(&LocalAws::on(running.port), &outputs, &mut values)?;
    env_file::write(&checkout.home, &values)?;
    println!(
        "{}",
        values
            .get("VINDEX_TOKEN")
            .map(String::as_str)
            .unwrap_or_default()
    );
    Ok(())
}

/// Whether the token in `values` belongs to the deployed user pool and is good for some hours.
///
/// # Errors
/// When nothing is deployed.
pub fn is_lasting(outputs: &Outputs, values: &Values) -> Result<bool> {
    let pool = outputs.get("UserPoolId")?;
    let is_of_this_pool = values
        .get("VINDEX_USER_POOL_ID")
        .is_some_and(|known| known == pool);
    let lasts = values
        .get("VINDEX_TOKEN")
        .is_some_and(|token| account::time_left(token) >= RENEW_BELOW);
    Ok(is_of_this_pool && lasts)
}

/// Makes sure of the local user and puts its new token into `values`.
///
/// # Errors
/// When the user pool refuses.
pub fn sign_in(aws: &LocalAws, outputs: &Outputs, values: &mut Values) -> Result<()> {
    let password = match values.get("VINDEX_PASSWORD") {
        Some(known) => known.clone(),
        None => account::new_password()?,
    };
    let tokens = sign_in_as(aws, outputs, LOCAL_USER, &password)?;
    values.insert("VINDEX_USER".to_owned(), LOCAL_USER.name.to_owned());
    values.insert("VINDEX_PASSWORD".to_owned(), password);
    values.insert("VINDEX_TOKEN".to_owned(), tokens.id_token);
    match tokens.refresh_token {
        Some(token) => values.insert("VINDEX_REFRESH_TOKEN".to_owned(), token),
        None => values.remove("VINDEX_REFRESH_TOKEN"),
    };
    Ok(())
}

/// Makes sure of a user and signs it in.
///
/// # Errors
/// When the user pool refuses.
pub fn sign_in_as(
    aws: &LocalAws,
    outputs: &Outputs,
    user: User<'_>,
    password: &str,
) -> Result<Tokens> {
    let pool = UserPool {
        aws,
        pool_id: outputs.get("UserPoolId")?,
        client_id: outputs.get("UserPoolClientId")?,
    };
    pool.ensure_user(user, password)?;
    pool.sign_in(user, password)
        .with_context(|| format!("{} can't sign in", user.name))
}
