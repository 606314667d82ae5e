//! What the confidence of moments is judged by.

use crate::request::Text;
use moments::{Judge, QueryTerms, RankedHits, content_words, number_forms};
use search_index::Statistics;

/// The judge of one query; `found` has been calibrated. `None` where nothing can be said of confidence: what the search
/// is over could not be counted, or a picture or a segment is looked for, to which something is always the most alike.
pub(crate) fn judge(
    query: &Text,
    found: &[RankedHits],
    statistics: Option<&Statistics>,
) -> Option<Judge> {
    let words = content_words(&query.words);
    let statistics = statistics.filter(|_| !words.is_empty())?;
    let documents = statistics.documents.values().sum();
    let numbers = number_forms(&query.words);
    let chances = found.iter().filter_map(|list| {
        let relevance = list.relevance?;
        Some((list.retriever, relevance.chance?))
    });
    Some(Judge {
        terms: QueryTerms::new(&words, &statistics.containing, documents, &numbers),
        documents: statistics.documents.clone(),
        chances: chances.collect(),
        is_quoted: !query.phrases.is_empty(),
    })
}
