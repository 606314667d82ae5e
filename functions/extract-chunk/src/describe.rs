//! What is said of a chunk beside its sound and frames.

use contracts::artifacts::{
    ExtractDescription, MediaDescription, TimeRange, Warning, WarningName, clock_time,
};
use media::{Extracted, MillisecondRange, Warning as Damage};

/// The description of what was extracted.
pub(crate) fn describe(extracted: &Extracted, media: &MediaDescription) -> ExtractDescription {
    let has_audio = extracted.audio.is_some();
    let speech = TimeRange {
        start_ms: extracted.speech.start_ms,
        end_ms: extracted.speech.end_ms,
    };
    ExtractDescription {
        audio_duration_ms: has_audio.then_some(extracted.audio_duration_ms),
        audio_start_ms: has_audio.then_some(extracted.audio_start_ms),
        speech: has_audio.then_some(speech),
        cues: media
            .info
            .subtitles()
            .is_some()
            .then(|| extracted.cues.clone()),
        cuts_ms: extracted.cuts_ms.clone(),
        warnings: extracted.warnings.iter().map(warning).collect(),
    }
}

fn warning(damage: &Damage) -> Warning {
    let of = |name, what: &str, range: &MillisecondRange| Warning {
        name,
        message: format!(
            "{what} between {} and {} could not be decoded in full",
            clock_time(range.start_ms),
            clock_time(range.end_ms)
        ),
        start_ms: Some(range.start_ms),
        end_ms: Some(range.end_ms),
    };
    match damage {
        Damage::AudioDamaged { range } => of(WarningName::AudioDamaged, "the sound", range),
        Damage::VideoDamaged { range } => of(WarningName::VideoDamaged, "the picture", range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_tells_people_and_programs_where() {
        let range = MillisecondRange {
            start_ms: 3_661_000,
            end_ms: 3_662_000,
        };
        let warning = warning(&Damage::AudioDamaged { range });
        assert_eq!(
            warning.message,
            "the sound between 1:01:01 and 1:01:02 could not be decoded in full"
        );
        assert_eq!(warning.start_ms, Some(3_661_000));
    }
}
