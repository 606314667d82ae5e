//! What was measured of looking at pictures, and what was promised.

use super::programs::{Comparison, LookRun, Part};

/// CPU time of extracting pictures, divided by that of decoding all of them, is at most this at 1080p.
pub const EXTRACTION_LIMIT: f64 = 0.05;
/// CPU time of the whole stage, divided by that inside ONNX Runtime and ffmpeg, is at most this.
pub const OWN_CODE_LIMIT: f64 = 1.15;
const HOUR_SECONDS: f64 = 3600.0;

/// Everything that was measured: of every round, what it took. Ratios are those of sums over all rounds.
#[derive(Debug, Default)]
pub struct VisionFigures {
    /// Looking at the whole video.
    pub looks: Vec<LookRun>,
    /// CPU seconds of ffmpeg for decoding every picture of it.
    pub full_decodings_cpu_s: Vec<f64>,
    /// CPU seconds of ffmpeg for decoding its key frames.
    pub key_frames_cpu_s: Vec<f64>,
    /// The visual model beside itself with wider weights.
    pub comparisons: Vec<Comparison>,
}

/// How many documents an hour of video makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Documents {
    /// One for every frame that was looked at, and one for every line of text of a shot.
    pub before: f64,
    /// One for every shot, and one for every passage of text.
    pub merged: f64,
}

impl VisionFigures {
    /// CPU seconds of a part of the stage for each second of video.
    pub fn per_second(&self, cpu_s: impl Fn(&LookRun) -> f64) -> f64 {
        self.sum(cpu_s) / self.sum(|run| run.video_s)
    }

    /// Extraction, divided by decoding every picture.
    pub fn extraction_ratio(&self) -> f64 {
        self.sum(LookRun::extraction) / self.full_decodings_cpu_s.iter().sum::<f64>()
    }

    /// Decoding key frames alone, divided by decoding every picture.
    pub fn key_frames_ratio(&self) -> f64 {
        self.key_frames_cpu_s.iter().sum::<f64>() / self.full_decodings_cpu_s.iter().sum::<f64>()
    }

    /// The whole stage, divided by what is not our own code.
    pub fn own_code_ratio(&self) -> f64 {
        self.sum(LookRun::whole) / self.sum(|run| run.models() + run.ffmpeg_cpu_s)
    }

    /// Documents of pictures.
    pub fn shots(&self) -> Documents {
        self.documents(|run| run.frames, |run| run.shots)
    }

    /// Documents of text.
    pub fn passages(&self) -> Documents {
        self.documents(|run| run.lines, |run| run.passages)
    }

    /// CPU time of the int8 model, divided by that of the fp32 model.
    pub fn int8_ratio(&self) -> f64 {
        self.seconds_per_picture(|run| run.model) / self.seconds_per_picture(|run| run.reference)
    }

    /// CPU seconds of a model for a picture.
    pub fn seconds_per_picture(&self, part: impl Fn(&Comparison) -> Part) -> f64 {
        let sum =
            |of: fn(Part) -> f64| -> f64 { self.comparisons.iter().map(|run| of(part(run))).sum() };
        sum(|part| part.cpu_s) / sum(|part| part.runs as f64)
    }

    /// What the two models agree in: the same in every round.
    pub fn agreement(&self) -> &Comparison {
        self.comparisons.first().expect("every round compares")
    }

    /// What is promised and not kept, in words.
    pub fn broken(&self) -> Vec<&'static str> {
        let promises = [
            (
                self.extraction_ratio() <= EXTRACTION_LIMIT,
                "extracting pictures takes too long",
            ),
            (
                self.own_code_ratio() <= OWN_CODE_LIMIT,
                "own code takes too long",
            ),
        ];
        let broken = promises.into_iter().filter(|(holds, _)| !holds);
        broken.map(|(_, what)| what).collect()
    }

    fn documents(
        &self,
        before: impl Fn(&LookRun) -> u64,
        merged: impl Fn(&LookRun) -> u64,
    ) -> Documents {
        let per_hour = |count: &dyn Fn(&LookRun) -> u64| {
            self.per_second(|run| count(run) as f64) * HOUR_SECONDS
        };
        Documents {
            before: per_hour(&before),
            merged: per_hour(&merged),
        }
    }

    fn sum(&self, of: impl Fn(&LookRun) -> f64) -> f64 {
        self.looks.iter().map(of).sum()
    }
}

impl LookRun {
    /// CPU seconds of extracting pictures.
    pub fn extraction(&self) -> f64 {
        self.ffmpeg_cpu_s + self.extraction_cpu_s
    }

    /// CPU seconds of the whole stage.
    pub fn whole(&self) -> f64 {
        self.extraction() + self.look_cpu_s
    }

    /// CPU seconds inside ONNX Runtime.
    pub fn models(&self) -> f64 {
        self.images.cpu_s + self.detector.cpu_s + self.recogniser.cpu_s
    }

    /// CPU seconds of what is done with pictures beside running models.
    pub fn around_models(&self) -> f64 {
        self.look_cpu_s - self.models()
    }
}

impl std::ops::Add for Documents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            before: self.before + other.before,
            merged: self.merged + other.merged,
        }
    }
}
