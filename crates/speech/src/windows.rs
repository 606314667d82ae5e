//! Packs speech into windows of 30 s, the length that Whisper hears at once.
//!
//! A window costs the same however much of it is silence. So long pauses are left out, what is said in between is
//! laid end to end, and cuts fall into pauses.

use crate::{
    mel::{SAMPLE_RATE_HZ, WINDOW_SAMPLES},
    vad::FRAME_SAMPLES,
};
use std::ops::Range;

/// A pause up to this long is kept as it is.
const KEPT_PAUSE: usize = 2 * SAMPLE_RATE_HZ;
/// Of a longer one, this much is kept on each side.
const EDGE: usize = SAMPLE_RATE_HZ * 4 / 10;
/// Pauses from this length on are equally good for a cut; the latest of them is taken.
const GOOD_PAUSE: usize = SAMPLE_RATE_HZ / 2;
/// Speech without a pause is cut where it sounds least like speech, in the last part of the window.
const CUT_FROM: usize = WINDOW_SAMPLES * 2 / 3;

/// A window is not cut in two where a part would be shorter than this: too little to tell its language.
const MIN_PART: usize = 3 * SAMPLE_RATE_HZ;

/// A stretch of the sound and where it lies in its window, in samples.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    source: Range<usize>,
    at: usize,
}

impl Piece {
    fn end(&self) -> usize {
        self.at + self.source.len()
    }
}

/// What the model hears at once: stretches of the sound, end to end, 30 s at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pieces: Vec<Piece>,
    /// How often its beginning was cut off.
    cuts: u32,
}

impl Window {
    /// Length in samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.last().map_or(0, Piece::end)
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Where in the sound the window begins, in samples.
    #[must_use]
    pub fn start(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.source.start)
    }

    /// The window's sound, cut out of all of it.
    #[must_use]
    pub fn samples(&self, sound: &[f32]) -> Vec<f32> {
        let parts = self.pieces.iter();
        let parts = parts.filter_map(|piece| sound.get(piece.source.clone()));
        parts.flatten().copied().collect()
    }

    /// The stretch of the sound that a stretch of the window stands for, in samples.
    #[must_use]
    pub fn in_sound(&self, stretch: Range<usize>) -> Range<usize> {
        let starts_in = |piece: &&Piece| stretch.start < piece.end();
        let ends_in = |piece: &&Piece| stretch.end <= piece.end();
        let last = self.pieces.last();
        let place = |piece: Option<&Piece>, at: usize| {
            piece.map_or(at, |piece| {
                let offset = at.saturating_sub(piece.at).min(piece.source.len());
                piece.source.start + offset
            })
        };
        let start = place(self.pieces.iter().find(starts_in).or(last), stretch.start);
        let end = place(self.pieces.iter().find(ends_in).or(last), stretch.end);
        start..end.max(start)
    }

    /// What is left of the window from `at` on, as a window of its own.
    #[must_use]
    pub fn from(&self, at: usize) -> Window {
        let mut rest = Window {
            cuts: self.cuts + 1,
            ..Window::default()
        };
        for piece in self.pieces.iter().filter(|piece| piece.end() > at) {
            let start = piece.source.start + at.saturating_sub(piece.at);
            rest.push(start..piece.source.end);
        }
        rest
    }

    /// The window in two, cut in the middle of its longest pause between `speech`; `None` where no pause leaves
    /// [`MIN_PART`] on both sides.
    pub(crate) fn halves(&self, speech: &[Range<usize>]) -> Option<[Window; 2]> {
        let inside: Vec<&Range<usize>> = speech
            .iter()
            .filter(|span| self.overlap(std::slice::from_ref(span)) > 0)
            .collect();
        let cut = inside
            .windows(2)
            .map(|pair| {
                (
                    pair[1].start - pair[0].end,
                    pair[0].end + (pair[1].start - pair[0].end) / 2,
                )
            })
            .map(|(pause, middle)| (pause, self.of_sound(middle)))
            .filter(|(_, cut)| *cut >= MIN_PART && *cut + MIN_PART <= self.len())
            .max()?
            .1;
        let mut first = Window::default();
        for piece in self.pieces.iter().filter(|piece| piece.at < cut) {
            let end = piece.source.start + (cut - piece.at).min(piece.source.len());
            first.push(piece.source.start..end);
        }
        let second = Window {
            cuts: 0,
            ..self.from(cut)
        };
        Some([first, second])
    }

    /// Where in the window a place in the sound lies; the end of the piece before where it was left out.
    fn of_sound(&self, place: usize) -> usize {
        let before = self
            .pieces
            .iter()
            .rev()
            .find(|piece| piece.source.start <= place);
        before.map_or(0, |piece| {
            piece.at + (place - piece.source.start).min(piece.source.len())
        })
    }

    /// How often [`Self::from`] led to this window.
    pub(crate) fn cuts(&self) -> u32 {
        self.cuts
    }

    /// How many samples of the window lie in `spans` of the sound, which are in order.
    #[must_use]
    pub fn overlap(&self, spans: &[Range<usize>]) -> usize {
        let shared = |piece: &Piece| overlap(&piece.source, spans);
        self.pieces.iter().map(shared).sum()
    }

    fn push(&mut self, source: Range<usize>) {
        if !source.is_empty() {
            let at = self.len();
            self.pieces.push(Piece { source, at });
        }
    }
}

/// How many samples of `stretch` lie in `spans`, which are in order.
#[must_use]
pub fn overlap(stretch: &Range<usize>, spans: &[Range<usize>]) -> usize {
    let touching = touching(stretch, spans).iter();
    touching.map(|span| shared(span, stretch)).sum()
}

/// Those of `spans`, which are in order, that share samples with `stretch`.
pub(crate) fn touching<'s>(
    stretch: &Range<usize>,
    spans: &'s [Range<usize>],
) -> &'s [Range<usize>] {
    let first = spans.partition_point(|span| span.end <= stretch.start);
    let spans = &spans[first..];
    &spans[..spans.partition_point(|span| span.start < stretch.end)]
}

/// How many samples two stretches share.
pub(crate) fn shared(left: &Range<usize>, right: &Range<usize>) -> usize {
    let end = left.end.min(right.end);
    end.saturating_sub(left.start.max(right.start))
}

/// Packs `spans` of speech, in samples and in order, into windows. `probabilities` of speech, one for each
/// [`FRAME_SAMPLES`], say where to cut what has no pause.
#[must_use]
pub fn pack(spans: &[Range<usize>], probabilities: &[f32], total_samples: usize) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for stretch in stretches(spans, total_samples) {
        for piece in split(stretch, spans, probabilities) {
            match windows.last_mut() {
                Some(open) if open.len() + piece.len() <= WINDOW_SAMPLES => open.push(piece),
                _ => {
                    let mut window = Window::default();
                    window.push(piece);
                    windows.push(window);
                }
            }
        }
    }
    windows
}

/// Spans with the pauses between them, apart where a pause is long.
fn stretches(spans: &[Range<usize>], total_samples: usize) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match stretches.last_mut() {
            Some(last) if span.start - last.end <= KEPT_PAUSE => last.end = span.end,
            _ => stretches.push(span.clone()),
        }
    }
    for stretch in &mut stretches {
        // Edges never meet: the pause between is longer than both.
        stretch.start = stretch.start.saturating_sub(EDGE);
        stretch.end = (stretch.end + EDGE).min(total_samples);
    }
    stretches
}

/// Cuts a stretch into pieces that fit a window.
fn split(
    stretch: Range<usize>,
    spans: &[Range<usize>],
    probabilities: &[f32],
) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut rest = stretch;
    while rest.len() > WINDOW_SAMPLES {
        let cut = cut_in_pause(&rest, spans).unwrap_or_else(|| least_speech(&rest, probabilities));
        pieces.push(rest.start..cut);
        rest.start = cut;
    }
    pieces.push(rest);
    pieces
}

/// The middle of the best pause that leaves a piece which fits.
fn cut_in_pause(rest: &Range<usize>, spans: &[Range<usize>]) -> Option<usize> {
    let pauses = spans.windows(2).map(|pair| pair[0].end..pair[1].start);
    pauses
        .filter(|pause| !pause.is_empty())
        .map(|pause| (pause.len().min(GOOD_PAUSE), pause.start + pause.len() / 2))
        .filter(|(_, cut)| {
            *cut > rest.start + SAMPLE_RATE_HZ && *cut <= rest.start + WINDOW_SAMPLES
        })
        .max()
        .map(|(_, cut)| cut)
}

/// The frame that is least like speech; the window's end where nothing is known.
fn least_speech(rest: &Range<usize>, probabilities: &[f32]) -> usize {
    let first = (rest.start + CUT_FROM) / FRAME_SAMPLES;
    let end = (rest.start + WINDOW_SAMPLES) / FRAME_SAMPLES;
    let candidates = probabilities.get(first..end).unwrap_or_default();
    let quietest = candidates
        .iter()
        .enumerate()
        .min_by(|(_, left), (_, right)| left.total_cmp(right));
    quietest.map_or(rest.start + WINDOW_SAMPLES, |(offset, _)| {
        (first + offset) * FRAME_SAMPLES + FRAME_SAMPLES / 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: usize = SAMPLE_RATE_HZ;

    /// Spans and windows in tenths of a second.
    fn check(spans: &[(usize, usize)], total: usize, expected: &[&[(usize, usize)]]) {
        let tenth = SECOND / 10;
        let spans: Vec<_> = spans
            .iter()
            .map(|(start, end)| start * tenth..end * tenth)
            .collect();
        let windows = pack(&spans, &[], total * tenth);
        let found: Vec<Vec<(usize, usize)>> = windows
            .iter()
            .map(|window| {
                let pieces = window.pieces.iter();
                pieces
                    .map(|piece| (piece.source.start / tenth, piece.source.end / tenth))
                    .collect()
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn short_pauses_stay_and_long_ones_shrink() {
        check(&[(10, 50), (65, 100)], 200, &[&[(6, 104)]]);
        check(&[(10, 50), (90, 120)], 200, &[&[(6, 54), (86, 124)]]);
        check(&[], 200, &[]);
    }

    #[test]
    fn windows_end_in_a_pause() {
        // The pause at 20.5 s is long enough, the later one is not.
        check(
            &[(0, 200), (210, 290), (291, 400)],
            400,
            &[&[(0, 205)], &[(205, 400)]],
        );
        // Without any pause, at the end.
        check(&[(0, 400)], 400, &[&[(0, 300)], &[(300, 400)]]);
    }

    #[test]
    fn speech_without_a_pause_is_cut_where_it_is_least_like_speech() {
        let mut probabilities = vec![0.9; 1300];
        probabilities[800] = 0.6;
        let windows = pack(
            std::slice::from_ref(&(0..40 * SECOND)),
            &probabilities,
            40 * SECOND,
        );
        assert_eq!(windows[0].len(), 800 * FRAME_SAMPLES + FRAME_SAMPLES / 2);
    }

    #[test]
    fn a_place_in_a_window_is_found_again_in_the_sound() {
        let windows = pack(
            &[SECOND..5 * SECOND, 60 * SECOND..65 * SECOND],
            &[],
            70 * SECOND,
        );
        let window = &windows[0];
        assert_eq!(window.in_sound(0..EDGE), SECOND - EDGE..SECOND);
        let first = 4 * SECOND + 2 * EDGE;
        // What ends with the first piece ends there, what starts there starts in the second.
        assert_eq!(window.in_sound(0..first).end, 5 * SECOND + EDGE);
        assert_eq!(window.in_sound(first..first + 1).start, 60 * SECOND - EDGE);
        let rest = window.from(first + EDGE);
        assert_eq!(rest.start(), 60 * SECOND);
        assert_eq!(rest.len(), 5 * SECOND + EDGE);
        assert!(window.from(window.len()).is_empty());
    }

    #[test]
    fn only_spans_that_share_samples_touch() {
        let spans = [10..20, 30..40, 50..60];
        assert_eq!(touching(&(15..55), &spans), spans);
        assert_eq!(*touching(&(20..50), &spans), spans[1..2]);
        assert_eq!(touching(&(40..50), &spans), []);
        assert_eq!(touching(&(70..80), &spans), []);
        assert_eq!(overlap(&(15..55), &spans), 20);
        assert_eq!(overlap(&(0..0), &[]), 0);
    }

    #[test]
    fn a_window_is_halved_in_its_longest_pause() {
        let speech = [
            SECOND..6 * SECOND,
            7 * SECOND..12 * SECOND,
            14 * SECOND..20 * SECOND,
        ];
        let window = &pack(&speech, &[], 21 * SECOND)[0];
        let [first, second] = window.halves(&speech).unwrap();
        assert_eq!(first.len() + second.len(), window.len());
        assert_eq!(second.start(), 13 * SECOND);
        // Where a long pause was left out, in its place.
        let apart = [SECOND..6 * SECOND, 60 * SECOND..70 * SECOND];
        let [first, second] = pack(&apart, &[], 80 * SECOND)[0].halves(&apart).unwrap();
        assert_eq!(first.len(), 5 * SECOND + 2 * EDGE);
        assert_eq!(second.start(), 60 * SECOND - EDGE);
        let early = [SECOND..2 * SECOND, 3 * SECOND..12 * SECOND];
        assert_eq!(pack(&early, &[], 13 * SECOND)[0].halves(&early), None);
    }

    fn any_spans() -> impl Strategy<Value = Vec<Range<usize>>> {
        prop::collection::vec((0_usize..100_000, 4_000_usize..900_000), 0..20).prop_map(|lengths| {
            let mut at = 0;
            let mut spans = Vec::new();
            for (pause, speech) in lengths {
                spans.push(at + pause..at + pause + speech);
                at += pause + speech;
            }
            spans
        })
    }

    proptest! {
        #[test]
        fn all_speech_is_in_exactly_one_window_and_none_is_too_long(spans in any_spans()) {
            let total = spans.last().map_or(0, |span| span.end + 1000);
            let windows = pack(&spans, &[], total);
            let mut end = 0;
            for window in &windows {
                prop_assert!(!window.is_empty() && window.len() <= WINDOW_SAMPLES);
                for piece in &window.pieces {
                    prop_assert!(piece.source.start >= end && piece.source.end <= total);
                    end = piece.source.end;
                }
            }
            let speech: usize = spans.iter().map(ExactSizeIterator::len).sum();
            let packed: usize = windows.iter().map(|window| window.overlap(&spans)).sum();
            prop_assert_eq!(speech, packed);
        }
    }
}
