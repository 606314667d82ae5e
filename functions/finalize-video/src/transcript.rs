//! The words of the whole video, from those of its chunks.

use crate::borders::join_cut_sentences;
use catalog::TaskRecord;
use contracts::{
    artifacts::{ChunkTranscript, DroppedSpeech, Transcript, TranscriptSource},
    keys::Stage,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStore, StoreError};

/// How many chunks' transcripts are read at the same time.
const CONCURRENT_READS: usize = 8;

/// Reads what the chunks' tasks left and joins it in order of time. The language is the one that was given, else
/// that of most words.
pub(crate) async fn assemble(
    store: &ObjectStore,
    bucket: &str,
    runs: &[TaskRecord],
    given_language: Option<&str>,
) -> Result<Transcript, StoreError> {
    let mut keys: Vec<(u32, &String)> = runs
        .iter()
        .filter(|run| run.stage == Stage::Transcribe)
        .filter_map(|run| Some((run.chunk?, run.output_key.as_ref()?)))
        .collect();
    keys.sort();
    let chunks = stream::iter(keys)
        .map(async |(chunk, key)| {
            let transcript: ChunkTranscript = store.read_json(bucket, key).await?;
            Ok::<_, StoreError>((chunk, transcript))
        })
        .buffered(CONCURRENT_READS)
        .try_collect()
        .await?;
    Ok(join(chunks, given_language))
}

fn join(chunks: Vec<(u32, ChunkTranscript)>, given_language: Option<&str>) -> Transcript {
    let source = chunks
        .iter()
        .map(|(_, chunk)| chunk.source)
        .find(|source| *source != TranscriptSource::None)
        .unwrap_or(TranscriptSource::None);
    let language = given_language
        .map(str::to_owned)
        .or_else(|| commonest_language(&chunks));
    let speech_model = chunks
        .iter()
        .find_map(|(_, chunk)| chunk.speech_model.clone());
    let dropped = chunks
        .iter()
        .filter_map(|(_, chunk)| chunk.dropped)
        .reduce(DroppedSpeech::plus);
    let mut cues = join_cut_sentences(chunks);
    cues.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
    Transcript {
        source,
        language,
        cues,
        speech_model,
        dropped,
    }
}

/// The language that most words are in; of equally common ones, the one that is heard first.
fn commonest_language(chunks: &[(u32, ChunkTranscript)]) -> Option<String> {
    let mut counts: Vec<(&String, usize)> = Vec::new();
    for (_, chunk) in chunks {
        for cue in &chunk.cues {
            let Some(language) = cue.language.as_ref().or(chunk.language.as_ref()) else {
                continue;
            };
            let words = cue.words.len().max(cue.text.split_whitespace().count());
            match counts.iter_mut().find(|(known, _)| *known == language) {
                Some((_, count)) => *count += words,
                None => counts.push((language, words)),
            }
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    let (language, _) = counts.into_iter().find(|(_, count)| *count == most)?;
    Some(language.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::Cue;

    fn chunk(source: TranscriptSource, cues: &[(u64, &str, Option<&str>)]) -> ChunkTranscript {
        ChunkTranscript {
            source,
            language: None,
            cues: cues
                .iter()
                .map(|(start_ms, text, language)| Cue {
                    start_ms: *start_ms,
                    end_ms: start_ms + 1,
                    text: (*text).into(),
                    language: language.map(str::to_owned),
                    ..Cue::default()
                })
                .collect(),
            speech_model: None,
            dropped: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn chunks_without_words_do_not_hide_the_source() {
        let track = [(20, "t", None), (10, "t", None)];
        let whole = join(
            vec![
                (0, chunk(TranscriptSource::None, &[])),
                (1, chunk(TranscriptSource::SubtitleTrack, &track)),
            ],
            None,
        );
        assert_eq!(whole.source, TranscriptSource::SubtitleTrack);
        assert_eq!(whole.cues[0].start_ms, 10);
    }

    #[test]
    fn the_language_is_the_given_one_or_that_of_most_words() {
        let mut last = chunk(TranscriptSource::Speech, &[(30, "one two three", None)]);
        last.language = Some("fr".into());
        let cues = [(0, "eins zwei", Some("de")), (10, "one", Some("en"))];
        let mut chunks = vec![(0, chunk(TranscriptSource::Speech, &cues))];
        assert_eq!(join(chunks.clone(), None).language.as_deref(), Some("de"));
        chunks.push((1, last));
        assert_eq!(join(chunks.clone(), None).language.as_deref(), Some("fr"));
        assert_eq!(join(chunks, Some("it")).language.as_deref(), Some("it"));
        assert_eq!(join(Vec::new(), None).language, None);
    }

    #[test]
    fn what_was_dropped_is_added_up() {
        let dropped = |repetitions| DroppedSpeech {
            repetitions,
            ..DroppedSpeech::default()
        };
        let of = |repetitions| ChunkTranscript {
            dropped: Some(dropped(repetitions)),
            ..chunk(TranscriptSource::Speech, &[])
        };
        let whole = join(vec![(0, of(1)), (1, of(2))], None);
        assert_eq!(whole.dropped, Some(dropped(3)));
    }
}
