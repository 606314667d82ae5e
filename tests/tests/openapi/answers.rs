//! What the API answers, with everything it can have and with the least.

use std::collections::BTreeMap;

use contracts::{
    api::*,
    artifacts::{Cue, DroppedSpeech, Transcript, TranscriptSource, Warning, WarningName, Word},
    segments::Channel,
};
use serde::Serialize;
use serde_json::json;

use crate::{document, fits, names, text};

/// An answer: with everything it has all properties, with the least exactly the required ones, and both fit.
#[track_caller]
pub fn check_answer(schema: &str, full: &impl Serialize, least: &impl Serialize) {
    let document = document();
    let described = &document["components"]["schemas"][schema];
    let (full, least) = (json!(full), json!(least));
    assert_eq!(
        names(&described["properties"]),
        names(&full),
        "properties of {schema}"
    );
    assert_eq!(
        names(&described["required"]),
        names(&least),
        "required in {schema}"
    );
    fits(&document, schema, &full).unwrap();
    fits(&document, schema, &least).unwrap();
    for name in names(&least) {
        let mut wrong = full.clone();
        wrong[name] = json!({"of": ["the wrong kind"]});
        fits(&document, schema, &wrong).unwrap_err();
    }
}

fn warning() -> Warning {
    Warning {
        name: WarningName::AudioDamaged,
        message: "m".into(),
        start_ms: Some(1),
        end_ms: Some(2),
    }
}

fn least_video() -> Video {
    Video {
        video_id: "v".into(),
        title: "t".into(),
        file_name: "f".into(),
        tags: vec![],
        created_by: "me".into(),
        origin: Origin::Upload,
        status: VideoStatus::AwaitingUpload,
        serving_generation: None,
        duration_ms: None,
        size_bytes: None,
        language: None,
        channels: vec![],
        chunks_done: 0,
        chunks_total: 0,
        warnings: vec![],
        dropped: None,
        error: None,
        created_at: "2026-11-24T10:00:00Z".into(),
        updated_at: "2026-11-24T10:00:00Z".into(),
        source_url: None,
    }
}

fn full_video() -> Video {
    Video {
        tags: vec!["a".into()],
        serving_generation: Some(1),
        duration_ms: Some(1),
        size_bytes: Some(1),
        language: text("en"),
        channels: vec![Channel::Subtitle],
        warnings: vec![warning()],
        dropped: Some(DroppedSpeech::default()),
        error: Some(video_error()),
        source_url: text("https://s3.example/a"),
        ..least_video()
    }
}

fn video_error() -> VideoError {
    VideoError {
        name: "NotMedia".into(),
        message: "m".into(),
        state: "ProbeMedia".into(),
    }
}

#[test]
fn videos_are_described_as_they_are() {
    check_answer("Video", &full_video(), &least_video());
    check_answer("VideoError", &video_error(), &video_error());
    check_answer(
        "Warning",
        &warning(),
        &Warning {
            start_ms: None,
            end_ms: None,
            ..warning()
        },
    );
    let page = |videos, next_cursor| VideoList {
        videos,
        next_cursor,
    };
    check_answer(
        "VideoList",
        &page(vec![full_video()], text("c")),
        &page(vec![], None),
    );
    let problem = Problem {
        kind: "about:blank".into(),
        title: "t".into(),
        status: 404,
        detail: "d".into(),
    };
    check_answer("Problem", &problem, &problem);
    let health = Health {
        status: "ok".into(),
        version: "0.1.0".into(),
    };
    check_answer("Health", &health, &health);
}

#[test]
fn uploads_are_described_as_they_are() {
    let put = || PresignedPut {
        url: "https://s3.example/a".into(),
        headers: BTreeMap::from([("a".into(), "b".into())]),
    };
    check_answer(
        "PresignedPut",
        &put(),
        &PresignedPut {
            headers: BTreeMap::new(),
            ..put()
        },
    );
    let multipart = || MultipartUpload {
        upload_id: "u".into(),
        part_size_bytes: 1,
        part_count: 1,
    };
    check_answer("MultipartUpload", &multipart(), &multipart());
    let least = || Upload {
        video_id: "v".into(),
        subtitles: None,
        source: None,
        multipart: None,
        expires_in_s: 1,
    };
    let full = Upload {
        subtitles: Some(put()),
        source: Some(put()),
        multipart: Some(multipart()),
        ..least()
    };
    check_answer("Upload", &full, &least());
    let part = || PartUrl {
        part_number: 1,
        url: "https://s3.example/a".into(),
    };
    check_answer("PartUrl", &part(), &part());
    check_answer(
        "PartUrls",
        &PartUrls {
            parts: vec![part()],
            next_part: Some(2),
        },
        &PartUrls {
            parts: vec![],
            next_part: None,
        },
    );
}

#[test]
fn runs_and_words_are_described_as_they_are() {
    let least = || TaskRun {
        stage: "extract".into(),
        chunk: None,
        attempts: 1,
        started_at: "2026-11-24T10:00:00Z".into(),
        ended_at: None,
        units: None,
        reused: false,
        error: None,
    };
    let ended_at = text("2026-11-24T10:00:01Z");
    let full = || TaskRun {
        chunk: Some(0),
        ended_at: ended_at.clone(),
        units: Some(0),
        error: text("NotMedia"),
        ..least()
    };
    check_answer("TaskRun", &full(), &least());
    let timeline = |tasks| Timeline {
        video_id: "v".into(),
        generation: 1,
        tasks,
    };
    check_answer("Timeline", &timeline(vec![full()]), &timeline(vec![]));
    let word = Word {
        start_ms: 0,
        end_ms: 1,
        text: "t".into(),
        confidence: 0.5,
        interpolated: true,
    };
    let least_word = Word {
        interpolated: false,
        ..word.clone()
    };
    check_answer("Word", &word, &least_word);
    let least_cue = || Cue {
        text: "t".into(),
        ..Cue::default()
    };
    let cue = || Cue {
        words: vec![word.clone()],
        confidence: Some(0.5),
        language: Some("en".into()),
        ..least_cue()
    };
    check_answer("Cue", &cue(), &least_cue());
    let dropped = DroppedSpeech::default();
    check_answer("DroppedSpeech", &dropped, &dropped);
    let least_transcript = || Transcript {
        source: TranscriptSource::SubtitleFile,
        language: None,
        cues: vec![],
        speech_model: None,
        dropped: None,
    };
    let transcript = Transcript {
        source: TranscriptSource::Speech,
        language: text("en"),
        cues: vec![cue()],
        speech_model: text("whisper"),
        dropped: Some(dropped),
    };
    check_answer("Transcript", &transcript, &least_transcript());
}

#[test]
fn moments_are_described_as_they_are() {
    let evidence = || Evidence {
        segment_id: "s".into(),
        channel: Channel::ScreenText,
        start_ms: 0,
        end_ms: 1,
        text: "t".into(),
        labels: vec!["l".into()],
        highlights: vec![[0, 1]],
    };
    check_answer(
        "Evidence",
        &evidence(),
        &Evidence {
            labels: vec![],
            highlights: vec![],
            ..evidence()
        },
    );
    let least = || Moment {
        video_id: "v".into(),
        title: "t".into(),
        start_ms: 0,
        end_ms: 1,
        score: 0.5,
        confidence: None,
        evidence_start_ms: None,
        evidence_end_ms: None,
        channels: vec![],
        repeats: vec![],
        explanation: None,
        thumbnail_url: None,
        play_url: None,
        evidence: vec![],
    };
    let repeat = Repeat {
        video_id: "w".into(),
        start_ms: 0,
        end_ms: 1,
    };
    check_answer("Repeat", &repeat, &repeat);
    let found_by = FoundBy {
        retriever: "meaning".into(),
        rank: 1,
        score: 0.7,
        relevance: 1.0,
    };
    check_answer("FoundBy", &found_by, &found_by);
    let explanation = Explanation {
        found_by: vec![found_by],
        signs: BTreeMap::from([("coverage".to_owned(), 0.5)]),
    };
    check_answer("Explanation", &explanation, &Explanation::default());
    let full = || Moment {
        confidence: Some(0.97),
        evidence_start_ms: Some(0),
        evidence_end_ms: Some(1),
        channels: vec![Channel::Speech],
        repeats: vec![repeat.clone()],
        explanation: Some(explanation.clone()),
        thumbnail_url: text("https://s3.example/a"),
        play_url: text("https://s3.example/a#t=0,1"),
        evidence: vec![evidence()],
        ..least()
    };
    check_answer("Moment", &full(), &least());
    let model = VisualModel {
        name: "m".into(),
        stand_in: true,
    };
    check_answer("VisualModel", &model, &model);
    let group = MomentGroup {
        video_id: "v".into(),
        title: "t".into(),
        found: 1,
    };
    check_answer("MomentGroup", &group, &group);
    let count = FacetCount {
        value: "speech".into(),
        count: 1,
    };
    check_answer("FacetCount", &count, &count);
    let facets = Facets {
        channels: vec![count.clone()],
        tags: vec![count.clone()],
        languages: vec![count.clone()],
        videos: vec![count],
    };
    check_answer("Facets", &facets, &Facets::default());
    let nothing = SearchResponse {
        moments: vec![],
        no_confident_match: true,
        degraded: vec![],
        next_cursor: None,
        nearest: vec![],
        groups: vec![],
        facets: None,
        visual_model: None,
        records_feedback: false,
    };
    let answer = SearchResponse {
        moments: vec![full()],
        no_confident_match: false,
        degraded: vec!["visual".into()],
        next_cursor: text("c"),
        nearest: vec![full()],
        groups: vec![group],
        facets: Some(facets),
        visual_model: Some(model),
        records_feedback: true,
    };
    check_answer("SearchResponse", &answer, &nothing);
}
