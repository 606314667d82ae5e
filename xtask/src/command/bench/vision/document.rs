//! The figures of looking at pictures as tables, and as a section of `docs/benchmarks.md`.

use super::figures::{Documents, EXTRACTION_LIMIT, OWN_CODE_LIMIT, VisionFigures};
use super::programs::LookRun;
use crate::command::bench::sections::kept;
use crate::table::{aligned, limited, machine, row};

/// First line of the section.
pub const HEAD: &str = "## Pictures\n";
const METHOD: &str = include_str!("method.md");

/// All tables.
pub fn table(figures: &VisionFigures) -> String {
    format!(
        "{}\n{}\n{}",
        stage_table(figures),
        documents_table(figures),
        models_table(figures)
    )
}

/// The section; `date` is the day of the measurement.
pub fn section(figures: &VisionFigures, date: &str) -> String {
    format!(
        "{HEAD}\nMeasured on {date} by `cargo xtask bench --only vision` on {}.\n\n{}\n{}\n\n{METHOD}",
        machine(),
        table(figures),
        kept(&figures.broken()),
    )
}

fn stage_table(figures: &VisionFigures) -> String {
    let mut rows = vec![
        row("Figure", "Measured", "Promised", ""),
        ["---", "---:", "---:", "---"].map(str::to_owned),
    ];
    let mut at_most = |what: &str, ratio: f64, limit: f64| {
        let (measured, promised) = (format!("{ratio:.3}"), format!("≤ {limit:.2}"));
        rows.push(limited(what, &measured, &promised, ratio <= limit));
    };
    at_most(
        "CPU of extraction ÷ CPU of decoding every picture, 1080p",
        figures.extraction_ratio(),
        EXTRACTION_LIMIT,
    );
    at_most(
        "CPU of all ÷ CPU inside ONNX Runtime and ffmpeg",
        figures.own_code_ratio(),
        OWN_CODE_LIMIT,
    );
    let what = "CPU of decoding key frames alone ÷ every picture";
    let measured = format!("{:.3}", figures.key_frames_ratio());
    rows.push(row(what, &measured, "", ""));
    let per_second = |cpu_s: fn(&LookRun) -> f64| format!("{:.5}", figures.per_second(cpu_s));
    for (what, measured) in [
        (
            "CPU-seconds per second of video",
            per_second(LookRun::whole),
        ),
        ("… of ffmpeg", per_second(|run| run.ffmpeg_cpu_s)),
        (
            "… of extraction beside it",
            per_second(|run| run.extraction_cpu_s),
        ),
        ("… of the visual model", per_second(|run| run.images.cpu_s)),
        (
            "… of the text detector",
            per_second(|run| run.detector.cpu_s),
        ),
        (
            "… of the text recogniser",
            per_second(|run| run.recogniser.cpu_s),
        ),
        (
            "… of decoding frames, and all else",
            per_second(LookRun::around_models),
        ),
    ] {
        rows.push(row(what, &measured, "", ""));
    }
    aligned(&rows)
}

fn documents_table(figures: &VisionFigures) -> String {
    let (shots, passages) = (figures.shots(), figures.passages());
    let documents = |what: &str, count: Documents| {
        [
            what.to_owned(),
            format!("{:.0}", count.before),
            format!("{:.0}", count.merged),
        ]
    };
    aligned(&[
        ["Documents per video-hour", "Before merging", "After"].map(str::to_owned),
        ["---", "---:", "---:"].map(str::to_owned),
        documents("Frames, shots", shots),
        documents("Lines of text, passages", passages),
        documents("All", shots + passages),
    ])
}

fn models_table(figures: &VisionFigures) -> String {
    let agreement = figures.agreement();
    let milliseconds = |seconds: f64| format!("{:.1} ms", seconds * 1000.0);
    let same = agreement.same_first_label as f64 / agreement.named.max(1) as f64;
    let rows = [
        (
            "CPU for a picture, int8",
            milliseconds(figures.seconds_per_picture(|run| run.model)),
        ),
        (
            "CPU for a picture, fp32",
            milliseconds(figures.seconds_per_picture(|run| run.reference)),
        ),
        ("int8 ÷ fp32", format!("{:.3}", figures.int8_ratio())),
        (
            "Cosine of both vectors, mean",
            format!("{:.4}", agreement.mean_cosine),
        ),
        (
            "Cosine of both vectors, worst",
            format!("{:.4}", agreement.worst_cosine),
        ),
        (
            "Same first label",
            format!("{:.1} % of {}", same * 100.0, agreement.named),
        ),
    ];
    let mut lines = vec![
        ["Visual model", "Measured"].map(str::to_owned),
        ["---", "---:"].map(str::to_owned),
    ];
    lines.extend(rows.map(|(what, measured)| [what.to_owned(), measured]));
    aligned(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::vision::programs::{Comparison, Part};
    use crate::table::FAILS;

    fn part(cpu_s: f64, runs: u64) -> Part {
        Part { cpu_s, runs }
    }

    fn look(ffmpeg_cpu_s: f64, look_cpu_s: f64) -> LookRun {
        LookRun {
            video_s: 100.0,
            ffmpeg_cpu_s,
            extraction_cpu_s: 0.1,
            look_cpu_s,
            images: part(1.0, 50),
            detector: part(0.5, 10),
            recogniser: part(0.5, 20),
            frames: 50,
            shots: 10,
            lines: 20,
            passages: 5,
        }
    }

    /// Two rounds, the second of which takes a second longer for decoding every picture.
    fn figures(ffmpeg_cpu_s: f64, look_cpu_s: f64) -> VisionFigures {
        let comparison = Comparison {
            model: part(0.5, 50),
            reference: part(1.0, 50),
            mean_cosine: 0.99,
            worst_cosine: 0.95,
            named: 40,
            same_first_label: 39,
        };
        VisionFigures {
            looks: vec![look(ffmpeg_cpu_s, look_cpu_s); 2],
            full_decodings_cpu_s: vec![29.5, 30.5],
            key_frames_cpu_s: vec![1.0, 2.0],
            comparisons: vec![comparison; 2],
        }
    }

    #[test]
    fn what_holds_is_said_to_hold() {
        let text = section(&figures(1.1, 2.1), "2026-01-01");
        assert!(
            text.starts_with(HEAD)
                && text.contains("Every promise holds.")
                && !text.contains(FAILS),
            "{text}"
        );
        for expected in [
            "| 0.040 ",
            "| 1.065 ",
            "| 0.050 ",
            "| 0.03300 ",
            "| 0.00100 ",
            "| All                      | 2520           | 540   |",
            "| 10.0 ms ",
            "| 0.500 ",
            "| 0.9500 ",
            "| 97.5 % of 40 |",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let text = section(&figures(2.0, 3.0), "2026-01-01");
        let expected = "Not kept: extracting pictures takes too long; own code takes too long.";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches(FAILS).count(), 2, "{text}");
    }
}
