//! What the confidence of moments is judged by.

use moments::{Judge, QueryTerms, RankedHits, content_words, number_forms};
use search_index::Statistics;

/// The judge of one query: `text` is its words, `found` has been calibrated. `None` where what the search is over could
/// not be counted, or where the scores of no model found can be held against chance and there are no words either: then
/// nothing is said of confidence.
pub(crate) fn judge(
    text: &str,
    found: &[RankedHits],
    statistics: Option<&Statistics>,
) -> Option<Judge> {
    let statistics = statistics?;
    let words = content_words(text);
    let documents = statistics.documents.values().sum();
    let chances = found.iter().filter_map(|list| {
        let relevance = list.relevance?;
        Some((list.retriever, relevance.chance?))
    });
    let judge = Judge {
        terms: QueryTerms::new(
            &words,
            &statistics.containing,
            documents,
            &number_forms(text),
        ),
        documents: statistics.documents.clone(),
        chances: chances.collect(),
    };
    let can_judge = !judge.terms.is_empty() || !judge.chances.is_empty();
    can_judge.then_some(judge)
}
