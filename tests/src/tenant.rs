//! A signed-in user: calls of the API, uploads, and waiting for what becomes of them.

use crate::{Answer, CommandLine, Stack};
use contracts::{
    VideoId, Workspace,
    api::{PresignedPut, Upload, UploadRequest, Video, VideoStatus},
};
use reqwest::Method;
use serde_json::Value;
use std::time::{Duration, Instant};

/// A small video takes seconds; this much only where a machine does many things at once.
const SETTLING_LIMIT: Duration = Duration::from_secs(180);
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// A user and its tenant.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The stack.
    pub stack: Stack,
    /// The tenant.
    pub workspace: Workspace,
    /// The ID token.
    pub token: String,
}

/// A file to upload.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its name.
    pub file_name: String,
    /// Its bytes, up to what one PUT takes.
    pub bytes: Vec<u8>,
    /// A subtitle file put before it.
    pub subtitles: Option<Vec<u8>>,
}

impl Source {
    /// A file without subtitles.
    pub fn new(file_name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            file_name: file_name.to_owned(),
            bytes: bytes.into(),
            subtitles: None,
        }
    }

    /// The request that announces it.
    #[must_use]
    pub fn request(&self) -> UploadRequest {
        UploadRequest {
            file_name: self.file_name.clone(),
            size_bytes: self.bytes.len() as u64,
            content_type: "application/octet-stream".to_owned(),
            title: None,
            tags: Vec::new(),
            language: None,
            subtitles_size_bytes: self.subtitles.as_ref().map(|bytes| bytes.len() as u64),
        }
    }
}

impl Tenant {
    /// The command line as this user.
    #[must_use]
    pub fn command_line(&self) -> CommandLine {
        CommandLine::new(&self.stack.api_url, &self.token)
    }

    /// A request with this user's token; `path` starts with a slash.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.stack
            .http
            .request(method, format!("{}{path}", self.stack.api_url))
            .bearer_auth(&self.token)
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Any method, with or without a JSON body.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Announces a file and puts it, subtitles first; answers as soon as the bytes lie in the bucket.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn upload(&self, source: &Source) -> VideoId {
        let request = source.request();
        self.upload_as(source, &request).await
    }

    /// The same with a request of the caller's own.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn upload_as(&self, source: &Source, request: &UploadRequest) -> VideoId {
        let body = serde_json::to_value(request).expect("a request is JSON");
        let upload: Upload = self.post("/uploads", &body).await.json();
        if let Some(bytes) = &source.subtitles {
            let address = upload.subtitles.expect("an address for the subtitles");
            self.put(&address, bytes.clone()).await;
        }
        let address = upload.source.expect("an address for one PUT");
        self.put(&address, source.bytes.clone()).await;
        upload.video_id
    }

    async fn put(&self, address: &PresignedPut, bytes: Vec<u8>) {
        let mut request = self.stack.http.put(&address.url);
        for (name, value) in &address.headers {
            request = request.header(name, value);
        }
        let answer = Answer::of(request.body(bytes)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// `GET /videos/{id}`
    ///
    /// # Panics
    /// When there is no such video.
    pub async fn video(&self, video_id: &VideoId) -> Video {
        self.get(&format!("/videos/{video_id}")).await.json()
    }

    /// Waits until a video is `READY` or `FAILED`.
    ///
    /// # Panics
    /// When it is neither within minutes.
    pub async fn wait_until_settled(&self, video_id: &VideoId) -> Video {
        self.wait_until(video_id, |video| {
            matches!(video.status, VideoStatus::Ready | VideoStatus::Failed)
        })
        .await
    }

    /// Waits until a video is as wanted.
    ///
    /// # Panics
    /// When it is not within minutes.
    pub async fn wait_until(&self, video_id: &VideoId, wanted: impl Fn(&Video) -> bool) -> Video {
        let started = Instant::now();
        loop {
            let video = self.video(video_id).await;
            if wanted(&video) {
                return video;
            }
            assert!(started.elapsed() < SETTLING_LIMIT, "still so: {video:?}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Deletes a video and waits until it is gone.
    ///
    /// # Panics
    /// When it is not within minutes.
    pub async fn delete(&self, video_id: &VideoId) {
        let path = format!("/videos/{video_id}");
        let answer = self.call(Method::DELETE, &path, None).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let started = Instant::now();
        while self.get(&path).await.status != 404 {
            assert!(
                started.elapsed() < SETTLING_LIMIT,
                "{video_id} is still there"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}
