//! How requests are sent, signed and sent again: against a server that says what the test wants.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use contracts::{
    ErrorName, NamedError,
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use moments::Retriever;
use search_index::{Filters, QueryPlan, SearchIndex, SearchIndexError, VectorSpace, VectorSpaces};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};

/// A request as it arrived: its head in lower case, and its body.
struct Received {
    head: String,
    body: String,
}

/// Answers one request with each of the answers, in order.
async fn serve(answers: Vec<(u16, &'static str)>) -> (String, JoinHandle<Vec<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut received = Vec::new();
        for (status, answer) in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                let line = line.to_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let body = String::from_utf8(body).unwrap();
            received.push(Received { head, body });
            let response = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                answer.len()
            );
            stream.write_all(response.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        received
    });
    (url, server)
}

fn unsigned() -> SdkConfig {
    SdkConfig::builder().build()
}

fn document(id: &str) -> (String, SegmentDocument) {
    let video = VideoRef {
        workspace: "w".into(),
        video_id: "v".into(),
        generation: 1,
        attempt: 1,
    };
    let range = TimeRange {
        start_ms: 0,
        end_ms: 1000,
    };
    let document = SegmentDocument {
        chunk: Some(0),
        text: Some("words".to_owned()),
        ..SegmentDocument::empty(&video, Channel::Subtitle, range)
    };
    (id.to_owned(), document)
}

const SOME_REFUSED: &str = r#"{"errors":true,"items":[
    {"index":{"_id":"a","status":201}},
    {"index":{"_id":"b","status":429,"error":{"type":"rejected_execution_exception","reason":"queue"}}},
    {"index":{"_id":"c","status":503,"error":{"type":"unavailable_shards_exception","reason":"later"}}}]}"#;
const DONE: &str = r#"{"errors":false,"items":[]}"#;

#[tokio::test]
async fn only_refused_documents_are_sent_again() {
    let (url, server) = serve(vec![(429, "{}"), (200, SOME_REFUSED), (200, DONE)]).await;
    let index = SearchIndex::new(&url, &unsigned()).unwrap();
    index
        .write(&[document("a"), document("b"), document("c")])
        .await
        .unwrap();
    let received = server.await.unwrap();
    let ids = |request: &Received| -> Vec<String> {
        let lines = request.body.lines().step_by(2);
        lines
            .map(|line| line.replace("{\"index\":{\"_id\":", "").replace("}}", ""))
            .collect()
    };
    assert_eq!(ids(&received[0]), ["\"a\"", "\"b\"", "\"c\""]);
    assert_eq!(ids(&received[1]), ["\"a\"", "\"b\"", "\"c\""]);
    assert_eq!(ids(&received[2]), ["\"b\"", "\"c\""]);
    assert!(
        received[0]
            .head
            .starts_with("post /segments/_bulk?require_alias=true")
    );
}

#[tokio::test]
async fn a_refusal_for_good_is_not_sent_again() {
    const REFUSED: &str = r#"{"errors":true,"items":[{"index":{"_id":"a","status":400,
        "error":{"type":"strict_dynamic_mapping_exception","reason":"unknown field"}}}]}"#;
    let (url, server) = serve(vec![(200, REFUSED)]).await;
    let index = SearchIndex::new(&url, &unsigned()).unwrap();
    let error = index.write(&[document("a")]).await.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Rejected { .. }),
        "{error}"
    );
    assert_eq!(server.await.unwrap().len(), 1);
}

#[tokio::test]
async fn requests_are_signed_where_there_are_credentials() {
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    let signed = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    for (config, expected) in [(signed, true), (unsigned(), false)] {
        let (url, server) = serve(vec![(200, "{}")]).await;
        SearchIndex::new(&url, &config)
            .unwrap()
            .refresh()
            .await
            .unwrap();
        let head = server.await.unwrap().remove(0).head;
        assert_eq!(
            head.contains("/eu-central-1/es/aws4_request"),
            expected,
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_server_without_vectors_is_found_out_before_an_index_is_made() {
    let space = |model: &str| VectorSpace {
        model: model.to_owned(),
        dimensions: 2,
    };
    let vectors = VectorSpaces {
        text: space("m"),
        image: space("i"),
    };
    let (url, server) = serve(vec![(404, "{}"), (400, r#"{"error":"no handler"}"#)]).await;
    let index = SearchIndex::new(&url, &unsigned()).unwrap();
    let error = index.prepare(&vectors, 0).await.unwrap_err();
    assert!(error.to_string().contains("no k-NN plugin"), "{error}");
    let methods = server.await.unwrap().into_iter();
    let methods: Vec<String> = methods
        .map(|request| request.head.chars().take(4).collect())
        .collect();
    assert_eq!(methods, ["get ", "get "]);
}

#[tokio::test]
async fn failures_are_told_apart_by_what_to_do() {
    let unreachable = SearchIndex::new("http://127.0.0.1:1", &unsigned()).unwrap();
    let error = unreachable.refresh().await.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Unavailable { .. }),
        "{error}"
    );
    for (status, expected) in [
        (429, "Throttled"),
        (502, "IndexUnavailable"),
        (403, "InternalDefect"),
    ] {
        let (url, server) = serve(vec![(status, "<html>no json</html>")]).await;
        let error = SearchIndex::new(&url, &unsigned())
            .unwrap()
            .refresh()
            .await
            .unwrap_err();
        assert_eq!(error.error_name().as_str(), expected);
        server.await.unwrap();
    }
    assert!(SearchIndex::new("not a url", &unsigned()).is_err());
}

const REFRESHED: &str = r#"{"_shards":{"total":2,"successful":2,"failed":0}}"#;
const HALF_REFRESHED: &str = r#"{"_shards":{"total":2,"successful":1,"failed":1}}"#;
const HALF_FOUND: &str = r#"{"_shards":{"total":2,"successful":1,"failed":1},"hits":{"hits":[]}}"#;

/// Two indices are asked in one request, and the server answers what one of them knows.
#[tokio::test]
async fn a_change_that_one_of_two_indices_did_not_see_fails() {
    for answers in [
        vec![(200, HALF_REFRESHED)],
        vec![(200, REFRESHED), (200, HALF_FOUND)],
    ] {
        let (url, server) = serve(answers).await;
        let index = SearchIndex::new(&url, &unsigned()).unwrap();
        let (workspace, video_id) = ("w".into(), "v".into());
        let changed = index.update_video_fields(&workspace, &video_id, None, Some("new"));
        let error = changed.await.unwrap_err();
        assert_eq!(error.error_name().as_str(), "IndexUnavailable");
        server.await.unwrap();
    }
}

/// Words in time, title words and written words late.
const LATE: &str = r#"{"responses":[
    {"timed_out":true,"hits":{"hits":[]}},
    {"timed_out":false,"hits":{"hits":[]}},
    {"timed_out":true,"hits":{"hits":[{"_seq_no":7,"_score":1.0,
        "fields":{"video_id":["v"],"generation":[1]}}]}}]}"#;
const ALL_LATE: &str = r#"{"responses":[
    {"timed_out":true,"hits":{"hits":[]}},
    {"timed_out":true,"hits":{"hits":[]}},
    {"timed_out":true,"hits":{"hits":[]}}]}"#;

#[tokio::test]
async fn a_late_retriever_is_named_and_what_it_found_is_answered() {
    let (url, server) = serve(vec![(200, LATE), (200, ALL_LATE)]).await;
    let index = SearchIndex::new(&url, &unsigned()).unwrap();
    let plan = QueryPlan {
        workspace: "w".into(),
        text: "words".to_owned(),
        phrases: Vec::new(),
        excluded: Vec::new(),
        text_vector: None,
        image_vector: None,
        filters: Filters::default(),
        candidates: 10,
        counted_words: Vec::new(),
        except: None,
    };
    let answers = index.search(&plan).await.unwrap();
    let found = answers.found.iter();
    let found: Vec<_> = found
        .map(|list| (list.retriever, list.documents.len()))
        .collect();
    assert_eq!(found, [(Retriever::Words, 0), (Retriever::WrittenWords, 1)]);
    let failed: Vec<_> = answers.failed.iter().map(|(late, _)| *late).collect();
    assert_eq!(failed, [Retriever::TitleWords, Retriever::WrittenWords]);
    let all_late = index.search(&plan).await.unwrap_err();
    assert_eq!(all_late.error_name(), ErrorName::IndexUnavailable);

    let received = server.await.unwrap();
    let header = received[0].body.lines().next().unwrap();
    assert_eq!(header, r#"{"index":"segments","preference":"workspace-w"}"#);
    assert!(received[0].body.contains(r#""timeout":"4s""#));
}
