//! What a retriever found.

use contracts::{Generation, VideoId, segments::Channel};

/// A way of looking. Each ranks what it finds by a score that only it can compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Retriever {
    /// Words of titles, by BM25.
    TitleWords,
    /// Words that were said or shown, by BM25.
    Words,
    /// Meaning of words that were said or shown, by cosine.
    Meaning,
}

/// One document of the index, as a retriever found it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The document's `_id`.
    pub id: String,
    /// The video.
    pub video_id: VideoId,
    /// Which indexing of it.
    pub generation: Generation,
    /// The chunk it came from; `None` for a title.
    pub chunk: Option<u32>,
    /// Where the evidence lies.
    pub channel: Channel,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
    /// The words.
    pub text: String,
    /// Matched words as `[from, to)` in UTF-16 code units of `text`; empty where the retriever matches no words.
    pub highlights: Vec<[u32; 2]>,
    /// Small picture in the derived bucket.
    pub thumbnail_key: Option<String>,
    /// The retriever's own score: the larger the better.
    pub score: f64,
}

/// All that one retriever found, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedHits {
    /// The retriever.
    pub retriever: Retriever,
    /// Its hits.
    pub hits: Vec<Hit>,
}
