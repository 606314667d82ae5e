//! An answer of the API.

use contracts::api::Problem;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

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
    /// Sends a request and reads the whole answer.
    ///
    /// # Panics
    /// When none comes.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("the API answers");
        Self {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("the answer is complete"),
        }
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
