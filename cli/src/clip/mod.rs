//! `clip`: cuts a moment out of its video, without encoding it anew unless that is asked for.

mod container;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, anyhow};
use clap::Args;
use contracts::{api::Video, limits::MAX_PAGE_MOMENTS};
use serde_json::json;

use self::container::{Container, free_name};
use crate::{
    chosen::{Named, find},
    client::Client,
    failure::{DONE, Failure},
    ffmpeg::{Ffmpeg, Loopback},
    output::{Output, json_line},
    text::{moment, seconds_of, time_ms},
};

/// For looking for a key frame.
const LOOK_LIMIT: Duration = Duration::from_secs(120);
/// For cutting.
const CUT_LIMIT: Duration = Duration::from_secs(15 * 60);
/// Encoding may take this many times as long as the clip lasts, and [`CUT_LIMIT`].
const ENCODE_FACTOR: u64 = 20;
/// A clip that starts this much earlier than the moment is not worth a word: two pictures or so.
const UNSEEN_MS: u64 = 80;

/// Arguments of `clip`.
#[derive(Debug, Args)]
pub struct ClipArguments {
    /// What was said or shown, as for `search`, or the id of a video
    #[arg(value_name = "QUERY|ID")]
    what: String,
    /// The moment's number in the answer of `search`
    #[arg(long, short, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PAGE_MOMENTS)))]
    number: u32,
    /// Where to start in the video with this id: 12.3, 1:02:03
    #[arg(long, value_name = "TIME", value_parser = time_ms, requires = "to", conflicts_with = "number")]
    from: Option<u64>,
    /// Where to end
    #[arg(long, value_name = "TIME", value_parser = time_ms, requires = "from")]
    to: Option<u64>,
    /// Write this file; one that is there is replaced [default: the title and the time, beside what is there]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Start exactly there, not at the key frame before, which takes encoding it anew
    #[arg(long)]
    exact: bool,
}

/// What is cut out of which video.
struct Cut {
    video: Video,
    from_ms: u64,
    to_ms: u64,
}

/// Cuts a moment out.
///
/// # Errors
/// Wrong use where it is not named well or ffmpeg is missing; failed where ffmpeg fails.
pub async fn clip(
    client: &Client,
    output: &Output,
    arguments: ClipArguments,
) -> Result<u8, Failure> {
    let exact = arguments.exact;
    let given = arguments.output.clone();
    if given
        .as_deref()
        .is_some_and(|path| Container::of(path).is_none())
    {
        let endings = Container::endings();
        return Err(Failure::WrongUse(format!(
            "the file's name must end in one of: {endings}"
        )));
    }
    let ffmpeg = Ffmpeg::find().ok_or_else(|| {
        Failure::WrongUse(
            "ffmpeg is missing: install it, or let VINDEX_FFMPEG name it (`cargo xtask up` brings one)".to_owned(),
        )
    })?;
    let cut = cut(client, output, arguments).await?;
    let path = given.unwrap_or_else(|| {
        let container = Container::for_source(&cut.video.file_name);
        free_name(&cut.video.title, cut.from_ms, container)
    });
    let early_ms = write((client, &ffmpeg), &cut, &path, exact).await?;
    tell(output, &cut, &path, early_ms, exact)?;
    Ok(DONE)
}

async fn cut(client: &Client, output: &Output, arguments: ClipArguments) -> Result<Cut, Failure> {
    let wrong = |message: &str| Err(Failure::WrongUse(message.to_owned()));
    let (id, from_ms, to_ms) = match (
        Named::from_text(arguments.what),
        arguments.from,
        arguments.to,
    ) {
        (Named::Video(id), Some(from_ms), Some(to_ms)) => (id, from_ms, to_ms),
        (Named::Video(_), ..) => return wrong("--from and --to say what to cut out of the video"),
        (Named::Query(_), Some(_), _) => return wrong("--from and --to go with the id of a video"),
        (Named::Query(query), ..) => {
            let found = find(client, output, &query, arguments.number).await?;
            (found.video_id, found.start_ms, found.end_ms)
        }
    };
    let video = client.video(&id).await?;
    // The duration is told in whole milliseconds, and streams end at times of their own.
    let to_ms = video.duration_ms.map_or(to_ms, |end_ms| to_ms.min(end_ms));
    if from_ms >= to_ms {
        return wrong("there is nothing between these times");
    }
    Ok(Cut {
        video,
        from_ms,
        to_ms,
    })
}

/// Writes the clip beside its place and puts it there when it is whole. Answers by how much it starts earlier.
async fn write(
    (client, ffmpeg): (&Client, &Ffmpeg),
    cut: &Cut,
    path: &Path,
    exact: bool,
) -> Result<u64, Failure> {
    let url = cut.video.source_url.as_deref();
    let url = url.context("the video has not arrived yet")?;
    let video = Loopback::bind(client.plain(), url, u64::MAX).await?;
    let container = Container::of(path).context("the file's name has no ending")?;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new()
        .prefix(".vindex-clip-")
        .tempdir_in(parent);
    let folder = folder.with_context(|| format!("write into {}", parent.display()))?;
    let start = seconds_of(cut.from_ms);
    let early_ms = if exact {
        0
    } else {
        early_ms(ffmpeg, &video, &start, folder.path()).await?
    };
    let length_ms = cut.to_ms - cut.from_ms;
    let name = format!("clip.{}", container.extension);
    let length = seconds_of(length_ms);
    let outputs = outputs(container, &length, &name, exact);
    let limit = if exact {
        CUT_LIMIT + Duration::from_millis(length_ms * ENCODE_FACTOR)
    } else {
        CUT_LIMIT
    };
    let done = ffmpeg
        .read(&video, &start, &outputs, folder.path(), limit)
        .await;
    done.map_err(|error| {
        error.context("cut the clip (another ending, such as .mkv, or --exact may help)")
    })?;
    let written = folder.path().join(&name);
    if written.metadata().map_or(0, |facts| facts.len()) == 0 {
        return Err(anyhow!("ffmpeg found nothing to cut out there").into());
    }
    std::fs::rename(written, path).with_context(|| format!("write {}", path.display()))?;
    Ok(early_ms)
}

/// What ffmpeg is to write.
fn outputs<'a>(container: Container, length: &'a str, name: &'a str, exact: bool) -> Vec<&'a str> {
    let mut outputs = vec![
        "-map",
        "0:V:0?",
        "-map",
        "0:a?",
        "-map_chapters",
        "-1",
        "-t",
        length,
    ];
    if exact {
        outputs.extend(container.encoding);
    } else {
        // What lies before the moment is kept, from the key frame on: players differ in whether they hide it.
        outputs.extend(["-c", "copy", "-avoid_negative_ts", "make_zero"]);
    }
    if matches!(container.muxer, "mp4" | "mov" | "ipod") {
        outputs.extend(["-movflags", "+faststart"]);
    }
    outputs.extend(["-f", container.muxer, name]);
    outputs
}

/// How long before `start` a copy starts: at the key frame, with the sound that goes with it.
async fn early_ms(
    ffmpeg: &Ffmpeg,
    video: &Loopback,
    start: &str,
    folder: &Path,
) -> Result<u64, Failure> {
    let words = "-map 0:V:0? -map 0:a? -c copy -frames:v 1 -t 0.1 -f framecrc -";
    let outputs: Vec<&str> = words.split(' ').collect();
    let packets = ffmpeg
        .read(video, start, &outputs, folder, LOOK_LIMIT)
        .await;
    let packets = packets.context("look for the key frame")?;
    Ok(first_packet_ms(&packets).min(0).unsigned_abs())
}

/// The earliest time at which a packet is decoded, counted from where the cut starts: what becomes the clip's zero.
fn first_packet_ms(framecrc: &str) -> i64 {
    let mut bases = HashMap::new();
    let mut first_ms = 0;
    for line in framecrc.lines() {
        if let Some((stream, base)) = line
            .strip_prefix("#tb ")
            .and_then(|rest| rest.split_once(": "))
        {
            let base = base.split_once('/');
            let number = |text: &str| text.trim().parse::<i64>().ok();
            bases.insert(
                stream,
                base.and_then(|(over, under)| Some((number(over)?, number(under)?))),
            );
            continue;
        }
        // Stream, decoding time, presentation time, duration, size, checksum.
        let mut cells = line.split(',').map(str::trim);
        let base = cells
            .next()
            .and_then(|stream| bases.get(stream).copied().flatten());
        let time = cells.next().and_then(|time| time.parse::<i64>().ok());
        if let (Some((over, under)), Some(time)) = (base, time) {
            let time_ms = time
                .saturating_mul(over)
                .saturating_mul(1000)
                .checked_div(under);
            first_ms = first_ms.min(time_ms.unwrap_or(0));
        }
    }
    first_ms
}

fn tell(
    output: &Output,
    cut: &Cut,
    path: &Path,
    early_ms: u64,
    exact: bool,
) -> Result<(), Failure> {
    let starts_ms = cut.from_ms.saturating_sub(early_ms);
    if output.is_json() {
        return json_line(&json!({
            "video_id": cut.video.video_id, "title": cut.video.title, "path": path.to_string_lossy(),
            "start_ms": cut.from_ms, "end_ms": cut.to_ms, "clip_start_ms": starts_ms, "encoded": exact,
        }));
    }
    let span = format!("{}–{}", moment(cut.from_ms), moment(cut.to_ms));
    output.note(&format!("wrote {} ({span})", path.display()));
    if early_ms > UNSEEN_MS {
        let early = seconds_of(early_ms);
        output.note(&format!(
            "it starts {early} s earlier, at a key frame; --exact starts at the moment and encodes anew"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_packet_is_where_a_copy_starts() {
        let head =
            "#format: frame checksums\n#tb 0: 1/10240\n#media_type 0: video\n#tb 1: 1/44100\n";
        for (packets, expected) in [
            (
                "1,     -62272,     -62272,     1024,  4, 0x6\n0, -14336, -12288, 1024, 9, 0xd\n",
                -1412,
            ),
            ("0, -14336, -12288, 1024, 790, 0xda, F=0x0\n", -1400),
            ("0, 512, 512, 1, 1, 0x1\n", 0),
            ("7, -512, 512, 1, 1, 0x1\n", 0),
            ("", 0),
        ] {
            assert_eq!(
                first_packet_ms(&format!("{head}{packets}")),
                expected,
                "{packets}"
            );
        }
    }
}
