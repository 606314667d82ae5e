//! What indices are compared by where nobody has saved queries: something of each of some videos.

use crate::Dependencies;
use catalog::{TaskRecord, VideoRecord};
use contracts::{
    Workspace,
    artifacts::TimeRange,
    artifacts::{EMBED_PASSAGES, EmbeddedChunk, Passage},
    keys::Stage,
    reindex::{SavedQuery, VideoName},
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use lambda_kit::TaskError;
use moments::is_last_of_sentence;

/// How many queries are made.
const QUERIES: usize = 50;
/// How many shots are compared.
const SHOTS: usize = 50;
/// Most chunks of a video that are read.
const CHUNKS: usize = 2;

/// A shot of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The tenant.
    pub workspace: Workspace,
    /// The `_id` of its document.
    pub id: String,
}

/// What was taken of the videos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Samples {
    said: Vec<SavedQuery>,
    /// Shots.
    pub shown: Vec<Shown>,
}

impl Samples {
    /// First sentences of what was said.
    pub(crate) fn queries(&self) -> Vec<SavedQuery> {
        self.said.clone()
    }

    /// Takes some of a chunk.
    fn add(&mut self, video: &VideoRef, chunk_index: u32, chunk: &EmbeddedChunk, each: usize) {
        for passage in evenly(&chunk.passages, each) {
            self.said.push(SavedQuery {
                workspace: video.workspace.clone(),
                text: first_sentence(passage),
            });
        }
        let range = TimeRange {
            start_ms: 0,
            end_ms: 0,
        };
        let document = SegmentDocument {
            chunk: Some(chunk_index),
            ..SegmentDocument::empty(video, Channel::Visual, range)
        };
        let positions: Vec<usize> = (0..chunk.shots.len()).collect();
        for position in evenly(&positions, each) {
            self.shown.push(Shown {
                workspace: video.workspace.clone(),
                id: document.id(*position),
            });
        }
    }

    fn is_enough(&self) -> bool {
        self.said.len() >= QUERIES && self.shown.len() >= SHOTS
    }
}

/// Takes something of the first videos of the table, whose order says nothing of them.
pub(crate) async fn take(deps: &Dependencies) -> Result<Samples, TaskError> {
    let videos = deps.catalog.served_videos(None).await?.videos;
    let videos = &videos[..videos.len().min(QUERIES)];
    let each = QUERIES.div_ceil(videos.len().max(1) * CHUNKS);
    let mut samples = Samples::default();
    for video in videos {
        if !samples.is_enough() {
            add_video(deps, video, each, &mut samples).await?;
        }
    }
    samples.said.truncate(QUERIES);
    samples.shown.truncate(SHOTS);
    Ok(samples)
}

async fn add_video(
    deps: &Dependencies,
    name: &VideoName,
    each: usize,
    samples: &mut Samples,
) -> Result<(), TaskError> {
    let record = deps.catalog.get(&name.workspace, &name.video_id).await?;
    let Some(video) = record.as_ref().and_then(VideoRecord::served) else {
        return Ok(());
    };
    let runs = deps
        .catalog
        .task_runs(&video.workspace, &video.video_id, video.generation)
        .await?;
    for (index, key) in embeddings(&runs).into_iter().take(CHUNKS) {
        let bucket = &deps.derived_bucket;
        let found = deps
            .store
            .find_pack_json::<EmbeddedChunk>(bucket, &key, EMBED_PASSAGES)
            .await?;
        // The video may be deleted at this moment.
        if let Some((_, chunk)) = found {
            samples.add(&video, index, &chunk, each);
        }
    }
    Ok(())
}

/// Chunks with the packs of embed-chunk.
fn embeddings(runs: &[TaskRecord]) -> Vec<(u32, String)> {
    let embedded = runs.iter().filter(|run| run.stage == Stage::Embed);
    embedded
        .filter_map(|run| Some((run.chunk?, run.output_key.clone()?)))
        .collect()
}

/// At most `count` of the items, from all over the list.
fn evenly<Item>(items: &[Item], count: usize) -> Vec<&Item> {
    let step = items.len().div_ceil(count.max(1)).max(1);
    items.iter().skip(step / 2).step_by(step).collect()
}

fn first_sentence(passage: &Passage) -> String {
    let mut words = Vec::new();
    for word in passage.text.split_whitespace() {
        words.push(word);
        if is_last_of_sentence(word) {
            break;
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::artifacts::{Shot, TranscriptSource};

    #[track_caller]
    fn check(items: usize, count: usize, expected: &[usize]) {
        let items: Vec<usize> = (0..items).collect();
        let taken: Vec<usize> = evenly(&items, count).into_iter().copied().collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn items_are_taken_from_all_over_a_list() {
        check(0, 3, &[]);
        check(2, 3, &[0, 1]);
        check(9, 3, &[1, 4, 7]);
        check(10, 3, &[2, 6]);
        check(5, 1, &[2]);
    }

    #[test]
    fn a_chunk_gives_sentences_and_ids_of_its_shots() {
        let passage = Passage {
            start_ms: 0,
            end_ms: 1,
            text: "Dr. Who is here. And gone.".into(),
            thumbnail_key: None,
        };
        let shot = Shot {
            start_ms: 0,
            end_ms: 1,
            frame_ms: 0,
            thumbnail_key: "t".into(),
            labels: Vec::new(),
        };
        let chunk = EmbeddedChunk {
            source: TranscriptSource::Speech,
            language: None,
            text_model: "m".into(),
            dimensions: 1,
            passages: vec![passage],
            screen_texts: Vec::new(),
            shots: vec![shot; 3],
            image_model: None,
            image_dimensions: 0,
            warnings: Vec::new(),
        };
        let video = VideoRef {
            workspace: "w".into(),
            video_id: "v".into(),
            generation: 2,
            attempt: 1,
        };
        let mut samples = Samples::default();
        samples.add(&video, 7, &chunk, 1);
        assert_eq!(samples.queries()[0].text, "Dr. Who is here.");
        let shown: Vec<&str> = samples.shown.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(shown, ["v:2:visual:00007:00001"]);
    }
}
