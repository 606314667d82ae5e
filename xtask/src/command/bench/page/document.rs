//! The figures of the page as a table, and as a section of `docs/benchmarks.md`.

use super::figures::{
    PAINT_LIMIT_MS, PageFigures, THROUGHPUT_LIMIT, Upload, bytes_s, median, percentile, together_s,
    whole_s,
};
use crate::command::bench::sections::kept;
use crate::table::{aligned, limited, machine, row};

/// First line of the section.
pub const HEAD: &str = "## The page\n";
const METHOD: &str = include_str!("method.md");

/// The table.
pub fn table(figures: &PageFigures) -> String {
    let PageFigures { paint_ms, uploads } = figures;
    let late_ms = percentile(paint_ms, 95);
    let median_ms = percentile(paint_ms, 50);
    let what = format!(
        "First result painted after the answer, p95 of {}",
        paint_ms.len()
    );
    let mut rows = vec![
        row("Figure", "Measured", "Promised", ""),
        ["---", "---:", "---:", "---"].map(str::to_owned),
        limited(
            &what,
            &format!("{late_ms:.0} ms"),
            &format!("≤ {PAINT_LIMIT_MS} ms"),
            late_ms <= PAINT_LIMIT_MS,
        ),
        row("… p50", &format!("{median_ms:.0} ms"), "", ""),
    ];
    let ways = [
        ("the page", &uploads.page),
        ("the command line", &uploads.command_line),
    ];
    for (who, of_way) in ways {
        let throughput = uploads.throughput(of_way, bytes_s);
        rows.push(limited(
            &format!("Upload by {who} ÷ `curl`, throughput"),
            &format!("{throughput:.2}"),
            &format!("≥ {THROUGHPUT_LIMIT}"),
            throughput >= THROUGHPUT_LIMIT,
        ));
        let whole = uploads.throughput(of_way, whole_s);
        let what = "… until the parts are put together";
        rows.push(row(what, &format!("{whole:.2}"), "", ""));
    }
    let megabytes = format!("{:.0} MB/s", uploads.megabytes_per_second());
    rows.push(row("`curl`, one PUT", &megabytes, "", ""));
    aligned(&rows)
}

/// The section; `date` is the day of the measurement.
pub fn section(figures: &PageFigures, date: &str) -> String {
    format!(
        "{HEAD}\nMeasured on {date} by `cargo xtask bench --only page` on {}.\n\n{}\n{}\n\n{METHOD}{}",
        machine(),
        table(figures),
        kept(&figures.broken()),
        remarks(figures),
    )
}

/// What was uploaded, and what the local S3 has its part in.
fn remarks(figures: &PageFigures) -> String {
    let uploads = &figures.uploads;
    let of_all: Vec<Upload> = [&uploads.page[..], &uploads.command_line].concat();
    format!(
        "- **Here** the file has {:.0} MB and goes {} times each way; the local S3 takes {:.1} s to put its parts \
         together (median).\n",
        uploads.size_bytes as f64 / 1e6,
        uploads.curl_s.len(),
        median(&of_all, together_s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::bench::page::figures::Uploads;
    use crate::table::FAILS;

    fn figures(page_s: f64, late_ms: f64) -> PageFigures {
        let upload = |bytes_s| Upload {
            bytes_s,
            whole_s: bytes_s * 2.0,
        };
        PageFigures {
            paint_ms: vec![20.0, 21.0, late_ms],
            uploads: Uploads {
                size_bytes: 256_000_000,
                curl_s: vec![9.0, 4.0, 3.0],
                page: vec![upload(page_s)],
                command_line: vec![upload(3.2)],
            },
        }
    }

    #[test]
    fn what_holds_is_said_to_hold() {
        let text = section(&figures(4.0, 30.0), "2026-01-01");
        assert!(
            text.contains("Every promise holds.") && !text.contains(FAILS),
            "{text}"
        );
        for expected in [
            "p95 of 3",
            "| 30 ms ",
            "| 21 ms ",
            "| 1.00 ",
            "| 0.50 ",
            "| 1.25 ",
            "| 64 MB/s ",
            "256 MB and goes 3 times",
            "takes 3.2 s",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let text = section(&figures(5.0, 101.0), "2026-01-01");
        let expected = "Not kept: results are painted too late; the page uploads too slowly.";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches(FAILS).count(), 2, "{text}");
    }
}
