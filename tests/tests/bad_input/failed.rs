//! What ends `FAILED` with a name, a message and a state, and leaves nothing but its source.

use crate::{
    recipes::{MINUTE, PICTURE, Recipe, SHORT},
    rows::check_all,
};
use contracts::{
    ErrorName, VideoId,
    api::{VideoError, VideoStatus},
    keys,
    limits::{MAX_DURATION_MS, MAX_PICTURE_SIDE_PX, MAX_STREAMS},
};
use end_to_end::{Source, Stack, Tenant};
use std::time::{Duration, Instant};

struct Row {
    file_name: &'static str,
    recipe: Recipe,
    error: ErrorName,
    /// All of these stand in the message.
    says: Vec<String>,
    state: &'static str,
}

/// A row that fails in the first state.
fn row(file_name: &'static str, recipe: Recipe, error: ErrorName, says: &[&str]) -> Row {
    Row {
        file_name,
        recipe,
        error,
        says: says.iter().map(|words| (*words).to_owned()).collect(),
        state: "ProbeMedia",
    }
}

const HLS: &[u8] = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9.0,\nhttp://169.254.169.254/latest/meta-data\n#EXT-X-ENDLIST\n";
const DASH: &[u8] = b"<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period><AdaptationSet/></Period></MPD>\n";
const CONCAT: &[u8] = b"ffconcat version 1.0\nfile 'file:///etc/passwd'\n";
const TEXT: &[u8] = b"Dear diary, today I took no video.\n";
const ARCHIVE: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0not really one";

fn rows() -> Vec<(&'static str, Row)> {
    [unreadable(), refused_kinds(), beyond_limits()]
        .into_iter()
        .flatten()
        .collect()
}

fn unreadable() -> Vec<(&'static str, Row)> {
    use ErrorName::{AllChunksFailed, EmptyFile, NoStreams, NotMedia, TruncatedMedia};
    let not_media = |bytes| {
        row(
            "talk.mp4",
            Recipe::Bytes(bytes),
            NotMedia,
            &["not an audio or video file", "upload"],
        )
    };
    let no_streams = |runs: &[&str]| {
        row(
            "talk.mkv",
            Recipe::made(runs),
            NoStreams,
            &["neither an audio nor a video stream"],
        )
    };
    let cut_off = Recipe::cut_off(&[SHORT], 50);
    let damaged = Recipe::made(&[
        MINUTE,
        "-i minute.mp4 -c copy -bsf:v noise=amount=1 -bsf:a noise=amount=1 damaged.mp4",
    ]);
    vec![
        ("not a video", not_media(TEXT)),
        ("an archive", not_media(ARCHIVE)),
        (
            "empty",
            row(
                "empty.mp4",
                Recipe::Bytes(b""),
                EmptyFile,
                &["empty", "0 bytes"],
            ),
        ),
        (
            "truncated beyond use",
            row(
                "half.mp4",
                cut_off,
                TruncatedMedia,
                &["cut off", "upload it again"],
            ),
        ),
        (
            "captions alone",
            no_streams(&["-i captions.srt captions.mkv"]),
        ),
        (
            "a cover alone",
            no_streams(&[
                PICTURE,
                "-i picture.jpg -c copy -disposition:v attached_pic cover.mp4",
            ]),
        ),
        (
            "damaged from end to end",
            Row {
                state: "FinalizeVideo",
                ..row(
                    "damaged.mp4",
                    damaged,
                    AllChunksFailed,
                    &["nothing of the video", "ChunkDamaged"],
                )
            },
        ),
    ]
}

fn refused_kinds() -> Vec<(&'static str, Row)> {
    let refused = |recipe, kind| {
        row(
            "talk.mp4",
            recipe,
            ErrorName::UnsupportedContainer,
            &[kind, "upload the video itself"],
        )
    };
    let png = "-f lavfi -i color=size=64x64 -frames:v 1 picture.png";
    let other = "-f lavfi -i testsrc2=size=64x64:duration=1 -c:v mpeg4 -f nut other.nut";
    vec![
        (
            "an HLS playlist",
            refused(Recipe::Bytes(HLS), "an HLS or M3U playlist"),
        ),
        (
            "a DASH manifest",
            refused(Recipe::Bytes(DASH), "a DASH manifest"),
        ),
        (
            "a concat script",
            refused(Recipe::Bytes(CONCAT), "a concat script"),
        ),
        (
            "a JPEG",
            refused(Recipe::made(&[PICTURE]), "a JPEG picture"),
        ),
        ("a PNG", refused(Recipe::made(&[png]), "a PNG picture")),
        (
            "a rare container",
            row(
                "talk.nut",
                Recipe::made(&[other]),
                ErrorName::UnsupportedContainer,
                &["container", "MP4"],
            ),
        ),
    ]
}

fn beyond_limits() -> Vec<(&'static str, Row)> {
    use ErrorName::{PictureTooLarge, TooManyStreams, VideoTooLong};
    let longest = format!("limit of {}:00:00", MAX_DURATION_MS / 3_600_000);
    let too_long = |runs, length| {
        row(
            "long.mp4",
            Recipe::made(&[runs]),
            VideoTooLong,
            &[length, &longest, "split it"],
        )
    };
    let largest = format!("limit of {MAX_PICTURE_SIDE_PX}");
    let too_large = |runs, size| {
        row(
            "large.mkv",
            Recipe::made(&[runs]),
            PictureTooLarge,
            &[size, &largest, "scale it down"],
        )
    };
    let most = format!("limit of {MAX_STREAMS}");
    let two_hundred = format!("-i one.m4a {} -c copy many.mp4", "-map 0:a ".repeat(200));
    let many = Recipe::made(&[
        "-f lavfi -i sine=duration=0.2 -c:a aac one.m4a",
        &two_hundred,
    ]);
    vec![
        (
            "20 hours",
            too_long(
                "-f lavfi -i color=size=16x16:rate=1/3600:duration=72000 -c:v libx264 -preset ultrafast long.mp4",
                "20:00:00",
            ),
        ),
        (
            "20 hours that the file does not state",
            too_long(
                "-f lavfi -i color=size=16x16:rate=1/3600:duration=72000 -c:v libvpx -f webm -live 1 long.webm",
                ":00:00",
            ),
        ),
        (
            "20,000 pixels wide",
            too_large(
                "-f lavfi -i color=size=20000x16:rate=1:duration=1 -c:v ffv1 wide.mkv",
                "20000x16",
            ),
        ),
        (
            "100 megapixels",
            too_large(
                "-f lavfi -i color=size=10000x10000:rate=1:duration=1 -c:v mjpeg huge.mkv",
                "10000x10000",
            ),
        ),
        (
            "200 streams",
            row(
                "many.mp4",
                many,
                TooManyStreams,
                &["streams", &most, "fewer"],
            ),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_indexed_fails_by_name_and_leaves_its_source_alone() {
    let tenant = Stack::from_env().await.new_tenant("failed").await;
    check_all(rows(), |row| check(tenant.clone(), row)).await;
}

async fn check(tenant: Tenant, row: Row) {
    let source = Source::new(row.file_name, row.recipe.make().await);
    let video_id = tenant.upload(&source).await;
    let video = tenant.wait_until_settled(&video_id).await;
    let error = video
        .error
        .clone()
        .unwrap_or_else(|| panic!("no error: {video:?}"));
    assert_eq!(
        (video.status, error.name.as_str()),
        (VideoStatus::Failed, row.error.as_str()),
        "{error:?}"
    );
    assert_eq!(error.state, row.state, "{error:?}");
    check_message(&error, &row.says);
    assert_eq!(video.channels, []);

    let media_bucket = &tenant.stack.media_bucket;
    let prefix = keys::upload_prefix(&tenant.workspace, &video_id);
    let uploaded = [keys::upload_source(&tenant.workspace, &video_id)];
    wait_until_nothing_is_derived(&tenant.stack, &video_id).await;
    assert_eq!(
        tenant.stack.documents(&video_id).await.len(),
        0,
        "in the index"
    );
    assert_eq!(tenant.stack.keys(media_bucket, &prefix).await, uploaded);
    tenant.delete(&video_id).await;
    assert!(
        tenant.stack.keys(media_bucket, &prefix).await.is_empty(),
        "left after deletion"
    );
}

/// What was computed goes right after the failure is told.
async fn wait_until_nothing_is_derived(stack: &Stack, video_id: &VideoId) {
    let started = Instant::now();
    loop {
        let left = stack.derived_keys(video_id).await;
        if left.is_empty() {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "left in the derived bucket: {left:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The message names the thing; addresses of this machine and ffmpeg's marks are nobody's business.
fn check_message(error: &VideoError, says: &[String]) {
    for words in says {
        assert!(
            error.message.contains(words.as_str()),
            "{words:?} is not in {error:?}"
        );
    }
    for words in ["127.0.0.1", "http:", " @ 0x", "[error]", "/tmp"] {
        assert!(!error.message.contains(words), "{words:?} is in {error:?}");
    }
}
