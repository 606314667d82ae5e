//! What is written where: results on standard output, everything else on standard error.

use std::{
    io::{IsTerminal, Write, stderr, stdout},
    path::Path,
};

use contracts::{
    VideoId,
    api::{SearchResponse, Timeline, Video, VideoStatus},
    artifacts::Transcript,
    feedback::Opened,
    reindex::ReindexState,
};
use indicatif::MultiProgress;
use serde::Serialize;
use serde_json::json;

use crate::{
    arguments::CaptionFormat,
    failure::Failure,
    found,
    reindex::state_rows,
    rows::{cue_rows, status_words, task_row, transcript_summary, video_rows},
    text::{duration, moment, printable, table},
    thumbnails::Pictures,
};

/// Writes results as JSON lines or as text.
pub struct Output {
    json: bool,
    bold: bool,
    bars: MultiProgress,
}

impl Output {
    /// Bold only on a terminal and unless `NO_COLOR` is set.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            bold: stdout().is_terminal() && !no_color(),
            bars: MultiProgress::new(),
        }
    }

    /// Whether results are JSON lines.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether results may be bold and coloured.
    pub fn is_bold(&self) -> bool {
        self.bold
    }

    /// Where bars are drawn.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// A remark on standard error. It may hold names and words of others: nothing in it steers a terminal.
    pub fn note(&self, text: &str) {
        self.remark(&printable(text));
    }

    /// A line on standard error as it is.
    fn remark(&self, text: &str) {
        // Nobody is left to be told where standard error can't be written.
        _ = self.bars.suspend(|| writeln!(stderr(), "{text}"));
    }

    /// A failure on standard error.
    pub fn error(&self, failure: &Failure) {
        let is_coloured = stderr().is_terminal() && !no_color();
        let (on, off) = if is_coloured {
            ("\u{1b}[31m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let text = printable(&failure.to_string());
        self.remark(&format!("{on}error:{off} {text}"));
    }

    /// Some videos as a table, or a line of JSON each.
    pub fn videos(&self, videos: &[Video]) -> Result<(), Failure> {
        if self.json {
            return videos.iter().try_for_each(json_line);
        }
        let mut rows = vec![
            ["ID", "STATUS", "DURATION", "TITLE"]
                .map(str::to_owned)
                .to_vec(),
        ];
        rows.extend(videos.iter().map(|video| {
            let length = video.duration_ms.map_or_else(|| "-".to_owned(), duration);
            vec![
                video.video_id.to_string(),
                status_words(video),
                length,
                printable(&video.title),
            ]
        }));
        lines(&table(&rows))
    }

    /// One video with all that is known of it.
    pub fn video(&self, video: &Video) -> Result<(), Failure> {
        if self.json {
            return json_line(video);
        }
        lines(&table(&video_rows(video)))
    }

    /// What a command that changed a video leaves it as.
    pub fn outcome(&self, video: &Video) -> Result<(), Failure> {
        if self.json {
            return self.bars.suspend(|| json_line(video));
        }
        let (id, status) = (&video.video_id, status_words(video));
        let text = format!("{id}  {status}  {}", printable(&video.title));
        self.bars.suspend(|| line(&text))?;
        for warning in &video.warnings {
            self.note(&format!("warning: {}", warning.message));
        }
        if let Some(error) = video
            .error
            .as_ref()
            .filter(|_| video.status == VideoStatus::Failed)
        {
            self.note(&format!(
                "{} failed: {} in {}: {}",
                video.video_id, error.name, error.state, error.message
            ));
        }
        Ok(())
    }

    /// A video is on its way out.
    pub fn deleted(&self, id: &VideoId) -> Result<(), Failure> {
        if self.json {
            return json_line(&json!({"video_id": id, "status": VideoStatus::Deleting}));
        }
        line(&format!("{id}  DELETING"))
    }

    /// A page of moments, after `before` others. `with_nearest` says whether those that don't match well were asked for.
    pub fn moments(
        &self,
        page: &SearchResponse,
        before: usize,
        with_nearest: bool,
        pictures: &Pictures,
    ) -> Result<(), Failure> {
        if self.json {
            return json_line(page);
        }
        if before == 0 {
            self.shortcomings(page);
        }
        lines(&found::lines(
            page,
            before,
            with_nearest,
            self.bold,
            pictures,
        ))
    }

    /// There are moments after those that were shown.
    pub fn more(&self, cursor: &str) {
        if !self.json {
            self.note(&format!("there are more: --cursor {cursor} or --all"));
        }
    }

    /// A moment is recorded as opened.
    pub fn recorded(&self, opened: &Opened, title: &str) -> Result<(), Failure> {
        if self.json {
            return json_line(opened);
        }
        let span = format!("{}–{}", moment(opened.start_ms), moment(opened.end_ms));
        line(&format!(
            "recorded: {}. {}  {span}",
            opened.position,
            printable(title)
        ))
    }

    /// What an answer could not look at.
    fn shortcomings(&self, page: &SearchResponse) {
        if !page.degraded.is_empty() {
            self.note(&format!(
                "not searched at present: {}",
                page.degraded.join(", ")
            ));
        }
        if page
            .visual_model
            .as_ref()
            .is_some_and(|model| model.stand_in)
        {
            self.note("pictures were searched by a stand-in, which knows 1,000 nouns and no more");
        }
    }

    /// What ran for a video.
    pub fn timeline(&self, timeline: &Timeline) -> Result<(), Failure> {
        if self.json {
            return json_line(timeline);
        }
        let head = [
            "STAGE", "CHUNK", "STARTED", "TOOK", "ATTEMPTS", "UNITS", "RESULT",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(timeline.tasks.iter().map(task_row));
        lines(&table(&rows))
    }

    /// How indices stand.
    pub fn index_state(&self, state: &ReindexState) -> Result<(), Failure> {
        if self.json {
            return json_line(state);
        }
        lines(&table(&state_rows(state)))
    }

    /// The words of a video.
    pub fn transcript(&self, transcript: &Transcript) -> Result<(), Failure> {
        if self.json {
            return json_line(transcript);
        }
        if let Some(summary) = transcript_summary(transcript) {
            self.note(&summary);
        }
        lines(&table(&cue_rows(transcript)))
    }

    /// The captions of a video: the file as it is, or where it was written.
    pub fn captions(
        &self,
        id: &VideoId,
        format: CaptionFormat,
        text: &str,
        path: Option<&Path>,
    ) -> Result<(), Failure> {
        if self.json {
            let mut document = json!({"video_id": id, "format": format.as_str()});
            match path {
                Some(path) => document["path"] = json!(path.to_string_lossy()),
                None => document["text"] = json!(text),
            }
            return json_line(&document);
        }
        match path {
            Some(path) => self.note(&format!("wrote {}", path.display())),
            None if stdout().is_terminal() => {
                return text.lines().try_for_each(|text| line(&printable(text)));
            }
            None => {
                stdout().write_all(text.as_bytes())?;
                stdout().flush()?;
            }
        }
        Ok(())
    }
}

fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Standard output may be a pipe that closes early, which `println!` would answer with a panic.
pub fn line(text: &str) -> Result<(), Failure> {
    Ok(writeln!(stdout(), "{text}")?)
}

/// Each on a line.
pub fn lines(texts: &[String]) -> Result<(), Failure> {
    texts.iter().try_for_each(|text| line(text))
}

/// A document as a line.
pub fn json_line(document: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(document).map_err(anyhow::Error::from)?)
}
