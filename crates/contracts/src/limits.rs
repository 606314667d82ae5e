//! Every limit of vindex, in one place. A message that refuses something names the limit's value.

/// Longest video in milliseconds: 12 hours (144 chunks of 5 minutes).
pub const MAX_DURATION_MS: u64 = 12 * 60 * 60 * 1000;
/// Longest side of a picture in pixels.
pub const MAX_PICTURE_SIDE_PX: u32 = 8192;
/// Most streams in one file.
pub const MAX_STREAMS: usize = 64;
/// Largest source in bytes: 100 GB.
pub const MAX_SOURCE_BYTES: u64 = 100_000_000_000;
/// Most chunks of one video, whatever its bit rate.
pub const MAX_CHUNKS: usize = 144;
/// Length of a chunk in milliseconds unless a setting says otherwise.
pub const DEFAULT_CHUNK_MS: u64 = 300_000;
/// Above this many bytes a chunk is made shorter, as long as [`MAX_CHUNKS`] allows.
pub const MAX_CHUNK_BYTES: u64 = 1_000_000_000;
/// Largest file that is copied into a seekable container before it is split, in bytes: 4.5 GB, which S3 takes as one object.
pub const MAX_REMUX_BYTES: u64 = 4_500_000_000;
/// Largest subtitle file in bytes.
pub const MAX_SUBTITLE_BYTES: u64 = 10_000_000;
/// Most captions of one subtitle file.
pub const MAX_SUBTITLE_CUES: usize = 100_000;
/// Largest file that is uploaded by one PUT, in bytes; larger ones go in parts.
pub const MAX_SINGLE_PUT_BYTES: u64 = 100_000_000;
/// Size of one part of a multipart upload in bytes; grows where more than [`MAX_PARTS`] would be needed.
pub const PART_BYTES: u64 = 16_000_000;
/// Most parts of one upload (S3's own limit).
pub const MAX_PARTS: u64 = 10_000;
/// Longest entity tag of a part in characters.
pub const MAX_ETAG_CHARS: usize = 64;
/// Largest body that joins an upload's parts, in bytes: [`MAX_PARTS`] numbers and entity tags.
pub const MAX_COMPLETION_BODY_BYTES: usize = 2_000_000;
/// Most presigned part URLs in one answer.
pub const PART_URLS_PER_PAGE: u32 = 100;
/// How long a presigned URL is valid, in seconds.
pub const PRESIGNED_URL_SECONDS: u64 = 3600;
/// Longest query in characters.
pub const MAX_QUERY_CHARS: usize = 1000;
/// Largest picture that is searched for, in bytes.
pub const MAX_IMAGE_BYTES: usize = 4_000_000;
/// Largest body of a search: the largest picture in base64, and its filters. A Lambda function takes 6 MB.
pub const MAX_SEARCH_BODY_BYTES: usize = MAX_IMAGE_BYTES / 3 * 4 + MAX_BODY_BYTES;
/// Longest title in characters.
pub const MAX_TITLE_CHARS: usize = 500;
/// Longest file name in characters.
pub const MAX_FILE_NAME_CHARS: usize = 500;
/// Most tags of a video.
pub const MAX_TAGS: usize = 20;
/// Longest tag in characters.
pub const MAX_TAG_CHARS: usize = 64;
/// Most videos that one search may be narrowed to.
pub const MAX_FILTER_VIDEOS: usize = 100;
/// Most languages that one search may be narrowed to.
pub const MAX_FILTER_LANGUAGES: usize = 20;
/// Most moments in one answer.
pub const MAX_PAGE_MOMENTS: u32 = 50;
/// Most moments that the pages of one search go through.
pub const MAX_LISTED_MOMENTS: usize = 200;
/// How many moments an answer has unless told.
pub const DEFAULT_PAGE_MOMENTS: u32 = 10;
/// Most videos in one page of a list.
pub const MAX_PAGE_VIDEOS: u32 = 100;
/// Largest body of an API request in bytes, but for a search and for the joining of an upload's parts.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
