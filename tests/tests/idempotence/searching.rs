//! What a tenant finds.

use contracts::api::SearchResponse;
use end_to_end::Tenant;
use serde_json::json;

/// The first page of a search.
pub async fn search(tenant: &Tenant, words: &str) -> SearchResponse {
    let body = json!({ "q": words, "limit": 50 });
    tenant.post("/search", &body).await.json()
}

/// Whether a search for a word finds anything that says it. Search by meaning always finds something.
pub async fn finds(tenant: &Tenant, word: &str) -> bool {
    let answer = search(tenant, word).await;
    let mut evidence = answer.moments.iter().flat_map(|moment| &moment.evidence);
    evidence.any(|evidence| evidence.text.contains(word))
}
