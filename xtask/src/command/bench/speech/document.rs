//! The figures of speech recognition as tables, and as a section of `docs/benchmarks.md`.

use super::engines::{OurRun, TheirRun};
use super::figures::{CPU_LIMIT, MEMORY_LIMIT, OWN_CODE_LIMIT, SpeechFigures};
use crate::command::bench::figures::GROWTH_LIMIT;
use crate::command::bench::sections::kept;
use crate::table::{aligned, limited, machine, megabytes, row};

/// First line of the section.
pub const HEAD: &str = "## Speech recognition\n";
const METHOD: &str = include_str!("method.md");

/// Both tables.
pub fn table(figures: &SpeechFigures) -> String {
    format!("{}\n{}", whole_table(figures), runs_table(figures))
}

/// The section; `date` is the day of the measurement.
pub fn section(figures: &SpeechFigures, date: &str) -> String {
    format!(
        "{HEAD}\nMeasured on {date} by `cargo xtask bench --only speech` on {}.\n\n{}\n{}\n\n{METHOD}",
        machine(),
        table(figures),
        kept(&figures.broken()),
    )
}

fn whole_table(figures: &SpeechFigures) -> String {
    let usual = figures.usual();
    let theirs = figures.rounds.theirs.run();
    let per_second = |cpu_s: f64| format!("{:.4}", cpu_s / usual.audio_s);
    let mut rows = vec![
        row("Figure", "Measured", "Promised", ""),
        ["---", "---:", "---:", "---"].map(str::to_owned),
    ];
    for (what, cpu_s) in [
        ("CPU-seconds per second of sound", usual.cpu_s),
        ("… of voice activity", usual.voice_activity.cpu_s),
        ("… of spectrograms", usual.spectrograms.cpu_s),
        ("… of the encoder", usual.encoder.cpu_s),
        ("… of the decoder", usual.decoder.cpu_s),
    ] {
        rows.push(row(what, &per_second(cpu_s), "", ""));
    }
    if let Some(ratio) = figures.batching_ratio() {
        let what = "Decoder per token, 8 windows at once ÷ 1";
        rows.push(row(what, &format!("{ratio:.2}"), "", ""));
    }
    let mut at_most = |what: &str, ratio: f64, limit: f64| {
        let (measured, promised) = (format!("{ratio:.3}"), format!("≤ {limit:.2}"));
        rows.push(limited(what, &measured, &promised, ratio <= limit));
    };
    at_most(
        "CPU of all ÷ CPU inside ONNX Runtime",
        usual.own_code_ratio(),
        OWN_CODE_LIMIT,
    );
    at_most(
        "CPU ÷ faster-whisper's",
        figures.cpu_ratio(theirs),
        CPU_LIMIT,
    );
    at_most(
        "Peak memory ÷ faster-whisper's",
        figures.memory_ratio(),
        MEMORY_LIMIT,
    );
    let lengths = figures.lengths;
    let what = format!(
        "Peak memory, {} h in chunks ÷ {} min",
        f64::from(lengths.long_seconds) / 3600.0,
        lengths.short_seconds / 60
    );
    at_most(&what, lengths.growth(), GROWTH_LIMIT);
    rows.push(limited(
        "Words wrong (WER)",
        &percent(figures.word_error_rate(&usual.text)),
        &format!("≤ {}", percent(figures.word_error_rate(&theirs.text))),
        figures.is_as_right(),
    ));
    let with_words = figures.cpu_ratio(figures.rounds.theirs_with_words.run());
    let what = "CPU ÷ faster-whisper's with times of words";
    rows.push(row(what, &format!("{with_words:.3}"), "", ""));
    aligned(&rows)
}

fn runs_table(figures: &SpeechFigures) -> String {
    let head = ["Run", "CPU-s per s", "Decoder, ms per token", "Peak", "WER"];
    let mut rows = vec![
        head.map(str::to_owned),
        ["---", "---:", "---:", "---:", "---:"].map(str::to_owned),
    ];
    rows.extend(figures.rounds.ours.iter().map(|run| our_row(figures, run)));
    let rounds = &figures.rounds;
    rows.push(their_row(figures, "faster-whisper", rounds.theirs.run()));
    let name = "faster-whisper, times of words";
    rows.push(their_row(figures, name, rounds.theirs_with_words.run()));
    aligned(&rows)
}

fn our_row(figures: &SpeechFigures, run: &OurRun) -> [String; 5] {
    let is_usual = run.windows_at_once == figures.usual().windows_at_once;
    let mark = if is_usual {
        ", as the function runs"
    } else {
        ""
    };
    [
        format!("{} at once{mark}", run.windows_at_once),
        format!("{:.4}", run.cpu_s / figures.audio_seconds),
        format!("{:.2}", run.seconds_per_token() * 1000.0),
        megabytes(run.peak_memory_bytes),
        percent(figures.word_error_rate(&run.text)),
    ]
}

fn their_row(figures: &SpeechFigures, name: &str, run: &TheirRun) -> [String; 5] {
    [
        name.to_owned(),
        format!("{:.4}", run.cpu_s / figures.audio_seconds),
        String::new(),
        megabytes(run.peak_memory_bytes),
        percent(figures.word_error_rate(&run.text)),
    ]
}

fn percent(ratio: f64) -> String {
    format!("{:.2} %", ratio * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::speech::engines::Part;
    use crate::command::bench::speech::figures::{Lengths, Rounds};
    use crate::table::FAILS;

    fn our_run(windows_at_once: usize, cpu_s: f64) -> OurRun {
        let part = |share: f64| Part {
            cpu_s: cpu_s * share,
        };
        OurRun {
            audio_s: 100.0,
            cpu_s,
            voice_activity: part(0.02),
            spectrograms: part(0.01),
            encoder: part(0.5),
            decoder: part(0.44),
            tokens: 1000,
            windows_at_once,
            peak_memory_bytes: 400 << 20,
            text: "one two three".to_owned(),
        }
    }

    /// Ours takes 6.0 CPU-seconds, and 5.0 in a second round.
    fn figures(their_cpu_s: f64, heard: &str, long_peak_bytes: u64) -> SpeechFigures {
        let mut rounds = Rounds::default();
        rounds.add_usual(our_run(4, 6.0));
        rounds.add_usual(our_run(4, 5.0));
        rounds.add(our_run(1, 8.0));
        rounds.add(our_run(8, 4.0));
        let run = TheirRun {
            cpu_s: their_cpu_s,
            peak_memory_bytes: 500 << 20,
            text: heard.to_owned(),
        };
        rounds.theirs.add(run.clone());
        rounds.theirs_with_words.add(run);
        SpeechFigures {
            audio_seconds: 100.0,
            said: "One, two, three, four.".to_owned(),
            rounds,
            lengths: Lengths {
                short_seconds: 300,
                short_peak_bytes: 400 << 20,
                long_seconds: 10_800,
                long_peak_bytes,
            },
        }
    }

    #[test]
    fn what_holds_is_said_to_hold() {
        let text = section(&figures(10.0, "one two", 410 << 20), "2026-01-01");
        assert!(
            text.contains("Every promise holds.") && !text.contains(FAILS),
            "{text}"
        );
        for expected in [
            "| 0.500 ",
            "| 0.0500 ",
            "| 1.042 ",
            "| 0.800 ",
            "| 25.00 % ",
            "| 2.20 ",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let text = section(&figures(7.0, "one two three four", 500 << 20), "2026-01-01");
        let expected = "Not kept: it takes too much CPU time beside faster-whisper; more words are wrong than with \
                        faster-whisper; memory grows with length.";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches(FAILS).count(), 3, "{text}");
    }
}
