//! How long searches take, alone and beside each other.

use crate::{corpus::Query, setting::Setting};
use moments::{Retriever, content_words, find_moments};
use search_index::{Filters, QueryPlan, SearchIndexError};
use serde_json::{Value, json};
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Hits that each retriever gives, as the function `search` asks for them.
const CANDIDATES: usize = 200;
/// Moments whose words are marked, as many as an answer has.
const MARKED: usize = 10;
/// Searches of one way before the next way has its turn.
const TURN: usize = 40;

/// A way of searching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// All retrievers in one request, and moments made of what they find.
    Fused,
    /// One retriever.
    Single(Retriever),
}

impl Way {
    /// Every way.
    pub fn all() -> Vec<Self> {
        let singles = Retriever::ALL
            .iter()
            .map(|retriever| Self::Single(*retriever));
        std::iter::once(Self::Fused).chain(singles).collect()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::Single(Retriever::TitleWords) => "title, words",
            Self::Single(Retriever::Words) => "speech, words",
            Self::Single(Retriever::Meaning) => "speech, meaning",
            Self::Single(Retriever::WrittenWords) => "written, words",
            Self::Single(Retriever::WrittenMeaning) => "written, meaning",
            Self::Single(Retriever::Looks) => "pictures, looks",
        }
    }

    /// The plan that makes the index ask this way and no other.
    pub fn plan(self, query: &Query, setting: &Setting) -> QueryPlan {
        let wants = |retriever| self == Self::Fused || self == Self::Single(retriever);
        let by_words = [
            Retriever::TitleWords,
            Retriever::Words,
            Retriever::WrittenWords,
        ];
        let by_meaning = [Retriever::Meaning, Retriever::WrittenMeaning];
        let encode = |vector: &[f32]| setting.vectors.encode(vector);
        QueryPlan {
            workspace: query.tenant.workspace().as_str().into(),
            text: if by_words.into_iter().any(wants) {
                query.text.clone()
            } else {
                String::new()
            },
            text_vector: by_meaning
                .into_iter()
                .any(wants)
                .then(|| encode(&query.text_vector)),
            image_vector: wants(Retriever::Looks).then(|| encode(&query.image_vector)),
            phrases: Vec::new(),
            excluded: Vec::new(),
            filters: Filters {
                channels: match self {
                    Self::Fused => Vec::new(),
                    Self::Single(retriever) => retriever.channels().to_vec(),
                },
                ..Filters::default()
            },
            candidates: CANDIDATES,
            counted_words: content_words(&query.text),
            except: None,
        }
    }
}

/// Searches every way, in turns, so that whatever else the machine does concerns all alike; gives their times in the
/// order of [`Way::all`].
pub async fn measure(
    setting: &Setting,
    queries: &[Query],
    clients: usize,
) -> Result<Vec<Times>, Box<dyn Error>> {
    let ways = Way::all();
    let mut times = vec![Times::default(); ways.len()];
    for (turn, queries) in queries.chunks(TURN).enumerate() {
        for position in 0..ways.len() {
            let way = (position + turn) % ways.len();
            let plans = queries
                .iter()
                .map(|query| ways[way].plan(query, setting))
                .collect();
            times[way].all.extend(run(setting, plans, clients).await?);
        }
    }
    Ok(times)
}

/// Has clients search at the same time until every plan has been searched for.
async fn run(
    setting: &Setting,
    plans: Vec<QueryPlan>,
    clients: usize,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let plans = Arc::new(plans);
    let next = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..clients)
        .map(|_| {
            let (plans, next, index) = (plans.clone(), next.clone(), setting.index.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let started = Instant::now();
                    let answers = index.search(plan).await?;
                    let moments = find_moments(&index.read(plan, &answers.found).await?);
                    let marked = moments.iter().take(MARKED).flat_map(|one| &one.evidence);
                    let ids: Vec<&str> = marked.map(|hit| hit.id.as_str()).collect();
                    std::hint::black_box(index.highlights(plan, &ids).await?);
                    times.push(started.elapsed());
                    if let Some((_, error)) = answers.failed.into_iter().next() {
                        return Err(error);
                    }
                }
                Ok::<_, SearchIndexError>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await??);
    }
    Ok(times)
}

/// How long the searches of one way took.
#[derive(Clone, Default)]
pub struct Times {
    all: Vec<Duration>,
}

impl Times {
    /// The middle, and what 95 and 99 of a hundred don't exceed, in milliseconds.
    pub fn percentiles(&self) -> Value {
        let mut all = self.all.clone();
        all.sort_unstable();
        let at = |percent: usize| {
            let rank = (all.len() * percent).div_ceil(100).max(1);
            all.get(rank - 1).map(|time| time.as_secs_f64() * 1000.0)
        };
        json!({"p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99)})
    }
}
