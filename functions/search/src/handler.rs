//! One search from request to answer.

use crate::{
    answer,
    judging::judge,
    request::{self, Search, Wanted},
    seams::World,
    vectors::{QueryVectors, vectors_of},
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::get,
};
use contracts::{
    VideoId, Workspace,
    api::{SearchRequest, SearchResponse},
    limits::MAX_SEARCH_BODY_BYTES,
    segments::Channel,
};
use lambda_kit::http::{Caller, JsonBody, ProblemResponse, QueryParameters, not_found};
use moments::{RankedHits, Retriever, content_words, find_moments};
use search_index::{Filters, QueryPlan};
use std::{collections::BTreeSet, sync::Arc};

/// Hits that each retriever gives: enough that dropping what is not served leaves plenty.
const CANDIDATES: usize = 100;

/// The routes of this function.
pub fn router<W: World>(world: W) -> Router {
    Router::new()
        .route("/search", get(by_parameters::<W>).post(by_body::<W>))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_SEARCH_BODY_BYTES))
        .with_state(Arc::new(world))
}

async fn by_parameters<W: World>(
    State(world): State<Arc<W>>,
    caller: Caller,
    QueryParameters(request): QueryParameters<SearchRequest>,
) -> Result<Json<SearchResponse>, ProblemResponse> {
    answer_search(&*world, &caller.workspace, &request)
        .await
        .map(Json)
}

async fn by_body<W: World>(
    State(world): State<Arc<W>>,
    caller: Caller,
    JsonBody(request): JsonBody<SearchRequest>,
) -> Result<Json<SearchResponse>, ProblemResponse> {
    answer_search(&*world, &caller.workspace, &request)
        .await
        .map(Json)
}

/// Answers a search of a tenant.
///
/// # Errors
/// 400 for a request that makes no sense, 404 for an unknown segment, 413 for a large picture, 503 where the index or the catalog does not answer.
pub async fn answer_search<W: World>(
    world: &W,
    workspace: &Workspace,
    request: &SearchRequest,
) -> Result<SearchResponse, ProblemResponse> {
    let search = Search::read(request)?;
    let query = vectors_of(world, workspace, &search.wanted, &search.filters).await?;
    let mut silent = query.silent.clone();
    let plan = plan_of(&search, workspace, &query);
    let answers = world
        .retrieve(&plan)
        .await
        .map_err(|error| ProblemResponse::unavailable("the search index", &error))?;
    for (retriever, error) in &answers.failed {
        tracing::error!(error.message = %error, "{retriever:?} does not answer");
        silent.push(*retriever);
    }
    let mut found = answers.found;
    let videos = world
        .find_videos(workspace, &video_ids(&found))
        .await
        .map_err(|error| ProblemResponse::unavailable("the catalog", &error))?;
    let videos = answer::by_id(videos);
    answer::keep_served(&mut found, &videos);
    if let Wanted::Like(id) = &search.wanted {
        answer::drop_segment(&mut found, id);
    }
    query.calibrate(&mut found, &world.calibration());
    let mut moments = find_moments(&found);
    if let Some(judge) = judge(&query.text, &found, answers.statistics.as_ref()) {
        judge.judge(&mut moments);
    }
    let page = answer::page(&moments, search.offset, search.limit);
    let next_offset = search.offset.saturating_add(page.len());
    Ok(SearchResponse {
        no_confident_match: moments.is_empty(),
        degraded: degraded(&silent, &search.filters),
        next_cursor: (next_offset < moments.len()).then(|| request::cursor(request, next_offset)),
        nearest: Vec::new(),
        groups: Vec::new(),
        facets: None,
        moments: answer::on_the_wire(page, &videos, world).await,
        visual_model: query.image_vector.and_then(|_| world.visual_model()),
    })
}

fn plan_of(search: &Search, workspace: &Workspace, query: &QueryVectors) -> QueryPlan {
    QueryPlan {
        workspace: workspace.clone(),
        text: query.text.clone(),
        phrases: Vec::new(),
        excluded: Vec::new(),
        text_vector: query.text_vector.clone(),
        image_vector: query.image_vector.clone(),
        filters: search.filters.clone(),
        candidates: CANDIDATES,
        counted_words: content_words(&query.text),
    }
}

fn video_ids(found: &[RankedHits]) -> Vec<VideoId> {
    let hits = found.iter().flat_map(|list| &list.hits);
    let ids: BTreeSet<&VideoId> = hits.map(|hit| &hit.video_id).collect();
    ids.into_iter().cloned().collect()
}

/// The channels asked for that a silent retriever leaves searched in part or not at all.
fn degraded(silent: &[Retriever], filters: &Filters) -> Vec<String> {
    let channels: BTreeSet<&Channel> = silent
        .iter()
        .flat_map(|retriever| retriever.channels())
        .collect();
    channels
        .into_iter()
        .filter(|channel| filters.has_channel(**channel))
        .map(|channel| channel.as_str().to_owned())
        .collect()
}
