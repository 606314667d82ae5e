//! Which language a window is in.

use crate::LanguageProbabilities;
use std::collections::BTreeMap;

/// A window that is at least so sure of its language keeps it; others follow the places heard first.
const SURE: f32 = 0.8;
/// How many places say what a chunk's language is: its beginning, its end and its middle.
pub(crate) const PLACES: usize = 3;
/// Whisper's codes that are not those of BCP 47.
const OTHER_CODES: [(&str, &str); 1] = [("jw", "jv")];
/// BCP 47 codes of what Whisper knows under a wider or older one.
const ALIASES: [(&str, &str); 4] = [("nb", "no"), ("fil", "tl"), ("iw", "he"), ("cmn", "zh")];

/// Two halves of a window that are at least so sure are in the languages they seem to be in.
const FAIRLY_SURE: f32 = 0.6;

/// Whether a window may hold more than one language.
pub(crate) fn is_unsure(likely: &LanguageProbabilities) -> bool {
    likely
        .first()
        .is_some_and(|(_, probability)| *probability < SURE)
}

/// Whether two halves of a window are in two languages.
pub(crate) fn are_two(halves: &[LanguageProbabilities]) -> bool {
    let codes: Vec<Option<&String>> = halves
        .iter()
        .map(|likely| {
            likely
                .first()
                .filter(|(_, probability)| *probability >= FAIRLY_SURE)
        })
        .map(|first| first.map(|(code, _)| code))
        .collect();
    matches!(codes[..], [Some(left), Some(right)] if left != right)
}

/// Chooses the language of one window after the other.
#[derive(Debug)]
pub(crate) struct LanguageChoice {
    given: Option<String>,
    places: Vec<LanguageProbabilities>,
}

impl LanguageChoice {
    /// `given` (BCP 47) counts where it is among the `known` codes of the model.
    pub(crate) fn new<'m>(given: Option<&str>, mut known: impl Iterator<Item = &'m str>) -> Self {
        let given = given
            .map(whisper_code)
            .filter(|code| known.any(|known| known == code));
        Self {
            given,
            places: Vec::new(),
        }
    }

    /// Whether languages are detected.
    pub(crate) fn is_open(&self) -> bool {
        self.given.is_none()
    }

    /// The code of each window, of what is likely in it. The windows that come first are those of the places.
    pub(crate) fn choose(&mut self, windows: &[LanguageProbabilities]) -> Vec<String> {
        let missing = PLACES.saturating_sub(self.places.len());
        self.places.extend(windows.iter().take(missing).cloned());
        windows
            .iter()
            .map(|likely| self.choose_one(likely))
            .collect()
    }

    fn choose_one(&self, likely: &LanguageProbabilities) -> String {
        if let Some(given) = &self.given {
            return given.clone();
        }
        let own = likely.first();
        if let Some((code, _)) = own.filter(|(_, probability)| *probability >= SURE) {
            return code.clone();
        }
        let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
        for (code, probability) in self.places.iter().flatten().chain(likely) {
            *sums.entry(code).or_default() += probability;
        }
        let best = sums
            .into_iter()
            .max_by(|left, right| left.1.total_cmp(&right.1));
        best.map_or("en", |(code, _)| code).to_owned()
    }
}

/// Whisper's code of a language given as BCP 47: region and script don't matter.
fn whisper_code(language: &str) -> String {
    let primary = language
        .split(['-', '_'])
        .next()
        .unwrap_or(language)
        .to_lowercase();
    let alias = ALIASES
        .iter()
        .chain(&OTHER_CODES.map(|(whisper, bcp47)| (bcp47, whisper)))
        .find(|(alias, _)| *alias == primary)
        .map(|(_, code)| (*code).to_owned());
    alias.unwrap_or(primary)
}

/// BCP 47 of one of Whisper's codes.
pub(crate) fn bcp47(code: &str) -> String {
    let other = OTHER_CODES.iter().find(|(whisper, _)| *whisper == code);
    other.map_or(code, |(_, bcp47)| bcp47).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(pairs: &[(&str, f32)]) -> LanguageProbabilities {
        let pairs = pairs.iter();
        pairs
            .map(|(code, probability)| ((*code).to_owned(), *probability))
            .collect()
    }

    fn choice(given: Option<&str>) -> LanguageChoice {
        LanguageChoice::new(given, ["de", "en", "jw", "nl", "no"].into_iter())
    }

    #[test]
    fn what_is_given_counts_if_it_is_known() {
        let check = |given, expected| {
            assert_eq!(
                choice(Some(given)).choose(&[likely(&[("nl", 0.9)])]),
                [expected]
            );
        };
        check("de-AT", "de");
        check("EN", "en");
        check("jv", "jw");
        check("nb", "no");
        check("tlh", "nl");
    }

    #[test]
    fn a_sure_window_keeps_its_language_and_others_follow() {
        let mut choice = choice(None);
        let german = likely(&[("de", 0.95), ("nl", 0.05)]);
        let doubtful = likely(&[("nl", 0.5), ("de", 0.4)]);
        let english = likely(&[("en", 0.99)]);
        assert_eq!(
            choice.choose(&[german.clone(), doubtful.clone(), german]),
            ["de", "de", "de"]
        );
        assert_eq!(choice.choose(&[english, doubtful]), ["en", "de"]);
        assert_eq!(choice.places.len(), PLACES);
    }

    #[test]
    fn halves_in_two_languages_are_told_by_both() {
        let (english, japanese) = (likely(&[("en", 0.9)]), likely(&[("ja", 0.7)]));
        let doubtful = likely(&[("ja", 0.5), ("en", 0.4)]);
        assert!(are_two(&[english.clone(), japanese.clone()]));
        assert!(!are_two(&[english.clone(), doubtful.clone()]));
        assert!(!are_two(&[japanese.clone(), japanese]));
        assert!(is_unsure(&doubtful) && !is_unsure(&english) && !is_unsure(&likely(&[])));
    }

    #[test]
    fn codes_go_both_ways() {
        assert_eq!(bcp47("jw"), "jv");
        assert_eq!(bcp47("en"), "en");
    }
}
