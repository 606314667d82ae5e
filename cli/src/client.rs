//! The HTTP API, as `contracts::api` describes it.

use std::time::Duration;

use anyhow::{Context, anyhow};
use bytes::Bytes;
use contracts::{
    VideoId,
    api::{
        CompleteUploadRequest, ImportRequest, PartUrls, SearchRequest, SearchResponse, Timeline,
        Upload, UploadRequest, Video, VideoList,
    },
    artifacts::Transcript,
    feedback::Opened,
    limits::MAX_PAGE_VIDEOS,
    reindex::{ReindexRequest, ReindexState},
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{arguments::CaptionFormat, backoff::Backoff, failure::Failure, settings::Settings};

const ATTEMPTS: u32 = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than API Gateway lets a request take.
const API_TIMEOUT: Duration = Duration::from_secs(60);

/// Whether a request may be sent again when its answer was lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Twice is as once.
    Safe,
    /// Only when it surely had no effect.
    Unsafe,
}

/// A client of one deployment.
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
}

impl Client {
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("vindex/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none());
        if is_loopback(&settings.api_url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().context("set up the HTTP client")?;
        Ok(Self { http, settings })
    }

    /// Where the API is.
    pub fn api_url(&self) -> &str {
        &self.settings.api_url
    }

    /// For addresses that are signed by themselves; it sends no token.
    pub fn plain(&self) -> &reqwest::Client {
        &self.http
    }

    /// `GET /health`; answers the date that the server gave.
    pub async fn health(&self) -> Result<Option<String>, Failure> {
        let url = format!("{}/health", self.settings.api_url);
        let request = self.http.get(url).timeout(API_TIMEOUT);
        let answer = self.send(request, Repeat::Safe).await?;
        let date = answer.headers().get(header::DATE);
        Ok(date.and_then(|date| date.to_str().ok()).map(str::to_owned))
    }

    /// `POST /uploads`
    pub async fn create_upload(&self, request: &UploadRequest) -> Result<Upload, Failure> {
        let request = self.request(Method::POST, "/uploads").json(request);
        self.call(request, Repeat::Unsafe).await
    }

    /// `GET /uploads/{id}/parts`
    pub async fn part_urls(
        &self,
        id: &VideoId,
        upload_id: &str,
        from: u32,
    ) -> Result<PartUrls, Failure> {
        let request = self
            .request(Method::GET, &format!("/uploads/{id}/parts"))
            .query(&[("upload_id", upload_id), ("from", &from.to_string())]);
        self.call(request, Repeat::Safe).await
    }

    /// `POST /uploads/{id}/complete`
    pub async fn complete_upload(
        &self,
        id: &VideoId,
        request: &CompleteUploadRequest,
    ) -> Result<(), Failure> {
        let request = self
            .request(Method::POST, &format!("/uploads/{id}/complete"))
            .json(request);
        self.send(request, Repeat::Safe).await.map(drop)
    }

    /// `POST /imports`; the same object twice is one video.
    pub async fn import(&self, request: &ImportRequest) -> Result<Video, Failure> {
        let request = self.request(Method::POST, "/imports").json(request);
        self.call(request, Repeat::Safe).await
    }

    /// A page of `GET /videos`, as large as it can be.
    pub async fn videos(&self, cursor: Option<&str>) -> Result<VideoList, Failure> {
        self.videos_page(cursor, MAX_PAGE_VIDEOS).await
    }

    /// A page of `GET /videos` with at most so many.
    pub async fn videos_page(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<VideoList, Failure> {
        let mut request = self
            .request(Method::GET, "/videos")
            .query(&[("limit", limit)]);
        if let Some(cursor) = cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        self.call(request, Repeat::Safe).await
    }

    /// `GET /videos/{id}`
    pub async fn video(&self, id: &VideoId) -> Result<Video, Failure> {
        self.call(
            self.request(Method::GET, &format!("/videos/{id}")),
            Repeat::Safe,
        )
        .await
    }

    /// `DELETE /videos/{id}`
    pub async fn delete(&self, id: &VideoId) -> Result<(), Failure> {
        let request = self.request(Method::DELETE, &format!("/videos/{id}"));
        self.send(request, Repeat::Safe).await.map(drop)
    }

    /// `POST /videos/{id}/retry`
    pub async fn retry(&self, id: &VideoId) -> Result<Video, Failure> {
        let request = self.request(Method::POST, &format!("/videos/{id}/retry"));
        self.call(request, Repeat::Unsafe).await
    }

    /// `GET /videos/{id}/timeline`
    pub async fn timeline(&self, id: &VideoId) -> Result<Timeline, Failure> {
        let request = self.request(Method::GET, &format!("/videos/{id}/timeline"));
        self.call(request, Repeat::Safe).await
    }

    /// The transcript that `GET /videos/{id}/transcript` points to.
    pub async fn transcript(&self, id: &VideoId) -> Result<Transcript, Failure> {
        parsed(self.followed(id, "transcript").await?).await
    }

    /// The file that `GET /videos/{id}/captions.{format}` points to.
    pub async fn captions(&self, id: &VideoId, format: CaptionFormat) -> Result<String, Failure> {
        let name = format!("captions.{}", format.as_str());
        let bytes = body(self.followed(id, &name).await?).await?;
        let text = String::from_utf8(bytes.into()).context("the captions are not UTF-8")?;
        Ok(text)
    }

    /// What a route of a video redirects to. The object there must not be sent the token.
    async fn followed(&self, id: &VideoId, name: &str) -> Result<Response, Failure> {
        let request = self.request(Method::GET, &format!("/videos/{id}/{name}"));
        let answer = self.send(request, Repeat::Safe).await?;
        let location = answer.headers().get(header::LOCATION);
        let Some(location) = location.and_then(|value| value.to_str().ok()) else {
            return Ok(answer);
        };
        let request = self.http.get(location).timeout(API_TIMEOUT);
        self.send(request, Repeat::Safe).await
    }

    /// `POST /search`: a body holds queries that would not fit into an address.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchResponse, Failure> {
        let request = self.request(Method::POST, "/search").json(request);
        self.call(request, Repeat::Safe).await
    }

    /// `GET /reindex`
    pub async fn index_state(&self) -> Result<ReindexState, Failure> {
        let request = self.request(Method::GET, "/reindex");
        self.call(request, Repeat::Safe).await
    }

    /// `POST /reindex`
    pub async fn act_on_index(&self, request: &ReindexRequest) -> Result<ReindexState, Failure> {
        let request = self.request(Method::POST, "/reindex").json(request);
        self.call(request, Repeat::Unsafe).await
    }

    /// `POST /feedback`; the same twice is recorded once.
    pub async fn record(&self, opened: &Opened) -> Result<(), Failure> {
        let request = self.request(Method::POST, "/feedback").json(opened);
        self.send(request, Repeat::Safe).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.settings.api_url))
            .bearer_auth(&self.settings.token)
            .timeout(API_TIMEOUT)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        repeat: Repeat,
    ) -> Result<T, Failure> {
        parsed(self.send(request, repeat).await?).await
    }

    /// Sends a request, again where that may help, and turns every refusal into a failure.
    async fn send(&self, request: RequestBuilder, repeat: Repeat) -> Result<Response, Failure> {
        let mut backoff = Backoff::new(ATTEMPTS);
        loop {
            let attempt = request
                .try_clone()
                .ok_or_else(|| anyhow!("request can't be repeated"))?;
            let failure = match attempt.send().await {
                Ok(answer) if answer.status().is_success() || answer.status().is_redirection() => {
                    return Ok(answer);
                }
                Ok(answer) if !may_pass(answer.status(), repeat) => {
                    return Err(refusal(answer).await);
                }
                Ok(answer) => refusal(answer).await,
                Err(error) if repeat == Repeat::Safe || error.is_connect() => {
                    self.unreachable(error)
                }
                Err(error) => return Err(self.unreachable(error)),
            };
            if !backoff.wait().await {
                return Err(failure);
            }
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Failure {
        let way_out = if error.is_connect() && is_loopback(&self.settings.api_url) {
            " (is the local stack up? `cargo xtask up` starts it)"
        } else {
            ""
        };
        let place = &self.settings.api_url;
        Failure::Failed(
            anyhow!(error.without_url()).context(format!("no answer from {place}{way_out}")),
        )
    }
}

fn may_pass(status: StatusCode, repeat: Repeat) -> bool {
    let had_no_effect = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    had_no_effect || (repeat == Repeat::Safe && status.is_server_error())
}

/// A problem document, or what API Gateway answers by itself.
#[derive(Deserialize)]
struct Refusal {
    detail: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

async fn refusal(answer: Response) -> Failure {
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    let said = serde_json::from_str::<Refusal>(&body)
        .ok()
        .and_then(|refusal| refusal.detail.or(refusal.message));
    let said = said.unwrap_or_else(|| format!("the API answered {status}"));
    match status {
        StatusCode::UNAUTHORIZED => Failure::Refused(
            status.as_u16(),
            format!(
                "the token is not accepted, it may have expired ({said}): `cargo xtask token` renews that of the local stack"
            ),
        ),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Failure::Failed(anyhow!(said))
        }
        status if status.is_client_error() => Failure::Refused(status.as_u16(), said),
        status => Failure::Failed(anyhow!("{said} (status {})", status.as_u16())),
    }
}

async fn parsed<T: DeserializeOwned>(answer: Response) -> Result<T, Failure> {
    let value: Value = serde_json::from_slice(&body(answer).await?)
        .context("the answer is not JSON; is the address that of the API?")?;
    let parsed = serde_json::from_value(value)
        .context("the answer is of another release than this command")?;
    Ok(parsed)
}

async fn body(answer: Response) -> Result<Bytes, Failure> {
    let body = answer.bytes().await;
    Ok(body.map_err(|error| anyhow!(error.without_url()).context("answer broke off"))?)
}

fn is_loopback(url: &str) -> bool {
    let host = reqwest::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| host == "localhost" || host == "[::1]" || host.starts_with("127."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_had_no_effect_is_sent_again_where_twice_is_not_as_once() {
        for (status, safe, not_safe) in [
            (StatusCode::SERVICE_UNAVAILABLE, true, true),
            (StatusCode::TOO_MANY_REQUESTS, true, true),
            (StatusCode::INTERNAL_SERVER_ERROR, true, false),
            (StatusCode::NOT_FOUND, false, false),
            (StatusCode::UNAUTHORIZED, false, false),
        ] {
            assert_eq!(may_pass(status, Repeat::Safe), safe, "{status}");
            assert_eq!(may_pass(status, Repeat::Unsafe), not_safe, "{status}");
        }
    }

    #[test]
    fn local_stacks_are_told_from_others() {
        for (url, expected) in [
            ("http://127.0.0.1:4566/x", true),
            ("http://localhost/", true),
            ("http://[::1]:1/", true),
            ("https://api.example.com", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
