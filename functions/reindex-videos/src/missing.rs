//! What an index lacks of a video, without I/O.

use catalog::TaskRecord;
use contracts::{api::VideoStatus, keys::Stage};
use std::collections::BTreeMap;

/// A chunk that was indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexedChunk {
    /// Which chunk.
    pub index: u32,
    /// How many documents it has.
    pub documents: u64,
    /// The pack of embed-chunk.
    pub embedding_key: String,
    /// The pack of extract-chunk, where it is known.
    pub extract_key: Option<String>,
}

/// The chunks whose documents were written, in order, by the runs of a generation's tasks. One that failed is not
/// among them, as it is in no index.
pub(crate) fn indexed_chunks(runs: &[TaskRecord]) -> Vec<IndexedChunk> {
    let output = |stage, chunk| {
        let mut of_chunk = runs
            .iter()
            .filter(|run| (run.stage, run.chunk) == (stage, Some(chunk)));
        of_chunk.next().and_then(|run| run.output_key.clone())
    };
    let indexed = runs.iter().filter(|run| run.stage == Stage::Index);
    let mut chunks: Vec<IndexedChunk> = indexed
        .filter_map(|run| {
            let index = run.chunk?;
            Some(IndexedChunk {
                index,
                documents: run.units?,
                embedding_key: output(Stage::Embed, index)?,
                extract_key: output(Stage::Extract, index),
            })
        })
        .collect();
    chunks.sort_by_key(|chunk| chunk.index);
    chunks
}

/// What an index lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Chunks of which it has fewer documents than there are.
    pub chunks: Vec<u32>,
    /// Whether it lacks the title's.
    pub title: bool,
}

impl Missing {
    /// Whether it lacks nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.chunks.is_empty() && !self.title
    }
}

/// What an index lacks by its counts. Ids are the same whoever writes a document, so that as many documents as there
/// should be are those that there should be.
pub(crate) fn missing(
    chunks: &[IndexedChunk],
    status: VideoStatus,
    counts: &BTreeMap<Option<u32>, u64>,
) -> Missing {
    let count = |chunk| counts.get(&chunk).copied().unwrap_or_default();
    let lacking = chunks
        .iter()
        .filter(|chunk| count(Some(chunk.index)) < chunk.documents);
    Missing {
        chunks: lacking.map(|chunk| chunk.index).collect(),
        // Until it is READY a video has none.
        title: status == VideoStatus::Ready && count(None) == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(stage: Stage, chunk: u32, units: Option<u64>) -> TaskRecord {
        TaskRecord {
            stage,
            chunk: Some(chunk),
            attempts: 1,
            started_at: String::new(),
            ended_at: None,
            units,
            reused: false,
            output_key: units.map(|_| format!("{}-{chunk}", stage.as_str())),
            warnings: Vec::new(),
            error: None,
            message: None,
        }
    }

    fn runs() -> Vec<TaskRecord> {
        vec![
            run(Stage::Extract, 0, Some(9)),
            run(Stage::Embed, 0, Some(4)),
            run(Stage::Embed, 1, Some(3)),
            run(Stage::Embed, 2, Some(3)),
            // Failed, or under way.
            run(Stage::Index, 2, None),
            run(Stage::Index, 1, Some(3)),
            run(Stage::Index, 0, Some(4)),
            run(Stage::Index, 3, Some(1)),
        ]
    }

    #[test]
    fn chunks_are_those_that_were_indexed() {
        let chunk = |index, documents, extract_key: Option<&str>| IndexedChunk {
            index,
            documents,
            embedding_key: format!("embed-{index}"),
            extract_key: extract_key.map(str::to_owned),
        };
        assert_eq!(
            indexed_chunks(&runs()),
            [chunk(0, 4, Some("extract-0")), chunk(1, 3, None)]
        );
    }

    #[track_caller]
    fn check(status: VideoStatus, counts: &[(Option<u32>, u64)], expected: (&[u32], bool)) {
        let counts = counts.iter().copied().collect();
        let found = missing(&indexed_chunks(&runs()), status, &counts);
        assert_eq!((found.chunks.as_slice(), found.title), expected);
        assert_eq!(found.is_nothing(), expected == (&[], false));
    }

    #[test]
    fn an_index_lacks_chunks_that_it_has_in_part_or_not_at_all() {
        let ready = VideoStatus::Ready;
        let whole = [(None, 1), (Some(0), 4), (Some(1), 3)];
        check(ready, &whole, (&[], false));
        check(ready, &[(None, 0)], (&[0, 1], true));
        check(
            ready,
            &[(None, 1), (Some(0), 3), (Some(1), 3)],
            (&[0], false),
        );
        // A chunk that failed later may have left documents: nothing is missing for them.
        check(
            ready,
            &[(None, 1), (Some(0), 4), (Some(1), 3), (Some(2), 1)],
            (&[], false),
        );
    }

    #[test]
    fn a_title_is_missing_only_where_there_is_one() {
        let counts = [(None, 0), (Some(0), 4), (Some(1), 3)];
        check(VideoStatus::Processing, &counts, (&[], false));
        check(VideoStatus::Failed, &counts, (&[], false));
        check(VideoStatus::Ready, &counts, (&[], true));
    }
}
