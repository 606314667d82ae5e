//! What the API refuses before anything is made. Every message names the limit.

use crate::failure::{Answer, Failure};
use axum::{
    extract::{FromRequestParts, Path},
    response::IntoResponse,
};
use contracts::{
    VideoId,
    api::{CompleteUploadRequest, UploadRequest},
    feedback::Opened,
    limits::{
        MAX_ETAG_CHARS, MAX_FILE_NAME_CHARS, MAX_LISTED_MOMENTS, MAX_PARTS, MAX_QUERY_CHARS,
        MAX_SOURCE_BYTES, MAX_SUBTITLE_BYTES, MAX_TAG_CHARS, MAX_TAGS, MAX_TITLE_CHARS,
    },
};
use lambda_http::http::request::Parts;
use lambda_kit::http::ProblemResponse;
use uuid::Uuid;

/// The video that a path names. Every id is a UUID: any other text is an unknown video, and goes no further.
#[derive(Debug)]
pub(crate) struct VideoPath(pub(crate) VideoId);

impl<S: Send + Sync> FromRequestParts<S> for VideoPath {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Path(video_id) = Path::<VideoId>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| {
                ProblemResponse::bad_request(rejection.body_text()).into_response()
            })?;
        known_id(&video_id).map_err(IntoResponse::into_response)?;
        Ok(Self(video_id))
    }
}

/// Whether there can be such a video; any other text is an unknown one.
pub(crate) fn known_id(video_id: &VideoId) -> Answer<()> {
    if is_uuid(video_id.as_str()) {
        Ok(())
    } else {
        Err(Failure::unknown_video(video_id))
    }
}

/// Hyphenated, as this API writes it.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

type Check = Result<(), ProblemResponse>;

/// Checks all that an upload says of itself.
pub(crate) fn upload(request: &UploadRequest) -> Check {
    text("file_name", &request.file_name, MAX_FILE_NAME_CHARS)?;
    if request.size_bytes > MAX_SOURCE_BYTES {
        return refuse(format!(
            "the file has {} bytes, more than the {MAX_SOURCE_BYTES} allowed",
            request.size_bytes
        ));
    }
    if request
        .subtitles_size_bytes
        .is_some_and(|size| size > MAX_SUBTITLE_BYTES)
    {
        return refuse(format!(
            "the subtitle file has more than the {MAX_SUBTITLE_BYTES} bytes allowed"
        ));
    }
    let is_media_type = |value: &str| {
        value.len() <= 100
            && value.contains('/')
            && value
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    if !is_media_type(&request.content_type) {
        return refuse("content_type is not a media type such as video/mp4".to_owned());
    }
    description(
        request.title.as_deref(),
        Some(&request.tags),
        request.language.as_deref(),
    )
}

/// Checks what is said of the parts of an upload.
pub(crate) fn completion(request: &CompleteUploadRequest) -> Check {
    let count = request.parts.len() as u64;
    if !(1..=MAX_PARTS).contains(&count) {
        return refuse(format!(
            "{count} parts are given, but 1 to {MAX_PARTS} are allowed"
        ));
    }
    for part in &request.parts {
        let number = part.part_number;
        if !(1..=MAX_PARTS).contains(&u64::from(number)) {
            return refuse(format!(
                "part_number is {number}, but parts are numbered 1 to {MAX_PARTS}"
            ));
        }
        text("an etag", &part.etag, MAX_ETAG_CHARS)?;
    }
    Ok(())
}

/// Checks that a cursor of the list of videos is one that this API gave.
pub(crate) fn list_cursor(cursor: Option<&str>) -> Check {
    let is_ours = |cursor: &str| {
        cursor
            .split_once('|')
            .is_some_and(|(created_at, video_id)| !created_at.is_empty() && is_uuid(video_id))
    };
    match cursor {
        Some(cursor) if !is_ours(cursor) => refuse(
            "cursor is none that GET /videos gave: leave it out to start with the newest"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// Checks what people say of a video.
pub(crate) fn description(
    title: Option<&str>,
    tags: Option<&[String]>,
    language: Option<&str>,
) -> Check {
    if let Some(title) = title {
        text("title", title, MAX_TITLE_CHARS)?;
    }
    if let Some(tags) = tags {
        if tags.len() > MAX_TAGS {
            return refuse(format!(
                "{} tags are given, more than the {MAX_TAGS} allowed",
                tags.len()
            ));
        }
        for tag in tags {
            text("a tag", tag, MAX_TAG_CHARS)?;
            if tag.contains(',') {
                return refuse("a tag holds a comma, which separates tags".to_owned());
            }
        }
    }
    let is_tag = |language: &str| {
        (2..=35).contains(&language.len())
            && language.split('-').all(|part| {
                (1..=8).contains(&part.len())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
    };
    match language {
        Some(language) if !is_tag(language) => {
            refuse("language is not a BCP 47 tag such as en or pt-BR".to_owned())
        }
        _ => Ok(()),
    }
}

/// Checks what is said of a moment that was opened.
pub(crate) fn opened(opened: &Opened) -> Check {
    text("query", &opened.query, MAX_QUERY_CHARS)?;
    if opened.start_ms >= opened.end_ms {
        return refuse(format!(
            "the moment ends at {} ms, not after its start at {} ms",
            opened.end_ms, opened.start_ms
        ));
    }
    if !(1..=MAX_LISTED_MOMENTS).contains(&(opened.position as usize)) {
        return refuse(format!(
            "position is {}, but 1 to {MAX_LISTED_MOMENTS} are allowed",
            opened.position
        ));
    }
    Ok(())
}

fn text(name: &str, value: &str, limit_chars: usize) -> Check {
    let length = value.chars().count();
    if value.trim().is_empty() {
        return refuse(format!("{name} is empty"));
    }
    if length > limit_chars {
        return refuse(format!(
            "{name} has {length} characters, more than the {limit_chars} allowed"
        ));
    }
    Ok(())
}

fn refuse(detail: String) -> Check {
    Err(ProblemResponse::bad_request(detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::api::CompletedPart;

    fn request() -> UploadRequest {
        UploadRequest {
            file_name: "a.mp4".into(),
            size_bytes: 1,
            content_type: "video/mp4".into(),
            title: None,
            tags: Vec::new(),
            language: None,
            subtitles_size_bytes: None,
        }
    }

    fn check(change: impl FnOnce(&mut UploadRequest), expected: Option<&str>) {
        let mut request = request();
        change(&mut request);
        let detail = upload(&request).err().map(|problem| problem.detail);
        assert_eq!(detail.as_deref(), expected);
    }

    #[test]
    fn parts_are_counted_and_numbered() {
        let part = |part_number, etag: &str| CompletedPart {
            part_number,
            etag: etag.to_owned(),
        };
        let check = |parts: Vec<CompletedPart>, expected: Option<&str>| {
            let upload_id = "u".to_owned();
            let checked = completion(&CompleteUploadRequest { upload_id, parts });
            let detail = checked.err().map(|problem| problem.detail);
            assert_eq!(detail.as_deref(), expected);
        };
        check(vec![part(10_000, "e"); 10_000], None);
        let counted = "10001 parts are given, but 1 to 10000 are allowed";
        check(vec![part(1, "e"); 10_001], Some(counted));
        let none = "0 parts are given, but 1 to 10000 are allowed";
        check(Vec::new(), Some(none));
        let numbered = "part_number is 0, but parts are numbered 1 to 10000";
        check(vec![part(0, "e")], Some(numbered));
        check(vec![part(1, " ")], Some("an etag is empty"));
        let long = "an etag has 65 characters, more than the 64 allowed";
        check(vec![part(1, &"e".repeat(65))], Some(long));
    }

    #[test]
    fn only_cursors_of_this_list_pass() {
        let ours = "2026-11-24T00:00:00Z|0193a0c4-0000-7000-8000-000000000000";
        for (cursor, expected) in [
            (None, true),
            (Some(ours), true),
            (Some("nonsense"), false),
            (Some("|0193a0c4-0000-7000-8000-000000000000"), false),
            (Some("2026-11-24T00:00:00Z|x"), false),
        ] {
            assert_eq!(list_cursor(cursor).is_ok(), expected, "{cursor:?}");
        }
    }

    #[test]
    fn odd_names_pass_and_limits_are_named() {
        check(|r| r.file_name = "it's \"../ 🎬.mp4".into(), None);
        check(|r| r.file_name = "é".repeat(300), None);
        check(|r| r.size_bytes = 0, None);
        check(|r| r.file_name = " ".into(), Some("file_name is empty"));
        check(
            |r| r.file_name = "x".repeat(501),
            Some("file_name has 501 characters, more than the 500 allowed"),
        );
        check(
            |r| r.size_bytes = 100_000_000_001,
            Some("the file has 100000000001 bytes, more than the 100000000000 allowed"),
        );
        check(
            |r| r.tags = vec!["t".into(); 21],
            Some("21 tags are given, more than the 20 allowed"),
        );
        check(
            |r| r.language = Some("english!".into()),
            Some("language is not a BCP 47 tag such as en or pt-BR"),
        );
        check(|r| r.language = Some("pt-BR".into()), None);
    }
}
