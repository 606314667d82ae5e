//! `vindex reindex`: a new index in place of the one that serves.

use std::time::Duration;

use contracts::reindex::{
    IndexState, ReindexAction, ReindexRequest, ReindexRun, ReindexState, RunStatus,
};

use crate::{
    arguments::ReindexArguments,
    client::Client,
    failure::{DONE, FAILED, Failure},
    output::Output,
    text::printable,
};

const PAUSE: Duration = Duration::from_secs(2);

/// Runs the command and answers its exit code.
///
/// # Errors
/// When the API refuses or can't be asked.
pub async fn reindex(
    client: &Client,
    output: &Output,
    arguments: ReindexArguments,
) -> Result<u8, Failure> {
    let is_followed = arguments.wait || arguments.dry_run;
    let mut state = match request(arguments) {
        Some(request) => client.act_on_index(&request).await?,
        None => client.index_state().await?,
    };
    let runs = |state: &ReindexState| {
        let run = state.run.as_ref();
        run.is_some_and(|run| run.status == RunStatus::Running)
    };
    while is_followed && runs(&state) {
        tokio::time::sleep(PAUSE).await;
        state = client.index_state().await?;
    }
    output.index_state(&state)?;
    let failed = state.run.filter(|run| run.status == RunStatus::Failed);
    let Some(error) = failed.and_then(|run| run.error).filter(|_| is_followed) else {
        return Ok(DONE);
    };
    output.note(&format!(
        "the run failed: {} in {}: {}",
        error.name, error.state, error.message
    ));
    Ok(FAILED)
}

/// What to ask for; `None` where the state alone is wanted.
fn request(arguments: ReindexArguments) -> Option<ReindexRequest> {
    let chosen = [
        (arguments.switch, ReindexAction::Switch),
        (arguments.switch_back, ReindexAction::SwitchBack),
        (arguments.abort, ReindexAction::Abort),
        (arguments.finish, ReindexAction::Finish),
    ];
    if arguments.status {
        return None;
    }
    let chosen = chosen.into_iter().find(|(is_chosen, _)| *is_chosen);
    Some(ReindexRequest {
        action: chosen.map_or(ReindexAction::Start, |(_, action)| action),
        model: arguments.model,
        dry_run: arguments.dry_run,
        min_recall: arguments.min_recall,
    })
}

/// The state as rows of a table: each index, and the last run.
pub fn state_rows(state: &ReindexState) -> Vec<Vec<String>> {
    let places = [
        ("serving", Some(&state.serving)),
        ("next", state.next.as_ref()),
        ("previous", state.previous.as_ref()),
    ];
    let mut rows: Vec<Vec<String>> = places
        .into_iter()
        .filter_map(|(place, index)| Some(index_row(place, index?)))
        .collect();
    if let Some(run) = &state.run {
        rows.push(run_row(run));
    }
    rows
}

fn index_row(place: &str, index: &IndexState) -> Vec<String> {
    let filled = if index.filled { "" } else { ", not filled yet" };
    vec![
        place.to_owned(),
        printable(&index.name),
        format!(
            "{} documents of {} and {}{filled}",
            index.documents,
            printable(&index.text_model),
            printable(&index.image_model)
        ),
    ]
}

fn run_row(run: &ReindexRun) -> Vec<String> {
    let status = match run.status {
        RunStatus::Running => "RUNNING",
        RunStatus::Done => "DONE",
        RunStatus::Failed => "FAILED",
        RunStatus::Aborted => "ABORTED",
    };
    let progress = &run.progress;
    let mut parts = Vec::new();
    if let Some(total) = progress.videos_total {
        let done = progress.videos_done.min(total);
        parts.push(if run.dry_run {
            format!("{total} videos")
        } else {
            format!("{done} of {total} videos")
        });
    }
    if let Some(documents) = progress.documents {
        parts.push(format!("{documents} documents"));
    }
    if let (Some(seconds), Some(usd)) = (progress.estimated_seconds, progress.estimated_usd) {
        parts.push(format!("estimated {seconds} s and {usd:.2} USD"));
    }
    if let Some(recall) = progress.recall {
        let queries = recall.queries;
        parts.push(format!(
            "recall@10 {:.3} of {queries} queries",
            recall.at_10
        ));
    }
    let kind = if run.dry_run { "dry run" } else { "run" };
    vec![kind.to_owned(), status.to_owned(), parts.join(", ")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::reindex::{Recall, RunProgress};

    fn index(name: &str, filled: bool) -> IndexState {
        IndexState {
            name: name.to_owned(),
            text_model: "m".to_owned(),
            image_model: "i".to_owned(),
            documents: 7,
            filled,
        }
    }

    #[test]
    fn a_state_shows_what_stands_where_and_how_far_a_run_is() {
        let progress = RunProgress {
            videos_total: Some(5),
            videos_done: 3,
            estimated_seconds: Some(60),
            estimated_usd: Some(0.014),
            recall: Some(Recall {
                queries: 50,
                at_10: 0.98,
            }),
            ..RunProgress::default()
        };
        let run = ReindexRun {
            run_id: "r".to_owned(),
            status: RunStatus::Running,
            dry_run: false,
            progress,
            error: None,
            started_at: String::new(),
            updated_at: String::new(),
        };
        let state = ReindexState {
            serving: index("segments-000001", true),
            next: Some(index("segments-000002", false)),
            previous: None,
            run: Some(run),
        };
        let rows: Vec<String> = state_rows(&state)
            .iter()
            .map(|row| row.join(" | "))
            .collect();
        assert_eq!(
            rows,
            [
                "serving | segments-000001 | 7 documents of m and i",
                "next | segments-000002 | 7 documents of m and i, not filled yet",
                "run | RUNNING | 3 of 5 videos, estimated 60 s and 0.01 USD, recall@10 0.980 of 50 queries",
            ]
        );
    }
}
