//! Stream copy of what can't be sought into what can.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    Ffmpeg, FileSource, MediaError, MediaInfo, MediaLimits, RangeServer, ReadSettings, ffmpeg::Job,
    probe,
};

const REMUXED_FILE: &str = "remuxed.mkv";

/// Whether chunks can't be cut from the file as it is: it states no duration, or finding a time in it means reading
/// what comes before.
#[must_use]
pub fn needs_remux(info: &MediaInfo) -> bool {
    info.duration_ms.is_none() || !info.seekable
}

/// Copies the streams in use into a Matroska file with an index below `work_dir`, and describes the copy. Nothing is
/// decoded. The copy's limits are checked too, since only now is the duration known.
///
/// # Errors
/// As for [`probe`]; [`MediaError::NothingDecoded`] when nothing could be copied.
pub async fn remux(
    ffmpeg: &Ffmpeg,
    input: &RangeServer,
    info: &MediaInfo,
    limits: &MediaLimits,
    work_dir: &Path,
    time_limit: Duration,
) -> Result<(PathBuf, MediaInfo), MediaError> {
    let with_subtitles = copy(ffmpeg, input, info, true, work_dir, time_limit).await;
    let path = match with_subtitles {
        // Some captions have no place in Matroska; sound and pictures matter more.
        Err(MediaError::NothingDecoded { .. }) if info.subtitles().is_some() => {
            copy(ffmpeg, input, info, false, work_dir, time_limit).await?
        }
        other => other?,
    };
    let source = FileSource::open(&path)
        .map_err(|error| MediaError::tool("reading the remuxed file", error))?;
    let server = RangeServer::start(Arc::new(source), ReadSettings::default())
        .await
        .map_err(|error| MediaError::tool("serving the remuxed file", error))?;
    let mut remuxed = probe(ffmpeg, &server, limits).await?;
    remuxed.title = remuxed.title.or_else(|| info.title.clone());
    Ok((path, remuxed))
}

async fn copy(
    ffmpeg: &Ffmpeg,
    input: &RangeServer,
    info: &MediaInfo,
    with_subtitles: bool,
    work_dir: &Path,
    time_limit: Duration,
) -> Result<PathBuf, MediaError> {
    let mut streams = vec![info.video().map(|(index, _)| index)];
    streams.push(info.audio().map(|(index, _)| index));
    if with_subtitles {
        streams.push(info.subtitles().map(|(index, _)| index));
    }
    let mut output_options = Vec::new();
    for index in streams.into_iter().flatten() {
        output_options.extend(["-map".into(), format!("0:{index}").into()]);
    }
    output_options.extend(["-c", "copy", "-c:s", "srt", "-f", "matroska"].map(Into::into));
    output_options.push(REMUXED_FILE.into());
    let finished = ffmpeg
        .run(Job {
            // Missing time stamps are made up, so that a stream with a gap can still be copied.
            input_options: ["-fflags", "+genpts"].map(Into::into).into(),
            url: input.url().to_owned(),
            output_options,
            work_dir: work_dir.to_owned(),
            time_limit,
            on_line: Box::new(|_| {}),
        })
        .await;
    if let Some(failure) = input.failure() {
        return Err(MediaError::Source(failure));
    }
    let finished = finished?;
    let path = work_dir.join(REMUXED_FILE);
    let size_bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    // A damaged end makes ffmpeg end with an error after having copied what there was.
    if size_bytes == 0 || finished.refused_to_start() {
        let detail = finished.last_errors();
        return Err(MediaError::NothingDecoded { detail });
    }
    Ok(path)
}
