//! From moments, best first, to the list that pages go through.

use crate::answer::VideosById;
use contracts::{
    VideoId,
    api::{FacetCount, Facets, Grouping, Order},
};
use moments::{FoundMoment, LEAST_CONFIDENCE, at_most_per_video};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many moments of one video a group shows unless told: enough to see what the video has, few enough to see others.
const DEFAULT_GROUP_MOMENTS: usize = 3;

/// How moments are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// In which order.
    pub order: Order,
    /// What they are grouped by.
    pub group: Option<Grouping>,
    /// At most this many of one video.
    pub per_video: Option<usize>,
}

/// Some of the list, one after the other.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub moments: Vec<FoundMoment>,
    /// Empty where moments are not grouped.
    pub groups: Vec<Group>,
    /// Where the next page starts; `None` after the last.
    pub next_offset: Option<usize>,
}

/// The moments of one video.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub video_id: VideoId,
    /// How many there are, also where not all are listed.
    pub found: usize,
}

/// Moments that are confident and those that are not, each best first; one of which nothing can be said is. The only
/// place that tells them apart.
pub(crate) fn split(moments: Vec<FoundMoment>) -> (Vec<FoundMoment>, Vec<FoundMoment>) {
    let is_confident = |moment: &FoundMoment| {
        let confidence = moment.confidence;
        confidence.is_none_or(|confidence| confidence >= LEAST_CONFIDENCE)
    };
    moments.into_iter().partition(is_confident)
}

/// The page that starts after `offset` moments, or after `offset` groups.
pub(crate) fn page(
    confident: Vec<FoundMoment>,
    videos: &VideosById,
    arrangement: &Arrangement,
    offset: usize,
    limit: usize,
) -> Page {
    let mut found: HashMap<VideoId, usize> = HashMap::new();
    for moment in &confident {
        *found.entry(moment.video_id.clone()).or_default() += 1;
    }
    let entries = arranged(confident, videos, arrangement);
    let end = offset.saturating_add(limit);
    let next_offset = (end < entries.len()).then_some(end);
    let shown = entries.into_iter().skip(offset).take(limit);
    let shown: Vec<Vec<FoundMoment>> = shown.collect();
    let groups = arrangement.group.iter().flat_map(|Grouping::Video| {
        shown.iter().map(|entry| Group {
            video_id: entry[0].video_id.clone(),
            found: found[&entry[0].video_id],
        })
    });
    Page {
        groups: groups.collect(),
        moments: shown.into_iter().flatten().collect(),
        next_offset,
    }
}

/// What a page counts: moments, or groups of them.
fn arranged(
    confident: Vec<FoundMoment>,
    videos: &VideosById,
    arrangement: &Arrangement,
) -> Vec<Vec<FoundMoment>> {
    let by_default = arrangement.group.map(|_| DEFAULT_GROUP_MOMENTS);
    let per_video = arrangement.per_video.or(by_default);
    let mut listed = at_most_per_video(confident, per_video.unwrap_or(usize::MAX));
    sort(&mut listed, videos, arrangement.order);
    let mut entries: Vec<Vec<FoundMoment>> = Vec::new();
    for moment in listed {
        let is_of_it = |entry: &&mut Vec<FoundMoment>| entry[0].video_id == moment.video_id;
        let group = arrangement
            .group
            .and_then(|_| entries.iter_mut().find(is_of_it));
        match group {
            Some(group) => group.push(moment),
            None => entries.push(vec![moment]),
        }
    }
    entries
}

fn sort(moments: &mut [FoundMoment], videos: &VideosById, order: Order) {
    // Times of the catalog sort as text.
    let made = |moment: &FoundMoment| {
        let video = videos.get(&moment.video_id);
        video.map(|video| video.created_at.as_str())
    };
    moments.sort_by(|left, right| {
        let by_date = match order {
            Order::Relevance => return std::cmp::Ordering::Equal,
            Order::Newest => made(right).cmp(&made(left)),
            Order::Oldest => made(left).cmp(&made(right)),
        };
        let place = |moment: &FoundMoment| (moment.start_ms, moment.end_ms);
        by_date
            .then_with(|| left.video_id.cmp(&right.video_id))
            .then_with(|| place(left).cmp(&place(right)))
    });
}

/// How the moments are spread. A moment counts once for each of its channels, and of its video's tags.
pub(crate) fn facets(confident: &[FoundMoment], videos: &VideosById) -> Facets {
    let (mut channels, mut tags) = (BTreeMap::new(), BTreeMap::new());
    let (mut languages, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for moment in confident {
        let Some(video) = videos.get(&moment.video_id) else {
            continue;
        };
        for channel in moment.channels() {
            count(&mut channels, channel.as_str());
        }
        for tag in video.tags.iter().collect::<BTreeSet<_>>() {
            count(&mut tags, tag);
        }
        let language = video.language.as_ref().or(video.found_language.as_ref());
        if let Some(primary) = language.and_then(|tag| tag.split('-').next()) {
            count(&mut languages, &primary.to_ascii_lowercase());
        }
        count(&mut ids, moment.video_id.as_str());
    }
    Facets {
        channels: most_first(channels),
        tags: most_first(tags),
        languages: most_first(languages),
        videos: most_first(ids),
    }
}

fn count(counts: &mut BTreeMap<String, u32>, value: &str) {
    *counts.entry(value.to_owned()).or_default() += 1;
}

fn most_first(counts: BTreeMap<String, u32>) -> Vec<FacetCount> {
    let counts = counts.into_iter();
    let mut counts: Vec<FacetCount> = counts
        .map(|(value, count)| FacetCount { value, count })
        .collect();
    // Stable: of equal counts the values stay in their order.
    counts.sort_by_key(|facet| std::cmp::Reverse(facet.count));
    counts
}

#[cfg(test)]
mod tests;
