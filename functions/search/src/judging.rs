//! What the confidence of moments is judged by.

use crate::request::Text;
use contracts::segments::Channel;
use moments::{Judge, QueryTerms, RankedHits, content_words, number_forms};
use search_index::{Filters, Statistics};

/// The judge of one query; `found` has been calibrated. `None` where nothing can be said of confidence: what the search
/// is over could not be counted, or a picture or a segment is looked for, to which something is always the most alike.
/// Nor where pictures alone are searched: whoever says that it is to be seen wants what comes nearest.
pub(crate) fn judge(
    query: &Text,
    filters: &Filters,
    found: &[RankedHits],
    statistics: Option<&Statistics>,
) -> Option<Judge> {
    let words = content_words(&query.words);
    let has_words = Channel::ALL.iter().any(|channel| {
        *channel != Channel::Visual && filters.has_channel(*channel) && !words.is_empty()
    });
    let statistics = statistics.filter(|_| has_words)?;
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
