//! The connection: one place that sends, signs and sorts out failures.

use crate::{Place, SearchIndexError};
use aws_config::SdkConfig;
use contracts::segments::ALIAS;
use opensearch::{
    OpenSearch,
    auth::Credentials,
    http::{
        Method, Url,
        headers::{CONTENT_TYPE, HeaderMap, HeaderValue},
        transport::{SingleNodeConnectionPool, TransportBuilder},
    },
};
use serde_json::Value;
use std::time::Duration;

/// Longest wait for an answer; a search is answered within milliseconds, a bulk write within seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The index behind an alias, and those that stand beside it during a change of index.
#[derive(Clone, Debug)]
pub struct SearchIndex {
    client: OpenSearch,
    /// The alias of the index that serves; those of the others begin with it.
    base: String,
    /// What this value reads and writes.
    alias: String,
}

/// An answer that came, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    /// The body of a successful answer.
    pub(crate) fn success(self) -> Result<Value, SearchIndexError> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(SearchIndexError::from_answer(self.status, &self.body))
    }
}

impl SearchIndex {
    /// The index at `url` (no path), signed for by the credentials and region of `config` where it has both.
    /// Connects on first use.
    ///
    /// # Errors
    /// [`SearchIndexError::Rejected`] for a URL that is none.
    pub fn new(url: &str, config: &SdkConfig) -> Result<Self, SearchIndexError> {
        let url: Url = url.parse().map_err(|error| SearchIndexError::Rejected {
            reason: format!("{url:?} is no URL: {error}"),
        })?;
        // The endpoint is public or on this machine; a proxy from the environment is meant for neither.
        let mut transport = TransportBuilder::new(SingleNodeConnectionPool::new(url))
            .disable_proxy()
            .timeout(REQUEST_TIMEOUT)
            .service_name("es");
        if config.credentials_provider().is_some() && config.region().is_some() {
            transport = transport.auth(Credentials::try_from(config)?);
        }
        let transport = transport.build().map_err(opensearch::Error::from)?;
        Ok(Self {
            client: OpenSearch::new(transport),
            base: ALIAS.to_owned(),
            alias: ALIAS.to_owned(),
        })
    }

    /// The same server under another alias, so that tests beside each other don't meet.
    #[must_use]
    pub fn with_alias(mut self, alias: impl Into<String>) -> Self {
        self.base = alias.into();
        self.at(Place::Serving)
    }

    /// The index that stands elsewhere: what is read and written through the answer is read and written there.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            alias: place.alias(&self.base),
        }
    }

    /// One index by its own name, wherever it stands, also after others took its place.
    #[must_use]
    pub fn named(&self, index: &str) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            alias: index.to_owned(),
        }
    }

    /// Every place of this index with its alias.
    pub(crate) fn places(&self) -> [(Place, String); 3] {
        Place::ALL.map(|place| (place, place.alias(&self.base)))
    }

    /// The aliases of every place, as a path takes them. Where nothing stands in one, a request needs
    /// `ignore_unavailable=true`.
    pub(crate) fn everywhere(&self) -> String {
        self.places().map(|(_, alias)| alias).join(",")
    }

    /// What the names of all indices begin with.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The alias through which the index is read and written.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Sends a JSON body to a path.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, SearchIndexError> {
        let body = body.map(Value::to_string);
        self.transmit(method, path, "application/json", body).await
    }

    /// Sends lines of JSON to a path.
    pub(crate) async fn send_lines(
        &self,
        path: &str,
        lines: String,
    ) -> Result<Reply, SearchIndexError> {
        self.transmit(Method::Post, path, "application/x-ndjson", Some(lines))
            .await
    }

    async fn transmit(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: Option<String>,
    ) -> Result<Reply, SearchIndexError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let response = self
            .client
            .send(method, path, headers, None::<&()>, body, None)
            .await?;
        let status = response.status_code().as_u16();
        let text = response.text().await?;
        // A proxy on the way answers in HTML; the status still says what to do.
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, body })
    }
}
