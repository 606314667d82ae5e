//! What a caller is told when something behind the API fails.

use axum::response::{IntoResponse, Response};
use catalog::CatalogError;
use contracts::VideoId;
use lambda_http::http::StatusCode;
use lambda_kit::http::ProblemResponse;
use object_store::StoreError;
use search_index::SearchIndexError;
use workflow::WorkflowError;

/// An error on its way to the caller.
#[derive(Debug)]
pub(crate) struct Failure(ProblemResponse);

pub(crate) type Answer<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn unknown_video(video_id: &VideoId) -> Self {
        Self(ProblemResponse::new(
            StatusCode::NOT_FOUND,
            format!(
                "there is no video {video_id} in this workspace: GET /videos lists those there are"
            ),
        ))
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self(ProblemResponse::new(StatusCode::CONFLICT, detail))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<ProblemResponse> for Failure {
    fn from(problem: ProblemResponse) -> Self {
        Self(problem)
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        Self(match error {
            CatalogError::VideoGone => ProblemResponse::new(
                StatusCode::NOT_FOUND,
                "the video is gone, or is being deleted",
            ),
            error => ProblemResponse::unavailable("the catalog", &error),
        })
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(match error {
            StoreError::InvalidUpload(reason) => ProblemResponse::bad_request(format!(
                "S3 can't put the parts together: {reason}; give every part with the etag its PUT answered"
            )),
            error => ProblemResponse::unavailable("the object store", &error),
        })
    }
}

impl From<WorkflowError> for Failure {
    fn from(error: WorkflowError) -> Self {
        Self(ProblemResponse::unavailable("the workflow service", &error))
    }
}

impl From<SearchIndexError> for Failure {
    fn from(error: SearchIndexError) -> Self {
        match error {
            SearchIndexError::OutOfPlace { reason } => Self::conflict(reason),
            error => Self(ProblemResponse::unavailable("the search index", &error)),
        }
    }
}
