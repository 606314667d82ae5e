//! An answer of the API.

use crate::described;
use contracts::api::Problem;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

/// The last part of the API's own address.
const STAGE: &str = "/%24default";

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: String,
}

impl Answer {
    /// Sends a request to the API, reads the whole answer, and holds it to `docs/openapi.yaml`.
    ///
    /// # Panics
    /// When none comes, or one that is not described.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("the request is one");
        let (method, url) = (request.method().clone(), request.url().clone());
        let answer = client.execute(request).await.expect("the API answers");
        let answer = Self {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("the answer is complete"),
        };
        // Below the address of the stage begins what the document describes.
        if let Some((_, path)) = url.path().split_once(STAGE) {
            described::check(&method, path, &answer);
        }
        answer
    }

    /// The body of an answer with a status of 2xx.
    ///
    /// # Panics
    /// When the status or the body is another.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem document of a refusal.
    ///
    /// # Panics
    /// When the answer is none, or the document contradicts the status.
    pub fn problem(&self) -> Problem {
        let content_type = self.headers.get(CONTENT_TYPE);
        assert_eq!(
            content_type.and_then(|value| value.to_str().ok()),
            Some("application/problem+json"),
            "{self:?}"
        );
        let problem: Problem =
            serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(problem.status, self.status, "{self:?}");
        problem
    }
}
