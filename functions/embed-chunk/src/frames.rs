//! The frames of a chunk's pack, and small pictures of them for people.

use crate::Dependencies;
use contracts::{
    artifacts::frame_time_ms,
    keys::{self, Stage},
    tasks::ChunkTask,
};
use futures::{StreamExt, TryStreamExt, stream};
use lambda_kit::TaskError;
use object_store::pack::Pack;
use vision::{Frame, LookedShot};

/// How many pictures are written at the same time.
const CONCURRENT_WRITES: usize = 8;

/// The frames of a pack, in order of time.
pub(crate) fn of_pack(pack: &Pack) -> Vec<Frame> {
    let mut frames: Vec<Frame> = pack
        .names()
        .filter_map(|name| {
            Some(Frame {
                time_ms: frame_time_ms(name)?,
                file: pack.get(name)?,
            })
        })
        .collect();
    frames.sort_by_key(|frame| frame.time_ms);
    frames
}

/// Where a frame lies as a picture of its own.
pub(crate) fn thumbnail_key(task: &ChunkTask, fingerprint: &str, time_ms: u64) -> String {
    let name = format!("thumbnail-{time_ms:010}.jpg");
    keys::derived(&task.video.video_id, Stage::Embed, fingerprint, &name)
}

/// Writes the frames that stand for shots.
pub(crate) async fn write_thumbnails(
    deps: &Dependencies,
    task: &ChunkTask,
    fingerprint: &str,
    frames: &[Frame],
    shots: &[LookedShot],
) -> Result<(), TaskError> {
    stream::iter(shots)
        .map(|shot| async move {
            let frame = &frames[shot.frame];
            let key = thumbnail_key(task, fingerprint, frame.time_ms);
            let file = frame.file.clone();
            let bucket = &deps.derived_bucket;
            deps.store.write(bucket, &key, "image/jpeg", file).await
        })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}

/// The shot that is seen longest during a stretch; `None` without shots.
pub(crate) fn shown_during(
    shots: &[LookedShot],
    start_ms: u64,
    end_ms: u64,
) -> Option<&LookedShot> {
    let shared_ms = |shot: &&LookedShot| {
        let until_ms = shot.range_ms.end.min(end_ms);
        until_ms.saturating_sub(shot.range_ms.start.max(start_ms))
    };
    // Of several the first.
    shots.iter().rev().max_by_key(shared_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(start_ms: u64, end_ms: u64, frame: usize) -> LookedShot {
        LookedShot {
            range_ms: start_ms..end_ms,
            frame,
            vector: Vec::new(),
            labels: Vec::new(),
        }
    }

    #[test]
    fn a_passage_shows_what_is_seen_longest_while_it_is_said() {
        let shots = [shot(0, 5000, 0), shot(5000, 8000, 3), shot(8000, 20_000, 7)];
        let frame_during =
            |start_ms, end_ms| shown_during(&shots, start_ms, end_ms).map(|shot| shot.frame);
        assert_eq!(frame_during(4500, 8000), Some(3));
        assert_eq!(frame_during(0, 5000), Some(0));
        assert_eq!(frame_during(30_000, 31_000), Some(0));
        assert_eq!(shown_during(&[], 0, 5000), None);
    }
}
