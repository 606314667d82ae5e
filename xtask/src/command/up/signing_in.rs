//! Makes sure of a token that the API accepts, and writes `.vindex/env`.

use anyhow::{Result, bail};

use super::starting::Ports;
use crate::aws::{self, LocalAws};
use crate::checkout::Checkout;
use crate::command::token;
use crate::deploy::cdk::Settings;
use crate::deploy::outputs::Outputs;
use crate::env_file::{self, Values};

/// Signs the local user in unless its token is still good, and writes `.vindex/env`; true for a new token.
///
/// # Errors
/// When the user pool refuses, or the API refuses the new token.
pub fn sign_in(
    checkout: &Checkout,
    aws: &LocalAws,
    ports: Ports,
    outputs: &Outputs,
    settings: &Settings,
) -> Result<bool> {
    let mut values = env_file::read(&checkout.home);
    let url = format!("{}/videos", api_url(ports.aws, outputs)?);
    let is_accepted = |values: &Values| {
        let token = values
            .get("VINDEX_TOKEN")
            .map(String::as_str)
            .unwrap_or_default();
        !matches!(
            aws::get_status_with_token(&url, token),
            None | Some(401 | 403)
        )
    };
    let renewed = !token::is_lasting(outputs, &values)? || !is_accepted(&values);
    if renewed {
        token::sign_in(aws, outputs, &mut values)?;
        if !is_accepted(&values) {
            bail!(
                "the API refuses the token of a user who just signed in; see: cargo xtask logs ministack"
            );
        }
    }
    values.extend(environment(ports, outputs, settings)?);
    env_file::write(&checkout.home, &values)?;
    Ok(renewed)
}

/// Verifies that the API answers, and only who has a token.
///
/// # Errors
/// When it does not.
pub fn check_closed(url: &str) -> Result<()> {
    for (path, expected) in [("/health", 200), ("/videos", 401)] {
        let status = aws::get_status(&format!("{url}{path}"));
        if status != Some(expected) {
            let shown = status.map_or("nothing".to_owned(), |status| status.to_string());
            bail!(
                "GET {url}{path} without a token gave {shown} instead of {expected}; see: cargo xtask logs ministack"
            );
        }
    }
    Ok(())
}

/// Address of the API. The stage's dollar sign is escaped, so that shells leave it alone.
///
/// # Errors
/// When nothing is deployed.
pub fn api_url(aws_port: u16, outputs: &Outputs) -> Result<String> {
    Ok(format!(
        "{}/_aws/execute-api/{}/%24default",
        aws::endpoint(aws_port),
        outputs.get("ApiId")?
    ))
}

fn environment(ports: Ports, outputs: &Outputs, settings: &Settings) -> Result<Values> {
    let output = |name: &str| outputs.get(name).map(str::to_owned);
    let values = [
        ("VINDEX_API_URL", api_url(ports.aws, outputs)?),
        ("VINDEX_PAGE_URL", output("PageUrl")?),
        ("AWS_ENDPOINT_URL", aws::endpoint(ports.aws)),
        ("AWS_ACCESS_KEY_ID", aws::KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", aws::KEY.to_owned()),
        ("AWS_REGION", aws::REGION.to_owned()),
        (
            "VINDEX_OPENSEARCH_URL",
            settings.opensearch_endpoint.clone(),
        ),
        ("VINDEX_MEDIA_BUCKET", output("MediaBucket")?),
        ("VINDEX_DERIVED_BUCKET", output("DerivedBucket")?),
        ("VINDEX_TABLE", output("TableName")?),
        ("VINDEX_STATE_MACHINE_ARN", output("StateMachineArn")?),
        ("VINDEX_USER_POOL_ID", output("UserPoolId")?),
        ("VINDEX_USER_POOL_CLIENT_ID", output("UserPoolClientId")?),
        ("VINDEX_FFMPEG", settings.ffmpeg_path.display().to_string()),
        (
            "VINDEX_ONNXRUNTIME",
            settings.onnxruntime_path.display().to_string(),
        ),
        (
            "VINDEX_MODELS_DIR",
            settings.models_dir.display().to_string(),
        ),
    ];
    Ok(values.map(|(name, value)| (name.to_owned(), value)).into())
}
