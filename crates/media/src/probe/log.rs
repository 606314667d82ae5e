//! Reads ffmpeg's description of its input. `ffmpeg-sidecar` reads durations and sound; what it lacks (pictures
//! without a frame rate, covers, dispositions, titles) is read here.
//!
//! The file chooses what stands in metadata lines, so a line counts only where ffmpeg itself would put it: metadata
//! is indented by four spaces or more, streams by two (by four inside a stream group).

use ffmpeg_sidecar::{
    event::{Stream as LoggedStream, StreamTypeSpecificData},
    log_parser::{try_parse_duration, try_parse_input, try_parse_stream},
};

use super::info::{AudioStream, MediaInfo, Stream, StreamKind, SubtitleStream, VideoStream};

const TEXT_SUBTITLES: [&str; 7] = ["ass", "mov_text", "srt", "ssa", "subrip", "text", "webvtt"];
/// Printed when a duration is a guess, which makes seeking one too.
const DURATION_IS_A_GUESS: &str = "Estimating duration from bitrate";
/// Containers without an index that ffmpeg could trust: a time is searched for by reading here and there.
const WITHOUT_INDEX: [&str; 3] = ["aac", "flv", "mpegts"];

/// The description of input 0, if ffmpeg could open it.
pub(super) fn parse(lines: &[String]) -> Option<MediaInfo> {
    let mut lines_of_input = lines
        .iter()
        .map(|line| line.strip_prefix("[info] ").unwrap_or(line))
        .skip_while(|line| try_parse_input(line) != Some(0));
    let container = container(lines_of_input.next()?)?;
    let is_guess = lines.iter().any(|line| line.contains(DURATION_IS_A_GUESS));
    let mut info = MediaInfo {
        seekable: !is_guess && !WITHOUT_INDEX.contains(&container.as_str()),
        container,
        duration_ms: None,
        streams: Vec::new(),
        title: None,
        starts_late: false,
    };
    let mut section = Section::Container;
    for line in lines_of_input {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if indent == 0 && !text.is_empty() && !text.starts_with('[') {
            break;
        }
        section = section.after(indent, text);
        read_line(&mut info, section, indent, line);
    }
    if info.duration_ms.is_none() {
        info.seekable = false;
    }
    Some(info)
}

/// Where in the description a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Container,
    Elsewhere,
    StreamGroup,
}

impl Section {
    fn after(self, indent: usize, text: &str) -> Self {
        if indent != 2 {
            self
        } else if text.starts_with("Stream group #") {
            Self::StreamGroup
        } else if text.starts_with("Metadata:") || text.starts_with("Duration:") {
            self
        } else {
            Self::Elsewhere
        }
    }
}

fn read_line(info: &mut MediaInfo, section: Section, indent: usize, line: &str) {
    let text = line.trim();
    if indent == 2 && text.starts_with("Duration:") {
        let duration_s = try_parse_duration(line).filter(|seconds| *seconds > 0.0);
        info.duration_ms = duration_s.map(milliseconds);
        info.starts_late = starts_late(text);
    } else if text.starts_with("Stream #0:")
        && (indent == 2 || (indent == 4 && section == Section::StreamGroup))
    {
        info.streams.extend(stream(text));
    } else if indent == 4 && section == Section::Container && info.title.is_none() {
        info.title = text
            .strip_prefix("title ")
            .and_then(|rest| rest.trim_start().strip_prefix(": "))
            .map(|title| title.trim().to_owned())
            .filter(|title| !title.is_empty());
    }
}

/// `Duration: 00:00:19.00, start: 7.000000, bitrate: 2 kb/s` -> true
fn starts_late(line: &str) -> bool {
    let start = line.split_once("start: ").map(|(_, rest)| rest);
    let seconds = start.and_then(|rest| rest.split(',').next()?.parse().ok());
    seconds.is_some_and(|seconds: f64| seconds != 0.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and saturating where it is absurdly large"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// `Input #0, matroska,webm, from 'http://…':` -> `matroska,webm`.
fn container(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(", ")?;
    let (names, _) = rest.split_once(", from '")?;
    Some(names.to_owned())
}

fn stream(text: &str) -> Option<Stream> {
    let kind = match try_parse_stream(text) {
        Some(logged) => known_stream(text, &logged),
        None => video(text).map_or(StreamKind::Other, StreamKind::Video),
    };
    Some(Stream {
        index: index(text)?,
        kind,
        is_default: text.contains("(default)"),
        is_forced: text.contains("(forced)"),
    })
}

fn known_stream(text: &str, logged: &LoggedStream) -> StreamKind {
    let language = Some(logged.language.clone()).filter(|tag| !tag.is_empty() && tag != "und");
    let codec = logged.format.trim_end_matches(',').to_owned();
    match &logged.type_specific_data {
        StreamTypeSpecificData::Audio(audio) => StreamKind::Audio(AudioStream {
            codec,
            sample_rate_hz: audio.sample_rate,
            channels: audio.channels.clone(),
            language,
        }),
        StreamTypeSpecificData::Subtitle() => StreamKind::Subtitle(SubtitleStream {
            is_text: TEXT_SUBTITLES.contains(&codec.as_str()),
            codec,
            language,
        }),
        StreamTypeSpecificData::Video(_) => {
            video(text).map_or(StreamKind::Other, StreamKind::Video)
        }
        StreamTypeSpecificData::Other() => StreamKind::Other,
    }
}

/// `Stream #0:2[0x3](eng): Audio: …` -> 2.
fn index(text: &str) -> Option<u32> {
    let rest = text.strip_prefix("Stream #0:")?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn video(text: &str) -> Option<VideoStream> {
    let (_, description) = text.split_once(": Video: ")?;
    let mut parts = top_level_parts(description).into_iter();
    let codec = parts.next()?.split([' ', '(']).next()?.to_owned();
    let parts: Vec<&str> = parts.collect();
    let (width, height) = parts
        .iter()
        .find_map(|part| picture_size(part))
        .unwrap_or((0, 0));
    let rate = |unit: &str| {
        let number = parts.iter().find_map(|part| part.trim().strip_suffix(unit));
        number.and_then(|number| number.trim().parse().ok())
    };
    Some(VideoStream {
        codec,
        width,
        height,
        frames_per_second: rate(" fps").or_else(|| rate(" tbr")),
        attached_picture: text.contains("(attached pic)") || text.contains("(timed thumbnails)"),
    })
}

fn picture_size(part: &str) -> Option<(u32, u32)> {
    let (width, height) = part.split_whitespace().next()?.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// Splits at commas outside brackets.
fn top_level_parts(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    text.split(|letter| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .map(str::trim)
    .collect()
}
