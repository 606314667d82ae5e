//! One frame of a video, by ffmpeg where the machine has it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::Context;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
};

use super::loopback::Loopback;

/// Longer side of a frame in pixels.
const MAX_SIDE_PX: u32 = 768;
const MAX_JPEG_BYTES: u64 = 4_000_000;
const MAX_LOG_BYTES: u64 = 1_000_000;
/// A file may start with anything: only what vindex indexes is opened, through the loopback address alone.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,ogg,wav,mp3,aac,flac";
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

/// Where ffmpeg lies: what `VINDEX_FFMPEG` names, else on the `PATH`, else what `cargo xtask up` has fetched. No file
/// of the current folder has a say in what is run.
pub fn find() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = variable("VINDEX_FFMPEG") {
        return Some(PathBuf::from(path));
    }
    let folders = variable("PATH").unwrap_or_default();
    let named = std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("ffmpeg"));
    let cached = cached(cache_folder(variable));
    named.chain(cached).find(|path| path.is_file())
}

fn cache_folder(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    let folder = |name, below| variable(name).map(|folder| Path::new(&folder).join(below));
    folder("VINDEX_CACHE_DIR", "")
        .or_else(|| folder("XDG_CACHE_HOME", "vindex"))
        .or_else(|| folder("HOME", ".cache/vindex"))
}

/// `ffmpeg-VERSION/ffmpeg` in the cache, the last version first.
fn cached(folder: Option<PathBuf>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("ffmpeg-"))
        .map(|entry| entry.path().join("ffmpeg"))
        .collect();
    paths.sort_unstable_by(|one, other| other.cmp(one));
    paths
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
    ffmpeg: &Path,
    http: &reqwest::Client,
    source_url: &str,
    at_ms: u64,
) -> anyhow::Result<Cut> {
    let loopback = Loopback::bind(http, source_url).await?;
    let url = loopback.url();
    let run = |stretch| {
        let run = run(ffmpeg, &url, stretch);
        async {
            tokio::select! {
                finished = run => finished,
                stopped = loopback.serve() => Err(stopped).context("pass the video on to ffmpeg"),
            }
        }
    };
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

/// The wanted frame of a stretch, if it has one. A private address is never on the command line: other users see that.
async fn run(ffmpeg: &Path, url: &str, stretch: Stretch) -> anyhow::Result<Option<Cut>> {
    let mut child = Command::new(ffmpeg)
        .args(arguments(url, stretch))
        .env_clear()
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
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
         -protocol_whitelist http,tcp -format_whitelist {FORMATS} -ss {from} {length} -i {url} \
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

    #[test]
    fn the_cache_of_the_stack_is_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ffmpeg-9.0.1", "ffmpeg-9.0.2", "models"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let found = cached(Some(folder.path().to_owned()));
        let expected = ["ffmpeg-9.0.2/ffmpeg", "ffmpeg-9.0.1/ffmpeg"];
        assert_eq!(found, expected.map(|path| folder.path().join(path)));
        assert_eq!(
            cached(Some(folder.path().join("none"))),
            Vec::<PathBuf>::new()
        );
        let home = |name: &str| (name == "HOME").then(|| "/home/me".into());
        assert_eq!(
            cache_folder(home),
            Some(PathBuf::from("/home/me/.cache/vindex"))
        );
    }
}
