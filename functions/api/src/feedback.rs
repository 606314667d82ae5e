//! Which moments of an answer were opened, where the deployment records that.

use crate::{
    Shared,
    failure::{Answer, Failure},
    validation,
};
use axum::extract::State;
use contracts::{api::VideoStatus, feedback::Opened, keys};
use lambda_http::http::StatusCode;
use lambda_kit::http::{Caller, JsonBody, ProblemResponse};
use uuid::Uuid;

/// `POST /feedback`
pub(crate) async fn record(
    State(deps): Shared,
    caller: Caller,
    JsonBody(opened): JsonBody<Opened>,
) -> Answer<StatusCode> {
    if !deps.config.record_feedback {
        let detail = "feedback is not recorded here: the setting recordFeedback turns that on";
        return Err(ProblemResponse::new(StatusCode::FORBIDDEN, detail).into());
    }
    validation::opened(&opened)?;
    validation::known_id(&opened.video_id)?;
    let video = deps
        .catalog
        .get(&caller.workspace, &opened.video_id)
        .await?;
    // What is being deleted would leave this behind.
    video
        .filter(|video| video.status != VideoStatus::Deleting)
        .ok_or_else(|| Failure::unknown_video(&opened.video_id))?;
    let key = key(&caller, &opened);
    deps.store
        .write_json(&deps.config.derived_bucket, &key, &opened)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same for the same person, query and moment, so that each person counts once.
fn key(caller: &Caller, opened: &Opened) -> String {
    let Opened {
        query,
        video_id,
        start_ms,
        end_ms,
        position: _,
    } = opened;
    let name = format!("{}\n{start_ms}\n{end_ms}\n{query}", caller.subject);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    keys::feedback(&caller.workspace, video_id, &id.to_string())
}

#[cfg(test)]
mod tests;
