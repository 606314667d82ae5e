//! Asks every query in every mode, and keeps the raw answers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::api::SearchResponse;
use serde_json::{Value, json};

use super::questions::{Question, Stretch};
use crate::aws::loopback_agent;
use crate::command::sample_videos::vindex_cli::{Answer, Moment};

/// Moments that are asked for: the most that a page has.
const LIMIT: u32 = 50;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Which channels are searched.
pub struct Mode {
    /// How tables call it.
    pub name: &'static str,
    /// The filter; none for all channels together.
    pub channels: Option<&'static str>,
}

/// All channels together, and each alone. What is said is one channel here: a video has subtitles or is listened to.
pub const MODES: [Mode; 5] = [
    mode("fused", None),
    mode("said", Some("subtitle,speech")),
    mode("screen-text", Some("screen-text")),
    mode("visual", Some("visual")),
    mode("title", Some("title")),
];

/// An answer, its videos by name.
pub struct Reply {
    /// The moments that the search stands for, best first.
    pub confident: Vec<Stretch>,
    /// These and the nearest others, by score.
    pub ranked: Vec<Stretch>,
}

/// The search of a stack.
pub struct Searcher {
    /// Address of the API.
    pub api_url: String,
    /// The user's token.
    pub token: String,
    /// Names of the videos, by their ids.
    pub names: BTreeMap<String, String>,
}

impl Searcher {
    /// Asks all questions in a mode; writes a line for each to `lines`. Gives also the model that pictures were
    /// searched with, where one was.
    ///
    /// # Errors
    /// When a search is refused.
    pub fn ask_all(
        &self,
        questions: &[Question],
        mode: &Mode,
        lines: &mut BufWriter<File>,
    ) -> Result<(Vec<Reply>, Option<String>)> {
        let mut replies = Vec::new();
        let mut visual_model = None;
        for question in questions {
            let answer = self.ask(&question.query, mode)?;
            let mut line = serde_json::to_value(question)?;
            line["mode"] = json!(mode.name);
            line["answer"] = answer.clone();
            writeln!(lines, "{line}")?;
            let answer: Answer = serde_json::from_value(answer).with_context(|| {
                format!("the answer to {:?} is not as promised", question.query)
            })?;
            if let Some(model) = &answer.visual_model {
                visual_model = Some(model.name.clone());
            }
            replies.push(self.reply(&answer));
        }
        Ok((replies, visual_model))
    }

    /// The answer to a query in all channels, the nearest moments and explanations included; none where the query is
    /// refused.
    ///
    /// # Errors
    /// When the stack does not answer.
    pub fn ask_if_valid(&self, query: &str) -> Result<Option<SearchResponse>> {
        let (status, text) = self.post(query, &MODES[0])?;
        if status == 400 {
            return Ok(None);
        }
        ensure!(status == 200, "a search gave {status}: {text}");
        let answer = serde_json::from_str(&text).context("the answer is not as promised")?;
        Ok(Some(answer))
    }

    /// The answer with the names of videos, and without links, which are long and soon worth nothing.
    fn ask(&self, query: &str, mode: &Mode) -> Result<Value> {
        let (status, text) = self.post(query, mode)?;
        ensure!(status == 200, "asking {query:?} gave {status}: {text}");
        let mut answer: Value = serde_json::from_str(&text).context("the answer is no JSON")?;
        for list in ["moments", "nearest"] {
            let moments = answer.get_mut(list).and_then(Value::as_array_mut);
            for moment in moments
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                moment.remove("thumbnail_url");
                moment.remove("play_url");
                let name = moment.get("video_id").and_then(Value::as_str);
                let name = name.and_then(|id| self.names.get(id)).cloned();
                moment.insert("video".to_owned(), json!(name));
            }
        }
        Ok(answer)
    }

    /// Status and body of the answer to a search.
    fn post(&self, query: &str, mode: &Mode) -> Result<(u16, String)> {
        let mut body = json!({ "q": query, "nearest": true, "explain": true, "limit": LIMIT });
        if let Some(channels) = mode.channels {
            body["channels"] = json!(channels);
        }
        let request = loopback_agent(TIMEOUT)
            .post(format!("{}/search", self.api_url))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token));
        let mut response = request.send(body.to_string()).context("the search")?;
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), text))
    }

    fn reply(&self, answer: &Answer) -> Reply {
        let stretches = |moments: &[&Moment]| {
            let moments = moments.iter();
            moments.map(|moment| self.stretch(moment)).collect()
        };
        let confident: Vec<&Moment> = answer.moments.iter().collect();
        let mut ranked: Vec<&Moment> = answer.moments.iter().chain(&answer.nearest).collect();
        // Stable: of equal scores the one that was answered first stays first.
        ranked.sort_by(|one, other| other.score.total_cmp(&one.score));
        Reply {
            confident: stretches(&confident),
            ranked: stretches(&ranked),
        }
    }

    fn stretch(&self, moment: &Moment) -> Stretch {
        let name = self.names.get(&moment.video_id);
        Stretch {
            video: name.unwrap_or(&moment.video_id).clone(),
            start_ms: moment.start_ms,
            end_ms: moment.end_ms,
        }
    }
}

/// A new file for raw answers.
///
/// # Errors
/// When it can't be made.
pub fn answers_file(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("{} can't be made", path.display()))?;
    Ok(BufWriter::new(file))
}

const fn mode(name: &'static str, channels: Option<&'static str>) -> Mode {
    Mode { name, channels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_joins_what_is_confident_and_what_is_near() {
        let searcher = Searcher {
            api_url: String::new(),
            token: String::new(),
            names: BTreeMap::from([("id-1".to_owned(), "farm".to_owned())]),
        };
        let moment = |video_id: &str, score: f64| Moment {
            video_id: video_id.to_owned(),
            score,
            ..Moment::default()
        };
        let answer = Answer {
            moments: vec![moment("id-1", 0.5), moment("id-2", 0.1)],
            nearest: vec![moment("id-3", 0.4), moment("id-4", 0.1)],
            visual_model: None,
        };
        let reply = searcher.reply(&answer);
        let names = |stretches: &[Stretch]| {
            let videos = stretches.iter().map(|stretch| stretch.video.clone());
            videos.collect::<Vec<_>>()
        };
        assert_eq!(names(&reply.confident), ["farm", "id-2"]);
        assert_eq!(names(&reply.ranked), ["farm", "id-3", "id-2", "id-4"]);
    }
}
