//! From the recogniser's steps to text: connectionist temporal classification, the likeliest class of each step.

use unicode_normalization::UnicodeNormalization;

/// A line's text and the mean probability of its characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) text: String,
    pub(super) confidence: f32,
}

/// The characters of the model's classes, the first of which stands for none.
#[derive(Debug)]
pub(super) struct Alphabet(Vec<String>);

impl Alphabet {
    /// Of the list in the model's metadata, one entry a line; a space comes after the last. An entry may itself be a
    /// kind of space.
    pub(super) fn new(list: &str) -> Self {
        let entries = list.strip_suffix('\n').unwrap_or(list).split('\n');
        Self(entries.map(str::to_owned).chain([" ".to_owned()]).collect())
    }

    /// How many classes the model tells apart.
    pub(super) fn classes(&self) -> usize {
        self.0.len() + 1
    }

    /// Reads the probabilities, step by step with one value a class. Text is in composed form, with single spaces.
    pub(super) fn read(&self, probabilities: &[f32]) -> Reading {
        let (mut text, mut sum, mut count, mut last) = (String::new(), 0.0, 0_u32, 0);
        for step in probabilities.chunks_exact(self.classes()) {
            let (class, probability) = likeliest(step);
            if class != 0 && class != last {
                text.push_str(&self.0[class - 1]);
                sum += probability;
                count += 1;
            }
            last = class;
        }
        Reading {
            text: tidy(&text),
            confidence: sum / count.max(1) as f32,
        }
    }
}

fn likeliest(step: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::MIN);
    for (class, &probability) in step.iter().enumerate() {
        if probability > best.1 {
            best = (class, probability);
        }
    }
    best
}

fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(alphabet: &str, classes: &[usize], expected: &str) {
        let alphabet = Alphabet::new(alphabet);
        let mut probabilities = vec![0.1; classes.len() * alphabet.classes()];
        for (step, class) in classes.iter().enumerate() {
            probabilities[step * alphabet.classes() + class] = 0.8;
        }
        let reading = alphabet.read(&probabilities);
        assert_eq!(reading.text, expected);
        let confidence = if classes.iter().any(|class| *class > 0) {
            0.8
        } else {
            0.0
        };
        assert!((reading.confidence - confidence).abs() < 1e-6);
    }

    #[test]
    fn repeats_fold_and_blanks_part_them() {
        check("a\nb\nc", &[0, 1, 1, 0, 1, 2, 2, 0, 0, 3], "aabc");
        check("a\nb\nc", &[0, 0, 0], "");
        check("a\nb\nc", &[], "");
    }

    #[test]
    fn the_space_comes_after_the_list_and_spaces_are_single() {
        check("a\nb", &[1, 3, 0, 3, 2, 3], "a b");
        check("a\n\u{3000}\nb", &[1, 2, 3, 4, 1], "a b a");
        check("a\n\u{3000}\n", &[1, 2, 0, 3, 1], "a a");
    }

    #[test]
    fn accents_join_their_letters() {
        check("e\n\u{301}", &[1, 2], "\u{e9}");
    }
}
