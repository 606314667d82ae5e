//! Whisper's input: the log-mel spectrogram of 30 seconds of sound.
//!
//! Equal to `log_mel_spectrogram` of openai/whisper and to Hugging Face's `WhisperFeatureExtractor`: a centred
//! short-time Fourier transform (400 samples, every 160, periodic Hann window) of sound padded to 30 s, the power
//! in triangular bands on Slaney's mel scale, base-10 logarithms, at most 8 below the loudest.

use realfft::{RealFftPlanner, RealToComplex};
use std::{fmt, ops::Range, sync::Arc};

/// Samples in a second of what the models hear.
pub const SAMPLE_RATE_HZ: usize = 16_000;
/// Samples in a window of 30 s.
pub const WINDOW_SAMPLES: usize = 30 * SAMPLE_RATE_HZ;
/// Frames in a window of 30 s.
pub const FRAMES: usize = WINDOW_SAMPLES / HOP;
/// Samples from one frame to the next.
const HOP: usize = 160;
const FFT: usize = 400;
const BINS: usize = FFT / 2 + 1;
/// Energy that silence counts as.
const FLOOR: f32 = 1e-10;
/// The logarithm's dynamic range.
const RANGE: f32 = 8.0;

/// Computes spectrograms of one number of bands.
pub struct LogMel {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    filters: Vec<Filter>,
}

impl fmt::Debug for LogMel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LogMel")
            .field("bands", &self.filters.len())
            .finish_non_exhaustive()
    }
}

/// One band: the first bin it touches, and its weights from there on.
struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
}

impl LogMel {
    /// `bands` is 80, and 128 from large-v3 on.
    #[must_use]
    pub fn new(bands: usize) -> Self {
        let hann = (0..FFT)
            .map(|i| {
                (std::f64::consts::PI * as_f64(i) / as_f64(FFT))
                    .sin()
                    .powi(2) as f32
            })
            .collect();
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(FFT),
            hann,
            filters: filters(bands),
        }
    }

    /// The spectrogram `[bands, 3000]` of at most 30 s of mono sound at 16 kHz, -1 to 1, row by row. Shorter sound
    /// counts as followed by silence: the sound is padded, not the spectrogram.
    #[must_use]
    pub fn features(&self, samples: &[f32]) -> Vec<f32> {
        let samples = &samples[..samples.len().min(WINDOW_SAMPLES)];
        // Frames behind the sound hear nothing but padding.
        let heard = FRAMES.min((samples.len() + FFT / 2) / HOP + 1);
        let mut features = vec![FLOOR.log10(); self.filters.len() * FRAMES];
        let mut loudest = FLOOR.log10();
        let mut frame = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = [0.0_f32; BINS];
        for at in 0..heard {
            self.window(samples, at, &mut frame);
            self.fft
                .process_with_scratch(&mut frame, &mut spectrum, &mut scratch)
                .expect("the buffers were made for this transform");
            for (power, value) in power.iter_mut().zip(&spectrum) {
                *power = value.norm_sqr();
            }
            for (band, filter) in self.filters.iter().enumerate() {
                let energy: f32 = filter
                    .weights
                    .iter()
                    .zip(&power[filter.first_bin..])
                    .map(|(weight, power)| weight * power)
                    .sum();
                let level = energy.max(FLOOR).log10();
                loudest = loudest.max(level);
                features[band * FRAMES + at] = level;
            }
        }
        for level in &mut features {
            *level = (level.max(loudest - RANGE) + 4.0) / 4.0;
        }
        features
    }

    /// The samples around frame `at`, weighted. Before the start and behind the padded end the sound is mirrored.
    fn window(&self, samples: &[f32], at: usize, frame: &mut [f32]) {
        let centre = at * HOP;
        let half = FFT / 2;
        if centre >= half && centre + half <= samples.len() {
            let part = &samples[centre - half..centre + half];
            for ((value, sample), weight) in frame.iter_mut().zip(part).zip(&self.hann) {
                *value = sample * weight;
            }
            return;
        }
        for (i, (value, weight)) in frame.iter_mut().zip(&self.hann).enumerate() {
            // `position` counts from half a frame before the start.
            let position = centre + i;
            let index = match position.checked_sub(half) {
                None => half - position,
                Some(index) if index >= WINDOW_SAMPLES => 2 * (WINDOW_SAMPLES - 1) - index,
                Some(index) => index,
            };
            *value = samples.get(index).copied().unwrap_or_default() * weight;
        }
    }
}

/// Triangles of equal area, evenly spaced on the mel scale from 0 to 8 kHz.
fn filters(bands: usize) -> Vec<Filter> {
    let top_mel = hz_to_mel(as_f64(SAMPLE_RATE_HZ) / 2.0);
    let corner_hz: Vec<f64> = (0..bands + 2)
        .map(|i| mel_to_hz(top_mel * as_f64(i) / as_f64(bands + 1)))
        .collect();
    corner_hz
        .windows(3)
        .map(|corners| {
            let weight = |bin: usize| triangle(corners, as_f64(bin * SAMPLE_RATE_HZ) / as_f64(FFT));
            let touched: Range<usize> = {
                let first = (0..BINS).find(|bin| weight(*bin) > 0.0).unwrap_or(0);
                let end = (first..BINS).find(|bin| weight(*bin) <= 0.0);
                first..end.unwrap_or(BINS)
            };
            Filter {
                first_bin: touched.start,
                weights: touched.map(|bin| weight(bin) as f32).collect(),
            }
        })
        .collect()
}

/// Height at `hz` of the triangle with these three corners and area 1.
fn triangle(corners: &[f64], hz: f64) -> f64 {
    let (low, middle, high) = (corners[0], corners[1], corners[2]);
    let rising = (hz - low) / (middle - low);
    let falling = (high - hz) / (high - middle);
    rising.min(falling).max(0.0) * 2.0 / (high - low)
}

/// Slaney's scale is linear up to 1 kHz, which is 15 mel, and logarithmic above: 27 mel for a factor of 6.4.
fn hz_to_mel(hz: f64) -> f64 {
    if hz < 1000.0 {
        hz * 3.0 / 200.0
    } else {
        15.0 + (hz / 1000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < 15.0 {
        mel * 200.0 / 3.0
    } else {
        1000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp()
    }
}

#[expect(clippy::cast_precision_loss, reason = "all are far below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_flat() {
        let features = LogMel::new(80).features(&[0.0; 16_000]);
        assert_eq!(features.len(), 80 * FRAMES);
        assert!(features.iter().all(|level| (level + 1.5).abs() < 1e-6));
    }

    #[test]
    fn a_tone_is_loudest_in_its_band_and_time() {
        let tone: Vec<f32> = (0..SAMPLE_RATE_HZ)
            .map(|i| (2.0 * std::f64::consts::PI * 1000.0 * as_f64(i) / 16_000.0).sin() as f32)
            .collect();
        for bands in [80, 128] {
            let features = LogMel::new(bands).features(&tone);
            let level = |band: usize, frame: usize| features[band * FRAMES + frame];
            let loudest = (0..bands)
                .max_by(|left, right| level(*left, 50).total_cmp(&level(*right, 50)))
                .unwrap();
            // 1 kHz is 15 of 45.245 mel.
            let expected = 15.0 / 45.245 * as_f64(bands + 1) - 1.0;
            assert!((as_f64(loudest) - expected).abs() < 1.0, "{loudest}");
            assert!(level(loudest, 50) > level(loudest, 110) + 1.0);
        }
    }

    #[test]
    fn sound_that_is_too_long_is_cut_and_none_is_silence() {
        let mel = LogMel::new(80);
        let long: Vec<f32> = (0..WINDOW_SAMPLES + 5000)
            .map(|i| (i % 7) as f32 / 7.0)
            .collect();
        assert_eq!(mel.features(&long), mel.features(&long[..WINDOW_SAMPLES]));
        assert_eq!(mel.features(&[]), mel.features(&[0.0]));
    }
}
