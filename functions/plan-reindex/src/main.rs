//! Wiring of the function `plan-reindex`.

use plan_reindex::{Config, Dependencies, handle};

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_kit::start_tracing();
    let config = Config::from_env()?;
    let aws = lambda_kit::aws_config().await;
    let dependencies = Dependencies::new(config, &aws)?;
    lambda_kit::run_task(|request| handle(&dependencies, request)).await
}
