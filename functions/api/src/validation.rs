//! What the API refuses before anything is made. Every message names the limit.

use contracts::{
    api::UploadRequest,
    limits::{
        MAX_FILE_NAME_CHARS, MAX_SOURCE_BYTES, MAX_SUBTITLE_BYTES, MAX_TAG_CHARS, MAX_TAGS,
        MAX_TITLE_CHARS,
    },
};
use lambda_kit::http::ProblemResponse;

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
