//! Builds the Lambda functions and deploys the CDK app to the local AWS.

pub mod cdk;
pub mod functions;
pub mod outputs;
mod placing;
