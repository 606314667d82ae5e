//! What is taken of a video for one chunk, decided without I/O.

use contracts::{artifacts::MediaDescription, tasks::Chunk};
use media::{ChunkRange, PlannedChunk};

/// Least that is cached of a source, in bytes.
const MIN_CACHE_BYTES: u64 = 14 << 20;
/// Most that is cached of a source, in bytes.
const MAX_CACHE_BYTES: u64 = 128 << 20;
/// Where a chunk meets the next, this much is read twice: the window of 20 s, a second behind it, and the way from
/// the key frame before it.
const WINDOW_MS: u64 = 26_000;
/// What an mp4 of an hour has as its index: larger than that of other containers.
const INDEX_BYTES_PER_HOUR: u64 = 3_500_000;

/// The chunk and its borders. Where the words come from a text track, speech is not recognised, and nothing is cut.
pub(crate) fn planned(chunk: &Chunk, media: &MediaDescription) -> PlannedChunk {
    let chunks: Vec<ChunkRange> = media.chunks.iter().map(range).collect();
    let position = media.chunks.iter().position(|planned| planned == chunk);
    position
        .filter(|_| media.info.subtitles().is_none())
        .and_then(|position| PlannedChunk::among(&chunks, position))
        .unwrap_or_else(|| range(chunk).into())
}

fn range(chunk: &Chunk) -> ChunkRange {
    ChunkRange {
        start_ms: chunk.start_ms,
        end_ms: chunk.end_ms,
    }
}

/// What the source's server should hold so that the windows around borders, and the index that each run of ffmpeg
/// begins with, are read from it once.
pub(crate) fn cache_bytes(media: &MediaDescription) -> u64 {
    let duration_ms = media.duration_ms.max(1);
    let window_bytes = media.size_bytes.saturating_mul(WINDOW_MS) / duration_ms;
    let index_bytes = INDEX_BYTES_PER_HOUR * duration_ms / 3_600_000;
    // Half of it is for what several runs read.
    (window_bytes + 2 * index_bytes).clamp(MIN_CACHE_BYTES, MAX_CACHE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::media::{AudioStream, MediaInfo, Stream, StreamKind, SubtitleStream};

    fn stream(index: u32, kind: StreamKind) -> Stream {
        Stream {
            index,
            kind,
            is_default: true,
            is_forced: false,
        }
    }

    /// Two hours in chunks of 5 minutes, with sound.
    fn description(has_captions: bool) -> MediaDescription {
        let mut streams = vec![stream(
            0,
            StreamKind::Audio(AudioStream {
                codec: "aac".to_owned(),
                sample_rate_hz: 48_000,
                channels: "stereo".to_owned(),
                language: None,
            }),
        )];
        if has_captions {
            let captions = SubtitleStream {
                codec: "mov_text".to_owned(),
                is_text: true,
                language: None,
            };
            streams.push(stream(1, StreamKind::Subtitle(captions)));
        }
        MediaDescription {
            info: MediaInfo {
                container: "mov,mp4,m4a,3gp,3g2,mj2".to_owned(),
                duration_ms: Some(7_200_000),
                streams,
                title: None,
                seekable: true,
                starts_late: false,
            },
            duration_ms: 7_200_000,
            size_bytes: 1_800_000_000,
            remuxed: false,
            chunks: (0..24)
                .map(|index| Chunk {
                    index,
                    start_ms: u64::from(index) * 300_000,
                    end_ms: u64::from(index + 1) * 300_000,
                })
                .collect(),
        }
    }

    #[test]
    fn speech_is_cut_only_where_it_is_recognised() {
        let cuts = |has_captions, index: usize| {
            let media = description(has_captions);
            let chunk = planned(&media.chunks[index], &media);
            assert_eq!(chunk.range.start_ms, index as u64 * 300_000);
            (chunk.start.is_some(), chunk.end.is_some())
        };
        assert_eq!(cuts(false, 0), (false, true));
        assert_eq!(cuts(false, 7), (true, true));
        assert_eq!(cuts(false, 23), (true, false));
        assert_eq!(cuts(true, 7), (false, false));
    }

    #[test]
    fn the_cache_grows_with_the_rate_and_is_bounded() {
        let check = |size_bytes, expected| {
            let media = MediaDescription {
                size_bytes,
                ..description(false)
            };
            assert_eq!(cache_bytes(&media), expected);
        };
        check(1_800_000, MIN_CACHE_BYTES);
        check(7_200_000_000, 26_000_000 + 14_000_000);
        check(90_000_000_000, MAX_CACHE_BYTES);
    }
}
