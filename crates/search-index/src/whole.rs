//! Documents with their vectors.
//!
//! OpenSearch keeps no vectors in the source of documents but derives them from the files that it searches, and so it
//! reads files that a merge may have closed: from then on a document can't be read whole, with "all shards failed",
//! until the server starts again (opensearch-project/k-NN, issue 3458). To keep them in the source takes four times the
//! room, and six times as long to read other fields. So vectors are never read with the source but as fields that a
//! script computes, which is another way to the same files, and not concerned.
//!
//! The script has to copy them. What OpenSearch gives it is one array, into which it reads the vector of the next
//! document: without a copy all documents of a page have the vector of its last.

use serde_json::{Map, Value, json};

const VECTORS: [&str; 2] = ["text_vector", "image_vector"];

/// What reads documents with their vectors.
pub(crate) fn body(query: &Value, size: usize) -> Value {
    json!({
        "size": size,
        "query": query,
        "_source": {"excludes": VECTORS},
        "script_fields": vector_fields(),
    })
}

fn vector_fields() -> Value {
    let field = |name: &str| {
        let source = format!(
            "if (!doc.containsKey('{name}') || doc['{name}'].size() == 0) {{ return null; }} \
             float[] read = doc['{name}'].value; float[] copy = new float[read.length]; \
             for (int i = 0; i < read.length; i++) {{ copy[i] = read[i]; }} \
             return copy;"
        );
        (name.to_owned(), json!({"script": {"source": source}}))
    };
    VECTORS.into_iter().map(field).collect::<Map<_, _>>().into()
}

/// The source of a hit with the vectors beside it; a field has a list of values, here of one.
pub(crate) fn with_vectors(hit: &mut Value) -> Value {
    let mut source = hit["_source"].take();
    for name in VECTORS {
        let vector = hit.pointer_mut(&format!("/fields/{name}/0"));
        if let Some(vector) = vector.filter(|vector| !vector.is_null()) {
            source[name] = vector.take();
        }
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_put_into_the_source() {
        let check = |mut hit: Value, expected: Value| assert_eq!(with_vectors(&mut hit), expected);
        check(
            json!({"_source": {"text": "a"}, "fields": {"text_vector": [[0.6, 0.8]], "image_vector": [null]}}),
            json!({"text": "a", "text_vector": [0.6, 0.8]}),
        );
        check(json!({"_source": {"text": "a"}}), json!({"text": "a"}));
    }
}
