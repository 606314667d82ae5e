//! Searching in a filled index.

use crate::{
    corpus::{Corpus, Query, Tenant, vector},
    exact::{BY_VECTORS, NEAREST, Nearest, nearest},
    latency::{Way, measure},
    setting::Setting,
    vectors::dot,
};
use contracts::segments::Channel;
use moments::Retriever;
use serde_json::{Value, json};
use std::{error::Error, time::Instant};

/// Queries to the tenant with nearly all documents, and to the one with few.
const QUERIES: usize = 400;
const QUERIES_OF_FEW: usize = 200;
/// What is searched before anything counts but the first search.
const WARM_UP: usize = 80;
/// Clients at the same time: so many users' searches that all cores are busy.
const MANY_CLIENTS: usize = 8;

/// Searches, times it, and compares what is found with what is there.
pub async fn ask(setting: &Setting) -> Result<Value, Box<dyn Error>> {
    let corpus = Corpus::new(setting.segments);
    let queries = corpus.queries(Tenant::Large, QUERIES);
    let few = corpus.queries(Tenant::Small, QUERIES_OF_FEW);
    let started = Instant::now();
    let plan = Way::Fused.plan(&queries[0], setting);
    setting.index.search(&plan).await?;
    let first_search = started.elapsed();
    measure(setting, &queries[QUERIES - WARM_UP..], MANY_CLIENTS).await?;
    let alone = measure(setting, &queries, 1).await?;
    let together = measure(setting, &queries, MANY_CLIENTS).await?;
    let alone_in_few = measure(setting, &few, 1).await?;
    let recalls_of_all = recalls(setting, &corpus, &queries).await?;
    let recalls_of_few = recalls(setting, &corpus, &few).await?;
    let searches: Vec<Value> = Way::all()
        .iter()
        .enumerate()
        .map(|(place, way)| {
            json!({
                "name": way.name(),
                "is_fused": *way == Way::Fused,
                "one_client": alone[place].percentiles(),
                "eight_clients": together[place].percentiles(),
                "few_documents": alone_in_few[place].percentiles(),
                "recall": recall_of(&recalls_of_all, *way),
                "recall_of_few": recall_of(&recalls_of_few, *way),
            })
        })
        .collect();
    Ok(json!({
        "first_search_ms": first_search.as_secs_f64() * 1000.0,
        "searches": searches,
        "cosines": cosines(&corpus),
    }))
}

type Recalls = [f64; BY_VECTORS.len()];

fn recall_of(recalls: &Recalls, way: Way) -> Option<f64> {
    let place = BY_VECTORS
        .iter()
        .position(|retriever| way == Way::Single(*retriever))?;
    Some(recalls[place])
}

/// Which share of the true nearest documents is among the first that each retriever by vectors finds.
async fn recalls(
    setting: &Setting,
    corpus: &Corpus,
    queries: &[Query],
) -> Result<Recalls, Box<dyn Error>> {
    let mut sums = Recalls::default();
    for (query, nearest) in queries.iter().zip(nearest(corpus, queries)) {
        for (place, retriever) in BY_VECTORS.into_iter().enumerate() {
            sums[place] += recall(setting, query, retriever, &nearest[place]).await?;
        }
    }
    Ok(sums.map(|sum| sum / queries.len() as f64))
}

async fn recall(
    setting: &Setting,
    query: &Query,
    retriever: Retriever,
    nearest: &Nearest,
) -> Result<f64, Box<dyn Error>> {
    let plan = Way::Single(retriever).plan(query, setting);
    let answers = setting.index.search(&plan).await?;
    let [list] = &answers.found[..] else {
        return Err("one retriever was asked and others answer".into());
    };
    let hits = &setting
        .index
        .read(&plan, std::slice::from_ref(list))
        .await?[0]
        .hits;
    let nearest_hits = hits.iter().take(NEAREST);
    let ids: Vec<&str> = nearest_hits.map(|hit| hit.id.as_str()).collect();
    Ok(nearest.share_in(&ids))
}

/// Between which cosines nine of ten pairs of made-up passages lie.
fn cosines(corpus: &Corpus) -> Value {
    let (mut of_video, mut of_others, mut before) = (Vec::new(), Vec::new(), None);
    for video in (0..corpus.videos()).take(300) {
        let spoken: Vec<Vec<f32>> = corpus
            .video(video)
            .into_iter()
            .filter(|(_, document)| document.channel == Channel::Speech)
            .map(|(_, document)| vector(&document.text_vector).to_vec())
            .collect();
        let ([first, second, ..], Some(last)) = (&spoken[..], spoken.last()) else {
            continue;
        };
        of_video.push(dot(first, second));
        of_others.extend(before.map(|before: Vec<f32>| dot(&before, first)));
        before = Some(last.clone());
    }
    json!({"of_one_video": middle(of_video), "of_others": middle(of_others)})
}

/// From the fifth to the ninety-fifth of a hundred.
fn middle(mut values: Vec<f32>) -> [f32; 2] {
    values.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| values.get(values.len() * share / 100).copied();
    [at(5), at(95)].map(Option::unwrap_or_default)
}
