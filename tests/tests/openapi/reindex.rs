//! What operators ask for and are answered.

use crate::{answers::check_answer, check_request, document, text};
use contracts::{
    api::VideoError,
    reindex::{
        IndexState, Recall, ReindexAction, ReindexRequest, ReindexRun, ReindexState, RunProgress,
        RunStatus,
    },
};
use serde_json::{Value, json};

#[test]
fn a_request_is_taken_and_refused_alike() {
    check_request(
        "ReindexRequest",
        &ReindexRequest {
            action: ReindexAction::Start,
            model: text("m"),
            dry_run: true,
            min_recall: Some(0.9),
        },
    );
}

#[test]
fn actions_and_statuses_are_spelled_alike() {
    let document = document();
    let check = |pointer: &str, values: Value| {
        let described = document["components"]["schemas"].pointer(pointer);
        assert_eq!(described, Some(&values), "{pointer}");
    };
    use ReindexAction::{Abort, Finish, Start, Switch, SwitchBack};
    check(
        "/ReindexRequest/properties/action/enum",
        json!([Start, Switch, SwitchBack, Abort, Finish]),
    );
    use RunStatus::{Aborted, Done, Failed, Running};
    check(
        "/ReindexRun/properties/status/enum",
        json!([Running, Done, Failed, Aborted]),
    );
}

fn index() -> IndexState {
    IndexState {
        name: "segments-000001".into(),
        text_model: "m".into(),
        image_model: "i".into(),
        documents: 1,
        filled: true,
    }
}

fn least_run() -> ReindexRun {
    ReindexRun {
        run_id: "r".into(),
        status: RunStatus::Running,
        dry_run: false,
        progress: RunProgress::default(),
        error: None,
        started_at: "2026-11-26T10:00:00Z".into(),
        updated_at: "2026-11-26T10:00:00Z".into(),
    }
}

fn recall() -> Recall {
    Recall {
        queries: 50,
        at_10: 0.98,
    }
}

#[test]
fn answers_are_described_as_they_are() {
    check_answer("IndexState", &index(), &index());
    check_answer("Recall", &recall(), &recall());
    let full_run = ReindexRun {
        progress: RunProgress {
            index: text("segments-000002"),
            text_model: text("m"),
            image_model: text("i"),
            videos_total: Some(1),
            videos_done: 1,
            documents: Some(1),
            estimated_seconds: Some(1),
            estimated_usd: Some(0.1),
            recall: Some(recall()),
        },
        error: Some(VideoError {
            name: "Incompatible".into(),
            message: "m".into(),
            state: "PlanReindex".into(),
        }),
        ..least_run()
    };
    check_answer("ReindexRun", &full_run, &least_run());
    let state = |next: Option<IndexState>, run| ReindexState {
        serving: index(),
        previous: next.clone(),
        next,
        run,
    };
    check_answer(
        "ReindexState",
        &state(Some(index()), Some(full_run)),
        &state(None, None),
    );
}
