//! The spoken queries of the samples, asked of a real index with the real text model: the way from cues to
//! moments, without AWS.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use contracts::{
    Workspace,
    artifacts::{Cue, TimeRange},
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use embedding::TextEmbedder;
use models::{ModelFolder, Role};
use moments::{
    Chance, FoundMoment, Judge, QueryTerms, Relevance, Retriever, content_words, find_moments,
    number_forms, passages,
};
use onnx::Runtime;
use search_index::{Filters, QueryPlan, SearchIndex, VectorSpace, VectorSpaces};
use serde::Deserialize;
use std::{num::NonZeroUsize, path::Path};

#[derive(Deserialize)]
struct Query {
    query: String,
    video: Option<String>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    needs: Option<String>,
}

#[derive(Deserialize)]
struct Truth {
    id: String,
    title: String,
    duration: f64,
    scenes: Vec<Scene>,
}

#[derive(Deserialize)]
struct Scene {
    narration: Option<Narration>,
}

#[derive(Deserialize)]
struct Narration {
    text: String,
    start: f64,
    end: f64,
}

fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run through `cargo xtask test`"))
}

fn sample<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

const VIDEOS: [&str; 5] = [
    "farm-morning",
    "hill-walk",
    "making-music",
    "stones-that-stayed",
    "wildlife-notebook",
];

/// The right video, an intersection over union of 0.3 at least with the true passage, and a start within 3 s.
fn is_right(moment: &FoundMoment, query: &Query) -> bool {
    let (Some(start_ms), Some(end_ms)) = (query.start_ms, query.end_ms) else {
        return false;
    };
    let shared_ms = moment
        .end_ms
        .min(end_ms)
        .saturating_sub(moment.start_ms.max(start_ms));
    let union_ms = moment.end_ms.max(end_ms) - moment.start_ms.min(start_ms);
    query.video.as_deref() == Some(moment.video_id.as_str())
        && shared_ms * 10 >= union_ms * 3
        && moment.start_ms.abs_diff(start_ms) <= 3000
}

fn document(
    truth: &Truth,
    channel: Channel,
    start_ms: u64,
    end_ms: u64,
    text: &str,
) -> SegmentDocument {
    let video = VideoRef {
        workspace: "w".into(),
        video_id: truth.id.as_str().into(),
        generation: 1,
        attempt: 1,
    };
    SegmentDocument {
        chunk: (channel != Channel::Title).then_some(0),
        text: Some(text.to_owned()),
        language: Some("en".to_owned()),
        ..SegmentDocument::empty(&video, channel, TimeRange { start_ms, end_ms })
    }
}

fn documents(truth: &Truth, embedder: &TextEmbedder) -> Vec<(String, SegmentDocument)> {
    let title = document(
        truth,
        Channel::Title,
        0,
        milliseconds(truth.duration),
        &truth.title,
    );
    let mut documents = vec![(title.id(0), title)];
    let cues: Vec<Cue> = truth
        .scenes
        .iter()
        .filter_map(|scene| scene.narration.as_ref())
        .map(|narration| Cue {
            start_ms: milliseconds(narration.start),
            end_ms: milliseconds(narration.end),
            text: narration.text.clone(),
            ..Cue::default()
        })
        .collect();
    for (position, passage) in passages(&cues).into_iter().enumerate() {
        let mut spoken = document(
            truth,
            Channel::Subtitle,
            passage.start_ms,
            passage.end_ms,
            &passage.text,
        );
        spoken.text_vector = Some(embedder.embed(&[&passage.text]).unwrap().remove(0));
        spoken.text_model = Some(embedder.model_name().to_owned());
        documents.push((spoken.id(position), spoken));
    }
    documents
}

async fn first_moments(
    index: &SearchIndex,
    embedder: &TextEmbedder,
    text: &str,
) -> Vec<FoundMoment> {
    let plan = QueryPlan {
        workspace: Workspace::from("w"),
        text: text.to_owned(),
        phrases: Vec::new(),
        excluded: Vec::new(),
        text_vector: Some(embedder.embed_query(text).unwrap()),
        image_vector: None,
        filters: Filters::default(),
        candidates: 100,
        counted_words: content_words(text),
        except: None,
    };
    let mut answers = index.search(&plan).await.unwrap();
    let said = embedder.interface().said;
    let chance = said.chance.unwrap();
    let relevance = Relevance {
        floor: said.floor,
        sure: said.sure,
        chance: Some(Chance {
            location: chance.location,
            growth: chance.growth,
            scale: chance.scale,
        }),
    };
    for list in &mut answers.found {
        list.relevance = (list.retriever == Retriever::Meaning).then_some(relevance);
    }
    let statistics = answers.statistics.unwrap();
    let documents = statistics.documents.values().sum();
    let judge = Judge {
        terms: QueryTerms::new(
            &plan.counted_words,
            &statistics.containing,
            documents,
            &number_forms(text),
        ),
        documents: statistics.documents,
        chances: relevance
            .chance
            .map(|chance| (Retriever::Meaning, chance))
            .into_iter()
            .collect(),
        is_quoted: false,
    };
    let hits = index.read(&plan, &answers.found).await.unwrap();
    let mut moments = find_moments(&hits);
    judge.judge(&mut moments);
    moments
}

#[tokio::test]
async fn spoken_queries_are_right_at_rank_one_but_for_four() {
    let runtime = Runtime::load(Path::new(&setting("VINDEX_ONNXRUNTIME"))).unwrap();
    let folder = ModelFolder::open(Path::new(&setting("VINDEX_MODELS_DIR")), Role::Text).unwrap();
    let embedder = TextEmbedder::open(&folder, runtime, NonZeroUsize::MIN).unwrap();
    let config = aws_config::SdkConfig::builder().build();
    let alias = format!("test-samples-{}", std::process::id());
    let index = SearchIndex::new(&setting("VINDEX_OPENSEARCH_URL"), &config)
        .unwrap()
        .with_alias(&alias);
    let space = VectorSpace {
        model: embedder.model_name().to_owned(),
        dimensions: embedder.dimensions(),
    };
    let vectors = VectorSpaces {
        text: space.clone(),
        image: space,
    };
    index.prepare(&vectors, 0).await.unwrap();
    for name in VIDEOS {
        let truth: Truth = sample(&format!("truth/{name}.json"));
        index.write(&documents(&truth, &embedder)).await.unwrap();
    }
    index.refresh().await.unwrap();

    let queries: Vec<Query> = sample("queries.json");
    let spoken: Vec<&Query> = queries
        .iter()
        .filter(|query| query.needs.as_deref() == Some("speech"))
        .collect();
    let mut wrong = Vec::new();
    for query in &spoken {
        let found = first_moments(&index, &embedder, &query.query).await;
        let rank = found.iter().position(|moment| is_right(moment, query));
        if rank != Some(0) {
            wrong.push((query.query.as_str(), rank.map(|rank| rank + 1)));
        }
    }
    index.remove().await.unwrap();
    let right = spoken.len() - wrong.len();
    println!(
        "{right} of {} right at rank 1; else: {wrong:?}",
        spoken.len()
    );
    // Words alone: three are second here, and one more is right with pictures, as the demo asks. The fourth is left to
    // processors on which products of 8-bit integers differ.
    assert!(wrong.len() <= 4, "{right} of {}: {wrong:?}", spoken.len());
}
