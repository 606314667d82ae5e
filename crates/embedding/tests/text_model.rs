//! The text model against vectors that another implementation made of the same files
//! (`onnxruntime` and `tokenizers` in Python, one text at a time).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use embedding::TextEmbedder;
use models::{ModelFolder, Role};
use onnx::Runtime;
use serde::Deserialize;
use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

#[derive(Deserialize)]
struct Reference {
    text: String,
    repeat: usize,
    vector: Vec<f32>,
}

fn path_from(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run through `cargo xtask test`"))
        .into()
}

static EMBEDDER: LazyLock<Arc<TextEmbedder>> = LazyLock::new(|| {
    let runtime = Runtime::load(&path_from("VINDEX_ONNXRUNTIME")).unwrap();
    let folder = ModelFolder::open(&path_from("VINDEX_MODELS_DIR"), Role::Text).unwrap();
    Arc::new(TextEmbedder::open(&folder, runtime, NonZeroUsize::MIN).unwrap())
});

fn embed(text: &str) -> Vec<f32> {
    EMBEDDER.embed(&[text]).unwrap().remove(0)
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

#[test]
fn vectors_are_those_of_the_reference() {
    let references: Vec<Reference> =
        serde_json::from_str(include_str!("reference/e5-small-v2.json")).unwrap();
    assert_eq!(references.len(), 4);
    for reference in references {
        let vector = embed(&reference.text.repeat(reference.repeat));
        assert_eq!(vector.len(), EMBEDDER.dimensions());
        let likeness = cosine(&vector, &reference.vector);
        // Products of 8-bit integers differ a little between processors: 0.998 without VNNI, for the longest text.
        assert!(likeness >= 0.995, "{}: {likeness}", reference.text);
        let length = cosine(&vector, &vector).sqrt();
        assert!((length - 1.0).abs() < 1e-4, "length {length}");
    }
}

#[test]
fn a_text_has_the_same_vector_whatever_comes_with_it() {
    let alone = embed("a dog on a beach");
    let together = EMBEDDER
        .embed(&[
            "a dog on a beach",
            "cats",
            "a long walk by the river at night",
        ])
        .unwrap();
    assert_eq!(alone, together[0]);
    assert_ne!(together[0], together[1]);
}

#[test]
fn what_is_alike_is_closer_than_what_is_not() {
    let query = EMBEDDER.embed_query("shearing in early summer").unwrap();
    let right = embed("The shearer comes in June.");
    let wrong = embed("The trumpets came late and took over the evening.");
    assert!(cosine(&query, &right) > cosine(&query, &wrong) + 0.05);
}

#[test]
fn an_empty_text_has_a_vector_too() {
    assert!(embed("").iter().all(|value| value.is_finite()));
}

#[test]
fn only_languages_of_the_model_are_known() {
    for (language, expected) in [("en", true), ("en-GB", true), ("EN", true), ("de", false)] {
        assert_eq!(EMBEDDER.knows_language(language), expected, "{language}");
    }
}

#[tokio::test]
async fn many_tasks_share_one_embedder() {
    let expected = embed("one of many");
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let embedder = Arc::clone(&EMBEDDER);
            tokio::spawn(async move {
                embedder
                    .embed_in_background(vec!["one of many".into()])
                    .await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(
            task.await.unwrap().unwrap(),
            std::slice::from_ref(&expected)
        );
    }
}
