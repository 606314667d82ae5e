//! What the crate does not ask of OpenSearch: another mapping, and how the index lies on the disk.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{error::Error, time::Duration};

/// How often is asked whether merges have ended, and how often in a row none may run.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
const QUIET_POLLS: usize = 4;

/// How the index lies on the disk.
pub struct Size {
    pub bytes: u64,
    pub lucene_segments: u64,
}

/// The server, and the alias of the index in question.
pub struct Server {
    client: Client,
    url: String,
    alias: String,
}

impl Server {
    pub fn new(url: &str, alias: &str) -> Self {
        Self {
            client: Client::new(),
            url: url.trim_end_matches('/').to_owned(),
            alias: alias.to_owned(),
        }
    }

    /// Replaces the index, which is empty, by one that differs in nothing but the type of its vectors.
    pub async fn make_again_for_bytes(&self) -> Result<(), Box<dyn Error>> {
        let described = self.send(Method::GET, &self.alias, None).await?;
        let Some((name, description)) = described.as_object().and_then(|all| all.iter().next())
        else {
            return Err(format!("{} stands for no index", self.alias).into());
        };
        let mut mappings = description["mappings"].clone();
        for field in ["text_vector", "image_vector"] {
            mappings["properties"][field]["data_type"] = json!("byte");
        }
        let settings = json!({"index.knn": true, "number_of_shards": 1, "number_of_replicas": 0});
        let body = json!({
            "settings": settings, "mappings": mappings, "aliases": description["aliases"],
        });
        self.send(Method::DELETE, name, None).await?;
        self.send(Method::PUT, name, Some(body)).await?;
        Ok(())
    }

    /// Waits until the index is merged as far as it merges by itself.
    pub async fn wait_for_merges(&self) -> Result<(), Box<dyn Error>> {
        let path = format!("{}/_stats/merge", self.alias);
        let mut quiet = 0;
        while quiet < QUIET_POLLS {
            tokio::time::sleep(POLL_INTERVAL).await;
            let stats = self.send(Method::GET, &path, None).await?;
            let running = number(&stats, "/_all/total/merges/current")?;
            quiet = if running == 0 { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    /// Has everything written to the disk, and looks how much that is.
    pub async fn size(&self) -> Result<Size, Box<dyn Error>> {
        let flush = format!("{}/_flush", self.alias);
        self.send(Method::POST, &flush, None).await?;
        let path = format!("{}/_stats/store,segments", self.alias);
        let stats = self.send(Method::GET, &path, None).await?;
        Ok(Size {
            bytes: number(&stats, "/_all/primaries/store/size_in_bytes")?,
            lucene_segments: number(&stats, "/_all/primaries/segments/count")?,
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Box<dyn Error>> {
        let mut request = self.client.request(method, format!("{}/{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("{path}: {status} {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

fn number(of: &Value, pointer: &str) -> Result<u64, String> {
    let found = of.pointer(pointer).and_then(Value::as_u64);
    found.ok_or_else(|| format!("OpenSearch tells no {pointer}"))
}
