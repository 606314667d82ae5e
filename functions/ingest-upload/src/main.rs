//! Wiring of the function `ingest-upload`.

use aws_lambda_events::sqs::SqsEvent;
use ingest_upload::{Config, Dependencies, handle};
use lambda_runtime::{LambdaEvent, service_fn};
use std::convert::Infallible;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_kit::start_tracing();
    let config = Config::from_env()?;
    let aws = lambda_kit::aws_config().await;
    let dependencies = &Dependencies::new(config, &aws);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Infallible>(handle(dependencies, event.payload).await)
    }))
    .await
}
