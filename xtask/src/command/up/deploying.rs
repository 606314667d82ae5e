//! Deploys the app when something changed.

use anyhow::Result;

use crate::aws::LocalAws;
use crate::checkout::Checkout;
use crate::deploy::cdk::{Deployer, Settings};
use crate::deploy::functions::Binaries;
use crate::deploy::outputs::{Outputs, cors_configuration};
use crate::progress::Progress;

/// Deploys unless the same is deployed already.
///
/// # Errors
/// When the deployment fails; the message shows the ends of its log and the server's.
pub fn deploy(
    checkout: &Checkout,
    aws: &LocalAws,
    aws_port: u16,
    settings: &Settings,
    binaries: &Binaries,
    progress: &Progress,
) -> Result<()> {
    progress.step("Deployment", || {
        let deployer = Deployer {
            checkout,
            aws,
            aws_port,
        };
        let fingerprint = settings.fingerprint(checkout, &binaries.functions_digest())?;
        if deployer.is_deployed(&fingerprint)? {
            return Ok(((), "unchanged".to_owned()));
        }
        deployer.begin()?;
        deployer.deploy(settings)?;
        if let Some(cors) = cors_configuration(&deployer.assembly())? {
            aws.set_cors(Outputs::read(&checkout.home)?.get("ApiId")?, &cors)?;
        }
        deployer.record(&fingerprint)?;
        Ok(((), "deployed".to_owned()))
    })
}
