//! One search from request to answer.

use crate::{
    answer::{Answered, VideosById},
    arranging::{self, Group},
    looking::{highlights, in_time, look},
    request::{self, Search},
    seams::{World, Worlds},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use contracts::{
    Workspace,
    api::{MomentGroup, SearchRequest, SearchResponse},
    limits::{MAX_LISTED_MOMENTS, MAX_SEARCH_BODY_BYTES},
    segments::Channel,
};
use lambda_kit::http::{Caller, JsonBody, ProblemResponse, QueryParameters, not_found};
use moments::Retriever;
use search_index::Filters;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// For so long an index is taken to serve without asking again. After a switch the one before is kept whole, so that
/// searches which still go there are answered well.
const FRESH: Duration = Duration::from_secs(10);

/// The routes of this function.
pub fn router<W: Worlds>(worlds: W) -> Router {
    Router::new()
        .route("/search", get(by_parameters::<W>).post(by_body::<W>))
        .fallback(not_found)
        .with_state(Arc::new(worlds))
}

async fn by_parameters<W: Worlds>(
    State(worlds): State<Arc<W>>,
    caller: Caller,
    QueryParameters(request): QueryParameters<SearchRequest>,
) -> Result<Json<SearchResponse>, ProblemResponse> {
    answer_now(&*worlds, &caller.workspace, &request).await
}

async fn by_body<W: Worlds>(
    State(worlds): State<Arc<W>>,
    caller: Caller,
    JsonBody(request): JsonBody<SearchRequest, MAX_SEARCH_BODY_BYTES>,
) -> Result<Json<SearchResponse>, ProblemResponse> {
    answer_now(&*worlds, &caller.workspace, &request).await
}

async fn answer_now<W: Worlds>(
    worlds: &W,
    workspace: &Workspace,
    request: &SearchRequest,
) -> Result<Json<SearchResponse>, ProblemResponse> {
    let world = in_time("the search index", worlds.now(FRESH)).await?;
    let answer = answer_search(&*world, workspace, request).await;
    if let Err(problem) = &answer
        && problem.status == StatusCode::SERVICE_UNAVAILABLE
    {
        // It may be that the index was removed after another took its place.
        let now = in_time("the search index", worlds.now(Duration::ZERO)).await?;
        if !Arc::ptr_eq(&now, &world) {
            return answer_search(&*now, workspace, request).await.map(Json);
        }
    }
    answer.map(Json)
}

/// Answers a search of a tenant.
///
/// # Errors
/// 400 for a request that makes no sense, 404 for an unknown segment, 413 for a large picture, 503 where the index, the
/// catalog or all that could find something does not answer.
pub async fn answer_search<W: World>(
    world: &W,
    workspace: &Workspace,
    request: &SearchRequest,
) -> Result<SearchResponse, ProblemResponse> {
    let search = Search::read(request)?;
    let looked = look(world, workspace, &search).await?;
    let videos = &looked.videos;
    let (mut confident, mut others) = arranging::split(looked.moments);
    confident.truncate(MAX_LISTED_MOMENTS);
    others.truncate(search.nearest);
    let no_confident_match = confident.is_empty();
    let facets = search.facets.then(|| arranging::facets(&confident, videos));
    let (offset, limit) = (search.offset, search.limit);
    let page = arranging::page(confident, videos, &search.arrangement, offset, limit);
    let shown = page.moments.iter().chain(&others);
    let highlights = highlights(world, &looked.plans, shown).await;
    let answered = Answered {
        videos,
        highlights: &highlights,
        links: world,
        explain: search.explain,
    };
    Ok(SearchResponse {
        no_confident_match,
        degraded: degraded(&looked.silent, &search.filters),
        next_cursor: page
            .next_offset
            .map(|offset| request::cursor(request, offset)),
        nearest: answered.moments(&others).await,
        groups: groups(&page.groups, videos),
        facets,
        moments: answered.moments(&page.moments).await,
        visual_model: world.visual_model().filter(|_| looked.by_looks),
        // A picture or a segment is nothing that could be asked again.
        records_feedback: world.records_feedback() && !request.q.is_empty(),
    })
}

fn groups(groups: &[Group], videos: &VideosById) -> Vec<MomentGroup> {
    let groups = groups.iter().filter_map(|group| {
        let video = videos.get(&group.video_id)?;
        Some(MomentGroup {
            video_id: group.video_id.clone(),
            title: video.title.clone(),
            found: u32::try_from(group.found).unwrap_or(u32::MAX),
        })
    });
    groups.collect()
}

/// The channels asked for that a silent retriever leaves searched in part or not at all.
fn degraded(silent: &BTreeSet<Retriever>, filters: &Filters) -> Vec<String> {
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
