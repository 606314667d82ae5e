use std::{path::Path, sync::Arc};

use tokio::net::TcpListener;

use super::*;
use crate::{
    MemorySource, ReadSettings,
    test_media::{Fixtures, ffmpeg, make, probe_file, serve, serve_bytes},
};

fn parse(log: &str) -> MediaInfo {
    let lines: Vec<String> = log.lines().map(str::to_owned).collect();
    log::parse(&lines).unwrap()
}

/// Written by ffmpeg 9.0 about a film with a cover, in two languages.
const FILM: &str = "\
[in#0/matroska,webm @ 0x55a5fee5bec0] [verbose] something
[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'http://127.0.0.1:1/x':
[info]   Metadata:
[info]     major_brand     : isom
[info]     title           : Ein Titel: mit, Komma
[info]     Duration: 00:00:01.00: hostile
[info]     Stream #0:9: Audio: aac, 8000 Hz, mono, fltp: hostile
[info]   Duration: 01:30:05.25, start: 0.000000, bitrate: 202 kb/s
[info]   Chapters:
[info]     Chapter #0:0: start 0.000000, end 10.000000
[info]       Metadata:
[info]         title           : First chapter
[info]   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 1920x1080 [SAR 1:1 DAR 16:9], 159 kb/s, 23.98 fps, 23.98 tbr, 12288 tbn (default)
[info]     Metadata:
[info]       title           : Stream #0:3: Video
[info]   Stream #0:1[0x2](deu): Audio: ac3 (ac-3 / 0x332D6361), 48000 Hz, 5.1(side), fltp, 384 kb/s
[info]   Stream #0:2[0x3](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 128 kb/s (default)
[info]   Stream #0:3[0x4](eng): Subtitle: mov_text (tx3g / 0x67337874), 0 kb/s (default) (forced)
[info]   Stream #0:4[0x5](fre): Subtitle: hdmv_pgs_subtitle
[info]   Stream #0:5[0x6](deu): Subtitle: subrip (srt)
[info]   Stream #0:6[0x0]: Video: png, rgb24(pc, gbr/unknown/unknown), 320x320 [SAR 1:1 DAR 1:1], 90k tbr, 90k tbn (attached pic)
[info]   Stream #0:7[0x7](eng): Data: bin_data (text / 0x74786574)
[error] At least one output file must be specified";

#[test]
fn a_films_description_is_read() {
    let info = parse(FILM);
    assert_eq!(info.container, "mov,mp4,m4a,3gp,3g2,mj2");
    assert_eq!(info.duration_ms, Some(5_405_250));
    assert_eq!(info.title.as_deref(), Some("Ein Titel: mit, Komma"));
    assert!(info.seekable);
    let indexes: Vec<_> = info.streams.iter().map(|stream| stream.index).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5, 6, 7]);
    let (index, video) = info.video().unwrap();
    assert_eq!((index, video.width, video.height), (0, 1920, 1080));
    assert_eq!(
        (video.codec.as_str(), video.frames_per_second),
        ("h264", Some(23.98))
    );
    let (index, audio) = info.audio().unwrap();
    assert_eq!(
        (index, audio.sample_rate_hz, audio.channels.as_str()),
        (2, 44_100, "stereo")
    );
    assert_eq!(audio.language.as_deref(), Some("eng"));
    let (index, subtitles) = info.subtitles().unwrap();
    assert_eq!((index, subtitles.language.as_deref()), (5, Some("deu")));
    assert_eq!(info.streams[7].kind, StreamKind::Other);
}

#[test]
fn a_recording_without_duration_is_read() {
    let info = parse(
        "[info] Input #0, matroska,webm, from 'http://127.0.0.1:1/x':\n\
         [info]   Duration: N/A, start: 0.000000, bitrate: N/A\n\
         [info]   Stream #0:0: Video: vp8, yuv420p(tv, progressive), 320x180, SAR 1:1 DAR 16:9, 1k tbr, 1k tbn\n\
         [info]   Stream #0:1: Audio: opus, 48000 Hz, mono, fltp\n\
         [info]   Stream #0:2: Video: none (H264 / 0x34363248), none, 25 fps, 25 tbr, 1k tbn",
    );
    assert_eq!(info.duration_ms, None);
    assert!(!info.seekable);
    assert_eq!(info.video().unwrap().1.frames_per_second, None);
    assert_eq!(info.streams.len(), 3);
}

#[tokio::test]
async fn real_files_are_described() {
    let info = probe_file(&Fixtures::shared().path("plain.mp4"))
        .await
        .unwrap();
    assert_eq!(info.duration_ms, Some(20_000));
    assert_eq!(info.title.as_deref(), Some("Twenty"));
    assert_eq!(info.audio().unwrap().1.language.as_deref(), Some("deu"));
    assert_eq!(info.subtitles().unwrap().1.codec, "mov_text");
    assert!(info.seekable);
    for (name, codec) in [
        ("plain.mkv", "subrip"),
        ("styled.mkv", "ass"),
        ("plain.webm", "webvtt"),
    ] {
        let info = probe_file(&Fixtures::shared().path(name)).await.unwrap();
        assert_eq!(info.subtitles().unwrap().1.codec, codec, "{name}");
        assert!(info.seekable, "{name}");
    }
    let info = probe_file(&Fixtures::shared().path("live.webm"))
        .await
        .unwrap();
    assert_eq!(info.duration_ms, None);
}

#[tokio::test]
async fn only_the_index_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let noise = "-f lavfi -i nullsrc=size=640x360:rate=25:duration=20,noise=alls=60:allf=t";
    make(
        folder.path(),
        &format!("{noise} -c:v mpeg4 -b:v 20M -g 25 noise.mp4"),
    );
    let server = serve(&folder.path().join("noise.mp4")).await;
    probe(&ffmpeg(), &server, &MediaLimits::default())
        .await
        .unwrap();
    let (read, size) = (server.stats().source_bytes, server.size_bytes());
    assert!(
        size > 20_000_000 && read < 3_000_000,
        "{read} of {size} bytes read"
    );
}

#[tokio::test]
async fn a_cover_is_no_video() {
    let folder = tempfile::tempdir().unwrap();
    make(
        folder.path(),
        "-f lavfi -i testsrc2=size=64x64 -frames:v 1 cover.png",
    );
    let inputs = "-f lavfi -i sine=duration=3 -i cover.png -map 0 -map 1 -c:v copy";
    make(
        folder.path(),
        &format!("{inputs} -c:a aac -disposition:v:0 attached_pic cover.mp4"),
    );
    make(
        folder.path(),
        &format!("{inputs} -id3v2_version 3 cover.mp3"),
    );
    for name in ["cover.mp4", "cover.mp3"] {
        let info = probe_file(&folder.path().join(name)).await.unwrap();
        assert_eq!(info.streams.len(), 2, "{name}");
        assert!(info.video().is_none() && info.audio().is_some(), "{name}");
    }
}

async fn refusal(bytes: impl Into<bytes::Bytes>, limits: &MediaLimits) -> MediaError {
    let server = serve_bytes(bytes).await;
    probe(&ffmpeg(), &server, limits).await.unwrap_err()
}

#[tokio::test]
async fn useless_files_are_told_apart() {
    let limits = MediaLimits::default();
    let error = refusal("", &limits).await;
    assert_eq!(
        error.to_string(),
        "not an audio or video file (the file is empty): upload the recording itself"
    );
    let error = refusal("hello, world\n".repeat(1000), &limits).await;
    assert!(matches!(error, MediaError::NotMedia { .. }), "{error}");
    let mut noise = vec![0_u8; 200_000];
    let mut state = 1_u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    let error = refusal(noise, &limits).await;
    assert!(matches!(error, MediaError::NotMedia { .. }), "{error}");
    for name in ["plain.mp4", "plain.mkv"] {
        let bytes = std::fs::read(Fixtures::shared().path(name)).unwrap();
        let cut = if name == "plain.mp4" { 100_000 } else { 60 };
        let error = refusal(bytes[..cut].to_vec(), &limits).await;
        assert!(
            matches!(error, MediaError::Truncated { .. }),
            "{name}: {error}"
        );
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn limits_are_named() {
    let bytes = std::fs::read(Fixtures::shared().path("plain.mp4")).unwrap();
    let limits = MediaLimits {
        max_duration_ms: 10_000,
        ..MediaLimits::default()
    };
    let error = refusal(bytes.clone(), &limits).await;
    assert_eq!(
        error.to_string(),
        "the video is 0:00:20 long, longer than the limit of 0:00:10: split it into shorter ones"
    );
    let limits = MediaLimits {
        max_picture_side_px: 600,
        ..MediaLimits::default()
    };
    let error = refusal(bytes.clone(), &limits).await;
    assert_eq!(
        error.to_string(),
        "the picture is 640x360 pixels, larger than the limit of 600 on a side: scale it down"
    );
    let limits = MediaLimits {
        max_streams: 2,
        ..MediaLimits::default()
    };
    let error = refusal(bytes, &limits).await;
    assert_eq!(
        error.to_string(),
        "the file has more streams than the limit of 2: remux it with fewer"
    );
}

#[tokio::test]
async fn absurd_pictures_and_streams_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = "-f lavfi -i color=size=20000x64:rate=1:duration=1";
    make(folder.path(), &format!("{source} -c:v mjpeg wide.mkv"));
    let error = probe_file(&folder.path().join("wide.mkv"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, MediaError::PictureTooLarge { width: 20_000, .. }),
        "{error}"
    );
    make(
        folder.path(),
        "-f lavfi -i color=size=12000x12000:rate=1:duration=1 -c:v ffv1 huge.mkv",
    );
    let error = probe_file(&folder.path().join("huge.mkv"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, MediaError::PictureTooLarge { width: 12_000, .. }),
        "{error}"
    );
    make(
        folder.path(),
        "-f lavfi -i sine=duration=1 -c:a aac one.mp4",
    );
    for name in ["many.mkv", "many.mp4"] {
        let maps = "-map 0 ".repeat(200);
        make(folder.path(), &format!("-i one.mp4 {maps} -c copy {name}"));
        let error = probe_file(&folder.path().join(name)).await.unwrap_err();
        let is_expected =
            matches!(error, MediaError::TooManyStreams { count, limit: 64 } if count > 64);
        assert!(is_expected, "{name}: {error}");
    }
}

#[tokio::test]
async fn a_file_of_captions_alone_has_no_streams() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.srt"), crate::test_media::SUBTITLES).unwrap();
    make(folder.path(), "-i a.srt -c:s srt only.mkv");
    let error = probe_file(&folder.path().join("only.mkv"))
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::NoStreams), "{error}");
}

#[tokio::test]
async fn a_book_of_many_chapters_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let chapters: String = (0..2000)
        .map(|at| {
            format!(
                "[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={}\ntitle=A chapter\n",
                at + 1
            )
        })
        .collect();
    let chapters = format!(";FFMETADATA1\ntitle=A book\n{chapters}");
    std::fs::write(folder.path().join("chapters.txt"), chapters).unwrap();
    make(
        folder.path(),
        "-f lavfi -i sine=duration=2 -f ffmetadata -i chapters.txt -map 0 -map_chapters 1 -map_metadata 1 book.mka",
    );
    let info = probe_file(&folder.path().join("book.mka")).await.unwrap();
    assert_eq!(info.title.as_deref(), Some("A book"));
    assert!(info.audio().is_some());
}

#[tokio::test]
async fn a_failing_source_says_nothing_about_the_file() {
    let bytes = std::fs::read(Fixtures::shared().path("plain.mp4")).unwrap();
    // The beginning can be read, and the index at the end, without which nothing is known of the file, can't.
    let settings = ReadSettings {
        max_source_bytes: 100_000,
        smallest_block_bytes: 100_000,
        ..ReadSettings::default()
    };
    let server = RangeServer::start(Arc::new(MemorySource::new(bytes)), settings)
        .await
        .unwrap();
    let error = probe(&ffmpeg(), &server, &MediaLimits::default())
        .await
        .unwrap_err();
    assert!(matches!(error, MediaError::Source(_)), "{error}");
}

/// Files that make an unguarded ffmpeg open the address in them.
fn hostile_files(folder: &Path, address: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: String| text.into_bytes();
    let target = format!("http://{address}/target.ts");
    make(folder, "-f lavfi -i testsrc2=size=64x64 -frames:v 1 a.png");
    make(folder, "-f lavfi -i testsrc2=size=64x64 -frames:v 1 a.jpg");
    vec![
        (
            "HLS",
            text(format!(
                "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"
            )),
        ),
        (
            "M3U8 after spaces",
            text(format!("\n\n#EXTM3U\n#EXTINF:10,\n{target}\n")),
        ),
        (
            "concat",
            text(format!("ffconcat version 1.0\nfile '{target}'\n")),
        ),
        (
            "DASH",
            text(format!(
                "<?xml version=\"1.0\"?><MPD type=\"static\" mediaPresentationDuration=\"PT10S\" profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\"><Period>\
             <AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{target}</BaseURL>\
             </Representation></AdaptationSet></Period></MPD>"
            )),
        ),
        (
            "SVG",
            text(format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><image href=\"{target}\"/></svg>"
            )),
        ),
        ("PNG", std::fs::read(folder.join("a.png")).unwrap()),
        ("JPEG", std::fs::read(folder.join("a.jpg")).unwrap()),
    ]
}

/// Accepts connections, which none should make.
async fn trap() -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let contacted = tokio::spawn(async move {
        listener.accept().await.unwrap();
    });
    (address, contacted)
}

#[tokio::test]
async fn hostile_files_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (address, contacted) = trap().await;
    for (kind, bytes) in hostile_files(folder.path(), &address) {
        let error = refusal(bytes.clone(), &MediaLimits::default()).await;
        assert!(
            matches!(error, MediaError::UnsupportedContainer { .. }),
            "{kind}: {error}"
        );
        // The first look aside, ffmpeg alone must refuse them too.
        let server = serve_bytes(bytes).await;
        let finished = ffmpeg().run(job(&server, folder.path())).await.unwrap();
        assert!(!finished.status.success(), "{kind}");
        assert!(
            log::parse(&finished.log).is_none(),
            "{kind}: {:?}",
            finished.log
        );
    }
    assert!(
        !contacted.is_finished(),
        "ffmpeg opened an address named in a file"
    );
}

fn job(server: &RangeServer, folder: &Path) -> Job {
    Job {
        input_options: vec![],
        url: server.url().to_owned(),
        output_options: vec![],
        work_dir: folder.to_owned(),
        time_limit: Duration::from_secs(30),
        on_line: Box::new(|_| {}),
    }
}

/// An unguarded ffmpeg does open the address in a playlist: the trap works.
#[tokio::test]
async fn the_trap_catches_what_is_not_guarded() {
    let folder = tempfile::tempdir().unwrap();
    let (address, contacted) = trap().await;
    let playlist = hostile_files(folder.path(), &address).remove(0).1;
    std::fs::write(folder.path().join("a.m3u8"), playlist).unwrap();
    let mut child = std::process::Command::new(ffmpeg().path())
        .args([
            "-nostdin",
            "-v",
            "quiet",
            "-protocol_whitelist",
            "file,http,tcp",
            "-i",
            "a.m3u8",
        ])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let caught = tokio::time::timeout(Duration::from_secs(20), contacted).await;
    child.kill().unwrap();
    child.wait().unwrap();
    caught.expect("nobody came").unwrap();
}

/// A QuickTime file whose samples lie in another file, named by an absolute path in an alias record.
fn with_external_track(mut bytes: Vec<u8>) -> Vec<u8> {
    let url = b"\0\0\0\x0curl \0\0\0\x01";
    let at = bytes
        .windows(url.len())
        .position(|window| window == url)
        .unwrap();
    let path = b"/etc/hostname\0";
    let mut alias = b"alis\0\0\0\0".to_vec();
    alias.extend([0; 10]);
    alias.push(4);
    alias.extend(b"disk");
    alias.extend([0; 23 + 12]);
    alias.push(8);
    alias.extend(b"hostname");
    alias.extend([0; 55 + 16]);
    alias.extend([0, 1, 0, 1]);
    alias.extend([0; 16]);
    alias.extend([0, 2, 0, path.len() as u8]);
    alias.extend(path);
    alias.extend([0xff, 0xff, 0, 0]);
    let mut record = (alias.len() as u32 + 4).to_be_bytes().to_vec();
    record.extend(alias);
    let growth = (record.len() - url.len()) as u32;
    grow_boxes_around(&mut bytes, at, growth);
    bytes.splice(at..at + url.len(), record);
    bytes
}

/// Adds `growth` to the size of every box around `position`.
fn grow_boxes_around(bytes: &mut [u8], position: usize, growth: u32) {
    for name in [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"] {
        let before = &bytes[..position];
        let found = before
            .windows(4)
            .rposition(|window| window == name)
            .unwrap();
        let size = u32::from_be_bytes(bytes[found - 4..found].try_into().unwrap());
        bytes[found - 4..found].copy_from_slice(&(size + growth).to_be_bytes());
    }
}

#[tokio::test]
async fn references_to_other_files_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(Fixtures::shared().path("plain.mp4")).unwrap();
    let server = serve_bytes(with_external_track(bytes)).await;
    let finished = ffmpeg().run(job(&server, folder.path())).await.unwrap();
    let logged = |words: &str| finished.log.iter().any(|line| line.contains(words));
    assert!(
        logged("Skipped opening external track"),
        "{:?}",
        finished.log
    );
    assert!(!logged("Opening '/"), "{:?}", finished.log);
}
