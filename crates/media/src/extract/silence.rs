//! Where to cut sound so that no word is hit. Whole numbers only: the same samples give the same place on any machine.

/// Length of the pieces whose loudness is compared.
const FRAME_MS: u64 = 20;
/// 20 ms at 16 kHz.
const FRAME_SAMPLES: usize = 320;
/// Silence shorter than this may lie inside a word.
const PAUSE_FRAMES: usize = 10;
/// Silence is at most this fraction (-15 dB) of what is loud in the window,
const BELOW_LOUD: u64 = 32;
/// and at most this multiple (9 dB) of what is quiet in it.
const ABOVE_QUIET: u64 = 8;
/// -72 dB of full scale: silence, whatever the rest is like.
const ALWAYS_SILENT: u64 = 64;

/// The place to cut mono 16 kHz sound at, in milliseconds from its start: the middle of the longest silence, and of
/// several equally long ones of that nearest to the middle. Where no silence lasts 200 ms, the quietest 200 ms, or
/// the nearest to the middle of those that are as good as quietest.
pub(super) fn place_to_cut_ms(samples: &[i16]) -> u64 {
    let levels: Vec<u64> = samples
        .chunks_exact(FRAME_SAMPLES)
        .map(mean_square)
        .collect();
    let (start, end) = longest_silence(&levels).unwrap_or_else(|| quietest_stretch(&levels));
    (start + end) as u64 * FRAME_MS / 2
}

fn mean_square(frame: &[i16]) -> u64 {
    let square = |sample: &i16| u64::from(sample.unsigned_abs()).pow(2);
    frame.iter().map(square).sum::<u64>() / FRAME_SAMPLES as u64
}

/// The first frame of the longest pause, and the one after its last.
fn longest_silence(levels: &[u64]) -> Option<(usize, usize)> {
    let threshold = silence_threshold(levels);
    let mut pauses = Vec::new();
    let mut start = None;
    for (index, level) in levels.iter().chain([&u64::MAX]).enumerate() {
        if *level <= threshold {
            start.get_or_insert(index);
        } else if let Some(start) = start.take() {
            pauses.push((start, index));
        }
    }
    pauses
        .into_iter()
        .filter(|(start, end)| end - start >= PAUSE_FRAMES.min(levels.len()))
        .min_by_key(|&(start, end)| (usize::MAX - (end - start), off_middle(start, end, levels)))
}

/// Loud and quiet are taken from the window itself, without its extremes: a click is no speech, and applause must not
/// make quiet speech pass for silence.
fn silence_threshold(levels: &[u64]) -> u64 {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable();
    let percentile = |percent: usize| {
        let at = sorted.len() * percent / 100;
        sorted.get(at).copied().unwrap_or(0)
    };
    let below_loud = percentile(95) / BELOW_LOUD;
    let above_quiet = percentile(10) * ABOVE_QUIET;
    below_loud.min(above_quiet).max(ALWAYS_SILENT)
}

fn quietest_stretch(levels: &[u64]) -> (usize, usize) {
    let length = PAUSE_FRAMES.min(levels.len());
    if length == 0 {
        return (0, 0);
    }
    // Summing twice weighs the middle of a stretch most, so that a short dip is cut in its middle.
    let narrow = length.div_ceil(2);
    let sums = moving_sums(&moving_sums(levels, narrow), length - narrow + 1);
    let quietest = sums.iter().min().copied().unwrap_or(0);
    // What differs by less than half a decibel is noise that varies by chance.
    let start = (0..sums.len())
        .filter(|&start| sums[start] <= quietest + quietest / 8)
        .min_by_key(|&start| off_middle(start, start + length, levels))
        .unwrap_or(0);
    (start, start + length)
}

fn moving_sums(levels: &[u64], length: usize) -> Vec<u64> {
    let sum = |stretch: &[u64]| stretch.iter().sum();
    levels.windows(length).map(sum).collect()
}

fn off_middle(start: usize, end: usize, levels: &[u64]) -> usize {
    (start + end).abs_diff(levels.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOUD: i16 = 8000;

    /// A tone with a tenth of its loudness in noise, by stretches of (milliseconds, amplitude).
    fn sound(stretches: &[(usize, i16)]) -> Vec<i16> {
        let mut noise = 1_u32;
        let mut sample = |index: usize, amplitude: i16| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f32::from((noise >> 16) as u16) / 65_536.0 - 0.5;
            let tone = (index as f32 * 0.17).sin();
            (f32::from(amplitude) * (0.9 * tone + 0.1 * noise)) as i16
        };
        let samples = stretches
            .iter()
            .flat_map(|&(length_ms, amplitude)| vec![amplitude; length_ms * 16]);
        samples
            .enumerate()
            .map(|(index, amplitude)| sample(index, amplitude))
            .collect()
    }

    fn check(stretches: &[(usize, i16)], expected_ms: u64) {
        let cut_ms = place_to_cut_ms(&sound(stretches));
        assert!(
            cut_ms.abs_diff(expected_ms) <= FRAME_MS,
            "{stretches:?}: {cut_ms} instead of {expected_ms}"
        );
    }

    #[test]
    fn the_longest_pause_is_cut_in_its_middle() {
        check(&[(3000, LOUD), (600, 0), (16_400, LOUD)], 3300);
        check(&[(3000, LOUD), (600, 60), (16_400, LOUD)], 3300);
        check(
            &[
                (2000, LOUD),
                (500, 30),
                (9000, LOUD),
                (900, 30),
                (7600, LOUD),
            ],
            11_950,
        );
        check(
            &[(2000, LOUD), (500, 0), (9000, LOUD), (500, 0), (8000, LOUD)],
            11_750,
        );
        check(&[(2000, 0), (18_000, LOUD)], 1000);
    }

    #[test]
    fn loud_noises_make_no_silence_of_quiet_speech() {
        let quiet = LOUD / 10;
        // A click, and two seconds of applause.
        check(
            &[
                (4000, quiet),
                (500, 8),
                (7000, quiet),
                (20, 30_000),
                (8480, quiet),
            ],
            4250,
        );
        check(
            &[
                (3000, quiet),
                (1200, 8),
                (7000, quiet),
                (1200, 8),
                (5600, quiet),
                (2000, 30_000),
            ],
            10_000 + 1800,
        );
    }

    #[test]
    fn without_a_pause_the_quietest_place_is_cut() {
        check(&[(5000, LOUD), (200, LOUD / 3), (14_800, LOUD)], 5100);
        // Too short for a pause, but nothing is quieter.
        check(&[(5000, LOUD), (100, 0), (14_900, LOUD)], 5050);
    }

    #[test]
    fn where_all_is_equal_the_middle_is_cut() {
        for amplitude in [0, 5, 500, LOUD] {
            check(&[(20_000, amplitude)], 10_000);
        }
        for length in [0, 1, FRAME_SAMPLES, 5 * FRAME_SAMPLES] {
            let cut_ms = place_to_cut_ms(&vec![0; length]);
            assert!(cut_ms.abs_diff(length as u64 / 32) <= FRAME_MS, "{cut_ms}");
        }
    }

    proptest! {
        #[test]
        fn the_cut_lies_in_the_window_and_is_always_the_same(
            samples in prop::collection::vec(any::<i16>(), 0..20_000),
        ) {
            let cut_ms = place_to_cut_ms(&samples);
            prop_assert!(cut_ms * 16 <= samples.len() as u64);
            prop_assert_eq!(cut_ms, place_to_cut_ms(&samples));
        }

        #[test]
        fn a_pause_is_found_wherever_it_is(
            before_ms in 0..19_000_usize, pause_ms in 300..1000_usize, loud in 500..30_000_i16,
        ) {
            let sound = sound(&[(before_ms, loud), (pause_ms, loud / 100), (20_000 - before_ms - pause_ms, loud)]);
            let cut_ms = usize::try_from(place_to_cut_ms(&sound)).unwrap();
            prop_assert!((before_ms..before_ms + pause_ms).contains(&cut_ms), "{cut_ms}");
        }
    }
}
