//! What the confidence of moments is judged by.

use crate::request::Text;
use contracts::segments::Channel;
use moments::{Chance, Judge, QueryTerms, RankedDocuments, Retriever, content_words, number_forms};
use search_index::{Filters, Statistics};

/// The judge of one query; `found` has been calibrated. `None` where nothing can be said of confidence: what the search
/// is over could not be counted, or a picture or a segment is looked for, to which something is always the most alike.
/// Nor where pictures alone are searched: whoever says that it is to be seen wants what comes nearest.
pub(crate) fn judge(
    query: &Text,
    filters: &Filters,
    found: &[RankedDocuments],
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
        let chance = list.relevance?.chance?;
        Some((list.retriever, chance_of(list, chance, statistics)))
    });
    Some(Judge {
        terms: QueryTerms::new(&words, &statistics.containing, documents, &numbers),
        documents: statistics.documents.clone(),
        chances: chances.collect(),
        is_quoted: !query.phrases.is_empty(),
    })
}

/// Chance as it is for this query where that is known to differ: among pictures.
fn chance_of(list: &RankedDocuments, chance: Chance, statistics: &Statistics) -> Chance {
    if list.retriever != Retriever::Looks {
        return chance;
    }
    let documents = statistics.documents.get(&Channel::Visual);
    let scores: Vec<f64> = list.documents.iter().map(|one| one.score).collect();
    chance.of_query(&scores, documents.copied().unwrap_or_default())
}
