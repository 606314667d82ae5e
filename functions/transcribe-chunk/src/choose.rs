//! Which words a chunk gets, decided without I/O.

use contracts::{
    artifacts::{ChunkTranscript, Cue, TranscriptSource, Warning, WarningName},
    tasks::Chunk,
};
use media::subtitles::{self, SubtitleLimits};

/// The subtitle file beside the video.
pub(crate) enum SubtitleFile {
    Absent,
    Bytes(bytes::Bytes),
    /// It is there and can't be used; says why.
    Unusable(String),
}

/// Takes the file's cues that start in the chunk, else the track's; else the transcript is empty, and speech is to be
/// recognised.
pub(crate) fn choose(
    file: &SubtitleFile,
    track: Option<Vec<Cue>>,
    chunk: Chunk,
    language: Option<String>,
) -> ChunkTranscript {
    let mut warnings = Vec::new();
    match file {
        SubtitleFile::Absent => {}
        SubtitleFile::Unusable(reason) => warnings.push(unreadable(reason)),
        SubtitleFile::Bytes(bytes) => match subtitles::parse(bytes, &SubtitleLimits::default()) {
            Ok(parsed) => {
                if parsed.skipped > 0 {
                    warnings.push(incomplete(parsed.skipped));
                }
                let cues = parsed
                    .cues
                    .into_iter()
                    .filter(|cue| starts_in(cue.start_ms, chunk));
                return ChunkTranscript {
                    source: TranscriptSource::SubtitleFile,
                    language,
                    cues: cues.collect(),
                    speech_model: None,
                    dropped: None,
                    warnings,
                };
            }
            Err(error) => warnings.push(unreadable(&error.to_string())),
        },
    }
    let source = match track {
        Some(_) => TranscriptSource::SubtitleTrack,
        None => TranscriptSource::None,
    };
    ChunkTranscript {
        source,
        language,
        cues: track.unwrap_or_default(),
        speech_model: None,
        dropped: None,
        warnings,
    }
}

/// Every cue belongs to exactly one chunk; what starts after the video's end is in none.
fn starts_in(start_ms: u64, chunk: Chunk) -> bool {
    (chunk.start_ms..chunk.end_ms).contains(&start_ms)
}

// The warnings name no chunk, so that Finalize can tell the same one of many chunks.
fn unreadable(reason: &str) -> Warning {
    Warning {
        name: WarningName::SubtitlesUnreadable,
        message: format!("the subtitle file can't be used: {reason}"),
        start_ms: None,
        end_ms: None,
    }
}

fn incomplete(skipped: usize) -> Warning {
    Warning {
        name: WarningName::SubtitlesIncomplete,
        message: format!("{skipped} cues of the subtitle file could not be read and were skipped"),
        start_ms: None,
        end_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: Chunk = Chunk {
        index: 0,
        start_ms: 0,
        end_ms: 10_000,
    };

    fn cue(start_ms: u64, text: &str) -> Cue {
        Cue {
            start_ms,
            end_ms: start_ms + 1000,
            text: text.into(),
            ..Cue::default()
        }
    }

    fn bytes(text: &'static str) -> SubtitleFile {
        SubtitleFile::Bytes(bytes::Bytes::from_static(text.as_bytes()))
    }

    fn check(
        file: &SubtitleFile,
        track: Option<Vec<Cue>>,
        expected: (TranscriptSource, &[&str], usize),
    ) {
        let transcript = choose(file, track, CHUNK, None);
        let texts: Vec<&str> = transcript
            .cues
            .iter()
            .map(|cue| cue.text.as_str())
            .collect();
        assert_eq!(
            (transcript.source, &texts[..], transcript.warnings.len()),
            expected
        );
    }

    #[test]
    fn the_file_comes_before_the_track() {
        let file = bytes(
            "1\n00:00:01,000 --> 00:00:02,000\nfile\n\n2\n00:00:10,000 --> 00:00:11,000\nnext chunk\n",
        );
        let track = || Some(vec![cue(0, "track")]);
        check(
            &file,
            track(),
            (TranscriptSource::SubtitleFile, &["file"], 0),
        );
        check(
            &SubtitleFile::Absent,
            track(),
            (TranscriptSource::SubtitleTrack, &["track"], 0),
        );
        check(
            &SubtitleFile::Absent,
            None,
            (TranscriptSource::None, &[], 0),
        );
    }

    #[test]
    fn a_broken_file_costs_a_warning_and_no_words_of_the_track() {
        let track = || Some(vec![cue(0, "track")]);
        check(
            &bytes("nothing like cues"),
            track(),
            (TranscriptSource::SubtitleTrack, &["track"], 1),
        );
        let unusable = SubtitleFile::Unusable("too large".into());
        check(&unusable, None, (TranscriptSource::None, &[], 1));
    }
}
