//! scratch
#![allow(missing_docs, clippy::unwrap_used, clippy::pedantic)]
use embedding::{TextEmbedder, open_visual_queries};
use models::{ModelFolder, Role};
use moments::*;
use onnx::Runtime;
use search_index::{QueryPlan, SearchIndex};
use serde_json::{Value, json};
use std::{io::Write, num::NonZeroUsize, path::Path, sync::Arc};

#[tokio::main]
async fn main() {
    let env = |n: &str| std::env::var(n).unwrap();
    let runtime = Runtime::load(Path::new(&env("VINDEX_ONNXRUNTIME"))).unwrap();
    let dir = env("VINDEX_MODELS_DIR");
    let tf = ModelFolder::open(Path::new(&dir), Role::Text).unwrap();
    let texts = Arc::new(TextEmbedder::open(&tf, runtime, NonZeroUsize::MIN).unwrap());
    let vf = ModelFolder::open(Path::new(&dir), Role::Visual).unwrap();
    let visual = open_visual_queries(
        vf.folder(),
        &vf.model().name,
        runtime,
        NonZeroUsize::MIN,
        Some(&texts),
    )
    .unwrap();
    let config = aws_config::SdkConfig::builder().build();
    let index = SearchIndex::new(&env("VINDEX_OPENSEARCH_URL"), &config).unwrap();
    let ws = env("WS");
    let low = std::env::var("FLOOR").is_ok();
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lines() {
        let q: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let raw = q["query"].as_str().unwrap();
        let text = raw.replace(['"', '“', '”'], " ");
        let text = text.trim();
        let videos: Vec<contracts::VideoId> = q["videos"]
            .as_array()
            .map(|v| v.iter().map(|v| v.as_str().unwrap().into()).collect())
            .unwrap_or_default();
        let plan = QueryPlan {
            workspace: ws.as_str().into(),
            text: text.into(),
            text_vector: Some(texts.embed(&[text]).unwrap().remove(0)),
            image_vector: Some(visual.embed(text).unwrap()),
            videos,
            tags: vec![],
            channels: vec![],
            candidates: 100,
            counted_words: content_words(text),
        };
        let mut answers = index.search(&plan).await.unwrap();
        let ti = texts.interface();
        let vi = vf.model().visual.as_ref().unwrap();
        let rel = |r: models::Relevance, lowf: f64| Relevance {
            floor: if low { lowf } else { r.floor },
            sure: r.sure,
            chance: None,
        };
        for list in &mut answers.found {
            list.relevance = match list.retriever {
                Retriever::Meaning => Some(rel(ti.said, 0.0)),
                Retriever::WrittenMeaning => Some(rel(ti.written, 0.0)),
                Retriever::Looks => Some(rel(vi.words, 0.0)),
                _ => None,
            };
        }
        let stats = answers.statistics.clone().unwrap();
        let n: u64 = stats.documents.values().sum();
        let judge = Judge {
            terms: QueryTerms::new(&plan.counted_words, &stats.containing, n),
            documents: stats.documents.clone(),
            chances: Default::default(),
        };
        let tops: Vec<Value> = answers.found.iter().map(|l| json!({"r": format!("{:?}", l.retriever), "s": l.hits.iter().map(|h| h.score).collect::<Vec<_>>()})).collect();
        let mut moments = find_moments(&answers.found);
        judge.judge(&mut moments);
        let ms: Vec<Value> = moments.iter().take(80).map(|m| json!({
            "v": m.video_id, "s": m.start_ms, "e": m.end_ms, "score": m.score,
            "ev": m.evidence.iter().map(|h| json!({"c": h.channel.as_str(), "t": h.text, "l": h.labels, "s": h.start_ms, "e": h.end_ms, "sc": h.score})).collect::<Vec<_>>(),
            "f": m.found_by.iter().map(|(r, f)| json!([format!("{r:?}"), f.rank, f.score, f.relevance])).collect::<Vec<_>>(),
            "signs": m.signs.unwrap().named().iter().map(|(k, v)| (k.to_string(), json!(v))).collect::<serde_json::Map<_, _>>(),
        })).collect();
        writeln!(out, "{}", json!({"id": q["id"], "query": raw, "suite": q["suite"], "half": q["half"], "answers": q["answers"], "docs": stats.documents.iter().map(|(c, n)| (c.as_str().to_string(), json!(n))).collect::<serde_json::Map<_, _>>(), "words": plan.counted_words, "df": stats.containing, "tops": tops, "moments": ms})).unwrap();
    }
}
