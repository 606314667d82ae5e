//! The sound of a chunk, as extract-chunk left it.

use contracts::{
    ErrorName,
    artifacts::{ExtractDescription, TimeRange},
};
use lambda_kit::TaskError;
use speech::SAMPLE_RATE_HZ;
use std::ops::Range;

/// Decodes FLAC of mono sound at 16 kHz to samples from -1 to 1.
pub(crate) fn decode(flac: &[u8]) -> Result<Vec<f32>, TaskError> {
    let unreadable = |error| TaskError::caused(ErrorName::Incompatible, error);
    let mut reader = claxon::FlacReader::new(flac).map_err(unreadable)?;
    let info = reader.streaminfo();
    if info.channels != 1 || info.sample_rate as usize != SAMPLE_RATE_HZ {
        return Err(TaskError::new(
            ErrorName::Incompatible,
            format!(
                "the chunk's sound has {} channels at {} Hz instead of 1 at {SAMPLE_RATE_HZ}",
                info.channels, info.sample_rate
            ),
        ));
    }
    let full = (1_u64 << (info.bits_per_sample - 1)) as f32;
    let samples = reader.samples();
    samples
        .map(|sample| sample.map(|sample| sample as f32 / full))
        .collect::<Result<_, _>>()
        .map_err(unreadable)
}

/// Which samples hold the speech of the chunk that begins at `chunk_start_ms`, and where in the video they begin, in
/// milliseconds.
pub(crate) fn speech_range(
    description: &ExtractDescription,
    chunk_start_ms: u64,
    samples: usize,
) -> (Range<usize>, u64) {
    let audio_start_ms = description.audio_start_ms.unwrap_or(chunk_start_ms);
    let Some(TimeRange { start_ms, end_ms }) = description.speech else {
        return (0..samples, audio_start_ms);
    };
    let at = |time_ms: u64| {
        let offset = time_ms.saturating_sub(audio_start_ms) * SAMPLE_RATE_HZ as u64 / 1000;
        usize::try_from(offset).unwrap_or(samples).min(samples)
    };
    (at(start_ms)..at(end_ms).max(at(start_ms)), start_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        audio_start_ms: Option<u64>,
        speech: Option<(u64, u64)>,
        expected: (Range<usize>, u64),
    ) {
        let description = ExtractDescription {
            audio_start_ms,
            speech: speech.map(|(start_ms, end_ms)| TimeRange { start_ms, end_ms }),
            ..ExtractDescription::default()
        };
        assert_eq!(speech_range(&description, 300_000, 320_000), expected);
    }

    #[test]
    fn speech_is_what_lies_between_the_cuts() {
        check(None, None, (0..320_000, 300_000));
        check(
            Some(296_500),
            Some((296_500, 310_500)),
            (0..224_000, 296_500),
        );
        check(
            Some(296_500),
            Some((297_500, 400_000)),
            (16_000..320_000, 297_500),
        );
    }

    #[test]
    fn what_is_no_flac_is_refused() {
        let error = decode(b"RIFF").unwrap_err();
        assert_eq!(error.name, ErrorName::Incompatible);
    }
}
