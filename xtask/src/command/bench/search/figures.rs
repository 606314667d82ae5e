//! What was measured of the index, and what was promised.

use serde::Deserialize;

use super::cold_start::ColdStart;
use crate::command::bench::proc_files::Memory;

/// A fused search takes at most so many times as long as its slowest retriever alone, in the middle and with one client.
pub const FUSED_LIMIT: f64 = 1.20;
/// Of the ten nearest neighbours at least this share is found.
pub const RECALL_LIMIT: f64 = 0.97;

/// Everything that was measured.
#[derive(Debug)]
pub struct SearchFigures {
    /// Each size of the index, with either kind of vectors.
    pub runs: Vec<IndexRun>,
    /// Starts of the function `search`, with the smallest index.
    pub cold_starts: Vec<ColdStart>,
    /// Whether this Java computes with vector instructions.
    pub has_vector_instructions: bool,
}

/// One index.
#[derive(Debug)]
pub struct IndexRun {
    /// How many documents it has.
    pub segments: u32,
    /// How its vectors lie in it.
    pub vectors: Vectors,
    /// Writing it.
    pub filled: Filled,
    /// Searching in it.
    pub asked: Asked,
    /// Memory of OpenSearch after that, started anew before it.
    pub memory: Memory,
}

/// How vectors lie in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vectors {
    /// As the models give them.
    Float,
    /// Each number as one byte.
    Byte,
}

impl Vectors {
    /// Both, that of the functions last.
    pub const ALL: [Self; 2] = [Self::Byte, Self::Float];

    /// In words, as the program takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Byte => "byte",
        }
    }
}

/// What writing an index took.
#[derive(Debug, Clone, Deserialize)]
pub struct Filled {
    /// How many documents.
    pub documents: u64,
    /// Until all could be found, in seconds.
    pub write_s: f64,
    /// Until it was at rest, in seconds from then on.
    pub merge_s: f64,
    /// Segments of Lucene's that it lies in.
    pub lucene_segments: u64,
    /// Its size on the disk.
    pub index_bytes: u64,
}

/// What searching took and found.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    /// The very first search after a restart of OpenSearch.
    pub first_search_ms: f64,
    /// Fused, and each retriever.
    pub searches: Vec<Search>,
    /// How near the made-up vectors are to each other.
    pub cosines: Cosines,
}

/// A way of searching.
#[derive(Debug, Clone, Deserialize)]
pub struct Search {
    /// In words.
    pub name: String,
    /// Whether it asks all retrievers together.
    pub is_fused: bool,
    /// Alone.
    pub one_client: Percentiles,
    /// Eight beside each other.
    pub eight_clients: Percentiles,
    /// Alone, of the tenant with one of a hundred documents.
    pub few_documents: Percentiles,
    /// Which share of the ten nearest is found; none for words.
    pub recall: Option<f64>,
    /// The same of the tenant with few documents.
    pub recall_of_few: Option<f64>,
}

/// Times in milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Percentiles {
    /// The middle.
    pub p50_ms: f64,
    /// What 95 of a hundred don't exceed.
    pub p95_ms: f64,
    /// What 99 of a hundred don't exceed.
    pub p99_ms: f64,
}

/// Between which cosines nine of ten pairs lie.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Cosines {
    /// Of passages of one video.
    pub of_one_video: [f64; 2],
    /// Of passages of two videos.
    pub of_others: [f64; 2],
}

impl SearchFigures {
    /// What is promised and not kept, in words.
    pub fn broken(&self) -> Vec<&'static str> {
        let floats = || self.of(Vectors::Float);
        let promises = [
            (
                floats().all(|run| run.asked.fused_ratio(one_client) <= FUSED_LIMIT),
                "a fused search takes too long beside its slowest retriever",
            ),
            (
                floats().all(|run| run.asked.least_recall() >= RECALL_LIMIT),
                "too few of the nearest neighbours are found",
            ),
            (
                floats().all(|run| run.asked.least_recall_of_few() >= RECALL_LIMIT),
                "too few of the nearest neighbours are found among few documents",
            ),
            (
                self.of(Vectors::Byte)
                    .all(|run| run.asked.least_recall() >= RECALL_LIMIT),
                "too few of the nearest neighbours are found with bytes",
            ),
        ];
        let broken = promises.into_iter().filter(|(holds, _)| !holds);
        broken.map(|(_, what)| what).collect()
    }

    /// The indices with one kind of vectors.
    pub fn of(&self, vectors: Vectors) -> impl Iterator<Item = &IndexRun> {
        self.runs.iter().filter(move |run| run.vectors == vectors)
    }
}

/// The times of a search with one client.
pub fn one_client(search: &Search) -> Percentiles {
    search.one_client
}

/// The times of a search with eight clients.
pub fn eight_clients(search: &Search) -> Percentiles {
    search.eight_clients
}

impl Filled {
    /// Documents written in a second.
    pub fn documents_per_second(&self) -> f64 {
        self.documents as f64 / self.write_s
    }
}

impl Asked {
    /// The middle time of a fused search, divided by that of the slowest retriever.
    pub fn fused_ratio(&self, times: fn(&Search) -> Percentiles) -> f64 {
        let longest = |is_fused| self.middles(is_fused, times).fold(0.0, f64::max);
        longest(true) / longest(false)
    }

    /// The middle time of a fused search, divided by those of all retrievers one after another.
    pub fn fused_share(&self, times: fn(&Search) -> Percentiles) -> f64 {
        let sum = |is_fused| self.middles(is_fused, times).sum::<f64>();
        sum(true) / sum(false)
    }

    /// Middle times in milliseconds, of the fused search or of the retrievers.
    fn middles(
        &self,
        is_fused: bool,
        times: fn(&Search) -> Percentiles,
    ) -> impl Iterator<Item = f64> {
        let of_kind = self.searches.iter();
        let of_kind = of_kind.filter(move |search| search.is_fused == is_fused);
        of_kind.map(move |search| times(search).p50_ms)
    }

    /// The recall of the retriever that finds the fewest.
    pub fn least_recall(&self) -> f64 {
        least(self.searches.iter().filter_map(|search| search.recall))
    }

    /// The same of the tenant with few documents.
    pub fn least_recall_of_few(&self) -> f64 {
        let recalls = self.searches.iter();
        least(recalls.filter_map(|search| search.recall_of_few))
    }
}

fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(1.0, f64::min)
}
