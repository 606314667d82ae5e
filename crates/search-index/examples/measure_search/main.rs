//! Measures the index with a made-up library, on the OpenSearch of `VINDEX_OPENSEARCH_URL`:
//!
//!     cargo run --release --example measure_search -- fill ALIAS SEGMENTS float|byte
//!     cargo run --release --example measure_search -- ask ALIAS SEGMENTS float|byte
//!     cargo run --release --example measure_search -- remove ALIAS
//!
//! `fill` makes the index behind the alias, in place of one that is there, and writes so many segments; `ask` searches
//! in it, which may be after a restart of OpenSearch; `remove` removes it. `fill` and `ask` print one JSON document:
//! times, sizes, and which share of the true nearest neighbours is found.

mod ask;
mod corpus;
mod exact;
mod fill;
mod latency;
mod server;
mod setting;
mod vectors;
mod words;

use search_index::SearchIndex;
use setting::{Setting, Vectors};
use std::error::Error;

const USAGE: &str =
    "usage: measure_search fill|ask ALIAS SEGMENTS float|byte, or measure_search remove ALIAS";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let url = std::env::var("VINDEX_OPENSEARCH_URL")?;
    let open = |alias: &str| {
        let config = aws_config::SdkConfig::builder().build();
        SearchIndex::new(&url, &config).map(|index| index.with_alias(alias))
    };
    match arguments[..] {
        ["remove", alias] => Ok(open(alias)?.remove().await?),
        [command @ ("fill" | "ask"), alias, segments, vectors] => {
            let setting = Setting {
                index: open(alias)?,
                url: url.clone(),
                segments: segments.parse()?,
                vectors: match vectors {
                    "float" => Vectors::Float,
                    "byte" => Vectors::Byte,
                    _ => return Err(USAGE.into()),
                },
            };
            let figures = match command {
                "fill" => fill::fill(&setting).await?,
                _ => ask::ask(&setting).await?,
            };
            println!("{figures}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}
