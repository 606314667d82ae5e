//! Fields and settings of the index.

use crate::{SearchIndexError, languages};
use serde_json::{Map, Value, json};

/// Counts incompatible changes of the mapping.
pub(crate) const SCHEMA_VERSION: u64 = 1;

/// What computes nearest vectors, in every index of this release.
pub(crate) const ENGINE: &str = "lucene";

/// Whether an index that was filled beside another has everything; absent in one that never stood beside another.
pub(crate) const FILLED: &str = "filled";

const META_FIELDS: [&str; 5] = [
    "schema_version",
    "text_model",
    "text_dimensions",
    "image_model",
    "image_dimensions",
];

/// The vectors of one field: made by one model, never mixed with those of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorSpace {
    /// The model's name.
    pub model: String,
    /// Length of a vector.
    pub dimensions: usize,
}

/// The vectors that an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorSpaces {
    /// Of words.
    pub text: VectorSpace,
    /// Of pictures.
    pub image: VectorSpace,
}

/// Body that creates an index together with its alias.
///
/// - `dynamic: strict`, since a field that nobody declared is a mistake.
/// - `text_model` and `image_model` hold one value each for the whole index: the server itself refuses vectors of
///   another model.
/// - `engine` is named, since the default engine ends a server that lacks its native library.
pub(crate) fn creation(alias: &str, vectors: &VectorSpaces, replicas: u32) -> Value {
    let mut aliases = serde_json::Map::new();
    aliases.insert(alias.to_owned(), json!({}));
    let mut creation = json!({
        "settings": {
            "index.knn": true,
            "number_of_shards": 1,
            "number_of_replicas": replicas,
        },
        "aliases": aliases,
        "mappings": {
            "dynamic": "strict",
            "_meta": meta(vectors),
            "properties": {
                "workspace": {"type": "keyword"},
                "video_id": {"type": "keyword"},
                "generation": {"type": "integer"},
                "chunk": {"type": "integer"},
                "channel": {"type": "keyword"},
                "start_ms": {"type": "long"},
                "end_ms": {"type": "long"},
                "text": {
                    "type": "text",
                    "analyzer": "english",
                    "fields": {"exact": {"type": "text", "analyzer": "standard"}},
                },
                (languages::WORDS): languages::mapping(),
                "text_vector": vector_field(&vectors.text),
                "text_model": model_field(&vectors.text),
                "thumbnail_key": {"type": "keyword", "index": false, "doc_values": false},
                "language": {"type": "keyword"},
                "tags": {"type": "keyword"},
                "created_at": {"type": "date", "format": "strict_date_optional_time"},
                "duration_ms": {"type": "long"},
            },
        },
    });
    if let Some(properties) = creation["mappings"]["properties"].as_object_mut() {
        properties.extend(picture_fields(&vectors.image));
    }
    creation
}

fn vector_field(space: &VectorSpace) -> Value {
    json!({
        "type": "knn_vector",
        "dimension": space.dimensions,
        "method": {
            "name": "hnsw",
            "engine": ENGINE,
            "space_type": "cosinesimil",
            "parameters": {"m": 16, "ef_construction": 128},
        },
    })
}

fn model_field(space: &VectorSpace) -> Value {
    json!({"type": "constant_keyword", "value": space.model})
}

/// The fields of shots.
fn picture_fields(space: &VectorSpace) -> Map<String, Value> {
    [
        ("image_vector", vector_field(space)),
        ("image_model", model_field(space)),
        (
            "labels",
            json!({"type": "keyword", "index": false, "doc_values": false}),
        ),
    ]
    .map(|(name, field)| (name.to_owned(), field))
    .into_iter()
    .collect()
}

/// What an index lacks that was made before there were pictures or languages; `None` where it has all fields.
pub(crate) fn addition(mappings: &Value, vectors: &VectorSpaces) -> Option<Value> {
    let mut meta = mappings["_meta"].clone();
    let mut properties = Map::new();
    if mappings["properties"]["image_vector"].is_null() {
        meta["image_model"] = json!(vectors.image.model);
        meta["image_dimensions"] = json!(vectors.image.dimensions);
        properties.extend(picture_fields(&vectors.image));
    }
    if !languages::are_in(mappings) {
        properties.insert(languages::WORDS.to_owned(), languages::mapping());
    }
    (!properties.is_empty()).then(|| json!({"_meta": meta, "properties": properties}))
}

fn meta(vectors: &VectorSpaces) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "text_model": vectors.text.model,
        "text_dimensions": vectors.text.dimensions,
        "image_model": vectors.image.model,
        "image_dimensions": vectors.image.dimensions,
    })
}

/// The vectors that an index holds, by what it says of itself.
///
/// # Errors
/// [`SearchIndexError::Incompatible`] where it says too little.
pub(crate) fn vectors_of(index: &str, mappings: &Value) -> Result<VectorSpaces, SearchIndexError> {
    vectors(mappings).ok_or_else(|| SearchIndexError::Incompatible {
        reason: format!("{index} does not say whose vectors it holds: run prepare-index"),
    })
}

fn vectors(mappings: &Value) -> Option<VectorSpaces> {
    let meta = &mappings["_meta"];
    let space = |model: &str, dimensions: &str| {
        Some(VectorSpace {
            model: meta[model].as_str()?.to_owned(),
            dimensions: usize::try_from(meta[dimensions].as_u64()?).ok()?,
        })
    };
    Some(VectorSpaces {
        text: space("text_model", "text_dimensions")?,
        image: space("image_model", "image_dimensions")?,
    })
}

/// Why an existing index can't take these vectors; `None` where it can. `mappings` is what the server says.
pub(crate) fn mismatch(mappings: &Value, vectors: &VectorSpaces) -> Option<String> {
    let found = &mappings["_meta"];
    let expected = meta(vectors);
    for field in META_FIELDS {
        if found[field] != expected[field] {
            return Some(format!(
                "its {field} is {} and this release needs {}",
                found[field], expected[field]
            ));
        }
    }
    for (name, space) in [
        ("text_vector", &vectors.text),
        ("image_vector", &vectors.image),
    ] {
        let field = &mappings["properties"][name];
        let engine = &field["method"]["engine"];
        if field["dimension"] != json!(space.dimensions) || engine != ENGINE {
            return Some(format!(
                "its {name} has {} dimensions and the engine {engine}",
                field["dimension"]
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spaces() -> VectorSpaces {
        let space = |model: &str, dimensions| VectorSpace {
            model: model.into(),
            dimensions,
        };
        VectorSpaces {
            text: space("m", 4),
            image: space("i", 2),
        }
    }

    #[test]
    fn the_mapping_is_reviewed_when_it_changes() {
        insta::assert_json_snapshot!(creation("segments", &spaces(), 1));
    }

    #[test]
    fn only_what_an_older_index_lacks_is_added() {
        let mappings = creation("a", &spaces(), 0)["mappings"].clone();
        assert_eq!(addition(&mappings, &spaces()), None);
        let without = |lacking: &[&str]| {
            let mut older = mappings.clone();
            let fields = older["properties"].as_object_mut().unwrap();
            fields.retain(|field, _| !lacking.contains(&field.as_str()));
            let addition = addition(&older, &spaces()).unwrap();
            assert_eq!(addition["_meta"], mappings["_meta"]);
            let fields = addition["properties"].as_object().unwrap();
            fields.keys().cloned().collect::<Vec<_>>()
        };
        let pictures = ["image_vector", "image_model", "labels"];
        assert_eq!(without(&["words"]), ["words"]);
        assert_eq!(without(&pictures).len(), 3);
        assert_eq!(without(&["image_vector", "words"]).len(), 4);
    }

    #[test]
    fn an_index_of_another_model_size_or_schema_does_not_fit() {
        let mappings = creation("a", &spaces(), 0)["mappings"].clone();
        assert_eq!(mismatch(&mappings, &spaces()), None);
        assert_eq!(vectors(&mappings), Some(spaces()));
        assert_eq!(vectors(&json!({"_meta": {"text_model": "m"}})), None);
        for (field, value) in [
            ("text_model", json!("other")),
            ("text_dimensions", json!(8)),
            ("image_model", json!("other")),
            ("image_dimensions", json!(8)),
            ("schema_version", json!(0)),
        ] {
            let mut other = mappings.clone();
            other["_meta"][field] = value;
            let reason = mismatch(&other, &spaces()).expect("it differs");
            assert!(reason.contains(field), "{reason}");
        }
        for field in ["text_vector", "image_vector"] {
            let mut other = mappings.clone();
            other["properties"][field]["method"]["engine"] = json!("faiss");
            assert!(mismatch(&other, &spaces()).is_some());
        }
    }
}
