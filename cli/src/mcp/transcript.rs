//! `read_transcript`

use contracts::artifacts::{Cue, Transcript, TranscriptSource};
use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    answer::{answer, short},
    connection::Connection,
};
use crate::{arguments::video_id, failure::Failure, text::moment as time};

const MAX_CUES: usize = 200;
const MAX_CHARS: usize = 12_000;
/// One cue of a subtitle file may hold anything.
const CUE_CHARS: usize = 2_000;

/// Arguments of `read_transcript`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TranscriptArguments {
    /// The video, as search_moments or list_videos name it
    video_id: String,
    /// From here; from the start of the video unless given
    #[serde(default)]
    start_ms: Option<u64>,
    /// Up to here; to the end of the video unless given
    #[serde(default)]
    end_ms: Option<u64>,
    /// next_cursor of the answer before, to read on
    #[serde(default)]
    cursor: Option<String>,
}

/// Answer of `read_transcript`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TranscriptAnswer {
    video_id: String,
    /// Where the words come from: subtitle-file, subtitle-track, speech (recognised, may be wrong) or none
    #[schemars(with = "String")]
    source: TranscriptSource,
    /// Language (BCP 47), where known
    language: Option<String>,
    /// The lines in the stretch, in order
    cues: Vec<ReadCue>,
    /// Where there is more: give it as cursor to read on
    next_cursor: Option<String>,
}

/// A line.
#[derive(Debug, Serialize, JsonSchema)]
struct ReadCue {
    start_ms: u64,
    end_ms: u64,
    text: String,
    /// Where it differs from the transcript's
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

/// Reads the words in a stretch.
pub async fn read_transcript(
    connection: &Connection,
    arguments: TranscriptArguments,
) -> Result<CallToolResult, Failure> {
    let id = video_id(&arguments.video_id).map_err(Failure::WrongUse)?;
    let (start_ms, end_ms) = (
        arguments.start_ms.unwrap_or(0),
        arguments.end_ms.unwrap_or(u64::MAX),
    );
    if end_ms <= start_ms {
        return Err(Failure::WrongUse(
            "end_ms must be above start_ms".to_owned(),
        ));
    }
    let first = arguments.cursor.map_or(Ok(0), |cursor| {
        let wrong = |_| Failure::WrongUse("cursor must be next_cursor of an answer".to_owned());
        cursor.parse::<usize>().map_err(wrong)
    })?;
    let transcript = connection.client()?.transcript(&id).await?;
    let part = part(&transcript.cues, (start_ms, end_ms), first);
    let text = text(&transcript, &part);
    let read = |cue: &&Cue| ReadCue {
        start_ms: cue.start_ms,
        end_ms: cue.end_ms,
        text: short(&cue.text, CUE_CHARS),
        language: other_language(cue, &transcript),
    };
    let data = TranscriptAnswer {
        video_id: id.0,
        source: transcript.source,
        language: transcript.language.clone(),
        cues: part.cues.iter().map(read).collect(),
        next_cursor: part.next.map(|next| next.to_string()),
    };
    answer(text, &data)
}

/// Cues of a stretch, as many as one answer holds.
#[derive(Debug, PartialEq)]
struct Part<'a> {
    cues: Vec<&'a Cue>,
    /// Position in the transcript of the first that did not fit.
    next: Option<usize>,
}

/// The cues that share time with the stretch, from this position of the transcript on. At least one is taken, so that
/// reading on always gets on.
fn part(cues: &[Cue], (start_ms, end_ms): (u64, u64), first: usize) -> Part<'_> {
    let mut taken = Vec::new();
    let mut chars = 0;
    for (position, cue) in cues.iter().enumerate().skip(first) {
        if cue.start_ms >= end_ms || cue.end_ms <= start_ms {
            continue;
        }
        chars += cue.text.chars().count().min(CUE_CHARS);
        if !taken.is_empty() && (chars > MAX_CHARS || taken.len() == MAX_CUES) {
            let next = Some(position);
            return Part { cues: taken, next };
        }
        taken.push(cue);
    }
    Part {
        cues: taken,
        next: None,
    }
}

fn other_language(cue: &Cue, transcript: &Transcript) -> Option<String> {
    let language = cue.language.clone();
    language.filter(|language| Some(language) != transcript.language.as_ref())
}

fn text(transcript: &Transcript, part: &Part<'_>) -> String {
    let source = match transcript.source {
        TranscriptSource::SubtitleFile => "Subtitles uploaded with the video",
        TranscriptSource::SubtitleTrack => "Subtitles inside the video",
        TranscriptSource::Speech => "Recognised speech, which may be wrong",
        TranscriptSource::None => "The video has no words that could be read or heard",
    };
    let language = transcript.language.as_deref().unwrap_or("unknown");
    let mut lines = vec![format!("{source}; language: {}", short(language, 40))];
    if part.cues.is_empty() && transcript.source != TranscriptSource::None {
        let last = transcript.cues.last();
        let last = last.map_or_else(String::new, |cue| {
            format!("; the last words end at {}", time(cue.end_ms))
        });
        lines.push(format!("No words in this stretch{last}."));
    }
    lines.extend(part.cues.iter().map(|cue| {
        let language = other_language(cue, transcript);
        let language = language.map_or_else(String::new, |language| {
            format!("[{}] ", short(&language, 40))
        });
        let (start, end) = (time(cue.start_ms), time(cue.end_ms));
        format!("{start}–{end}  {language}{}", short(&cue.text, CUE_CHARS))
    }));
    if let Some(next) = part.next {
        lines.push(format!("There is more: call again with cursor \"{next}\"."));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: u64, text: &str) -> Cue {
        Cue {
            start_ms,
            end_ms: start_ms + 1000,
            text: text.to_owned(),
            ..Cue::default()
        }
    }

    fn check(cues: &[Cue], stretch: (u64, u64), first: usize, starts: &[u64], next: Option<usize>) {
        let part = part(cues, stretch, first);
        let found: Vec<u64> = part.cues.iter().map(|cue| cue.start_ms).collect();
        assert_eq!((found.as_slice(), part.next), (starts, next), "{stretch:?}");
    }

    #[test]
    fn a_stretch_has_every_cue_that_reaches_into_it() {
        let cues = [cue(0, "a"), cue(1000, "b"), cue(2000, "c")];
        check(&cues, (0, u64::MAX), 0, &[0, 1000, 2000], None);
        check(&cues, (1500, 2001), 0, &[1000, 2000], None);
        check(&cues, (1000, 2000), 0, &[1000], None);
        check(&cues, (5000, 6000), 0, &[], None);
        check(&cues, (0, u64::MAX), 1, &[1000, 2000], None);
        check(&cues, (0, u64::MAX), 9, &[], None);
    }

    #[test]
    fn an_answer_is_bounded_and_reading_on_gets_everything() {
        let many: Vec<Cue> = (0..450).map(|second| cue(second * 1000, "a")).collect();
        let all = (0, u64::MAX);
        assert_eq!(part(&many, all, 0).next, Some(200));
        assert_eq!(part(&many, all, 200).next, Some(400));
        assert_eq!(part(&many, all, 400).next, None);
        // However long a cue is, and though many start at once.
        let long: Vec<Cue> = (0..8).map(|_| cue(0, &"ä".repeat(50_000))).collect();
        assert_eq!(part(&long, all, 0).next, Some(6));
        assert_eq!(part(&long, all, 6).cues.len(), 2);
    }

    #[test]
    fn a_text_says_where_words_come_from_and_how_to_read_on() {
        let mut other = cue(61_000, "Guten Tag");
        other.language = Some("de".to_owned());
        let transcript = Transcript {
            source: TranscriptSource::Speech,
            language: Some("en".to_owned()),
            cues: vec![cue(500, "Hello\nthere"), other],
            speech_model: None,
            dropped: None,
        };
        let mut all = part(&transcript.cues, (0, u64::MAX), 0);
        all.next = Some(7);
        assert_eq!(
            text(&transcript, &all),
            "Recognised speech, which may be wrong; language: en\n0:00.5–0:01.5  Hello there\n\
             1:01.0–1:02.0  [de] Guten Tag\nThere is more: call again with cursor \"7\"."
        );
        let none = part(&transcript.cues, (90_000, 95_000), 0);
        assert!(
            text(&transcript, &none)
                .ends_with("No words in this stretch; the last words end at 1:02.0.")
        );
    }
}
