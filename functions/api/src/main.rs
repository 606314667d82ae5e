//! Wiring of the function `api`.

use api::{Config, Dependencies, router};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_kit::start_tracing();
    let config = Config::from_env()?;
    let aws = lambda_kit::aws_config().await;
    lambda_http::run(router(Dependencies::new(config, &aws)?)).await
}
