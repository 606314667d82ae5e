//! The figures as a table, and as `docs/benchmarks.md`.

use super::figures::{
    Figures, GROWTH_LIMIT, MEMORY_LIMIT_BYTES, READ_RATIO_LIMIT, RUNNING_UP_LIMIT_SECONDS, Run,
    STAGES, TRANSITIONS_LIMIT,
};
use crate::table::{MEBIBYTE, aligned, limited, machine, megabytes, row, verdict};

const METHOD: &str = include_str!("method.md");

/// Both tables, as people read them in a terminal and in the document.
pub fn table(figures: &Figures) -> String {
    format!("{}\n{}", whole_table(figures), functions_table(figures))
}

/// The document; `date` is the day of the measurement, and `sections` those that are measured by themselves.
pub fn document(figures: &Figures, sections: &[String], date: &str) -> String {
    let sections: String = sections
        .iter()
        .filter(|section| !section.is_empty())
        .map(|section| format!("{}\n\n", section.trim_end()))
        .collect();
    format!(
        "# Benchmarks\n\nMeasured on {date} by `cargo xtask bench` on {}. Times depend on the machine, ratios and \
         counts hardly do.\n\n{}\n{}\n{}\n{sections}{METHOD}",
        machine(),
        whole_table(figures),
        functions_table(figures),
        outcome(figures),
    )
}

fn whole_table(figures: &Figures) -> String {
    let Figures {
        up, short, long, ..
    } = figures;
    let seconds = |time: std::time::Duration| format!("{:.1} s", time.as_secs_f64());
    let mut rows = Vec::new();
    if let Some(cold) = up.cold {
        rows.push(row("`up`, nothing downloaded", &seconds(cold), "", ""));
    }
    rows.push(row("`up` after `down`", &seconds(up.stopped), "", ""));
    let running = up.running.as_secs_f64();
    rows.push(limited(
        "`up` while it runs",
        &seconds(up.running),
        &format!("< {RUNNING_UP_LIMIT_SECONDS} s"),
        running < RUNNING_UP_LIMIT_SECONDS,
    ));
    for run in [short, long] {
        let what = format!("{}: from upload to `READY`", length(run));
        rows.push(row(&what, &format!("{:.0} s", run.wall_seconds), "", ""));
        rows.push(limited(
            &format!("{}: S3 bytes read ÷ object size", length(run)),
            &format!("{:.3}", run.read_ratio()),
            &format!("≤ {READ_RATIO_LIMIT}"),
            run.read_ratio() <= READ_RATIO_LIMIT,
        ));
    }
    let transitions = figures.transitions_per_hour();
    rows.push(limited(
        "Step Functions transitions per video-hour",
        &format!("{transitions:.0}"),
        &format!("≤ {TRANSITIONS_LIMIT}"),
        transitions <= TRANSITIONS_LIMIT,
    ));
    let indexing = long.per_hour(long.requests.indexing_total());
    let upload = long.per_hour(long.requests.upload);
    rows.push(row(
        "S3 requests per video-hour, indexing",
        &format!("{indexing:.0}"),
        "",
        "",
    ));
    rows.push(row(
        "S3 requests per video-hour, upload",
        &format!("{upload:.0}"),
        "",
        "",
    ));
    let cpu = long.cpu_ratio_of_all();
    rows.push(row(
        "CPU-seconds per video-second, all stages",
        &format!("{cpu:.4}"),
        "",
        "",
    ));
    if let Some(ratio) = figures.extraction_ratio() {
        rows.push(row(
            "CPU of extraction ÷ CPU of ffmpeg alone",
            &format!("{ratio:.2}"),
            "",
            "",
        ));
    }
    let head = [
        row("Figure", "Measured", "Promised", ""),
        ["---", "---:", "---:", "---"].map(str::to_owned),
    ];
    aligned(&[head.as_slice(), &rows].concat())
}

fn functions_table(figures: &Figures) -> String {
    let (short, long) = (&figures.short, &figures.long);
    let head = [
        "Function".to_owned(),
        "CPU-s per video-s".to_owned(),
        format!("Peak, {}", length(short)),
        format!("Peak, {}", length(long)),
        "Growth".to_owned(),
        format!("≤ {:.0} MB", MEMORY_LIMIT_BYTES as f64 / MEBIBYTE),
        format!("≤ {GROWTH_LIMIT} ×"),
    ];
    let rule = ["---", "---:", "---:", "---:", "---:", "---", "---"].map(str::to_owned);
    let mut rows = vec![head, rule];
    for name in STAGES {
        let (Some(of_long), Some(of_short)) = (long.usage.get(name), short.usage.get(name)) else {
            rows.push([name, "not seen", "", "", "", "", ""].map(str::to_owned));
            continue;
        };
        let growth = figures.growth(name).unwrap_or(f64::NAN);
        rows.push([
            name.to_owned(),
            format!("{:.5}", long.cpu_ratio(name).unwrap_or(f64::NAN)),
            megabytes(of_short.peak_bytes),
            megabytes(of_long.peak_bytes),
            format!("{growth:.2}"),
            verdict(of_long.peak_bytes <= MEMORY_LIMIT_BYTES),
            verdict(growth <= GROWTH_LIMIT),
        ]);
    }
    aligned(&rows)
}

/// What the numbers mean, in sentences, and what of the promises does not hold.
fn outcome(figures: &Figures) -> String {
    let (short, long) = (&figures.short, &figures.long);
    let mut broken = Vec::new();
    for name in STAGES {
        let Some(usage) = long.usage.get(name) else {
            broken.push(format!("`{name}` was not seen at work"));
            continue;
        };
        if usage.peak_bytes > MEMORY_LIMIT_BYTES {
            broken.push(format!("`{name}` takes {}", megabytes(usage.peak_bytes)));
        }
        if let Some(growth) = figures.growth(name).filter(|growth| *growth > GROWTH_LIMIT) {
            broken.push(format!(
                "`{name}` takes {growth:.2} times the memory for {:.0} times the length",
                long.video_seconds / short.video_seconds
            ));
        }
    }
    if figures.up.running.as_secs_f64() >= RUNNING_UP_LIMIT_SECONDS {
        broken.push("a second `up` takes too long".to_owned());
    }
    if long.read_ratio() > READ_RATIO_LIMIT {
        broken.push("more is read from S3 than promised".to_owned());
    }
    if figures.transitions_per_hour() > TRANSITIONS_LIMIT {
        broken.push("an hour of video takes more transitions than promised".to_owned());
    }
    let kept = if broken.is_empty() {
        "Every promise holds.".to_owned()
    } else {
        format!("Not kept: {}.", broken.join("; "))
    };
    format!("{kept}\n\n{}", inputs(figures))
}

fn inputs(figures: &Figures) -> String {
    let (short, long) = (&figures.short, &figures.long);
    let kinds: Vec<String> = long
        .requests
        .indexing
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    format!(
        "- Videos: {} of {} and {} of {}; {} and {} chunks, {} and {} warnings, searchable: {}.\n\
         - Transitions of the long video: {} outside the Map and {} for each of {} chunks, {} together.\n\
         - Reads of the long video: {} bytes in {} ranges of an object of {} bytes.\n\
         - S3 requests while the long video was indexed, by method and bucket: {}; and {} to upload it.\n\
         - ffmpeg alone took {:.1} CPU-seconds for the key frames and the sound of the long video.\n",
        length(short),
        megabytes(short.size_bytes),
        length(long),
        megabytes(long.size_bytes),
        short.chunks,
        long.chunks,
        short.warnings,
        long.warnings,
        long.channels.join(", "),
        figures.path.outside,
        figures.path.per_chunk,
        long.chunks,
        figures.path.transitions(long.chunks),
        long.reads.bytes,
        long.reads.reads,
        long.size_bytes,
        kinds.join(", "),
        long.requests.upload,
        figures.decoding_cpu_seconds,
    )
}

fn length(run: &Run) -> String {
    format!("{:.0} min", run.video_seconds / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::figures::UpTimes;
    use crate::command::bench::requests::Requests;
    use crate::command::bench::sampling::Usage;
    use crate::command::bench::source_reads::SourceReads;
    use crate::command::bench::transitions::StatePath;
    use crate::table::FAILS;
    use std::time::Duration;

    fn run(minutes: u64, peak_bytes: u64) -> Run {
        let usage = Usage {
            peak_bytes,
            own_peak_bytes: peak_bytes,
            cpu_seconds: 36.0,
            sandboxes: 1,
        };
        Run {
            video_seconds: minutes as f64 * 60.0,
            size_bytes: 1000,
            wall_seconds: 9.0,
            chunks: minutes / 5,
            warnings: 0,
            channels: vec!["subtitle".to_owned()],
            usage: STAGES.map(|name| (name.to_owned(), usage)).into(),
            reads: SourceReads {
                bytes: 1100,
                reads: 3,
            },
            requests: Requests {
                upload: 2,
                indexing: [("GET media".to_owned(), 90)].into(),
            },
        }
    }

    fn figures(short_peak_bytes: u64, long_peak_bytes: u64) -> Figures {
        Figures {
            up: UpTimes {
                cold: None,
                running: Duration::from_secs(4),
                stopped: Duration::from_secs(14),
            },
            path: StatePath {
                outside: 6,
                per_chunk: 4,
            },
            short: run(10, short_peak_bytes),
            long: run(60, long_peak_bytes),
            decoding_cpu_seconds: 18.0,
        }
    }

    #[test]
    fn what_holds_is_said_to_hold() {
        let text = document(
            &figures(100 << 20, 110 << 20),
            &["## Speech\n".to_owned(), String::new()],
            "2026-01-01",
        );
        assert!(
            text.contains("Every promise holds.") && !text.contains(FAILS),
            "{text}"
        );
        assert!(text.contains("\n\n## Speech\n\n## How"), "{text}");
        assert!(text.contains("12 chunks, 54 together"), "{text}");
        assert!(text.contains("| 0.01000"), "{text}");
        assert!(text.contains("| 2.00 "), "{text}");
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let mut figures = figures(100 << 20, 600 << 20);
        figures.long.reads.bytes = 1200;
        figures.long.usage.remove("ingest-upload");
        let text = document(&figures, &[], "2026-01-01");
        for expected in [
            "`extract-chunk` takes 600 MB",
            "`embed-chunk` takes 6.00 times the memory for 6 times the length",
            "more is read from S3 than promised",
            "`ingest-upload` was not seen at work",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn lines_of_a_table_are_equally_long() {
        let text = table(&figures(100 << 20, 600 << 20));
        for table in text.split("\n\n") {
            let lengths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
            assert!(lengths.iter().all(|length| *length == lengths[0]), "{text}");
        }
    }
}
