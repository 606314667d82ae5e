//! Pieces of the API's answers as cells of tables.

use contracts::{
    api::{TaskRun, Video, VideoStatus},
    artifacts::{Cue, DroppedSpeech, Transcript},
};

use crate::text::{duration, moment, printable};

/// The status and how many warnings there are.
pub fn status_words(video: &Video) -> String {
    let status = match video.status {
        VideoStatus::AwaitingUpload => "AWAITING_UPLOAD",
        VideoStatus::Processing => "PROCESSING",
        VideoStatus::Ready => "READY",
        VideoStatus::Failed => "FAILED",
        VideoStatus::Deleting => "DELETING",
    };
    match video.warnings.len() {
        0 => status.to_owned(),
        1 => format!("{status} (1 warning)"),
        count => format!("{status} ({count} warnings)"),
    }
}

/// All that is known of a video, a name and a value a row.
pub fn video_rows(video: &Video) -> Vec<Vec<String>> {
    let mut rows = vec![
        ("id", video.video_id.to_string()),
        ("title", video.title.clone()),
        ("file", video.file_name.clone()),
        ("status", status_words(video)),
        (
            "chunks",
            format!("{} of {}", video.chunks_done, video.chunks_total),
        ),
        (
            "channels",
            joined(video.channels.iter().map(|channel| channel.as_str())),
        ),
        ("tags", video.tags.join(", ")),
        (
            "duration",
            video.duration_ms.map_or_else(String::new, duration),
        ),
        (
            "size",
            video
                .size_bytes
                .map_or_else(String::new, |size| format!("{size} bytes")),
        ),
        ("language", video.language.clone().unwrap_or_default()),
        ("left out", video.dropped.map(left_out).unwrap_or_default()),
        (
            "created",
            format!("{} by {}", video.created_at, video.created_by),
        ),
    ];
    rows.extend(
        video
            .warnings
            .iter()
            .map(|warning| ("warning", warning.message.clone())),
    );
    if let Some(error) = &video.error {
        rows.push((
            "error",
            format!("{} in {}: {}", error.name, error.state, error.message),
        ));
    }
    rows.retain(|(_, value)| !value.is_empty());
    rows.into_iter()
        .map(|(name, value)| vec![name.to_owned(), printable(&value)])
        .collect()
}

/// A run as a row of the timeline.
pub fn task_row(task: &TaskRun) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let result = match (&task.error, task.reused, &task.ended_at) {
        (Some(error), _, _) => error.as_str(),
        (None, true, _) => "reused",
        (None, false, Some(_)) => "done",
        (None, false, None) => "running",
    };
    vec![
        printable(&task.stage),
        or_dash(task.chunk.map(|chunk| chunk.to_string())),
        printable(&task.started_at),
        or_dash(seconds_between(&task.started_at, task.ended_at.as_deref())),
        task.attempts.to_string(),
        or_dash(task.units.map(|units| units.to_string())),
        printable(result),
    ]
}

fn seconds_between(started_at: &str, ended_at: Option<&str>) -> Option<String> {
    let started: jiff::Timestamp = started_at.parse().ok()?;
    let ended: jiff::Timestamp = ended_at?.parse().ok()?;
    Some(format!(
        "{:.1} s",
        ended.duration_since(started).as_secs_f64()
    ))
}

/// What speech recognition wrote and was left out; empty where that is nothing.
pub fn left_out(dropped: DroppedSpeech) -> String {
    let counts = [
        (dropped.repetitions, "repeated"),
        (dropped.non_speech, "over no speech"),
        (dropped.duplicates, "recognised twice"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    words.join(", ")
}

/// What recognised words are; `None` for subtitles, where a person vouches for them.
pub fn transcript_summary(transcript: &Transcript) -> Option<String> {
    let model = transcript.speech_model.as_deref()?;
    let language = transcript.language.as_deref().unwrap_or("unknown");
    let mut summary = format!("recognised by {model}, language {language}");
    let left_out = transcript.dropped.map(left_out).unwrap_or_default();
    if !left_out.is_empty() {
        summary.push_str(&format!(", left out: {left_out}"));
    }
    Some(summary)
}

/// Cues as rows: their start, how sure the recogniser was where it said so, and their text, with its language
/// in front where that is not the transcript's.
pub fn cue_rows(transcript: &Transcript) -> Vec<Vec<String>> {
    let is_recognised = transcript.cues.iter().any(|cue| cue.confidence.is_some());
    let row = |cue: &Cue| {
        let mut row = vec![moment(cue.start_ms)];
        if is_recognised {
            let percent = |confidence: f32| format!("{:.0}%", confidence * 100.0);
            row.push(cue.confidence.map_or_else(|| "-".to_owned(), percent));
        }
        let language = cue.language.as_ref();
        let language = language.filter(|language| Some(*language) != transcript.language.as_ref());
        let mark = language.map_or_else(String::new, |language| format!("[{language}] "));
        row.push(printable(&format!("{mark}{}", cue.text)));
        row
    };
    transcript.cues.iter().map(row).collect()
}

/// Words with commas between them.
pub fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_takes_from_its_start_to_its_end() {
        let took = seconds_between("2026-11-24T10:00:00Z", Some("2026-11-24T10:00:02.25Z"));
        assert_eq!(took.as_deref(), Some("2.2 s"));
        assert_eq!(seconds_between("2026-11-24T10:00:00Z", None), None);
    }
}
