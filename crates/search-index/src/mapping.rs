//! Fields and settings of the index.

use serde_json::{Value, json};

/// Counts incompatible changes of the mapping.
pub(crate) const SCHEMA_VERSION: u64 = 1;

/// What the text vectors of an index are: made by one model, never mixed with those of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextVectors {
    /// The model's name.
    pub model: String,
    /// Length of a vector.
    pub dimensions: usize,
}

/// Body that creates an index together with its alias.
///
/// - `dynamic: strict`, since a field that nobody declared is a mistake.
/// - `text_model` holds one value for the whole index: the server itself refuses vectors of another model.
/// - `engine` is named, since the default engine ends a server that lacks its native library.
pub(crate) fn creation(alias: &str, vectors: &TextVectors, replicas: u32) -> Value {
    let mut aliases = serde_json::Map::new();
    aliases.insert(alias.to_owned(), json!({}));
    json!({
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
                "text_vector": {
                    "type": "knn_vector",
                    "dimension": vectors.dimensions,
                    "method": {
                        "name": "hnsw",
                        "engine": "lucene",
                        "space_type": "cosinesimil",
                        "parameters": {"m": 16, "ef_construction": 128},
                    },
                },
                "text_model": {"type": "constant_keyword", "value": vectors.model},
                "thumbnail_key": {"type": "keyword", "index": false, "doc_values": false},
                "language": {"type": "keyword"},
                "tags": {"type": "keyword"},
                "created_at": {"type": "date", "format": "strict_date_optional_time"},
                "duration_ms": {"type": "long"},
            },
        },
    })
}

fn meta(vectors: &TextVectors) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "text_model": vectors.model,
        "text_dimensions": vectors.dimensions,
    })
}

/// Why an existing index can't take these vectors; `None` where it can. `mappings` is what the server says.
pub(crate) fn mismatch(mappings: &Value, vectors: &TextVectors) -> Option<String> {
    let found = &mappings["_meta"];
    let expected = meta(vectors);
    for field in ["schema_version", "text_model", "text_dimensions"] {
        if found[field] != expected[field] {
            return Some(format!(
                "its {field} is {} and this release needs {}",
                found[field], expected[field]
            ));
        }
    }
    let field = &mappings["properties"]["text_vector"];
    let engine = &field["method"]["engine"];
    if field["dimension"] != expected["text_dimensions"] || engine != "lucene" {
        return Some(format!(
            "its vectors have {} dimensions and the engine {engine}",
            field["dimension"]
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors() -> TextVectors {
        TextVectors {
            model: "m".into(),
            dimensions: 4,
        }
    }

    #[test]
    fn the_mapping_is_reviewed_when_it_changes() {
        insta::assert_json_snapshot!(creation("segments", &vectors(), 1));
    }

    #[test]
    fn an_index_of_another_model_size_or_schema_does_not_fit() {
        let mappings = creation("a", &vectors(), 0)["mappings"].clone();
        assert_eq!(mismatch(&mappings, &vectors()), None);
        for (field, value) in [
            ("text_model", json!("other")),
            ("text_dimensions", json!(8)),
            ("schema_version", json!(0)),
        ] {
            let mut other = mappings.clone();
            other["_meta"][field] = value;
            let reason = mismatch(&other, &vectors()).expect("it differs");
            assert!(reason.contains(field), "{reason}");
        }
        let mut other = mappings;
        other["properties"]["text_vector"]["method"]["engine"] = json!("faiss");
        assert!(mismatch(&other, &vectors()).is_some());
    }
}
