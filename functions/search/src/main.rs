//! Wiring of the function `search`.

use search::{Config, Services, router};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_kit::start_tracing();
    let config = Config::from_env()?;
    let aws = lambda_kit::aws_config().await;
    lambda_http::run(router(Services::connect(config, &aws).await?)).await
}
