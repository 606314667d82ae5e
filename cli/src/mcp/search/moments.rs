//! Moments as an agent reads them.

use std::collections::BTreeSet;

use contracts::api::{Evidence, Moment};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    mcp::answer::short,
    rows::joined,
    text::{moment as time, printable},
};

/// What one piece of evidence may take of the agent's attention; a passage is a sentence or a few.
const EVIDENCE_CHARS: usize = 500;
const TITLE_CHARS: usize = 200;

/// A moment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundMoment {
    video_id: String,
    title: String,
    start_ms: u64,
    end_ms: u64,
    /// Start as people write it, m:ss.s
    start: String,
    /// End as people write it
    end: String,
    /// How likely it is what was asked for, 0 to 1; null where that can't be said
    confidence: Option<f64>,
    /// What matched
    evidence: Vec<FoundEvidence>,
    /// How many other places have the same content
    repeats: usize,
    /// Private link that plays from there, valid for an hour
    play_url: Option<String>,
}

/// What matched in one channel.
#[derive(Debug, Serialize, JsonSchema)]
struct FoundEvidence {
    /// speech, subtitle, visual, screen-text or title
    channel: String,
    /// The words that were said or written; empty for a shot
    text: String,
    /// What a model sees in a shot, likeliest first, where it has words for it
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    start_ms: u64,
    end_ms: u64,
    /// Give it as like to find what is like it
    segment_id: String,
}

impl From<Moment> for FoundMoment {
    fn from(moment: Moment) -> Self {
        Self {
            video_id: moment.video_id.0,
            title: short(&moment.title, TITLE_CHARS),
            start_ms: moment.start_ms,
            end_ms: moment.end_ms,
            start: time(moment.start_ms),
            end: time(moment.end_ms),
            confidence: moment.confidence,
            evidence: moment
                .evidence
                .into_iter()
                .map(FoundEvidence::from)
                .collect(),
            repeats: moment.repeats.len(),
            play_url: moment.play_url,
        }
    }
}

impl From<Evidence> for FoundEvidence {
    fn from(evidence: Evidence) -> Self {
        Self {
            channel: evidence.channel.as_str().to_owned(),
            text: short(&evidence.text, EVIDENCE_CHARS),
            labels: evidence.labels,
            start_ms: evidence.start_ms,
            end_ms: evidence.end_ms,
            segment_id: evidence.segment_id,
        }
    }
}

/// A moment with all that other tools ask for.
pub fn moment_lines(number: usize, moment: &Moment) -> Vec<String> {
    let sure = moment.confidence.map_or_else(
        || "confidence unknown".to_owned(),
        |confidence| format!("{:.0}% likely", confidence * 100.0),
    );
    let mut lines = vec![
        format!(
            "{number}. {}, {}–{}, {sure}",
            short(&moment.title, TITLE_CHARS),
            time(moment.start_ms),
            time(moment.end_ms)
        ),
        format!(
            "   video_id {}, start_ms {}, end_ms {}",
            printable(moment.video_id.as_str()),
            moment.start_ms,
            moment.end_ms
        ),
    ];
    lines.extend(moment.evidence.iter().map(evidence_line));
    if !moment.repeats.is_empty() {
        lines.push(format!(
            "   the same in {} other places",
            moment.repeats.len()
        ));
    }
    lines
}

fn evidence_line(evidence: &Evidence) -> String {
    let mut parts = Vec::new();
    if !evidence.text.is_empty() {
        parts.push(format!("{:?}", short(&evidence.text, EVIDENCE_CHARS)));
    }
    if !evidence.labels.is_empty() {
        parts.push(format!(
            "seems to show {}",
            printable(&evidence.labels.join(", "))
        ));
    }
    if parts.is_empty() {
        parts.push("looks like it".to_owned());
    }
    format!(
        "   {}: {}",
        evidence.channel.as_str(),
        joined(parts.iter().map(String::as_str))
    )
}

/// One link for each video instead of one for each moment: a link is long, and moments differ in its end only.
pub fn play_links<'a>(moments: impl Iterator<Item = &'a Moment>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for moment in moments {
        let Some(url) = &moment.play_url else {
            continue;
        };
        if seen.insert(&moment.video_id) {
            let video = url.split('#').next().unwrap_or(url);
            lines.push(format!("{}: {}", moment.video_id, printable(video)));
        }
    }
    if !lines.is_empty() {
        let heading =
            "Private links, valid for an hour; #t=START,END in seconds at the end plays a part:";
        lines.insert(0, heading.to_owned());
    }
    lines
}
