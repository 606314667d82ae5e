//! Speech, from an upload to an answer, on the stack: nothing here comes with subtitles.
#![expect(
    clippy::unwrap_used,
    reason = "clippy's exception for tests does not reach the functions that tests share"
)]

mod heard;
#[path = "../../../crates/speech/tests/support/normaliser/mod.rs"]
mod normaliser;
mod sounds;
#[path = "../../../crates/speech/tests/support/wer.rs"]
mod wer;

use contracts::{api::VideoStatus, artifacts::TranscriptSource, segments::Channel};
use end_to_end::{Source, Stack, Tenant};
use heard::{Narration, narrations, sample_without_text, text, transcript};
use sounds::Sound;
use wer::errors;

/// Words that may be wrong, in a hundred: the samples by themselves stay below 5.
const MOST_WRONG_PERCENT: usize = 8;

async fn upload(tenant: &Tenant, file_name: &str, bytes: Vec<u8>) -> contracts::api::Video {
    let video_id = tenant.upload(&Source::new(file_name, bytes)).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(
        (video.status, &video.error),
        (VideoStatus::Ready, &None),
        "{video:?}"
    );
    video
}

/// At most so many words are wrong, and each narration's first word comes at its time.
fn check_words(said: &[Narration], cues: &[contracts::artifacts::Cue]) {
    let all: Vec<&str> = said
        .iter()
        .map(|narration| narration.text.as_str())
        .collect();
    let (wrong, words) = errors(&all.join(" "), &text(cues));
    assert!(
        wrong * 100 <= words * MOST_WRONG_PERCENT,
        "{wrong} of {words} words: {}",
        text(cues)
    );
    for narration in said {
        let starts = cues
            .iter()
            .flat_map(|cue| &cue.words)
            .map(|word| word.start_ms);
        let nearest = starts
            .map(|start_ms| start_ms.abs_diff(narration.start_ms))
            .min();
        assert!(
            nearest.is_some_and(|ms| ms <= 500),
            "{narration:?} begins {nearest:?} ms off"
        );
    }
}

/// The sample has three chunks here, so its sentences cross their borders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_is_heard_captioned_and_found() {
    let tenant = Stack::from_env().await.new_tenant("speech").await;
    let bytes = sample_without_text("wildlife-notebook").await;
    let video = upload(&tenant, "wildlife.mp4", bytes).await;
    assert!(
        video
            .channels
            .starts_with(&[Channel::Title, Channel::Speech]),
        "{video:?}"
    );
    assert_eq!(video.language.as_deref(), Some("en"));
    assert_eq!(video.dropped.map(|dropped| dropped.total()), Some(0));
    assert!(video.chunks_total >= 2, "{video:?}");

    let heard = transcript(&tenant, &video.video_id).await;
    assert_eq!(heard.source, TranscriptSource::Speech);
    assert!(heard.speech_model.is_some());
    assert!(
        heard
            .cues
            .iter()
            .all(|cue| cue.confidence.is_some() && !cue.words.is_empty())
    );
    check_words(&narrations("wildlife-notebook"), &heard.cues);

    for (name, start) in [("captions.vtt", "WEBVTT\n"), ("captions.srt", "1\n")] {
        let captions = heard::fetch(&tenant, &video.video_id, name).await;
        assert!(captions.starts_with(start), "{captions}");
        let shown: String = captions
            .lines()
            .filter(|line| !line.contains("-->"))
            .collect::<Vec<_>>()
            .join(" ");
        let (wrong, words) = errors(&text(&heard.cues), &shown.replace("WEBVTT", ""));
        // SubRip numbers its captions.
        assert!(
            name.ends_with("srt") || wrong == 0,
            "{wrong} of {words}: {shown}"
        );
    }

    let said = &narrations("wildlife-notebook")[1];
    let answer = tenant
        .get(&format!("/search?q={}", said.text.replace(' ', "+")))
        .await;
    let answer: contracts::api::SearchResponse = answer.json();
    let first = &answer.moments[0];
    assert_eq!(first.video_id, video.video_id);
    assert!(first.channels.contains(&Channel::Speech), "{first:?}");
    assert!(
        first.start_ms <= said.start_ms + 3000 && first.end_ms >= said.end_ms - 3000,
        "{first:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_of_every_kind_is_heard() {
    let tenant = Stack::from_env().await.new_tenant("sounds").await;
    let said: Vec<Narration> = narrations("hill-walk")
        .into_iter()
        .filter(|narration| narration.end_ms < sounds::LENGTH_MS)
        .collect();
    for Sound {
        name,
        file_name,
        bytes,
    } in sounds::spoken().await
    {
        println!("{name}");
        let video = upload(&tenant, file_name, bytes).await;
        assert_eq!(video.channels, [Channel::Title, Channel::Speech], "{name}");
        check_words(&said, &transcript(&tenant, &video.video_id).await.cues);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_without_words_gives_none() {
    let tenant = Stack::from_env().await.new_tenant("wordless").await;
    for Sound {
        name,
        file_name,
        bytes,
    } in sounds::wordless().await
    {
        println!("{name}");
        let video = upload(&tenant, file_name, bytes).await;
        assert_eq!(video.channels, [Channel::Title], "{name}");
        let heard = transcript(&tenant, &video.video_id).await;
        assert_eq!(
            (heard.source, &heard.cues[..]),
            (TranscriptSource::Speech, &[][..]),
            "{name}"
        );
        assert_eq!(video.warnings, [], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_languages_in_one_file_are_told_apart() {
    let tenant = Stack::from_env().await.new_tenant("languages").await;
    let bytes = std::fs::read(heard::repository("samples/extra/two-languages.m4a")).unwrap();
    let video = upload(&tenant, "two.m4a", bytes).await;
    let heard = transcript(&tenant, &video.video_id).await;
    for part in heard::parts("two-languages") {
        let inside: Vec<_> = heard
            .cues
            .iter()
            .filter(|cue| {
                (part.start_ms..part.end_ms).contains(&(cue.start_ms / 2 + cue.end_ms / 2))
            })
            .collect();
        assert!(!inside.is_empty(), "nothing was heard in {part:?}");
        for cue in inside {
            assert_eq!(
                cue.language.as_deref(),
                Some(part.language.as_str()),
                "{cue:?}"
            );
        }
    }
}
