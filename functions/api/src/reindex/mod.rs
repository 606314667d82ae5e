//! A new index in place of the one that serves, for operators.

mod request;
mod run;

use crate::{
    Dependencies, Shared,
    failure::{Answer, Failure},
};
use axum::{Json, extract::State};
use catalog::{CatalogError, ReindexRecord};
use contracts::reindex::{
    IndexState, ReindexAction, ReindexInput, ReindexRequest, ReindexState, RunStatus,
};
use lambda_http::http::StatusCode;
use lambda_kit::http::{JsonBody, Operator};
use search_index::{Place, SearchIndexError, Standing};
use uuid::Uuid;

/// `GET /reindex`
pub(crate) async fn show(State(deps): Shared, _operator: Operator) -> Answer<Json<ReindexState>> {
    Ok(Json(state(&deps).await?))
}

/// `POST /reindex`
pub(crate) async fn act(
    State(deps): Shared,
    operator: Operator,
    JsonBody(request): JsonBody<ReindexRequest>,
) -> Answer<(StatusCode, Json<ReindexState>)> {
    request::check(&request)?;
    tracing::info!(
        operator = operator.0.subject,
        action = ?request.action,
        "an operator changes indices"
    );
    let mut status = StatusCode::OK;
    match request.action {
        ReindexAction::Start => {
            start(&deps, request).await?;
            status = StatusCode::ACCEPTED;
        }
        ReindexAction::Switch => {
            deps.index.switch().await?;
        }
        ReindexAction::SwitchBack => {
            deps.index.switch_back().await?;
        }
        ReindexAction::Abort => abort(&deps).await?,
        ReindexAction::Finish => {
            deps.index.drop_index(Place::Previous).await?;
        }
    }
    Ok((status, Json(state(&deps).await?)))
}

async fn start(deps: &Dependencies, request: ReindexRequest) -> Answer<()> {
    let before = deps.catalog.reindex_run().await?;
    if let Some(before) = &before
        && run::status(deps, before).await?.0 == RunStatus::Running
    {
        return Err(Failure::conflict(format!(
            "the run {} is under way: wait for it or abort it",
            before.run_id
        )));
    }
    let input = ReindexInput {
        run_id: Uuid::now_v7().to_string(),
        model: request.model,
        dry_run: request.dry_run,
        min_recall: request.min_recall,
    };
    let record = ReindexRecord::new(input.run_id.clone(), input.dry_run);
    let begun = deps.catalog.begin_reindex(&record, before.as_ref()).await;
    if let Err(CatalogError::Conflict) = begun {
        return Err(Failure::conflict(
            "another run was started at the same moment",
        ));
    }
    begun?;
    let machine = &deps.config.reindex_state_machine_arn;
    deps.workflow.start_reindex(machine, &input).await?;
    Ok(())
}

async fn abort(deps: &Dependencies) -> Answer<()> {
    // First, since a task that is under way is not ended with its execution: what it makes from now on it takes back.
    if let Some(record) = deps.catalog.abort_reindex().await? {
        let machine = &deps.config.reindex_state_machine_arn;
        deps.workflow.stop_reindex(machine, &record.run_id).await?;
    }
    deps.index.drop_index(Place::Next).await?;
    Ok(())
}

async fn state(deps: &Dependencies) -> Answer<ReindexState> {
    let mut serving = None;
    let mut next = None;
    let mut previous = None;
    for standing in deps.index.indices().await? {
        let place = match standing.place {
            Place::Serving => &mut serving,
            Place::Next => &mut next,
            Place::Previous => &mut previous,
        };
        *place = Some(described(deps, standing).await?);
    }
    let serving = serving.ok_or_else(|| SearchIndexError::OutOfPlace {
        reason: "no index serves: prepare-index makes one".to_owned(),
    })?;
    let run = match deps.catalog.reindex_run().await? {
        Some(record) => Some(run::described(deps, record).await?),
        None => None,
    };
    Ok(ReindexState {
        serving,
        next,
        previous,
        run,
    })
}

async fn described(deps: &Dependencies, standing: Standing) -> Answer<IndexState> {
    let documents = deps.index.at(standing.place).documents().await?;
    Ok(IndexState {
        name: standing.index,
        text_model: standing.vectors.text.model,
        image_model: standing.vectors.image.model,
        documents,
        filled: standing.is_filled,
    })
}
