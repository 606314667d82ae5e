//! The words of the whole video, from those of its chunks.

use catalog::TaskRecord;
use contracts::{
    artifacts::{ChunkTranscript, DroppedSpeech, Transcript, TranscriptSource},
    keys::Stage,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStore, StoreError};

/// How many chunks' transcripts are read at the same time.
const CONCURRENT_READS: usize = 8;

/// Reads what the chunks' tasks left and joins it in order of time.
pub(crate) async fn assemble(
    store: &ObjectStore,
    bucket: &str,
    runs: &[TaskRecord],
) -> Result<Transcript, StoreError> {
    let mut keys: Vec<(Option<u32>, &String)> = runs
        .iter()
        .filter(|run| run.stage == Stage::Transcribe)
        .filter_map(|run| Some((run.chunk, run.output_key.as_ref()?)))
        .collect();
    keys.sort();
    let chunks = stream::iter(keys)
        .map(|(_, key)| store.read_json::<ChunkTranscript>(bucket, key))
        .buffered(CONCURRENT_READS)
        .try_collect()
        .await?;
    Ok(join(chunks))
}

fn join(chunks: Vec<ChunkTranscript>) -> Transcript {
    let source = chunks
        .iter()
        .map(|chunk| chunk.source)
        .find(|source| *source != TranscriptSource::None)
        .unwrap_or(TranscriptSource::None);
    let language = chunks.iter().find_map(|chunk| chunk.language.clone());
    let speech_model = chunks.iter().find_map(|chunk| chunk.speech_model.clone());
    let dropped = chunks
        .iter()
        .filter_map(|chunk| chunk.dropped)
        .reduce(DroppedSpeech::plus);
    let mut cues: Vec<_> = chunks.into_iter().flat_map(|chunk| chunk.cues).collect();
    cues.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
    Transcript {
        source,
        language,
        cues,
        speech_model,
        dropped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::Cue;

    fn chunk(source: TranscriptSource, starts: &[u64]) -> ChunkTranscript {
        ChunkTranscript {
            source,
            language: None,
            cues: starts
                .iter()
                .map(|start_ms| Cue {
                    start_ms: *start_ms,
                    end_ms: start_ms + 1,
                    text: "t".into(),
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
        let whole = join(vec![
            chunk(TranscriptSource::None, &[]),
            chunk(TranscriptSource::SubtitleTrack, &[20, 10]),
        ]);
        assert_eq!(whole.source, TranscriptSource::SubtitleTrack);
        assert_eq!(whole.cues[0].start_ms, 10);
    }
}
