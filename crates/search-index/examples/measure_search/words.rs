//! Made-up texts whose words are as unequally frequent as those of a language.

use fastrand::Rng;

/// The most frequent words are real ones: the analyser of `text` drops them, that of `text.exact` keeps them.
const LITTLE_WORDS: [&str; 20] = [
    "the", "of", "and", "to", "a", "in", "is", "that", "it", "for", "was", "on", "as", "with",
    "they", "be", "at", "this", "are", "by",
];
/// How many words there are: about what some hours of talk use.
const WORDS: usize = 30_000;
const SYLLABLES: [&str; 40] = [
    "ba", "be", "bo", "da", "de", "do", "fa", "fe", "fo", "ga", "go", "ka", "ke", "ko", "la", "le",
    "lo", "ma", "me", "mo", "na", "ne", "no", "pa", "pe", "po", "ra", "re", "ro", "sa", "so", "ta",
    "te", "to", "va", "vo", "wa", "wo", "za", "zo",
];

/// A vocabulary after Zipf: the word of rank `r` is `1/r` as frequent as the first.
pub struct Vocabulary {
    words: Vec<String>,
    /// How frequent each word and those before it are together.
    sums: Vec<f64>,
}

impl Vocabulary {
    /// The one vocabulary.
    pub fn new() -> Self {
        let made_up = (0..WORDS - LITTLE_WORDS.len()).map(made_up);
        let words = LITTLE_WORDS.iter().map(|word| (*word).to_owned());
        let mut sum = 0.0;
        let sums = (1..=WORDS).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Self {
            words: words.chain(made_up).collect(),
            sums: sums.collect(),
        }
    }

    /// A text of so many words.
    pub fn text(&self, words: usize, random: &mut Rng) -> String {
        let words: Vec<&str> = (0..words).map(|_| self.word(random)).collect();
        words.join(" ")
    }

    fn word(&self, random: &mut Rng) -> &str {
        let all = self.sums.last().copied().unwrap_or_default();
        let wanted = random.f64() * all;
        let rank = self.sums.partition_point(|sum| *sum < wanted);
        &self.words[rank.min(WORDS - 1)]
    }
}

/// Words of a text, in its order, as a query would have them.
pub fn some_of(text: &str, count: usize, random: &mut Rng) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut chosen = random.choose_multiple(0..words.len(), count);
    chosen.sort_unstable();
    let chosen: Vec<&str> = chosen.into_iter().map(|place| words[place]).collect();
    chosen.join(" ")
}

/// A word of its own for each number.
fn made_up(mut number: usize) -> String {
    // Ends differ from all little words by their length: three syllables at least.
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
    }
    word
}
