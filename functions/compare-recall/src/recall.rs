//! How much of one list is in another, without I/O.

use contracts::reindex::Recall;

/// Shares of what was found that was found again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mean {
    sum: f64,
    queries: u32,
}

impl Mean {
    /// Adds a query by what the serving index and the next one find. Where the serving index finds nothing there is
    /// nothing to be found again, and the query says nothing.
    pub(crate) fn add(&mut self, old: &[String], new: &[String]) {
        if old.is_empty() {
            return;
        }
        let kept = old.iter().filter(|id| new.contains(id)).count();
        #[expect(clippy::cast_precision_loss, reason = "lists of ten")]
        let share = kept as f64 / old.len() as f64;
        self.sum += share;
        self.queries += 1;
    }

    /// The mean share; 1 where nothing was compared, since nothing was lost.
    pub(crate) fn recall(self) -> Recall {
        let at_10 = if self.queries == 0 {
            1.0
        } else {
            self.sum / f64::from(self.queries)
        };
        Recall {
            queries: self.queries,
            at_10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lists: &[(&str, &str)], queries: u32, at_10: f64) {
        let ids = |list: &str| -> Vec<String> { list.chars().map(String::from).collect() };
        let mut mean = Mean::default();
        for (old, new) in lists {
            mean.add(&ids(old), &ids(new));
        }
        assert_eq!(mean.recall(), Recall { queries, at_10 });
    }

    #[test]
    fn the_share_that_is_found_again_counts_whatever_its_order() {
        check(&[], 0, 1.0);
        check(&[("", "abc")], 0, 1.0);
        check(&[("abcd", "dcba")], 1, 1.0);
        check(&[("abcd", "abxy")], 1, 0.5);
        check(&[("abcd", ""), ("a", "a")], 2, 0.5);
    }
}
