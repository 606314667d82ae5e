//! The words of a video: redirects to the files that Finalize left.

use crate::{
    Dependencies, Shared,
    failure::{Answer, Failure},
    validation::VideoPath,
    videos::known,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use catalog::VideoRecord;
use contracts::{VideoId, Workspace, api::VideoStatus, keys, tasks::ObjectRef};
use lambda_http::http::{StatusCode, header};
use lambda_kit::http::Caller;

/// A file is saved under at most so many characters of its video's title: the name stands in an address, encoded
/// twice.
const MAX_NAME_CHARS: usize = 100;

/// `GET /videos/{video_id}/transcript`
pub(crate) async fn transcript(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<Response> {
    let name = keys::TRANSCRIPT_NAME;
    redirect(&deps, &caller.workspace, &video_id, name, None).await
}

/// `GET /videos/{video_id}/captions.vtt`
pub(crate) async fn captions_vtt(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<Response> {
    let name = keys::CAPTIONS_VTT_NAME;
    redirect(&deps, &caller.workspace, &video_id, name, Some("vtt")).await
}

/// `GET /videos/{video_id}/captions.srt`
pub(crate) async fn captions_srt(
    State(deps): Shared,
    caller: Caller,
    VideoPath(video_id): VideoPath,
) -> Answer<Response> {
    let name = keys::CAPTIONS_SRT_NAME;
    redirect(&deps, &caller.workspace, &video_id, name, Some("srt")).await
}

/// To a short-lived address of a file of the generation that is served. With an extension, a browser saves it
/// under the video's title.
async fn redirect(
    deps: &Dependencies,
    workspace: &Workspace,
    video_id: &VideoId,
    name: &str,
    extension: Option<&str>,
) -> Answer<Response> {
    let record = known(deps, workspace, video_id).await?;
    let generation = match (record.status, record.serving_generation) {
        (VideoStatus::Ready, Some(generation)) => generation,
        _ => {
            return Err(Failure::conflict(format!(
                "there is no {name} yet: the video is not READY"
            )));
        }
    };
    let object = ObjectRef {
        bucket: deps.config.derived_bucket.clone(),
        key: keys::finalized(video_id, generation, name),
        version_id: None,
        etag: None,
    };
    if deps.store.find(&object).await?.is_none() {
        return Err(Failure::conflict(format!(
            "there is no {name}: the video was indexed by an earlier release; retry the video to make it"
        )));
    }
    let file_name = extension.map(|extension| file_name(&record, extension));
    let url = deps
        .store
        .presign_get(&object, file_name.as_deref())
        .await?;
    Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response())
}

/// The title as a file name: without what some system refuses in one, and not hidden.
fn file_name(record: &VideoRecord, extension: &str) -> String {
    let is_refused = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let title: String = record
        .title
        .trim_start_matches(|letter: char| letter == '.' || letter.is_whitespace())
        .chars()
        .take(MAX_NAME_CHARS)
        .map(|letter| if is_refused(letter) { '_' } else { letter })
        .collect();
    let stem = match title.trim_end() {
        "" => "captions",
        stem => stem,
    };
    format!("{stem}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::api::Origin;

    #[track_caller]
    fn check(title: &str, expected: &str) {
        let mut record = VideoRecord::new("w".into(), "v".into(), Origin::Upload, "s".into());
        record.title = title.to_owned();
        assert_eq!(file_name(&record, "vtt"), expected, "{title:?}");
    }

    #[test]
    fn titles_become_file_names() {
        check("A talk", "A talk.vtt");
        check("Ä/B: \"C\"\n", "Ä_B_ _C__.vtt");
        check(" ../up ", "_up.vtt");
        check("...", "captions.vtt");
        check(&"x".repeat(500), &format!("{}.vtt", "x".repeat(100)));
    }
}
