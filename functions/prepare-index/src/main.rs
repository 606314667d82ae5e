//! Wiring of the function `prepare-index`.

use prepare_index::{Config, handle};
use search_index::SearchIndex;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_kit::start_tracing();
    let config = Config::from_env()?;
    let aws = lambda_kit::aws_config().await;
    let index = SearchIndex::new(&config.opensearch_url, &aws)?;
    lambda_kit::run_task(|_: serde_json::Value| handle(&index, &config.models_dir, config.replicas))
        .await
}
