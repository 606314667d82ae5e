//! What a chunk's documents say of themselves, without I/O.

use contracts::segments::{Channel, SegmentDocument};

/// Gives the documents these tags; answers whether any had others.
pub(crate) fn retag(documents: &mut [(String, SegmentDocument)], tags: &[String]) -> bool {
    let mut changed = false;
    for (_, document) in documents {
        if document.tags != tags {
            document.tags = tags.to_vec();
            changed = true;
        }
    }
    changed
}

/// The channels that the documents make searchable, each once.
pub(crate) fn channels(documents: &[(String, SegmentDocument)]) -> Vec<Channel> {
    let mut channels: Vec<Channel> = documents
        .iter()
        .map(|(_, document)| document.channel)
        .collect();
    channels.sort();
    channels.dedup();
    channels
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::{artifacts::TimeRange, tasks::VideoRef};

    fn documents(channels: &[Channel]) -> Vec<(String, SegmentDocument)> {
        let video = VideoRef {
            workspace: "w".into(),
            video_id: "v".into(),
            generation: 1,
            attempt: 1,
        };
        let range = TimeRange {
            start_ms: 0,
            end_ms: 1,
        };
        let document = |channel| SegmentDocument::empty(&video, channel, range);
        let made = channels.iter().map(|channel| document(*channel));
        made.map(|document| (document.id(0), document)).collect()
    }

    #[test]
    fn documents_are_written_again_only_for_other_tags() {
        let mut documents = documents(&[Channel::Speech]);
        assert!(!retag(&mut documents, &[]));
        assert!(retag(&mut documents, &["a".into()]));
        assert_eq!(documents[0].1.tags, ["a"]);
        assert!(!retag(&mut documents, &["a".into()]));
    }

    #[test]
    fn every_channel_is_named_once() {
        let made = documents(&[Channel::Visual, Channel::Subtitle, Channel::Visual]);
        assert_eq!(channels(&made), [Channel::Subtitle, Channel::Visual]);
        assert_eq!(channels(&[]), []);
    }
}
