//! Media for tests, made by ffmpeg itself.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;

use crate::{
    Ffmpeg, FileSource, MediaError, MediaInfo, MediaLimits, MemorySource, RangeServer,
    ReadSettings, probe,
};

pub(crate) fn ffmpeg() -> Ffmpeg {
    let path = std::env::var_os("VINDEX_FFMPEG")
        .expect("run through `cargo xtask test`, or set VINDEX_FFMPEG to an ffmpeg executable");
    Ffmpeg::new(PathBuf::from(path))
}

/// Runs ffmpeg in `folder` with none of the product's restrictions.
pub(crate) fn make(folder: &Path, arguments: &str) {
    let output = Command::new(ffmpeg().path())
        .current_dir(folder)
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {log}");
}

pub(crate) async fn serve(path: &Path) -> RangeServer {
    let source = Arc::new(FileSource::open(path).unwrap());
    RangeServer::start(source, ReadSettings::default())
        .await
        .unwrap()
}

pub(crate) async fn serve_bytes(bytes: impl Into<bytes::Bytes>) -> RangeServer {
    let source = Arc::new(MemorySource::new(bytes));
    RangeServer::start(source, ReadSettings::default())
        .await
        .unwrap()
}

pub(crate) async fn probe_file(path: &Path) -> Result<MediaInfo, MediaError> {
    probe(&ffmpeg(), &serve(path).await, &MediaLimits::default()).await
}

pub(crate) const SUBTITLES: &str = "1\n00:00:00,500 --> 00:00:03,000\n<i>first</i> cue\n\n\
    2\n00:00:03,000 --> 00:00:05,200\nsecond & <b>bold</b>\nline two\n\n\
    3\n00:00:08,700 --> 00:00:09,900\nbefore ten\n\n\
    4\n00:00:10,000 --> 00:00:16,000\nat ten, and long\n\n\
    5\n00:00:17,999 --> 00:00:18,500\nlast\n";

/// Files of 20 s at 25 pictures a second: a key frame every 2 s, a tone, and [`SUBTITLES`].
pub(crate) struct Fixtures {
    folder: TempDir,
}

impl Fixtures {
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Fixtures> = OnceLock::new();
        SHARED.get_or_init(Self::make)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("subtitles.srt"), SUBTITLES).unwrap();
        let inputs = "-f lavfi -i testsrc2=size=640x360:rate=25:duration=20 \
            -f lavfi -i sine=frequency=440:duration=20 -i subtitles.srt -map 0 -map 1 -map 2";
        let h264 = "-c:v libx264 -preset ultrafast -g 50 -c:a aac";
        let run = |arguments: &str| make(folder.path(), arguments);
        run(&format!(
            "{inputs} {h264} -metadata title=Twenty -metadata:s:a:0 language=deu -c:s mov_text plain.mp4"
        ));
        run("-i plain.mp4 -map 0 -c copy -c:s srt plain.mkv");
        run("-i plain.mp4 -map 0 -c copy -c:s ass styled.mkv");
        run("-i plain.mp4 -map 0:v -map 0:a -c copy plain.ts");
        let vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -g 50 -c:a libopus";
        run(&format!("{inputs} {vp8} -c:s webvtt plain.webm"));
        run("-i plain.webm -map 0:v -map 0:a -c copy -f webm -live 1 live.webm");
        // Muxers write no duration where they can't seek back.
        Self { folder }
    }
}
