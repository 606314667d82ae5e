//! What was measured, and what was promised.

use serde::Deserialize;

/// Milliseconds from an answer of the API until its first result is painted, at the most.
pub const PAINT_LIMIT_MS: f64 = 100.0;
/// Throughput of an upload, divided by that of a plain PUT of the same file, at the least.
pub const THROUGHPUT_LIMIT: f64 = 0.9;

/// What the script tells.
#[derive(Debug, Deserialize)]
pub struct PageFigures {
    /// Of each search, from the last byte of its answer until a frame with its first result was painted.
    pub paint_ms: Vec<f64>,
    /// Uploads of one file.
    pub uploads: Uploads,
}

/// Uploads of the same file.
#[derive(Debug, Deserialize)]
pub struct Uploads {
    /// The file's size.
    pub size_bytes: u64,
    /// Seconds of one PUT by `curl`.
    pub curl_s: Vec<f64>,
    /// By the page in Chromium.
    pub page: Vec<Upload>,
    /// By `vindex upload`.
    pub command_line: Vec<Upload>,
}

/// How long an upload in parts took.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Upload {
    /// Until the last byte had arrived.
    pub bytes_s: f64,
    /// Until the parts had been put together.
    pub whole_s: f64,
}

impl PageFigures {
    /// The promises that are not kept.
    pub fn broken(&self) -> Vec<&'static str> {
        let Uploads {
            page, command_line, ..
        } = &self.uploads;
        let holds = |uploads| self.uploads.throughput(uploads, bytes_s) >= THROUGHPUT_LIMIT;
        [
            (
                percentile(&self.paint_ms, 95) <= PAINT_LIMIT_MS,
                "results are painted too late",
            ),
            (holds(page), "the page uploads too slowly"),
            (holds(command_line), "the command line uploads too slowly"),
        ]
        .into_iter()
        .filter_map(|(holds, what)| (!holds).then_some(what))
        .collect()
    }
}

impl Uploads {
    /// Median throughput of `uploads`, whose seconds `of` tells, divided by that of `curl`.
    pub fn throughput(&self, uploads: &[Upload], of: fn(&Upload) -> f64) -> f64 {
        percentile(&self.curl_s, 50) / median(uploads, of)
    }

    /// Megabytes a second that `curl` puts, in the median.
    pub fn megabytes_per_second(&self) -> f64 {
        self.size_bytes as f64 / 1e6 / percentile(&self.curl_s, 50)
    }
}

/// Seconds until the last byte had arrived.
pub fn bytes_s(upload: &Upload) -> f64 {
    upload.bytes_s
}

/// Seconds until the parts had been put together.
pub fn whole_s(upload: &Upload) -> f64 {
    upload.whole_s
}

/// Seconds that putting the parts together took.
pub fn together_s(upload: &Upload) -> f64 {
    upload.whole_s - upload.bytes_s
}

/// The median of what `of` tells.
pub fn median(uploads: &[Upload], of: fn(&Upload) -> f64) -> f64 {
    let values: Vec<f64> = uploads.iter().map(of).collect();
    percentile(&values, 50)
}

/// The value that so many of a hundred don't exceed; not a number where there is none.
pub fn percentile(values: &[f64], of_hundred: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (sorted.len() * of_hundred).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let check = |values: &[f64], of_hundred, expected| {
            assert_eq!(percentile(values, of_hundred), expected);
        };
        check(&[3.0, 1.0, 2.0], 50, 2.0);
        check(&[3.0, 1.0, 2.0], 95, 3.0);
        check(&[7.0], 50, 7.0);
        assert!(percentile(&[], 50).is_nan());
    }
}
