//! Looking for one thing, or for one soon after another: vectors, the index, the catalog, moments.

use crate::{
    answer::{self, VideosById},
    judging::judge,
    request::{Search, Wanted},
    seams::World,
    vectors::{QueryVectors, vectors_of},
};
use axum::http::StatusCode;
use contracts::{VideoId, Workspace};
use lambda_kit::http::ProblemResponse;
use moments::{
    FoundMoment, Hit, RankedDocuments, Retriever, collapse_repeats, content_words, find_moments,
    join_sequences,
};
use search_index::{Filters, Highlights, QueryPlan, Statistics};
use std::{collections::BTreeSet, error::Error, future::Future, time::Duration};

/// Hits that each retriever gives: enough for all moments that pages go through, also where some are not served.
const CANDIDATES: usize = 200;
/// Longest wait for the index, and for the catalog: many times what either takes, and short enough that a search is
/// answered or refused well before API Gateway gives up on it.
const SERVICE_BUDGET: Duration = Duration::from_secs(5);
/// Longest wait for the words that matched, without which an answer is whole enough.
const HIGHLIGHTS_BUDGET: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug)]
pub(crate) struct Looked {
    /// Best first.
    pub moments: Vec<FoundMoment>,
    /// The videos of the moments, and others.
    pub videos: VideosById,
    /// Retrievers that should have been asked and did not answer, or not in full.
    pub silent: BTreeSet<Retriever>,
    /// Whether pictures were compared.
    pub by_looks: bool,
    /// What was asked for: two plans where one thing comes soon after another.
    pub plans: Vec<QueryPlan>,
}

/// Looks for what a search wants.
///
/// # Errors
/// 400 for a picture that can't be read, 404 for an unknown segment, 503 where nothing could be asked.
pub(crate) async fn look<W: World>(
    world: &W,
    workspace: &Workspace,
    search: &Search,
) -> Result<Looked, ProblemResponse> {
    let look_for = |wanted| look_for(world, workspace, wanted, &search.filters);
    let mut looked = match &search.then {
        None => look_for(&search.wanted).await?,
        Some(then) => {
            let (first, second) =
                futures::try_join!(look_for(&search.wanted), look_for(&then.wanted))?;
            joined(first, second, then.within_ms)
        }
    };
    looked.moments = collapse_repeats(looked.moments, search.wants_every_occurrence());
    Ok(looked)
}

/// What is found where one thing comes soon after another.
fn joined(first: Looked, second: Looked, within_ms: u64) -> Looked {
    Looked {
        moments: join_sequences(&first.moments, &second.moments, within_ms),
        videos: first.videos.into_iter().chain(second.videos).collect(),
        silent: &first.silent | &second.silent,
        by_looks: first.by_looks || second.by_looks,
        plans: first.plans.into_iter().chain(second.plans).collect(),
    }
}

async fn look_for<W: World>(
    world: &W,
    workspace: &Workspace,
    wanted: &Wanted,
    filters: &Filters,
) -> Result<Looked, ProblemResponse> {
    let query = vectors_of(world, workspace, wanted, filters).await?;
    let plan = plan_of(workspace, wanted, filters, &query);
    let (mut found, silent, statistics) = retrieve(world, &plan).await?;
    let silent: BTreeSet<Retriever> = silent.into_iter().chain(query.silent.clone()).collect();
    if found.is_empty() && !silent.is_empty() {
        return Err(ProblemResponse::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "nothing that could answer this search answers at present: try again in a moment",
        ));
    }
    let ids = video_ids(&found);
    let videos = in_time("the catalog", world.find_videos(workspace, &ids)).await?;
    let videos = answer::by_id(videos);
    answer::keep_served(&mut found, &videos);
    query.calibrate(&mut found, &world.calibration());
    let hits = in_time("the search index", world.read(&plan, &found)).await?;
    let mut moments = find_moments(&hits);
    if let Some(judge) = judge(&query.text, filters, &found, statistics.as_ref()) {
        judge.judge(&mut moments);
    }
    Ok(Looked {
        moments,
        videos,
        silent,
        by_looks: query.image_vector.is_some(),
        plans: vec![plan],
    })
}

/// Where the words that were looked for stand in the evidence of moments. Where that can't be told in time, the moments
/// are answered without.
pub(crate) async fn highlights<W: World>(
    world: &W,
    plans: &[QueryPlan],
    moments: impl Iterator<Item = &FoundMoment>,
) -> Highlights {
    let evidence: Vec<&Hit> = moments.flat_map(|moment| &moment.evidence).collect();
    let with_words = evidence.iter().filter(|hit| !hit.text.is_empty());
    let ids: Vec<&str> = with_words.map(|hit| hit.id.as_str()).collect();
    let mut all = Highlights::new();
    for plan in plans {
        let marking = tokio::time::timeout(HIGHLIGHTS_BUDGET, world.highlights(plan, &ids));
        match marking.await {
            Ok(Ok(marked)) => {
                for (id, ranges) in marked {
                    all.entry(id).or_default().extend(ranges);
                }
            }
            Ok(Err(error)) => tracing::warn!(error.message = %error, "no words are marked"),
            Err(_) => tracing::warn!("marking words is late"),
        }
    }
    for ranges in all.values_mut() {
        ranges.sort_unstable();
        ranges.dedup();
    }
    all
}

/// What the retrievers found, those that failed or were late, and what the search is over.
async fn retrieve<W: World>(
    world: &W,
    plan: &QueryPlan,
) -> Result<(Vec<RankedDocuments>, Vec<Retriever>, Option<Statistics>), ProblemResponse> {
    let answers = in_time("the search index", world.retrieve(plan)).await?;
    let failed = answers.failed.into_iter().map(|(retriever, error)| {
        let name = retriever.as_str();
        tracing::error!(error.message = %error, retriever = name, "a retriever does not answer");
        retriever
    });
    Ok((answers.found, failed.collect(), answers.statistics))
}

/// The answer of a service.
///
/// # Errors
/// 503 where it fails or is late.
pub(crate) async fn in_time<Answer, Failure: Error>(
    what: &str,
    call: impl Future<Output = Result<Answer, Failure>>,
) -> Result<Answer, ProblemResponse> {
    match tokio::time::timeout(SERVICE_BUDGET, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(ProblemResponse::unavailable(what, &error)),
        Err(late) => Err(ProblemResponse::unavailable(what, &late)),
    }
}

fn plan_of(
    workspace: &Workspace,
    wanted: &Wanted,
    filters: &Filters,
    query: &QueryVectors,
) -> QueryPlan {
    QueryPlan {
        workspace: workspace.clone(),
        text: query.text.words.clone(),
        phrases: query.text.phrases.clone(),
        excluded: query.text.excluded.clone(),
        text_vector: query.text_vector.clone(),
        image_vector: query.image_vector.clone(),
        filters: filters.clone(),
        candidates: CANDIDATES,
        counted_words: content_words(&query.text.words),
        except: match wanted {
            Wanted::Like(id) => Some(id.clone()),
            Wanted::Text(_) | Wanted::Picture(_) => None,
        },
    }
}

fn video_ids(found: &[RankedDocuments]) -> Vec<VideoId> {
    let documents = found.iter().flat_map(|list| &list.documents);
    let ids: BTreeSet<&VideoId> = documents.map(|one| &one.video_id).collect();
    ids.into_iter().cloned().collect()
}
