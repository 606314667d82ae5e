//! What is near and served. An index also holds what is being made of a video, or was when that failed.

use crate::Dependencies;
use contracts::{Generation, VideoId, Workspace, reindex::COMPARED_HITS};
use lambda_kit::TaskError;
use search_index::{Near, Place, VectorField};
use std::collections::{BTreeMap, BTreeSet};

/// Asked for so many more, so that enough are left of what is served.
const SPARE: usize = 4;

/// Ids of the documents of an index that are nearest to a vector and served, at most [`COMPARED_HITS`].
pub(crate) async fn nearest(
    deps: &Dependencies,
    place: Place,
    workspace: &Workspace,
    field: VectorField,
    vector: &[f32],
) -> Result<Vec<String>, TaskError> {
    let index = deps.index.at(place);
    let near = index
        .nearest(workspace, field, vector, COMPARED_HITS * SPARE)
        .await?;
    let videos: BTreeSet<VideoId> = near.iter().map(|one| one.video_id.clone()).collect();
    let videos: Vec<VideoId> = videos.into_iter().collect();
    let records = deps.catalog.get_many(workspace, &videos).await?;
    let served = records.iter().filter_map(|record| {
        let video = record.served()?;
        Some((video.video_id, video.generation))
    });
    Ok(first_served(near, &served.collect()))
}

fn first_served(near: Vec<Near>, served: &BTreeMap<VideoId, Generation>) -> Vec<String> {
    let kept = near
        .into_iter()
        .filter(|one| served.get(&one.video_id) == Some(&one.generation));
    kept.take(COMPARED_HITS).map(|one| one.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_served_takes_no_place_among_the_first() {
        let near = |at: u32, video: &str, generation| Near {
            id: at.to_string(),
            video_id: video.into(),
            generation,
        };
        let found = (0..30).flat_map(|at| [near(at, "v", 1), near(100 + at, "v", 2)]);
        let found = [near(200, "gone", 1)].into_iter().chain(found).collect();
        let served = BTreeMap::from([("v".into(), 1)]);
        let expected: Vec<String> = (0..10).map(|at| at.to_string()).collect();
        assert_eq!(first_served(found, &served), expected);
    }
}
