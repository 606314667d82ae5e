//! Uploads: presigned, in one piece or in parts.

use crate::{
    Shared,
    failure::{Answer, Failure},
    validation::{self, VideoPath},
};
use axum::{Json, extract::State};
use catalog::VideoRecord;
use contracts::{
    VideoId, Workspace,
    api::{
        CompleteUploadRequest, MultipartUpload, Origin, PartUrl, PartUrls, Upload, UploadRequest,
        Video,
    },
    keys,
    limits::{
        MAX_COMPLETION_BODY_BYTES, MAX_PARTS, MAX_SINGLE_PUT_BYTES, PART_BYTES, PART_URLS_PER_PAGE,
        PRESIGNED_URL_SECONDS,
    },
};
use lambda_http::http::StatusCode;
use lambda_kit::http::{Caller, JsonBody, ProblemResponse, QueryParameters};
use object_store::StoreError;
use serde::Deserialize;
use uuid::Uuid;

/// `POST /uploads`
pub(crate) async fn create(
    State(deps): Shared,
    caller: Caller,
    JsonBody(request): JsonBody<UploadRequest>,
) -> Answer<(StatusCode, Json<Upload>)> {
    validation::upload(&request)?;
    let video_id = VideoId(Uuid::now_v7().to_string());
    let bucket = &deps.config.media_bucket;
    let key = keys::upload_source(&caller.workspace, &video_id);

    let subtitles = match request.subtitles_size_bytes {
        None => None,
        Some(size_bytes) => {
            let key = keys::upload_subtitles(&caller.workspace, &video_id);
            Some(
                deps.store
                    .presign_put(bucket, &key, "text/plain", size_bytes)
                    .await?,
            )
        }
    };
    let (source, multipart) = if request.size_bytes <= MAX_SINGLE_PUT_BYTES {
        let put = deps
            .store
            .presign_put(bucket, &key, &request.content_type, request.size_bytes);
        (Some(put.await?), None)
    } else {
        let upload_id = deps
            .store
            .create_multipart(bucket, &key, &request.content_type)
            .await?;
        (None, Some(parts_of(request.size_bytes, upload_id)))
    };

    deps.catalog
        .create(&record(&caller, &video_id, request))
        .await?;
    tracing::info!(video.id = %video_id, "upload asked for");
    let upload = Upload {
        video_id,
        subtitles,
        source,
        multipart,
        expires_in_s: PRESIGNED_URL_SECONDS,
    };
    Ok((StatusCode::CREATED, Json(upload)))
}

/// Which parts of an upload to sign.
#[derive(Debug, Deserialize)]
pub(crate) struct PartsQuery {
    upload_id: String,
    from: Option<u32>,
}

/// `GET /uploads/{video_id}/parts`
pub(crate) async fn part_urls(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
    QueryParameters(query): QueryParameters<PartsQuery>,
) -> Answer<Json<PartUrls>> {
    let record = known(&deps, &caller.workspace, &video_id).await?;
    let count = parts_of(record.size_bytes.unwrap_or_default(), String::new()).part_count;
    let from = query.from.unwrap_or(1);
    if !(1..=count).contains(&from) {
        let detail = format!("from is {from}, but the parts are numbered 1 to {count}");
        return Err(ProblemResponse::bad_request(detail).into());
    }
    let last = count.min(from + PART_URLS_PER_PAGE - 1);
    let key = keys::upload_source(&caller.workspace, &video_id);
    let mut parts = Vec::new();
    for part_number in from..=last {
        let signing = deps.store.presign_part(
            &deps.config.media_bucket,
            &key,
            &query.upload_id,
            part_number,
        );
        parts.push(PartUrl {
            part_number,
            url: signing.await?,
        });
    }
    Ok(Json(PartUrls {
        parts,
        next_part: (last < count).then_some(last + 1),
    }))
}

/// `POST /uploads/{video_id}/complete`
pub(crate) async fn complete(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
    JsonBody(request): JsonBody<CompleteUploadRequest, MAX_COMPLETION_BODY_BYTES>,
) -> Answer<Json<Video>> {
    validation::completion(&request)?;
    let record = known(&deps, &caller.workspace, &video_id).await?;
    let bucket = &deps.config.media_bucket;
    let key = keys::upload_source(&caller.workspace, &video_id);
    let done = deps
        .store
        .complete_multipart(bucket, &key, &request.upload_id, &request.parts)
        .await;
    match done {
        // Completed before: an answer that got lost on its way.
        Err(StoreError::InvalidUpload(_)) if deps.store.exists(bucket, &key).await? => {}
        other => other?,
    }
    Ok(Json(record.into_api()))
}

async fn known(
    deps: &crate::Dependencies,
    workspace: &Workspace,
    video_id: &VideoId,
) -> Answer<VideoRecord> {
    deps.catalog
        .get(workspace, video_id)
        .await?
        .filter(|record| record.origin == Origin::Upload)
        .ok_or_else(|| Failure::unknown_video(video_id))
}

fn record(caller: &Caller, video_id: &VideoId, request: UploadRequest) -> VideoRecord {
    let mut record = VideoRecord::new(
        caller.workspace.clone(),
        video_id.clone(),
        Origin::Upload,
        caller.subject.clone(),
    );
    record.title = request.title.unwrap_or_else(|| request.file_name.clone());
    record.file_name = request.file_name;
    record.tags = request.tags;
    record.language = request.language;
    record.size_bytes = Some(request.size_bytes);
    record
}

/// Parts as small as [`PART_BYTES`] as long as there are no more than [`MAX_PARTS`].
fn parts_of(size_bytes: u64, upload_id: String) -> MultipartUpload {
    let part_size_bytes = PART_BYTES.max(size_bytes.div_ceil(MAX_PARTS));
    let part_count = size_bytes.div_ceil(part_size_bytes).max(1);
    MultipartUpload {
        upload_id,
        part_size_bytes,
        part_count: u32::try_from(part_count).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::limits::MAX_SOURCE_BYTES;

    #[test]
    fn parts_cover_the_file_and_stay_countable() {
        for size in [1, PART_BYTES, PART_BYTES + 1, 161_000_000, MAX_SOURCE_BYTES] {
            let parts = parts_of(size, String::new());
            let count = u64::from(parts.part_count);
            assert!(count <= MAX_PARTS, "{size}");
            assert!(count * parts.part_size_bytes >= size, "{size}");
            assert!((count - 1) * parts.part_size_bytes < size, "{size}");
        }
    }
}
