use super::*;
use proptest::prelude::*;

/// A line by text, left and top; certainty falls with `#` signs, which are taken out.
fn line(text: &str, left: f32, top: f32) -> TextLine {
    let doubts = text.matches('#').count();
    let text = text.replace('#', "");
    let right = left + 11.0 * text.chars().count() as f32;
    TextLine {
        confidence: 0.99 - 0.01 * doubts as f32,
        corners: [
            (left, top),
            (right, top),
            (right, top + 20.0),
            (left, top + 20.0),
        ],
        text,
    }
}

/// Shots of five seconds.
fn shots(lines: Vec<Vec<TextLine>>) -> Vec<ShotText> {
    let shot = |(index, lines)| ShotText {
        start_ms: 5_000 * index as u64,
        end_ms: 5_000 * (index as u64 + 1),
        lines,
    };
    lines.into_iter().enumerate().map(shot).collect()
}

/// Expected passages by start and end in seconds and text.
fn check(lines: Vec<Vec<TextLine>>, expected: &[(u64, u64, &str)]) {
    let found = screen_text(&shots(lines));
    let found: Vec<(u64, u64, &str)> = found
        .iter()
        .map(|passage| {
            let ScreenText {
                start_ms,
                end_ms,
                text,
            } = passage;
            (start_ms / 1000, end_ms / 1000, text.as_str())
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_text_of_a_shot_is_one_passage() {
    check(vec![], &[]);
    check(vec![vec![], vec![]], &[]);
    check(
        vec![
            vec![],
            vec![
                line("Agenda", 50.0, 20.0),
                line("Budget and staff", 50.0, 60.0),
            ],
            vec![line("Perth Zoo", 50.0, 300.0)],
        ],
        &[(5, 10, "Agenda\nBudget and staff"), (10, 15, "Perth Zoo")],
    );
}

#[test]
fn a_caption_held_over_shots_is_one_passage_in_its_best_reading() {
    check(
        vec![
            vec![line("Perth Zco##", 50.0, 300.0)],
            vec![line("Perth Zoo", 51.0, 301.0)],
            vec![line("PerthZoo#", 50.0, 300.0)],
            vec![],
            vec![],
            vec![line("Lemur catta", 50.0, 300.0)],
        ],
        &[(0, 15, "Perth Zoo"), (25, 30, "Lemur catta")],
    );
}

#[test]
fn a_caption_that_one_shot_misses_is_held() {
    let caption = || vec![line("Canyon de Chelly", 50.0, 300.0)];
    check(
        vec![
            caption(),
            vec![],
            caption(),
            vec![],
            vec![],
            vec![],
            vec![],
            caption(),
        ],
        &[(0, 15, "Canyon de Chelly"), (35, 40, "Canyon de Chelly")],
    );
}

#[test]
fn what_changes_is_parted_from_what_stays() {
    let title = || line("Three ways to climb", 50.0, 20.0);
    check(
        vec![
            vec![],
            vec![],
            vec![title(), line("Step 1", 50.0, 80.0)],
            vec![title(), line("Step 2", 50.0, 80.0)],
            vec![],
            vec![],
        ],
        &[
            (10, 15, "Step 1"),
            (10, 20, "Three ways to climb"),
            (15, 20, "Step 2"),
        ],
    );
}

#[test]
fn a_logo_is_indexed_once_and_glued_to_no_caption() {
    let logo = || line("NEWS 24", 500.0, 10.0);
    check(
        vec![
            vec![logo(), line("Rain in the north", 50.0, 300.0)],
            vec![logo()],
            vec![line("Snow in the south", 50.0, 300.0)],
            vec![],
            vec![logo(), line("Sun at last", 50.0, 300.0)],
        ],
        &[
            (0, 5, "Rain in the north"),
            (0, 25, "NEWS 24"),
            (10, 15, "Snow in the south"),
            (20, 25, "Sun at last"),
        ],
    );
    // From the first shot to the last, like the caption.
    let caption = || line("Evening edition", 50.0, 300.0);
    check(
        vec![vec![logo(), caption()]; 5],
        &[(0, 25, "NEWS 24"), (0, 25, "Evening edition")],
    );
}

#[test]
fn a_clock_is_indexed_once() {
    check(
        vec![
            vec![line("12:00:01#", 500.0, 10.0)],
            vec![line("12:00:06", 500.0, 10.0), line("Hello", 50.0, 300.0)],
            vec![line("12:00:11#", 500.0, 10.0)],
            vec![line("12:00:16#", 500.0, 10.0)],
            vec![],
        ],
        &[(0, 20, "12:00:06"), (5, 10, "Hello")],
    );
}

#[test]
fn rolling_credits_are_not_doubled() {
    check(
        vec![
            vec![
                line("Directed by Ada Brown", 200.0, 200.0),
                line("Sound: Lee Chung", 200.0, 300.0),
            ],
            vec![
                line("Directed by Ada Brown", 200.0, 100.0),
                line("Sound: Lee Chung", 200.0, 200.0),
            ],
            vec![],
        ],
        &[(0, 10, "Directed by Ada Brown\nSound: Lee Chung")],
    );
}

#[test]
fn two_equal_lines_in_one_shot_stay_two() {
    let twice = || {
        vec![
            line("Exit here", 50.0, 20.0),
            line("Exit here", 400.0, 20.0),
        ]
    };
    check(vec![twice(), twice()], &[(0, 10, "Exit here\nExit here")]);
}

/// Up to eight shots with lines that say and stand all sorts of things; the words differ by more than mistakes do.
fn any_shots() -> impl Strategy<Value = Vec<ShotText>> {
    let words = [
        "Perth Zoo",
        "PerthZoo#",
        "Canyon de Chelly",
        "Canyon de Chally#",
        "NEWS 24",
        "12:00:01",
        "12:00:07#",
        "Step 1",
        "Step 2",
        "ok",
        "Beware of the dog",
    ];
    let place = (0_u8..3, 0_u8..3).prop_map(|(x, y)| (200.0 * f32::from(x), 100.0 * f32::from(y)));
    let lines = (prop::sample::select(words.to_vec()), place)
        .prop_map(|(text, (left, top))| line(text, left, top));
    let shot = (
        prop::collection::vec(lines, 0..5),
        0_u64..3_000,
        1_u64..20_000,
    );
    prop::collection::vec(shot, 0..9).prop_map(|shots| {
        let mut now_ms = 0;
        let shot = |(lines, pause_ms, length_ms)| {
            let start_ms = now_ms + pause_ms;
            now_ms = start_ms + length_ms;
            ShotText {
                start_ms,
                end_ms: now_ms,
                lines,
            }
        };
        shots.into_iter().map(shot).collect()
    })
}

proptest! {
    #[test]
    fn passages_begin_and_end_with_shots_and_are_sorted(shots in any_shots()) {
        let passages = screen_text(&shots);
        for passage in &passages {
            let first = shots.iter().position(|shot| shot.start_ms == passage.start_ms);
            let last = shots.iter().position(|shot| shot.end_ms == passage.end_ms);
            prop_assert!(first.zip(last).is_some_and(|(first, last)| first <= last));
            prop_assert!(!passage.text.trim().is_empty());
        }
        let sorted = passages.windows(2).all(|pair| {
            (pair[0].start_ms, pair[0].end_ms) <= (pair[1].start_ms, pair[1].end_ms)
        });
        prop_assert!(sorted);
    }

    #[test]
    fn no_line_is_lost(shots in any_shots()) {
        let passages = screen_text(&shots);
        for shot in &shots {
            for line in &shot.lines {
                let held = passages.iter().any(|passage| {
                    passage.start_ms <= shot.start_ms
                        && passage.end_ms >= shot.end_ms
                        && passage.text.lines().any(|text| alike::same_text(text, &line.text))
                });
                prop_assert!(held, "{:?} of {:?} in {passages:?}", line.text, shot.start_ms);
            }
        }
    }

    #[test]
    fn no_line_is_doubled(shots in any_shots()) {
        let passages = screen_text(&shots);
        let given: usize = shots.iter().map(|shot| shot.lines.len()).sum();
        let made: usize = passages.iter().map(|passage| passage.text.lines().count()).sum();
        prop_assert!(made <= given);
        for passage in &passages {
            let first = shots.iter().find(|shot| shot.start_ms == passage.start_ms).unwrap();
            for text in passage.text.lines() {
                let same = |other: &&str| alike::same_text(text, other);
                let made = passage.text.lines().filter(same).count();
                let given = first.lines.iter().map(|line| line.text.as_str()).filter(same).count();
                prop_assert!(made <= given, "{text:?} {made} times");
            }
        }
    }

    #[test]
    fn one_shot_is_one_passage(shots in any_shots()) {
        for shot in shots.iter().filter(|shot| !shot.lines.is_empty()) {
            let texts: Vec<&str> = shot.lines.iter().map(|line| line.text.as_str()).collect();
            let expected = ScreenText {
                start_ms: shot.start_ms,
                end_ms: shot.end_ms,
                text: texts.join("\n"),
            };
            prop_assert_eq!(screen_text(std::slice::from_ref(shot)), [expected]);
        }
    }

    #[test]
    fn a_held_frame_is_indexed_once(shots in any_shots(), times in 1_usize..6) {
        for shot in shots.iter().filter(|shot| !shot.lines.is_empty()) {
            let held: Vec<ShotText> = (0..times as u64)
                .map(|index| ShotText {
                    start_ms: index * 1_000,
                    end_ms: (index + 1) * 1_000,
                    lines: shot.lines.clone(),
                })
                .collect();
            let passages = screen_text(&held);
            let lines: usize = passages.iter().map(|passage| passage.text.lines().count()).sum();
            prop_assert!(lines <= shot.lines.len());
            let whole = (0, times as u64 * 1_000);
            let all = passages.iter().all(|passage| (passage.start_ms, passage.end_ms) == whole);
            prop_assert!(all);
        }
    }
}
