//! A small picture for each passage: the frame shown when it begins.

use crate::Dependencies;
use contracts::{
    artifacts::{Passage, frame_time_ms},
    keys::{self, Stage},
    tasks::ChunkTask,
};
use futures::{StreamExt, TryStreamExt, stream};
use lambda_kit::TaskError;
use std::collections::BTreeSet;

/// How many pictures are written at the same time.
const CONCURRENT_WRITES: usize = 8;

/// Writes the frames that the passages need, each once, and notes their keys on the passages.
pub(crate) async fn write(
    deps: &Dependencies,
    task: &ChunkTask,
    extract_key: &str,
    fingerprint: &str,
    passages: &mut [Passage],
) -> Result<(), TaskError> {
    if passages.is_empty() {
        return Ok(());
    }
    let pack = deps
        .store
        .read_pack(&deps.derived_bucket, extract_key)
        .await?;
    let frames: Vec<(u64, String)> = pack
        .names()
        .filter_map(|name| Some((frame_time_ms(name)?, name.to_owned())))
        .collect();
    let times: Vec<u64> = frames.iter().map(|(time_ms, _)| *time_ms).collect();
    let key_of = |time_ms: u64| {
        let name = format!("thumbnail-{time_ms:010}.jpg");
        keys::derived(&task.video.video_id, Stage::Embed, fingerprint, &name)
    };

    let mut wanted = BTreeSet::new();
    for passage in passages {
        if let Some(position) = shown_at(&times, passage.start_ms, passage.end_ms) {
            passage.thumbnail_key = Some(key_of(times[position]));
            wanted.insert(position);
        }
    }
    let pack = &pack;
    stream::iter(wanted)
        .map(|position| {
            let (time_ms, name) = &frames[position];
            let key = key_of(*time_ms);
            async move {
                let bytes = pack.get(name).unwrap_or_default();
                deps.store
                    .write(&deps.derived_bucket, &key, "image/jpeg", bytes)
                    .await
            }
        })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}

/// The first frame inside the stretch, else the last one before it, else the first after it.
fn shown_at(times_ms: &[u64], start_ms: u64, end_ms: u64) -> Option<usize> {
    let inside = times_ms
        .iter()
        .position(|time| (start_ms..end_ms).contains(time));
    let before = || times_ms.iter().rposition(|time| *time < start_ms);
    let after = || (!times_ms.is_empty()).then_some(0);
    inside.or_else(before).or_else(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_of_a_passage_is_one_that_is_seen_during_it() {
        let times = [0, 2000, 4000, 9000];
        assert_eq!(shown_at(&times, 1500, 4500), Some(1));
        assert_eq!(shown_at(&times, 5000, 8000), Some(2));
        assert_eq!(shown_at(&[7000], 1000, 2000), Some(0));
        assert_eq!(shown_at(&[], 1000, 2000), None);
    }
}
