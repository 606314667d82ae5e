//! The loop that writes tokens, for several windows at once.

use super::{
    LanguageProbabilities, Whisper,
    attention::{Attention, Heads},
    decoder::{Decoder, Past},
    encoded::Encoded,
    graph::Step,
    rules::{log_sum_exp, maximum},
};
use ort::value::DynValue;

/// How a window is to be written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// With times between the texts.
    pub timestamps: bool,
    /// 0: always the likeliest token. Above: drawn by chance, the flatter the higher.
    pub temperature: f32,
    /// Decides what is drawn: the same again with the same seed.
    pub seed: u64,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            timestamps: true,
            temperature: 0.0,
            seed: 0,
        }
    }
}

/// What was written of a window.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Texts and times, without prompt and end.
    pub tokens: Vec<u32>,
    /// Natural logarithm of each token's probability, and of the end's where it was reached.
    pub log_probabilities: Vec<f32>,
    /// How likely there is no speech at all.
    pub no_speech_probability: f32,
    /// Whisper's code of the language it was written in.
    pub language: String,
    /// Where each token, and the end, was heard; without heads where the export does not tell.
    pub attention: Attention,
}

/// Rows that are being written.
pub(super) struct Decoding<'w, 'e> {
    whisper: &'w mut Whisper,
    heads: Heads,
    past: Past<'e>,
    samples: Vec<usize>,
    languages: Vec<LanguageProbabilities>,
    no_speech: Vec<f32>,
    /// What followed the start; the prompt may end there.
    started: Option<Step>,
}

/// A row that is not at its end.
struct Row<'r> {
    /// Which window.
    window: usize,
    request: &'r Request,
    random: fastrand::Rng,
}

impl<'w, 'e> Decoding<'w, 'e> {
    pub(super) fn new(whisper: &'w mut Whisper, encoded: &'e mut Encoded) -> Self {
        let files = &whisper.files;
        Self {
            heads: Heads::new(&files.alignment_heads, files.layers, files.heads),
            samples: encoded.samples.clone(),
            past: Decoder::begin(encoded),
            languages: Vec::new(),
            no_speech: Vec::new(),
            started: None,
            whisper,
        }
    }

    /// Reads the token that every prompt begins with: what would follow tells the language, and whether there is
    /// speech.
    pub(super) fn start(&mut self) -> ort::Result<()> {
        let special = &self.whisper.files.special;
        let prompt = vec![i64::from(special.start); self.samples.len()];
        let step = self.whisper.decoder.read(&mut self.past, &prompt)?;
        let special = &self.whisper.files.special;
        for row in 0..self.samples.len() {
            let logits = last_logits(&step.logits, row, self.samples.len())?;
            let silence = logits.get(special.no_speech as usize).copied();
            self.no_speech
                .push(silence.map_or(0.0, |logit| (logit - log_sum_exp(logits)).exp()));
            let known = special.languages.iter();
            let scores: Vec<(&String, f32)> = known
                .filter_map(|(code, token)| Some((code, *logits.get(*token as usize)?)))
                .collect();
            let values: Vec<f32> = scores.iter().map(|(_, score)| *score).collect();
            let total = log_sum_exp(&values);
            let mut likely: LanguageProbabilities = scores
                .into_iter()
                .map(|(code, score)| (code.clone(), (score - total).exp()))
                .collect();
            likely.sort_by(|left, right| right.1.total_cmp(&left.1));
            self.languages.push(likely);
        }
        self.started = Some(step);
        Ok(())
    }

    /// One entry a window, an empty one for an English-only model.
    pub(super) fn languages(&self) -> &[LanguageProbabilities] {
        &self.languages
    }

    /// Writes every window down, in the language of the same position.
    pub(super) fn write(
        mut self,
        requests: &[Request],
        languages: &[String],
    ) -> ort::Result<Vec<Decoded>> {
        let mut decoded: Vec<Decoded> = (0..self.samples.len())
            .map(|window| Decoded {
                tokens: Vec::new(),
                log_probabilities: Vec::new(),
                no_speech_probability: self.no_speech[window],
                language: languages
                    .get(window)
                    .map_or("en", String::as_str)
                    .to_owned(),
                attention: Attention::new(self.samples[window]),
            })
            .collect();
        let mut rows: Vec<Row<'_>> = requests
            .iter()
            .enumerate()
            .map(|(window, request)| Row {
                window,
                request,
                random: fastrand::Rng::with_seed(request.seed),
            })
            .collect();
        let mut step = self.read_prompt(requests, &decoded)?;
        // As in openai/whisper: half of what fits, the other half being left to a longer prompt.
        for _ in 0..self.whisper.files.max_tokens / 2 {
            let in_run = rows.len();
            self.whisper.chosen_tokens += in_run as u64;
            let mut next = Vec::with_capacity(in_run);
            for (position, row) in rows.iter_mut().enumerate() {
                let decoded = &mut decoded[row.window];
                next.push(self.choose(&mut step, (position, in_run), row, decoded)?);
            }
            let end = self.whisper.files.special.end;
            let live: Vec<usize> = (0..rows.len()).filter(|row| next[*row] != end).collect();
            if live.is_empty() {
                break;
            }
            if live.len() < rows.len() {
                self.past.keep_rows(&self.whisper.decoder, &live)?;
                rows = keep(rows, &live);
                next = keep(next, &live);
            }
            let tokens: Vec<i64> = next.into_iter().map(i64::from).collect();
            step = self.whisper.decoder.read(&mut self.past, &tokens)?;
        }
        Ok(decoded)
    }

    /// Reads the rest of the prompt.
    fn read_prompt(&mut self, requests: &[Request], decoded: &[Decoded]) -> ort::Result<Step> {
        let special = &self.whisper.files.special;
        let without_times = requests.first().is_some_and(|request| !request.timestamps);
        let mut prompt = Vec::new();
        for row in decoded {
            let language = special.languages.get(&row.language).copied();
            let task = special.transcribe.filter(|_| language.is_some());
            let times = without_times.then_some(special.no_timestamps);
            prompt.extend([language, task, times].into_iter().flatten().map(i64::from));
        }
        match self.started.take() {
            // An English-only model that writes times needs no more than the start.
            Some(started) if prompt.is_empty() => Ok(started),
            _ => self.whisper.decoder.read(&mut self.past, &prompt),
        }
    }

    /// The next token of a row, noted unless it is the end.
    fn choose(
        &self,
        step: &mut Step,
        (position, rows): (usize, usize),
        row: &mut Row<'_>,
        decoded: &mut Decoded,
    ) -> ort::Result<u32> {
        let end = self.whisper.files.special.end;
        let logits = last_logits_mut(&mut step.logits, position, rows)?;
        self.whisper
            .rules
            .apply(logits, &decoded.tokens, row.request.timestamps);
        let token = if row.request.temperature > 0.0 {
            draw(logits, row.request.temperature, &mut row.random)
        } else {
            likeliest(logits)
        };
        let log_probability = logits[token] - log_sum_exp(logits);
        decoded.log_probabilities.push(log_probability);
        decoded
            .attention
            .add(position, &step.attention, &self.heads)?;
        let token = u32::try_from(token).unwrap_or(end);
        if token != end {
            decoded.tokens.push(token);
        }
        Ok(token)
    }
}

/// The elements at `positions`, in order.
fn keep<T>(elements: Vec<T>, positions: &[usize]) -> Vec<T> {
    let numbered = elements.into_iter().enumerate();
    numbered
        .filter(|(position, _)| positions.contains(position))
        .map(|(_, element)| element)
        .collect()
}

/// The first of the largest.
fn likeliest(logits: &[f32]) -> usize {
    let top = maximum(logits);
    logits.iter().position(|logit| *logit >= top).unwrap_or(0)
}

/// Draws a token by its probability at this temperature.
fn draw(logits: &[f32], temperature: f32, random: &mut fastrand::Rng) -> usize {
    let top = maximum(logits);
    let weight = |logit: f32| ((logit - top) / temperature).exp();
    let total: f32 = logits.iter().map(|logit| weight(*logit)).sum();
    let mut left = random.f32() * total;
    for (token, logit) in logits.iter().enumerate() {
        left -= weight(*logit);
        if left <= 0.0 && logit.is_finite() {
            return token;
        }
    }
    likeliest(logits)
}

/// Scores of the token after the last of a row, of `[rows, tokens, vocabulary]`.
fn last_logits(logits: &DynValue, row: usize, rows: usize) -> ort::Result<&[f32]> {
    let (shape, data) = logits.try_extract_tensor::<f32>()?;
    Ok(&data[last(shape, data.len(), row, rows)])
}

fn last_logits_mut(logits: &mut DynValue, row: usize, rows: usize) -> ort::Result<&mut [f32]> {
    let (shape, data) = logits.try_extract_tensor_mut::<f32>()?;
    let range = last(shape, data.len(), row, rows);
    Ok(&mut data[range])
}

fn last(shape: &[i64], length: usize, row: usize, rows: usize) -> std::ops::Range<usize> {
    let width = shape
        .last()
        .map_or(0, |width| usize::try_from(*width).unwrap_or(0));
    let end = length / rows.max(1) * (row + 1);
    end.saturating_sub(width)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_chance_follows_the_scores() {
        let logits = [f32::NEG_INFINITY, 0.0, 2.0_f32.ln(), f32::NEG_INFINITY];
        let draws = |seed| -> Vec<usize> {
            let mut random = fastrand::Rng::with_seed(seed);
            (0..3000).map(|_| draw(&logits, 1.0, &mut random)).collect()
        };
        let drawn = draws(1);
        assert_eq!(drawn, draws(1));
        assert_ne!(drawn, draws(2));
        let ones = drawn.iter().filter(|token| **token == 1).count();
        assert!((900..1100).contains(&ones), "{ones}");
        assert!(drawn.iter().all(|token| [1, 2].contains(token)));
    }

    #[test]
    fn of_equals_the_first_is_taken() {
        assert_eq!(likeliest(&[0.0, 3.0, 3.0]), 1);
    }

    #[test]
    fn the_last_tokens_scores_are_found() {
        assert_eq!(last(&[2, 3, 5], 30, 0, 2), 10..15);
        assert_eq!(last(&[2, 3, 5], 30, 1, 2), 25..30);
    }
}
