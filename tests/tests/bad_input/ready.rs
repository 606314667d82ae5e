//! What ends `READY`: with a warning where something was lost, and without one where nothing was.

use crate::{
    recipes::{CAPTIONS, MINUTE, PICTURE, Recipe, SHORT},
    rows::check_all,
};
use contracts::{
    api::{Video, VideoStatus},
    artifacts::{Warning, WarningName},
    segments::Channel,
};
use end_to_end::{Source, Stack, Tenant};

struct Row {
    file_name: String,
    recipe: Recipe,
    subtitles: Option<&'static [u8]>,
    /// All there are, in order of time.
    warnings: Vec<Lost>,
    channels: &'static [Channel],
    duration_s: u64,
    has_pictures: bool,
}

/// A warning, with its stretch in seconds where it has one.
type Lost = (WarningName, Option<(u64, u64)>);

/// A row without losses and without text.
fn row(runs: &[&str], duration_s: u64) -> Row {
    Row {
        file_name: "talk.mp4".to_owned(),
        recipe: Recipe::made(runs),
        subtitles: None,
        warnings: Vec::new(),
        channels: &[Channel::Title],
        duration_s,
        has_pictures: true,
    }
}

const WITH_TEXT: &[Channel] = &[Channel::Title, Channel::Subtitle];
const PARTLY_BROKEN: &[u8] = b"1\n00:00:01,000 --> 00:00:03,000\nThe quick brown fox\n\n\
    2\n00:00:99,000 --> nonsense\njumps over\n\n3\n00:00:05,000 --> 00:00:04,000\nthe lazy dog\n";

fn rows() -> Vec<(&'static str, Row)> {
    [damaged(), subtitles(), whole()]
        .into_iter()
        .flatten()
        .collect()
}

/// A filter overwrites packets between two times; the second of three chunks is 20 to 40 s. Its sound is cut near its
/// borders, within the damage where that is all there is, so that each chunk tells of its own part. Pictures that are
/// read for the sound's sake, before the chunk's first, are told of as well.
fn damaged() -> Vec<(&'static str, Row)> {
    use WarningName::{AudioDamaged, StretchMissing, VideoDamaged};
    let cut_apart = [Some((0, 24)), Some((24, 36)), Some((36, 60))];
    let noisy = |streams: &[char], from_s, to_s, warnings: &[Lost]| {
        let noise =
            |stream| format!("-bsf:{stream} noise=amount=between(pts*tb\\,{from_s}\\,{to_s})");
        let noise: String = streams.iter().map(|stream| noise(stream) + " ").collect();
        Row {
            warnings: warnings.to_vec(),
            ..row(
                &[MINUTE, &format!("-i minute.mp4 -c copy {noise} noisy.mp4")],
                60,
            )
        }
    };
    let starting_with_its_index = "-i minute.mp4 -c copy -movflags faststart start.mp4";
    let (first, second, third) = (Some((0, 20)), Some((20, 40)), Some((40, 60)));
    vec![
        (
            "a damaged stretch of sound",
            noisy(
                &['a'],
                22,
                36,
                &cut_apart.map(|stretch| (AudioDamaged, stretch)),
            ),
        ),
        (
            "a damaged stretch of pictures",
            noisy(&['v'], 22, 36, &[(VideoDamaged, second)]),
        ),
        (
            "a damaged stretch of both",
            noisy(
                &['a', 'v'],
                22,
                36,
                &[
                    (AudioDamaged, cut_apart[0]),
                    (VideoDamaged, second),
                    (AudioDamaged, cut_apart[1]),
                    (AudioDamaged, cut_apart[2]),
                    (VideoDamaged, third),
                ],
            ),
        ),
        (
            "a stretch of which nothing is left",
            noisy(
                &['a', 'v'],
                15,
                45,
                &[
                    (AudioDamaged, first),
                    (VideoDamaged, first),
                    (AudioDamaged, second),
                    (VideoDamaged, second),
                    (AudioDamaged, third),
                    (VideoDamaged, third),
                ],
            ),
        ),
        (
            "sound damaged from end to end",
            noisy(
                &['a'],
                0,
                60,
                &[
                    (AudioDamaged, first),
                    (AudioDamaged, second),
                    (AudioDamaged, third),
                ],
            ),
        ),
        (
            "cut off behind its index",
            Row {
                recipe: Recipe::cut_off(&[MINUTE, starting_with_its_index], 60),
                warnings: vec![
                    (VideoDamaged, second),
                    (AudioDamaged, Some((36, 40))),
                    (StretchMissing, third),
                ],
                ..row(&[], 60)
            },
        ),
    ]
}

fn subtitles() -> Vec<(&'static str, Row)> {
    use WarningName::{SubtitlesIncomplete, SubtitlesUnreadable};
    let with = |bytes, warning: Option<WarningName>, channels| Row {
        subtitles: Some(bytes),
        warnings: warning.into_iter().map(|name| (name, None)).collect(),
        channels,
        ..row(&[SHORT], 6)
    };
    let title = &[Channel::Title][..];
    vec![
        (
            "a whole subtitle file",
            with(CAPTIONS.as_bytes(), None, WITH_TEXT),
        ),
        (
            "a broken subtitle file",
            with(
                b"\x00\x01\x02 no cues --> at all",
                Some(SubtitlesUnreadable),
                title,
            ),
        ),
        (
            "an empty subtitle file",
            with(b"", Some(SubtitlesUnreadable), title),
        ),
        (
            "a partly broken subtitle file",
            with(PARTLY_BROKEN, Some(SubtitlesIncomplete), WITH_TEXT),
        ),
    ]
}

fn whole() -> Vec<(&'static str, Row)> {
    let sound_with_cover = [
        PICTURE,
        "-f lavfi -i sine=duration=6 -i picture.jpg -map 0 -map 1 -c:a aac -c:v copy -disposition:v attached_pic cover.m4a",
    ];
    let live = "-f lavfi -i testsrc2=size=320x180:rate=10:duration=6 -f lavfi -i sine=duration=6 \
        -c:v libvpx -deadline realtime -cpu-used 8 -g 20 -c:a libopus -f webm -live 1 live.webm";
    let silent = "-f lavfi -i testsrc2=size=320x180:rate=10:duration=6 -c:v libx264 -preset ultrafast silent.mp4";
    vec![
        (
            "sound with a cover",
            Row {
                file_name: "song.m4a".to_owned(),
                subtitles: Some(CAPTIONS.as_bytes()),
                channels: WITH_TEXT,
                has_pictures: false,
                ..row(&sound_with_cover, 6)
            },
        ),
        (
            "a live recording without a duration",
            Row {
                file_name: "live.webm".to_owned(),
                warnings: vec![(WarningName::DurationMeasured, None)],
                ..row(&[live], 6)
            },
        ),
        ("a video without sound", row(&[silent], 6)),
        (
            "captions inside",
            Row {
                channels: WITH_TEXT,
                ..row(
                    &[
                        SHORT,
                        "-i short.mp4 -i captions.srt -c copy -c:s mov_text captioned.mp4",
                    ],
                    6,
                )
            },
        ),
        (
            "an odd name of 300 characters",
            Row {
                file_name: odd_name(),
                ..row(&[SHORT], 6)
            },
        ),
    ]
}

/// Spaces, quotes, `..`, a slash, other alphabets and an emoji.
fn odd_name() -> String {
    let start = "../my \"best\" it's .. <b>día</b> %2e 日本 \u{1f3ac}\u{1f468}\u{200d}\u{1f469}/";
    let rest = 300 - start.chars().count() - ".mp4".len();
    format!("{start}{}.mp4", "x".repeat(rest))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_used_is_ready_and_says_what_was_lost() {
    let tenant = Stack::from_env().await.new_tenant("ready").await;
    check_all(rows(), |row| check(tenant.clone(), row)).await;
}

async fn check(tenant: Tenant, row: Row) {
    let source = Source {
        subtitles: row.subtitles.map(<[u8]>::to_vec),
        ..Source::new(&row.file_name, row.recipe.make().await)
    };
    let video_id = tenant.upload(&source).await;
    let video = tenant.wait_until_settled(&video_id).await;
    assert_eq!(
        (video.status, &video.error),
        (VideoStatus::Ready, &None),
        "{video:?}"
    );
    assert_eq!(
        (&video.title, &video.file_name),
        (&row.file_name, &row.file_name)
    );
    let mut channels = row.channels.to_vec();
    channels.extend(row.has_pictures.then_some(Channel::Visual));
    // Test patterns show figures, which may be read or not.
    let mut found = video.channels.clone();
    found.retain(|channel| *channel != Channel::ScreenText);
    assert_eq!(found, channels, "{video:?}");
    let duration_ms = video.duration_ms.unwrap_or_default();
    assert!(
        duration_ms.abs_diff(row.duration_s * 1000) < 500,
        "{duration_ms} ms"
    );
    check_warnings(&video, &row.warnings);

    let documents = tenant.stack.documents(&video_id).await;
    let has = |field: &str| {
        documents
            .iter()
            .any(|document| document["_source"][field].is_string())
    };
    assert!(!documents.is_empty(), "nothing is in the index");
    assert_eq!(has("thumbnail_key"), row.has_pictures);
}

fn check_warnings(video: &Video, expected: &[Lost]) {
    let in_seconds = |warning: &Warning| {
        let stretch_ms = warning.start_ms.zip(warning.end_ms);
        let rounded = |ms: u64| (ms + 500) / 1000;
        let stretch_s = stretch_ms.map(|(start_ms, end_ms)| (rounded(start_ms), rounded(end_ms)));
        (warning.name, stretch_s)
    };
    let found: Vec<Lost> = video.warnings.iter().map(in_seconds).collect();
    let contains_all = expected.iter().all(|lost| found.contains(lost));
    assert!(
        contains_all && found.len() == expected.len() && found.is_sorted_by_key(|lost| lost.1),
        "expected {expected:?}, found {:?}",
        video.warnings
    );
    for Warning { message, .. } in &video.warnings {
        assert!(
            !message.contains("127.0.0.1") && message.len() > 20,
            "{message:?}"
        );
    }
}
