//! The true nearest neighbours, by comparing a query with every document.

use crate::{
    corpus::{Corpus, Query, vector},
    vectors::dot,
};
use moments::Retriever;

/// How many neighbours count: those of recall@10.
pub const NEAREST: usize = 10;
/// The retrievers by vectors.
pub const BY_VECTORS: [Retriever; 3] = [
    Retriever::Meaning,
    Retriever::WrittenMeaning,
    Retriever::Looks,
];

/// The nearest documents so far, nearest first.
#[derive(Clone, Default)]
pub struct Nearest {
    found: Vec<(f32, String)>,
}

impl Nearest {
    fn offer(&mut self, cosine: f32, id: &str) {
        let place = self.found.partition_point(|(other, _)| *other >= cosine);
        if place < NEAREST {
            self.found.insert(place, (cosine, id.to_owned()));
            self.found.truncate(NEAREST);
        }
    }

    /// Which share of these is among `ids`.
    pub fn share_in(&self, ids: &[&str]) -> f64 {
        let shared = self
            .found
            .iter()
            .filter(|(_, id)| ids.contains(&id.as_str()));
        shared.count() as f64 / self.found.len().max(1) as f64
    }
}

/// For every query, what each retriever of [`BY_VECTORS`] should find.
pub fn nearest(corpus: &Corpus, queries: &[Query]) -> Vec<[Nearest; BY_VECTORS.len()]> {
    let mut all = vec![<[Nearest; BY_VECTORS.len()]>::default(); queries.len()];
    for video in 0..corpus.videos() {
        let tenant = corpus.tenant(video);
        if queries.iter().all(|query| query.tenant != tenant) {
            continue;
        }
        for (id, document) in corpus.video(video) {
            let ranks_it = |retriever: &Retriever| retriever.channels().contains(&document.channel);
            let Some(place) = BY_VECTORS.iter().position(ranks_it) else {
                continue;
            };
            for (query, nearest) in queries.iter().zip(&mut all) {
                if query.tenant == tenant {
                    let cosine = match BY_VECTORS[place] {
                        Retriever::Looks => {
                            dot(&query.image_vector, vector(&document.image_vector))
                        }
                        _ => dot(&query.text_vector, vector(&document.text_vector)),
                    };
                    nearest[place].offer(cosine, &id);
                }
            }
        }
    }
    all
}
