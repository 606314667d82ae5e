//! Videos: list, show, change, retry, delete.

use crate::{
    Dependencies, Shared,
    failure::{Answer, Failure},
    validation::{self, VideoPath},
};
use axum::{Json, extract::State};
use catalog::{CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace,
    api::{Timeline, Video, VideoList, VideoPatch},
    limits::MAX_PAGE_VIDEOS,
};
use lambda_http::http::StatusCode;
use lambda_kit::http::{Caller, JsonBody, ProblemResponse, QueryParameters};
use serde::Deserialize;

/// Which page of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /videos`
pub(crate) async fn list(
    State(deps): Shared,
    caller: Caller,
    QueryParameters(query): QueryParameters<ListQuery>,
) -> Answer<Json<VideoList>> {
    let limit = query.limit.unwrap_or(MAX_PAGE_VIDEOS);
    if !(1..=MAX_PAGE_VIDEOS).contains(&limit) {
        let detail = format!("limit is {limit}, but 1 to {MAX_PAGE_VIDEOS} are allowed");
        return Err(ProblemResponse::bad_request(detail).into());
    }
    validation::list_cursor(query.cursor.as_deref())?;
    let page = deps
        .catalog
        .list(&caller.workspace, limit, query.cursor.as_deref())
        .await?;
    Ok(Json(VideoList {
        videos: page.videos.into_iter().map(VideoRecord::into_api).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// `GET /videos/{video_id}`
pub(crate) async fn show(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<Json<Video>> {
    let record = known(&deps, &caller.workspace, &video_id).await?;
    let source_url = match record.playable_source() {
        Some(source) => Some(deps.store.presign_get(&source, None).await?),
        None => None,
    };
    Ok(Json(Video {
        source_url,
        ..record.into_api()
    }))
}

/// `PATCH /videos/{video_id}`
pub(crate) async fn change(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
    JsonBody(patch): JsonBody<VideoPatch>,
) -> Answer<Json<Video>> {
    validation::description(patch.title.as_deref(), patch.tags.as_deref(), None)?;
    let record = match deps
        .catalog
        .patch(&caller.workspace, &video_id, &patch)
        .await
    {
        Err(CatalogError::VideoGone) => return Err(Failure::unknown_video(&video_id)),
        other => other?,
    };
    deps.index
        .update_video_fields(
            &caller.workspace,
            &video_id,
            patch.tags.as_deref(),
            patch.title.as_deref(),
        )
        .await?;
    Ok(Json(record.into_api()))
}

/// `DELETE /videos/{video_id}`
pub(crate) async fn delete(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<(StatusCode, Json<Video>)> {
    if !deps
        .catalog
        .mark_deleting(&caller.workspace, &video_id)
        .await?
    {
        return Err(Failure::unknown_video(&video_id));
    }
    let record = known(&deps, &caller.workspace, &video_id).await?;
    deps.workflow
        .start_delete(&deps.config.delete_state_machine_arn, &record)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(record.into_api())))
}

/// `POST /videos/{video_id}/retry`
pub(crate) async fn retry(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<(StatusCode, Json<Video>)> {
    known(&deps, &caller.workspace, &video_id).await?;
    let record = deps
        .catalog
        .begin_retry(&caller.workspace, &video_id)
        .await?
        .ok_or_else(|| {
            Failure::conflict(
                "nothing to retry: the video is waiting for its upload, or is being deleted",
            )
        })?;
    deps.workflow.start_index(&record).await?;
    Ok((StatusCode::ACCEPTED, Json(record.into_api())))
}

/// `GET /videos/{video_id}/timeline`
pub(crate) async fn timeline(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<Json<Timeline>> {
    let record = known(&deps, &caller.workspace, &video_id).await?;
    let runs = deps
        .catalog
        .task_runs(&caller.workspace, &video_id, record.generation)
        .await?;
    Ok(Json(Timeline {
        video_id,
        generation: record.generation,
        tasks: runs.into_iter().map(Into::into).collect(),
    }))
}

/// The caller's own video.
pub(crate) async fn known(
    deps: &Dependencies,
    workspace: &Workspace,
    video_id: &VideoId,
) -> Answer<VideoRecord> {
    deps.catalog
        .get(workspace, video_id)
        .await?
        .ok_or_else(|| Failure::unknown_video(video_id))
}
