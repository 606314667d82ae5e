//! One frame of a video, by ffmpeg where the machine has it.

use std::process::Stdio;

use anyhow::Context;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::ffmpeg::{Ffmpeg, Loopback, WHITELISTS};

/// Longer side of a frame in pixels.
const MAX_SIDE_PX: u32 = 768;
const MAX_JPEG_BYTES: u64 = 4_000_000;
const MAX_LOG_BYTES: u64 = 1_000_000;
/// A frame needs the container's index and a few seconds; what needs more is not worth the wait.
const MAX_SERVED_BYTES: u64 = 300_000_000;
/// A first frame that is shown so much later than asked for is not what the video shows at the time.
const LATE_MS: u64 = 200;
/// How far back the last frame before the time is looked for. Few frames lie in what is looked through: slides change
/// seldom, and at the end of a video the first stretch has some.
const BACK_MS: [u64; 2] = [1_000, 20_000];

/// A frame.
#[derive(Clone)]
pub struct Cut {
    /// The picture.
    pub jpeg: Vec<u8>,
    /// When the video shows it.
    pub shown_ms: u64,
}

/// A stretch of which one frame is wanted: its first, or its last where it has an end.
#[derive(Clone, Copy)]
struct Stretch {
    from_ms: u64,
    length_ms: Option<u64>,
}

/// Cuts the frame that the video shows at a time. Dropping the future ends ffmpeg.
///
/// # Errors
/// When ffmpeg can't be run, or finds no picture.
pub async fn cut(
    ffmpeg: &Ffmpeg,
    http: &reqwest::Client,
    source_url: &str,
    at_ms: u64,
) -> anyhow::Result<Cut> {
    let loopback = Loopback::bind(http, source_url, MAX_SERVED_BYTES).await?;
    let url = loopback.url();
    let run = |stretch| loopback.during(run(ffmpeg, &url, stretch));
    let from_here = Stretch {
        from_ms: at_ms,
        length_ms: None,
    };
    let next = run(from_here).await?;
    if let Some(next) = next
        .as_ref()
        .filter(|next| next.shown_ms <= at_ms + LATE_MS)
    {
        return Ok(next.clone());
    }
    for back_ms in BACK_MS {
        let from_ms = at_ms.saturating_sub(back_ms);
        let before = Stretch {
            from_ms,
            length_ms: Some(at_ms - from_ms + 1),
        };
        if let Some(shown) = run(before).await? {
            return Ok(shown);
        }
    }
    next.context("ffmpeg finds no picture there")
}

/// The wanted frame of a stretch, if it has one.
async fn run(ffmpeg: &Ffmpeg, url: &str, stretch: Stretch) -> anyhow::Result<Option<Cut>> {
    let mut child = ffmpeg
        .command(&std::env::temp_dir())
        .args(arguments(url, stretch))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("ffmpeg can't be started")?;
    let (output, log) = (child.stdout.take(), child.stderr.take());
    let (jpeg, log) = tokio::join!(read(output, MAX_JPEG_BYTES), read(log, MAX_LOG_BYTES));
    child.wait().await.context("ffmpeg is lost")?;
    let log = String::from_utf8_lossy(&log);
    let shown_ms = stretch.from_ms + frame_ms(&log, stretch.length_ms.is_some()).unwrap_or(0);
    let is_jpeg = jpeg.starts_with(&[0xff, 0xd8, 0xff]);
    Ok(is_jpeg.then_some(Cut { jpeg, shown_ms }))
}

/// The command line; nothing in it holds a space.
fn arguments(url: &str, stretch: Stretch) -> Vec<String> {
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
    let from = seconds(stretch.from_ms);
    let (length, pick) = match stretch.length_ms {
        None => (String::new(), ""),
        Some(length_ms) => (format!("-t {}", seconds(length_ms)), ",reverse"),
    };
    let side = MAX_SIDE_PX;
    let line = format!(
        "-nostdin -hide_banner -nostats -loglevel info -threads 2 \
         {WHITELISTS} -ss {from} {length} -i {url} \
         -map 0:V:0 -frames:v 1 \
         -vf showinfo=checksum=0,scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease{pick} \
         -f mjpeg -q:v 4 pipe:1"
    );
    line.split_whitespace().map(str::to_owned).collect()
}

/// All of a pipe, up to a bound; then it is closed, which ends who writes more.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most_bytes: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What was read before a fault is judged by what it is.
        let _ = pipe.take(most_bytes).read_to_end(&mut bytes).await;
    }
    bytes
}

/// How long after the start of the stretch its first or last frame is shown, from what `showinfo` writes of each.
fn frame_ms(log: &str, last: bool) -> Option<u64> {
    let mut times = log.split("pts_time:").skip(1);
    let behind = if last { times.last() } else { times.next() };
    let seconds: f64 = behind?.split_whitespace().next()?.parse().ok()?;
    (seconds >= 0.0).then(|| (seconds * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_frame_is_read_from_the_log() {
        let lines = "[Parsed_showinfo_0 @ 0x1] n:   0 pts:    512 pts_time:0.04    duration: 512\nn: 1 pts_time:0.9 x";
        for (log, last, expected) in [
            (lines, false, Some(40)),
            (lines, true, Some(900)),
            ("pts_time:0 x", true, Some(0)),
            ("pts_time:-1", false, None),
            ("pts_time:NOPTS", false, None),
            ("", true, None),
        ] {
            assert_eq!(frame_ms(log, last), expected, "{log}");
        }
    }
}
