//! Reads the queries of samples and lectures, and finds out when their answers are.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::lectures::Lecture;
use super::questions::{Half, Question, Stretch, Suite};
use crate::command::sample_videos::samples::{Query, Samples, read_json};

/// A query as it stands in `samples/evaluation/queries`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    query: String,
    suite: Suite,
    answers: Vec<WrittenAnswer>,
}

/// Sentences of a section, its slide or its photograph.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer {
    section: usize,
    from: Option<usize>,
    to: Option<usize>,
    #[serde(default)]
    slide: bool,
    #[serde(default)]
    photo: bool,
}

/// Places of each photograph, by `SAMPLE/SCENE`.
type Photos = BTreeMap<String, Vec<Stretch>>;

/// All questions about the samples and the given lectures, whose queries lie in `folder`.
///
/// # Errors
/// When a file can't be read, or a query has an answer that is not there.
pub fn read(samples: &Samples, lectures: &[Lecture], folder: &Path) -> Result<Vec<Question>> {
    let photos = photos(samples, lectures);
    let mut questions = Vec::new();
    for (number, query) in samples.queries.iter().enumerate() {
        let suite = suite_of_sample(query)?;
        let id = format!("samples/{number}");
        let answers = of_sample(query, suite, samples, &photos);
        questions.push(question(id, query.query.clone(), suite, answers)?);
    }
    for lecture in lectures {
        let path = folder.join(format!("{}.json", lecture.id));
        for (number, written) in read_json::<Vec<Written>>(&path)?.into_iter().enumerate() {
            let id = format!("{}/{number}", lecture.id);
            let answers = written.answers.iter();
            let answers: Option<Vec<_>> = answers
                .map(|answer| of_lecture(answer, lecture, &photos))
                .collect();
            let answers = answers.with_context(|| format!("{id} has an answer that is not there"));
            questions.push(question(id, written.query, written.suite, answers?)?);
        }
    }
    Ok(questions)
}

fn question(
    id: String,
    query: String,
    suite: Suite,
    mut answers: Vec<Vec<Stretch>>,
) -> Result<Question> {
    ensure!(
        answers.is_empty() == (suite == Suite::None),
        "{id}: a query of the suite none has no answer, any other has one"
    );
    // A photograph that is named twice is one answer.
    for index in (1..answers.len()).rev() {
        if answers[..index].contains(&answers[index]) {
            answers.remove(index);
        }
    }
    let half = Half::of(&query);
    Ok(Question {
        id,
        query,
        suite,
        half,
        answers,
    })
}

fn photos(samples: &Samples, lectures: &[Lecture]) -> Photos {
    let mut photos = Photos::new();
    for sample in &samples.videos {
        for (scene, start_ms, end_ms) in sample.scenes() {
            let name = format!("{}/{scene}", sample.name());
            let place = stretch(sample.name(), start_ms, end_ms);
            photos.entry(name).or_default().push(place);
        }
    }
    for lecture in lectures {
        for section in &lecture.sections {
            if let Some(photo) = &section.photo {
                let place = stretch(&lecture.id, section.start_ms, section.end_ms);
                photos.entry(photo.clone()).or_default().push(place);
            }
        }
    }
    photos
}

fn suite_of_sample(query: &Query) -> Result<Suite> {
    Ok(match query.needs.as_deref() {
        _ if query.video.is_none() => Suite::None,
        Some("speech") => Suite::Speech,
        Some("screen-text") => Suite::ScreenText,
        Some("visual") => Suite::Visual,
        needs => bail!("samples/queries.json: {:?} needs {needs:?}", query.query),
    })
}

fn of_sample(query: &Query, suite: Suite, samples: &Samples, photos: &Photos) -> Vec<Vec<Stretch>> {
    let Some(sample) = query.video.as_deref().and_then(|name| samples.video(name)) else {
        return Vec::new();
    };
    // What is seen is also seen where a lecture shows the same photograph; what is said there is something else.
    let scene = sample.scenes().find(|(_, start_ms, end_ms)| {
        suite != Suite::Speech && (*start_ms, *end_ms) == (query.start_ms, query.end_ms)
    });
    let places = scene.and_then(|(scene, ..)| photos.get(&format!("{}/{scene}", sample.name())));
    let alone = || vec![stretch(sample.name(), query.start_ms, query.end_ms)];
    vec![places.cloned().unwrap_or_else(alone)]
}

/// The places of an answer; none where the lecture has no such thing.
fn of_lecture(answer: &WrittenAnswer, lecture: &Lecture, photos: &Photos) -> Option<Vec<Stretch>> {
    let section = lecture.sections.get(answer.section)?;
    match (answer.from, answer.to, answer.slide, answer.photo) {
        (Some(from), Some(to), false, false) if from <= to => {
            let start_ms = section.sentences.get(from)?[0];
            let end_ms = section.sentences.get(to)?[1];
            Some(vec![stretch(&lecture.id, start_ms, end_ms)])
        }
        (None, None, true, false) if section.photo.is_none() => {
            Some(vec![stretch(&lecture.id, section.start_ms, section.end_ms)])
        }
        (None, None, false, true) => photos.get(section.photo.as_ref()?).cloned(),
        _ => None,
    }
}

fn stretch(video: &str, start_ms: u64, end_ms: u64) -> Stretch {
    Stretch {
        video: video.to_owned(),
        start_ms,
        end_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn lecture() -> Lecture {
        let text = r#"{"id": "l", "title": "L", "tags": [], "duration_ms": 9000, "sections": [
            {"start_ms": 0, "end_ms": 5000, "photo": null, "sentences": [[0, 1500], [1900, 3400]]},
            {"start_ms": 5000, "end_ms": 9000, "photo": "hill-walk/2", "sentences": [[5000, 7000]]}]}"#;
        serde_json::from_str(text).unwrap()
    }

    fn check(answer: &str, expected: Option<&[(u64, u64)]>) {
        let lecture = lecture();
        let mut photos = Photos::new();
        photos.insert(
            "hill-walk/2".to_owned(),
            vec![
                stretch("hill-walk", 12_792, 17_667),
                stretch("l", 5000, 9000),
            ],
        );
        let answer: WrittenAnswer = serde_json::from_str(answer).unwrap();
        let places = of_lecture(&answer, &lecture, &photos);
        let times = places.map(|places| {
            let times = places.iter().map(|place| (place.start_ms, place.end_ms));
            times.collect::<Vec<_>>()
        });
        assert_eq!(times.as_deref(), expected, "{answer:?}");
    }

    #[test]
    fn an_answer_lies_where_it_is_said_or_shown() {
        check(r#"{"section": 0, "from": 0, "to": 1}"#, Some(&[(0, 3400)]));
        check(
            r#"{"section": 0, "from": 1, "to": 1}"#,
            Some(&[(1900, 3400)]),
        );
        check(r#"{"section": 0, "slide": true}"#, Some(&[(0, 5000)]));
        check(
            r#"{"section": 1, "photo": true}"#,
            Some(&[(12_792, 17_667), (5000, 9000)]),
        );
    }

    #[test]
    fn an_answer_that_is_not_there_is_refused() {
        check(r#"{"section": 2, "slide": true}"#, None);
        check(r#"{"section": 0, "from": 0, "to": 2}"#, None);
        check(r#"{"section": 0, "from": 1, "to": 0}"#, None);
        check(r#"{"section": 0, "photo": true}"#, None);
        check(r#"{"section": 1, "slide": true}"#, None);
        check(r#"{"section": 0}"#, None);
    }

    #[test]
    fn every_query_of_the_repository_names_what_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
        let samples = Samples::read(&root).unwrap();
        let folder = root.join("evaluation/lectures");
        let mut lectures = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let lecture: Value = read_json(&entry.unwrap().path()).unwrap();
            lectures.push(timed(&lecture));
        }
        let questions = read(&samples, &lectures, &root.join("evaluation/queries")).unwrap();
        for suite in Suite::ALL {
            let count = questions
                .iter()
                .filter(|asked| asked.suite == suite)
                .count();
            assert!(count > 0, "{}", suite.as_str());
        }
        let of_photos = questions.iter().flat_map(|asked| &asked.answers);
        assert!(of_photos.clone().any(|places| places.len() > 1));
    }

    /// A lecture in which every sentence and every section lasts a second.
    fn timed(lecture: &Value) -> Lecture {
        let sections = lecture["sections"].as_array().unwrap().iter();
        let sections: Vec<Value> = sections
            .enumerate()
            .map(|(number, section)| {
                let sentences = section["sentences"].as_array().unwrap();
                serde_json::json!({
                    "start_ms": number * 1000, "end_ms": number * 1000 + 1000, "photo": section["photo"],
                    "sentences": sentences.iter().map(|_| [0, 1000]).collect::<Vec<_>>(),
                })
            })
            .collect();
        serde_json::from_value(serde_json::json!({
            "id": lecture["id"], "title": lecture["title"], "tags": lecture["tags"],
            "duration_ms": sections.len() * 1000, "sections": sections,
        }))
        .unwrap()
    }
}
