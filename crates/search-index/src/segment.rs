//! One document by its id.

use crate::{SearchIndex, SearchIndexError};
use contracts::{Workspace, segments::SegmentDocument};
use opensearch::http::Method;
use serde_json::{Map, Value, json};

/// Fields that are read beside the source: where OpenSearch derives them for it, it reads files that a merge may have
/// closed, and answers 503 from then on (opensearch-project/k-NN, issue 3458).
const VECTORS: [&str; 2] = ["text_vector", "image_vector"];

impl SearchIndex {
    /// A tenant's document, its vectors included; `None` where the tenant has none of this id.
    ///
    /// # Errors
    /// The index can't be reached, or holds something that this release can't read.
    pub async fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> Result<Option<SegmentDocument>, SearchIndexError> {
        let filter = [
            json!({"term": {"workspace": workspace}}),
            json!({"ids": {"values": [id]}}),
        ];
        let body = json!({
            "size": 1,
            "query": {"bool": {"filter": filter}},
            "_source": {"excludes": VECTORS},
            "script_fields": vector_fields(),
        });
        let path = format!("/{}/_search", self.alias());
        let reply = self.send(Method::Post, &path, Some(&body)).await?;
        let mut answer = reply.success()?;
        let Some(hit) = answer.pointer_mut("/hits/hits/0") else {
            return Ok(None);
        };
        let document = serde_json::from_value(with_vectors(hit));
        document
            .map(Some)
            .map_err(|error| SearchIndexError::Incompatible {
                reason: format!("document {id} does not parse: {error}"),
            })
    }
}

fn vector_fields() -> Value {
    let field = |name: &str| {
        let source = format!("doc['{name}'].size() == 0 ? null : doc['{name}'].value");
        (name.to_owned(), json!({"script": {"source": source}}))
    };
    VECTORS.into_iter().map(field).collect::<Map<_, _>>().into()
}

/// The source of a hit with the vectors beside it; a field has a list of values, here of one.
fn with_vectors(hit: &mut Value) -> Value {
    let mut source = hit["_source"].take();
    for name in VECTORS {
        let vector = hit["fields"][name][0].take();
        if !vector.is_null() {
            source[name] = vector;
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
