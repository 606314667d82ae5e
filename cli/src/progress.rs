//! Progress on standard error: bars on a terminal, a line per change elsewhere.

use std::io::{IsTerminal, stderr};

use contracts::api::{Video, VideoStatus};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::text::printable;

const BYTES: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";
const COUNT: &str = "{wide_bar} {pos}/{len} {elapsed}";
const STAGES: &str = "{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}";

/// A bar for the bytes of a file; draws nothing where standard error is no terminal.
pub fn byte_bar(bars: &MultiProgress, name: &str, size_bytes: u64) -> ProgressBar {
    let bar = bars.add(ProgressBar::new(size_bytes));
    styled(bar, BYTES).with_message(printable(name))
}

/// A bar for a number of things.
pub fn count_bar(bars: &MultiProgress, count: usize) -> ProgressBar {
    styled(bars.add(ProgressBar::new(count as u64)), COUNT)
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━╸─")),
        Err(_) => bar,
    }
}

/// Shows how far the indexing of a video has come.
pub struct StageProgress {
    bar: ProgressBar,
    last: Option<String>,
    is_terminal: bool,
}

impl StageProgress {
    /// Starts to show.
    pub fn start(bars: &MultiProgress) -> Self {
        let bar = styled(bars.add(ProgressBar::new(0)), STAGES);
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self {
            bar,
            last: None,
            is_terminal: stderr().is_terminal(),
        }
    }

    /// Shows a video as it stands.
    pub fn show(&mut self, video: &Video) {
        let words = stage_words(video);
        self.bar.set_length(u64::from(video.chunks_total));
        self.bar.set_position(u64::from(video.chunks_done));
        self.bar.set_message(words.clone());
        if !self.is_terminal && self.last.as_ref() != Some(&words) {
            eprintln!("{} {words}", video.video_id);
        }
        self.last = Some(words);
    }
}

impl Drop for StageProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn stage_words(video: &Video) -> String {
    match video.status {
        VideoStatus::AwaitingUpload => "waiting for the upload to be noticed".to_owned(),
        VideoStatus::Processing if video.chunks_total == 0 => "looking into the file".to_owned(),
        VideoStatus::Processing if video.chunks_done == video.chunks_total => {
            "finishing".to_owned()
        }
        VideoStatus::Processing => format!(
            "indexing, {} of {} chunks done",
            video.chunks_done, video.chunks_total
        ),
        VideoStatus::Ready => "ready".to_owned(),
        VideoStatus::Failed => "failed".to_owned(),
        VideoStatus::Deleting => "being deleted".to_owned(),
    }
}
