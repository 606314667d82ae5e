//! A new index beside the one that serves, on the stack: filled, switched to, taken back.
#![expect(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the functions that tests share"
)]

use contracts::{
    VideoId,
    api::{SearchResponse, Video, VideoStatus},
    reindex::{ReindexState, RunStatus},
};
use end_to_end::{Source, Stack, Tenant};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

const SERVING: &str = "segments";
const NEXT: &str = "segments-next";
const PREVIOUS: &str = "segments-previous";
/// Of the sample `farm-morning`, whose words are in a file beside it.
const SPOKEN: &str = "how much milk does a cow give";
/// The same in other words.
const MEANT: &str = "daily yield of dairy cattle in litres";
/// A text model of the deployment that plays another role.
const OTHER_MODEL: &str = "bge-small-en-v1.5";
/// Of the sample `wildlife-notebook`.
const SHOWN: &str = "a koala";

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../samples/videos/{name}"))
}

fn with_words() -> Source {
    let read = |name| std::fs::read(sample(name)).unwrap();
    Source {
        subtitles: Some(read("farm-morning.srt")),
        ..Source::new("farm-morning.mp4", read("farm-morning.mp4"))
    }
}

/// Without sound, so that nothing is recognised.
async fn with_pictures() -> Source {
    let folder = end_to_end::scratch();
    let input = sample("wildlife-notebook.mp4");
    let arguments = format!("-i {} -map 0:v -c copy silent.mp4", input.display());
    end_to_end::ffmpeg(folder.path(), &arguments).await;
    let bytes = std::fs::read(folder.path().join("silent.mp4")).unwrap();
    Source::new("silent.mp4", bytes)
}

async fn indexed(tenant: &Tenant, source: &Source) -> Video {
    let video_id = tenant.upload(source).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{video:?}");
    video
}

async fn finds(tenant: &Tenant, words: &str) -> Option<VideoId> {
    let answer = tenant.post("/search", &json!({ "q": words })).await;
    let answer: SearchResponse = answer.json();
    assert_eq!(answer.degraded, Vec::<String>::new());
    let first = answer.moments.into_iter().next();
    first.map(|moment| moment.video_id)
}

/// Runs `vindex reindex` with these options.
async fn reindex(operator: &Tenant, options: &[&str]) -> ReindexState {
    let arguments = [&["--json", "reindex"][..], options].concat();
    let run = operator.command_line().run(arguments).await;
    assert_eq!(run.code, 0, "{run:?}");
    run.json()
}

/// The video's documents behind an alias, vectors and all.
async fn documents(stack: &Stack, alias: &str, video: &Video) -> Vec<Value> {
    let mut documents = stack.documents_in(alias, &video.video_id).await;
    for document in &mut documents {
        // Which index it was found in, and how well.
        document.as_object_mut().unwrap().remove("_index");
        document.as_object_mut().unwrap().remove("_score");
    }
    documents
}

/// Waits until a video's documents are the same behind both aliases, and there are some.
async fn wait_until_alike(stack: &Stack, aliases: [&str; 2], video: &Video) {
    wait_until(stack, aliases, video, |one, other| one == other).await;
}

async fn wait_until(
    stack: &Stack,
    aliases: [&str; 2],
    video: &Video,
    is_alike: impl Fn(&[Value], &[Value]) -> bool,
) {
    let started = Instant::now();
    loop {
        let one = documents(stack, aliases[0], video).await;
        let other = documents(stack, aliases[1], video).await;
        if !one.is_empty() && is_alike(&one, &other) {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "{} documents behind {} and {} behind {}{}",
            one.len(),
            aliases[0],
            other.len(),
            aliases[1],
            first_difference(&one, &other)
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// What differs in the first of two documents that are not the same, for the message of a test that failed.
fn first_difference(one: &[Value], other: &[Value]) -> String {
    let mut pairs = one.iter().zip(other);
    let Some((one, other)) = pairs.find(|(one, other)| one != other) else {
        return String::new();
    };
    let fields = one["_source"].as_object().unwrap().keys();
    let fields = fields.chain(other["_source"].as_object().unwrap().keys());
    let differing: BTreeSet<&String> = fields
        .filter(|field| one["_source"][*field] != other["_source"][*field])
        .collect();
    let values = differing.iter().map(|field| {
        let (one, other) = (&one["_source"][*field], &other["_source"][*field]);
        format!("{field}: {one:.200} and {other:.200}")
    });
    let values = values.collect::<Vec<_>>().join("; ");
    format!("; {} and {} differ: {values}", one["_id"], other["_id"])
}

/// Waits until as many of a video's documents stand behind both aliases, and there are some.
async fn wait_until_as_many(stack: &Stack, aliases: [&str; 2], video: &Video) {
    wait_until(stack, aliases, video, |one, other| one.len() == other.len()).await;
}

async fn check_refused(operator: &Tenant, body: Value, status: u16, part: &str) {
    let problem = operator.post("/reindex", &body).await.problem();
    assert_eq!(problem.status, status, "{problem:?}");
    assert!(problem.detail.contains(part), "{problem:?}");
}

/// One test, since all of it changes the one index of the stack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_index_takes_the_place_and_gives_it_back() {
    let stack = Stack::from_env().await;
    let tenant = stack.new_tenant("reindex").await;
    let operator = stack.sign_in_operator("operators-of-reindex").await;
    only_operators_may(&tenant, &operator).await;

    let spoken = indexed(&tenant, &with_words()).await;
    let plan = reindex(&operator, &["--dry-run"]).await;
    let run = plan.run.unwrap();
    assert_eq!((run.status, run.dry_run), (RunStatus::Done, true));
    assert!(run.progress.videos_total >= Some(1), "{run:?}");
    assert_eq!(run.progress.documents, Some(plan.serving.documents));
    assert_eq!((run.progress.index, plan.next), (None, None));

    // One video becomes READY while the index is being filled, one after it was.
    let arriving = tenant.upload(&with_pictures().await).await;
    let filled = reindex(&operator, &["--wait"]).await;
    let run = filled.run.unwrap();
    assert_eq!(run.status, RunStatus::Done, "{:?}", run.error);
    // Not 1: other tests leave pictures that are alike to the last bit, any of which may be among the first ten.
    let recall = run.progress.recall.unwrap();
    assert!(recall.queries > 0 && recall.at_10 > 0.8, "{recall:?}");
    assert!(filled.next.unwrap().filled);
    let shown = tenant.wait_until_settled(&arriving).await;
    assert_eq!(shown.status, VideoStatus::Ready, "{shown:?}");
    let late = indexed(&tenant, &with_words()).await;
    for video in [&spoken, &shown, &late] {
        wait_until_alike(&stack, [SERVING, NEXT], video).await;
    }

    let before = filled.serving.name;
    let switched = reindex(&operator, &["--switch"]).await;
    assert_ne!(switched.serving.name, before);
    assert_eq!(switched.previous.unwrap().name, before);
    check_refused(&operator, json!({"action": "switch"}), 409, "next index").await;
    let words = finds(&tenant, SPOKEN).await.unwrap();
    assert!([&spoken, &late].iter().any(|video| video.video_id == words));
    assert_eq!(finds(&tenant, SHOWN).await, Some(shown.video_id.clone()));

    changes_reach_both(&tenant, &spoken, &late).await;
    let after = indexed(&tenant, &with_words()).await;
    wait_until_alike(&stack, [SERVING, PREVIOUS], &after).await;

    let back = reindex(&operator, &["--switch-back"]).await;
    assert_eq!(back.serving.name, before);
    assert_eq!(finds(&tenant, SHOWN).await, Some(shown.video_id));
    assert!(finds(&tenant, SPOKEN).await.is_some());
    let aborted = reindex(&operator, &["--abort"]).await;
    assert_eq!((aborted.next, aborted.previous), (None, None));
    assert_eq!(aborted.serving.name, before);
    late_tasks_of_an_aborted_run_make_nothing(&operator, &aborted.run.unwrap().run_id).await;
    an_index_of_another_model_takes_the_place(&tenant, &operator).await;
}

/// Stopping an execution does not end the task that it is in.
async fn late_tasks_of_an_aborted_run_make_nothing(operator: &Tenant, run_id: &str) {
    let request = json!({"run_id": run_id, "dry_run": false, "concurrency": 1});
    let planned = operator.stack.invoke("plan-reindex", &request).await;
    assert_eq!(planned.unwrap_err().name, "Superseded");
    let state: ReindexState = operator.get("/reindex").await.json();
    assert_eq!((state.next, state.previous), (None, None));
}

/// Search and indexing go by the models of the index that serves.
async fn an_index_of_another_model_takes_the_place(tenant: &Tenant, operator: &Tenant) {
    let stack = &tenant.stack;
    let by_meaning = nearest_start_ms(tenant).await;
    let filled = reindex(operator, &["--model", OTHER_MODEL, "--wait"]).await;
    let (model, next) = (filled.serving.text_model, filled.next.unwrap());
    assert_ne!(model, OTHER_MODEL);
    assert_eq!(next.text_model, OTHER_MODEL);
    let switched = reindex(operator, &["--switch"]).await;
    assert_eq!(switched.serving.text_model, OTHER_MODEL);
    assert_eq!(nearest_start_ms(tenant).await, by_meaning);

    let video = indexed(tenant, &with_words()).await;
    wait_until_as_many(stack, [SERVING, PREVIOUS], &video).await;
    for (alias, model) in [(SERVING, OTHER_MODEL), (PREVIOUS, model.as_str())] {
        for document in documents(stack, alias, &video).await {
            let source = &document["_source"];
            if source["channel"] == "subtitle" {
                assert_eq!(source["text_model"], model, "{alias}");
            }
        }
    }
    // Also searches that knew only the index before go to the new one now.
    let finished = reindex(operator, &["--finish"]).await;
    assert_eq!(finished.previous, None);
    assert_eq!(nearest_start_ms(tenant).await, by_meaning);
    // Other tests may go on with an index of the models that play their roles.
    reindex(operator, &["--wait"]).await;
    let back = reindex(operator, &["--switch"]).await;
    assert_eq!(back.serving.text_model, model);
    reindex(operator, &["--finish"]).await;
}

/// Where the first thing lies that comes near a query which has no word in common with what is said.
async fn nearest_start_ms(tenant: &Tenant) -> u64 {
    let query = json!({"q": MEANT, "channels": "subtitle", "nearest": true});
    let answer: SearchResponse = tenant.post("/search", &query).await.json();
    assert_eq!(answer.degraded, Vec::<String>::new());
    let mut found = answer.moments.into_iter().chain(answer.nearest);
    found.next().unwrap().start_ms
}

async fn only_operators_may(tenant: &Tenant, operator: &Tenant) {
    for (method, body) in [
        (Method::GET, None),
        (Method::POST, Some(json!({"action": "finish"}))),
    ] {
        let answer = tenant.call(method, "/reindex", body.as_ref()).await;
        let problem = answer.problem();
        assert_eq!(problem.status, 403, "{problem:?}");
        assert!(problem.detail.contains("operators"), "{problem:?}");
    }
    let parrot = json!({"action": "start", "model": "parrot"});
    check_refused(operator, parrot, 400, "bge-small-en-v1.5").await;
    let switch = json!({"action": "switch"});
    check_refused(operator, switch, 409, "start a reindex first").await;
    let back = json!({"action": "switch-back"});
    check_refused(operator, back, 409, "no previous index").await;
}

/// A new title and a deletion after a switch are so in the previous index too: it may serve again.
async fn changes_reach_both(tenant: &Tenant, renamed: &Video, deleted: &Video) {
    let stack = &tenant.stack;
    let patch = json!({"title": "Milk and mud", "tags": ["farm"]});
    let path = format!("/videos/{}", renamed.video_id);
    tenant.call(Method::PATCH, &path, Some(&patch)).await;
    wait_until_alike(stack, [SERVING, PREVIOUS], renamed).await;
    let found = documents(stack, PREVIOUS, renamed).await;
    let says = |text: &str| {
        let mut titles = found.iter().map(|document| &document["_source"]["text"]);
        titles.any(|title| title == text)
    };
    assert!(says("Milk and mud"));
    tenant.delete(&deleted.video_id).await;
    for alias in [SERVING, PREVIOUS] {
        let left = documents(stack, alias, deleted).await;
        assert_eq!(left, Vec::<Value>::new(), "{alias}");
    }
}
