//! What was measured of speech recognition, and what was promised.

use super::engines::{OurRun, TheirRun};
use super::word_errors::word_error_rate;
use crate::command::bench::figures::GROWTH_LIMIT;

/// CPU time of the whole, divided by that inside ONNX Runtime, is at most this.
pub const OWN_CODE_LIMIT: f64 = 1.10;
/// CPU time, divided by faster-whisper's, is at most this.
pub const CPU_LIMIT: f64 = 0.65;
/// Peak memory, divided by faster-whisper's, is at most this.
pub const MEMORY_LIMIT: f64 = 0.85;

/// Everything that was measured.
#[derive(Debug)]
pub struct SpeechFigures {
    /// Length of the sound.
    pub audio_seconds: f64,
    /// What is said in it.
    pub said: String,
    /// What they took.
    pub rounds: Rounds,
    /// What length costs.
    pub lengths: Lengths,
}

/// Of several runs of each recogniser, the one that took the least CPU time, and the highest of the peaks.
#[derive(Debug, Default)]
pub struct Rounds {
    /// Windows that the function writes down at once.
    usual_windows: usize,
    /// Ours, by windows at once.
    pub ours: Vec<OurRun>,
    /// faster-whisper.
    pub theirs: Best,
    /// faster-whisper, with a time for each word.
    pub theirs_with_words: Best,
}

/// The best run of faster-whisper.
#[derive(Debug, Default)]
pub struct Best(Option<TheirRun>);

/// Peak memory of one process that gets chunk after chunk.
#[derive(Debug, Clone, Copy)]
pub struct Lengths {
    /// One chunk.
    pub short_seconds: u32,
    /// Its peak.
    pub short_peak_bytes: u64,
    /// Many chunks.
    pub long_seconds: u32,
    /// Their peak.
    pub long_peak_bytes: u64,
}

impl Rounds {
    /// Adds a run with as many windows as the function takes.
    pub fn add_usual(&mut self, run: OurRun) {
        self.usual_windows = run.windows_at_once;
        self.add(run);
    }

    /// Adds a run of ours.
    pub fn add(&mut self, mut run: OurRun) {
        let windows = run.windows_at_once;
        match self
            .ours
            .iter_mut()
            .find(|best| best.windows_at_once == windows)
        {
            Some(best) => {
                run.peak_memory_bytes = run.peak_memory_bytes.max(best.peak_memory_bytes);
                if run.cpu_s < best.cpu_s {
                    *best = run;
                } else {
                    best.peak_memory_bytes = run.peak_memory_bytes;
                }
            }
            None => self.ours.push(run),
        }
        self.ours.sort_by_key(|run| run.windows_at_once);
    }

    fn with_windows(&self, windows: usize) -> Option<&OurRun> {
        self.ours.iter().find(|run| run.windows_at_once == windows)
    }
}

impl Best {
    /// Adds a run.
    pub fn add(&mut self, mut run: TheirRun) {
        if let Some(best) = &mut self.0 {
            run.peak_memory_bytes = run.peak_memory_bytes.max(best.peak_memory_bytes);
            if run.cpu_s >= best.cpu_s {
                best.peak_memory_bytes = run.peak_memory_bytes;
                return;
            }
        }
        self.0 = Some(run);
    }

    /// Of all added.
    pub fn run(&self) -> &TheirRun {
        self.0.as_ref().expect("every round adds a run")
    }
}

impl OurRun {
    /// CPU time of the whole, divided by that inside ONNX Runtime.
    pub fn own_code_ratio(&self) -> f64 {
        let models = [self.voice_activity, self.encoder, self.decoder];
        self.cpu_s / models.iter().map(|part| part.cpu_s).sum::<f64>()
    }

    /// CPU seconds of the decoder for each token.
    pub fn seconds_per_token(&self) -> f64 {
        self.decoder.cpu_s / self.tokens as f64
    }
}

impl Lengths {
    /// How many times more memory the long file takes.
    pub fn growth(&self) -> f64 {
        self.long_peak_bytes as f64 / self.short_peak_bytes as f64
    }
}

impl SpeechFigures {
    /// Ours as the function runs it.
    pub fn usual(&self) -> &OurRun {
        let usual = self.rounds.with_windows(self.rounds.usual_windows);
        usual.expect("every round adds a usual run")
    }

    /// CPU time, divided by that of a run of faster-whisper.
    pub fn cpu_ratio(&self, theirs: &TheirRun) -> f64 {
        self.usual().cpu_s / theirs.cpu_s
    }

    /// Peak memory, divided by faster-whisper's.
    pub fn memory_ratio(&self) -> f64 {
        let theirs = self.rounds.theirs.run().peak_memory_bytes;
        self.usual().peak_memory_bytes as f64 / theirs as f64
    }

    /// The decoder's time for a token at 8 windows at once, divided by that at 1.
    pub fn batching_ratio(&self) -> Option<f64> {
        let of = |windows| Some(self.rounds.with_windows(windows)?.seconds_per_token());
        Some(of(8)? / of(1)?)
    }

    /// Word error rate of a text.
    pub fn word_error_rate(&self, heard: &str) -> f64 {
        word_error_rate(&self.said, heard)
    }

    /// Whether no more words are wrong than with faster-whisper.
    pub fn is_as_right(&self) -> bool {
        let theirs = self.word_error_rate(&self.rounds.theirs.run().text);
        self.word_error_rate(&self.usual().text) <= theirs
    }

    /// What is promised and not kept, in words.
    pub fn broken(&self) -> Vec<&'static str> {
        let theirs = self.rounds.theirs.run();
        let promises = [
            (
                self.usual().own_code_ratio() <= OWN_CODE_LIMIT,
                "own code takes too long",
            ),
            (
                self.cpu_ratio(theirs) <= CPU_LIMIT,
                "it takes too much CPU time beside faster-whisper",
            ),
            (
                self.memory_ratio() <= MEMORY_LIMIT,
                "it takes too much memory beside faster-whisper",
            ),
            (
                self.is_as_right(),
                "more words are wrong than with faster-whisper",
            ),
            (
                self.lengths.growth() <= GROWTH_LIMIT,
                "memory grows with length",
            ),
        ];
        let broken = promises.into_iter().filter(|(holds, _)| !holds);
        broken.map(|(_, what)| what).collect()
    }
}
