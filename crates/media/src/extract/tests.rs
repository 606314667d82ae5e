use std::sync::Arc;

use crate::{
    MediaLimits, ReadSettings, needs_remux, probe,
    range_server::FileSource,
    remux,
    test_media::{Fixtures, ffmpeg, make, probe_file, serve, serve_bytes},
};

use super::*;

pub(super) async fn extract(
    path: &Path,
    start_ms: u64,
    end_ms: u64,
) -> (Extracted, tempfile::TempDir) {
    let server = serve(path).await;
    let info = probe(&ffmpeg(), &server, &MediaLimits::default())
        .await
        .unwrap();
    let work_dir = tempfile::tempdir().unwrap();
    let chunk = ChunkRange { start_ms, end_ms }.into();
    let settings = ExtractSettings::default();
    let extracted = extract_chunk(
        &ffmpeg(),
        &server,
        &info,
        &chunk,
        &settings,
        work_dir.path(),
    )
    .await;
    (extracted.unwrap(), work_dir)
}

pub(super) fn times(extracted: &Extracted) -> Vec<u64> {
    extracted.frames.iter().map(|frame| frame.time_ms).collect()
}

#[tokio::test]
async fn a_chunk_has_sound_frames_and_captions_at_their_times() {
    let path = Fixtures::shared().path("plain.mp4");
    let (extracted, _folder) = extract(&path, 3000, 10_000).await;
    assert_eq!(extracted.audio_duration_ms, 7000);
    assert_eq!(times(&extracted), [4000, 6000, 8000]);
    let cues: Vec<_> = extracted
        .cues
        .iter()
        .map(|cue| (cue.start_ms, cue.text.as_str()))
        .collect();
    assert_eq!(
        cues,
        [(3000, "second & bold\nline two"), (8700, "before ten")]
    );
    assert_eq!(extracted.warnings, []);
}

#[tokio::test]
async fn sound_is_mono_flac_of_16_khz_and_frames_are_small_jpegs() {
    let path = Fixtures::shared().path("plain.mp4");
    let (extracted, _folder) = extract(&path, 0, 5000).await;
    let audio = probe_file(extracted.audio.as_ref().unwrap()).await.unwrap();
    assert_eq!(audio.container, "flac");
    let (_, stream) = audio.audio().unwrap();
    assert_eq!(
        (stream.sample_rate_hz, stream.channels.as_str()),
        (16_000, "mono")
    );
    assert_eq!(audio.duration_ms, Some(5000));
    // 640x360 is smaller than 384 on its short side, so it keeps its size.
    let jpeg = std::fs::read(&extracted.frames[0].path).unwrap();
    assert_eq!(jpeg_size(&jpeg), (640, 360));
}

#[tokio::test]
async fn large_pictures_are_scaled_to_the_short_side() {
    let folder = tempfile::tempdir().unwrap();
    let codec = "-c:v libx264 -preset ultrafast";
    for (size, expected) in [
        ("1280x720", (682, 384)),
        ("720x1280", (384, 682)),
        ("100x61", (98, 60)),
    ] {
        make(
            folder.path(),
            &format!(
                "-f lavfi -i testsrc2=size={size}:rate=5:duration=1 {codec} -pix_fmt yuv444p a.mp4"
            ),
        );
        let (extracted, _folder) = extract(&folder.path().join("a.mp4"), 0, 1000).await;
        let jpeg = std::fs::read(&extracted.frames[0].path).unwrap();
        let (width, height) = jpeg_size(&jpeg);
        assert!(
            width.abs_diff(expected.0) <= 2 && height.abs_diff(expected.1) <= 2,
            "{size} -> {width}x{height}"
        );
        assert!(
            width % 2 == 0 && height % 2 == 0,
            "{size} -> {width}x{height}"
        );
        assert_eq!(extracted.audio, None);
        assert_eq!(extracted.warnings, []);
    }
}

/// Width and height in a JPEG's frame header.
pub(super) fn jpeg_size(jpeg: &[u8]) -> (u32, u32) {
    let at = jpeg
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    let number =
        |offset: usize| u32::from(jpeg[at + offset]) * 256 + u32::from(jpeg[at + offset + 1]);
    (number(7), number(5))
}

/// Each caption is in exactly one chunk, however the file is cut, and no frame is lost or doubled.
#[tokio::test]
async fn chunks_share_nothing_and_miss_nothing() {
    for name in ["plain.mp4", "plain.mkv", "styled.mkv", "plain.webm"] {
        let path = Fixtures::shared().path(name);
        let (whole, _folder) = extract(&path, 0, 20_000).await;
        assert_eq!(whole.cues.len(), 5, "{name}");
        assert_eq!(whole.frames.len(), 10, "{name}");
        for chunk_ms in [2900, 5000, 10_000] {
            let mut cues = Vec::new();
            let mut frames = Vec::new();
            let mut audio_ms = 0;
            for start_ms in (0..20_000).step_by(chunk_ms) {
                let end_ms = (start_ms + chunk_ms as u64).min(20_000);
                let (chunk, _folder) = extract(&path, start_ms, end_ms).await;
                assert!(!chunk.frames.is_empty(), "{name} {start_ms}..{end_ms}");
                frames.extend(times(&chunk));
                cues.extend(chunk.cues);
                audio_ms += chunk.audio_duration_ms;
            }
            assert_eq!(cues, whole.cues, "{name} in chunks of {chunk_ms}");
            assert_eq!(frames, times(&whole), "{name} in chunks of {chunk_ms}");
            assert!(audio_ms.abs_diff(20_000) <= 50, "{name}: {audio_ms}");
        }
    }
}

/// The picture says when it was taken: each second has its own grey.
#[tokio::test]
async fn frame_times_are_those_of_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let grey = "color=black:size=64x64:rate=10:duration=12,format=gray,geq=lum='floor(T)*20'";
    for (codec, name) in [
        ("libx264 -preset ultrafast -bf 2", "a.mp4"),
        ("mpeg2video", "a.ts"),
    ] {
        make(
            folder.path(),
            &format!("-f lavfi -i {grey} -pix_fmt yuv420p -c:v {codec} -g 10 {name}"),
        );
        let (extracted, _folder) = extract(&folder.path().join(name), 4000, 9000).await;
        assert!(extracted.frames.len() >= 2, "{name}");
        for frame in &extracted.frames {
            let shown_s = (frame.time_ms as f64 + 10.0) / 1000.0;
            let grey = mean_grey(&frame.path);
            assert!(
                (grey / 20.0 - shown_s.floor()).abs() < 0.4,
                "{name}: {} ms has grey {grey}",
                frame.time_ms
            );
        }
    }
}

pub(super) fn mean_grey(jpeg: &Path) -> f64 {
    let output = std::process::Command::new(ffmpeg().path())
        .args(["-v", "error", "-i", jpeg.to_str().unwrap()])
        .args([
            "-vf",
            "scale=out_range=pc,format=gray",
            "-f",
            "rawvideo",
            "-",
        ])
        .output()
        .unwrap();
    let sum: u64 = output.stdout.iter().map(|pixel| u64::from(*pixel)).sum();
    // lum counts from 16 to 235 in the file, and from 0 to 255 in the picture.
    sum as f64 / output.stdout.len() as f64 * 219.0 / 255.0 + 16.0
}

#[tokio::test]
async fn a_chunk_without_a_key_frame_still_has_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let source = "testsrc2=size=320x180:rate=25:duration=12";
    make(
        folder.path(),
        &format!(
            "-f lavfi -i {source} -c:v libx264 -preset ultrafast -g 1000 -sc_threshold 0 a.mp4"
        ),
    );
    let (extracted, _folder) = extract(&folder.path().join("a.mp4"), 5000, 8000).await;
    assert_eq!(times(&extracted), [5000]);
    // One picture for the whole film.
    make(
        folder.path(),
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=0.04 -f lavfi -i sine=duration=30 \
        -c:v libx264 -c:a aac still.mp4",
    );
    let (extracted, _folder) = extract(&folder.path().join("still.mp4"), 10_000, 20_000).await;
    assert_eq!(times(&extracted), [10_000]);
    assert_eq!(extracted.audio_duration_ms, 10_000);
}

/// The loudness of sound says when it was made, far from the start too.
#[tokio::test]
async fn sound_keeps_its_time_far_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for (codec, name) in [
        ("aac", "a.m4a"),
        ("libopus", "a.mkv"),
        ("pcm_s16le", "a.wav"),
    ] {
        let tone = "sine=duration=700:sample_rate=44100,volume='if(eq(floor(t),455),1,0)':eval=frame,aformat=channel_layouts=5.1";
        make(
            folder.path(),
            &format!("-f lavfi -i {tone} -c:a {codec} {name}"),
        );
        let (extracted, chunk) = extract(&folder.path().join(name), 450_000, 460_000).await;
        assert_eq!(extracted.audio_duration_ms, 10_000, "{name}");
        assert_eq!(extracted.warnings, [], "{name}");
        make(
            chunk.path(),
            &format!("-i {} -f s16le pcm", extracted.audio.unwrap().display()),
        );
        let pcm = std::fs::read(chunk.path().join("pcm")).unwrap();
        let samples: Vec<i16> = pcm
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let first = samples
            .iter()
            .position(|sample| sample.unsigned_abs() > 300)
            .unwrap();
        assert!(
            first.abs_diff(5 * 16_000) < 1600,
            "{name}: sound begins at sample {first}"
        );
    }
}

#[tokio::test]
async fn sound_that_starts_late_keeps_its_time() {
    let folder = tempfile::tempdir().unwrap();
    make(
        folder.path(),
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=10 -itsoffset 4 -f lavfi -i sine=duration=6 \
        -c:v libx264 -preset ultrafast -g 25 -c:a aac late.mp4",
    );
    let (extracted, folder) = extract(&folder.path().join("late.mp4"), 2000, 8000).await;
    assert_eq!(extracted.audio_duration_ms, 6000);
    make(
        folder.path(),
        &format!("-i {} -f s16le pcm", extracted.audio.unwrap().display()),
    );
    let pcm = std::fs::read(folder.path().join("pcm")).unwrap();
    let samples: Vec<i16> = pcm
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let first = samples
        .iter()
        .position(|sample| sample.unsigned_abs() > 500)
        .unwrap();
    assert!(
        first.abs_diff(2 * 16_000) < 1600,
        "sound begins at sample {first}"
    );
}

#[tokio::test]
async fn reading_stops_at_the_chunks_end_when_captions_are_sparse_or_sound_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.srt"),
        "1\n00:00:01,000 --> 00:00:02,000\nonly one\n",
    )
    .unwrap();
    make(
        folder.path(),
        "-f lavfi -i nullsrc=size=640x360:rate=25:duration=60,noise=alls=60:allf=t \
        -f lavfi -i sine=duration=12 -i a.srt -map 0 -map 1 -map 2 -c:v mpeg4 -b:v 6M -g 25 -c:a aac -c:s srt a.mkv",
    );
    let path = folder.path().join("a.mkv");
    let source = Arc::new(FileSource::open(&path).unwrap());
    let server = RangeServer::start(source, ReadSettings::default())
        .await
        .unwrap();
    let info = probe(&ffmpeg(), &server, &MediaLimits::default())
        .await
        .unwrap();
    let size_bytes = server.size_bytes();
    for start_ms in [0, 10_000, 20_000] {
        let before = server.stats().source_bytes;
        let work_dir = tempfile::tempdir().unwrap();
        let range = ChunkRange {
            start_ms,
            end_ms: start_ms + 10_000,
        };
        let (chunk, settings) = (range.into(), ExtractSettings::default());
        let chunk = extract_chunk(
            &ffmpeg(),
            &server,
            &info,
            &chunk,
            &settings,
            work_dir.path(),
        )
        .await
        .unwrap();
        let read = server.stats().source_bytes - before;
        assert!(
            read < size_bytes / 2,
            "{start_ms}: {read} of {size_bytes} bytes read for a sixth of the video"
        );
        assert_eq!(chunk.cues.len(), usize::from(start_ms == 0));
        assert!(!chunk.frames.is_empty());
        assert_eq!(chunk.warnings, []);
    }
}

/// Overwrites a part of a file with noise.
pub(super) fn damage(path: &Path, from: f64, to: f64) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    let length = bytes.len() as f64;
    let mut noise = 1_u32;
    for byte in &mut bytes[(length * from) as usize..(length * to) as usize] {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (noise >> 24) as u8;
    }
    bytes
}

async fn extract_bytes(
    bytes: Vec<u8>,
    start_ms: u64,
    end_ms: u64,
) -> Result<Extracted, MediaError> {
    let server = serve_bytes(bytes).await;
    let info = probe(&ffmpeg(), &server, &MediaLimits::default()).await?;
    let work_dir = tempfile::tempdir().unwrap();
    let range = ChunkRange { start_ms, end_ms };
    extract_chunk(
        &ffmpeg(),
        &server,
        &info,
        &range.into(),
        &ExtractSettings::default(),
        work_dir.path(),
    )
    .await
}

#[tokio::test]
async fn a_damaged_stretch_is_reported_and_the_rest_kept() {
    let bytes = damage(&Fixtures::shared().path("plain.mkv"), 0.4, 0.6);
    let damaged = extract_bytes(bytes.clone(), 6000, 14_000).await.unwrap();
    assert!(!damaged.warnings.is_empty(), "{damaged:?}");
    assert!(!damaged.frames.is_empty() && damaged.audio.is_some());
    let whole = extract_bytes(bytes, 0, 5000).await.unwrap();
    assert_eq!(whole.warnings, []);
}

#[tokio::test]
async fn a_broken_sound_track_leaves_the_pictures() {
    let folder = tempfile::tempdir().unwrap();
    // Sound that is noise by design: its packets are overwritten, all else is whole.
    let source = Fixtures::shared().path("plain.mp4");
    make(
        folder.path(),
        &format!(
            "-i {} -map 0:v -map 0:a -c copy -bsf:a noise=amount=1 a.mp4",
            source.display()
        ),
    );
    let bytes = std::fs::read(folder.path().join("a.mp4")).unwrap();
    let extracted = extract_bytes(bytes, 0, 10_000).await.unwrap();
    assert_eq!(times(&extracted), [0, 2000, 4000, 6000, 8000]);
    let expected = Warning::AudioDamaged {
        range: ChunkRange {
            start_ms: 0,
            end_ms: 10_000,
        },
    };
    assert_eq!(extracted.warnings, [expected]);
}

#[tokio::test]
async fn a_file_cut_off_in_the_middle_gives_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let source = Fixtures::shared().path("plain.mp4");
    make(
        folder.path(),
        &format!(
            "-i {} -map 0 -c copy -movflags +faststart a.mp4",
            source.display()
        ),
    );
    let bytes = std::fs::read(folder.path().join("a.mp4")).unwrap();
    let half = bytes[..bytes.len() / 2].to_vec();
    let across = extract_bytes(half.clone(), 5000, 15_000).await.unwrap();
    assert!(!across.frames.is_empty());
    let is_audio = |warning: &Warning| matches!(warning, Warning::AudioDamaged { range } if range.start_ms > 8000 && range.end_ms == 15_000);
    assert!(
        across.warnings.iter().any(is_audio),
        "{:?}",
        across.warnings
    );
    let beyond = extract_bytes(half, 15_000, 20_000).await.unwrap_err();
    assert!(
        matches!(beyond, MediaError::NothingDecoded { .. }),
        "{beyond}"
    );
    assert!(!beyond.is_transient());
}

#[tokio::test]
async fn what_cant_be_sought_is_remuxed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["live.webm", "plain.ts"] {
        let path = Fixtures::shared().path(name);
        let info = probe_file(&path).await.unwrap();
        assert!(needs_remux(&info), "{name}");
        let server = serve(&path).await;
        let limits = MediaLimits::default();
        let (copy, remuxed) = remux(
            &ffmpeg(),
            &server,
            &info,
            &limits,
            folder.path(),
            Duration::from_secs(60),
        )
        .await
        .unwrap();
        assert!(!needs_remux(&remuxed), "{name}");
        assert!(
            remuxed.duration_ms.unwrap().abs_diff(20_000) < 200,
            "{name}: {remuxed:?}"
        );
        let (chunk, _folder) = extract(&copy, 5000, 10_000).await;
        assert_eq!(chunk.audio_duration_ms, 5000, "{name}");
        assert!(chunk.frames.len() >= 2, "{name}: {:?}", chunk.frames);
    }
    assert!(!needs_remux(
        &probe_file(&Fixtures::shared().path("plain.mp4"))
            .await
            .unwrap()
    ));
    assert!(!needs_remux(
        &probe_file(&Fixtures::shared().path("plain.mkv"))
            .await
            .unwrap()
    ));
}

#[tokio::test]
async fn a_failing_source_is_told_from_a_bad_file() {
    let bytes = std::fs::read(Fixtures::shared().path("plain.mp4")).unwrap();
    let server = serve_bytes(bytes.clone()).await;
    let info = probe(&ffmpeg(), &server, &MediaLimits::default())
        .await
        .unwrap();
    let settings = ReadSettings {
        max_source_bytes: 100_000,
        smallest_block_bytes: 1000,
        ..ReadSettings::default()
    };
    let source = Arc::new(crate::MemorySource::new(bytes));
    let capped = RangeServer::start(source, settings).await.unwrap();
    let work_dir = tempfile::tempdir().unwrap();
    let range = ChunkRange {
        start_ms: 0,
        end_ms: 20_000,
    };
    let error = extract_chunk(
        &ffmpeg(),
        &capped,
        &info,
        &range.into(),
        &ExtractSettings::default(),
        work_dir.path(),
    )
    .await
    .unwrap_err();
    assert!(matches!(error, MediaError::Source(_)), "{error}");
}
