//! Neighbours and the sound between them, on real files.

use crate::{
    MediaLimits, probe,
    test_media::{Fixtures, ffmpeg, make, serve_bytes},
};

use super::{tests::damage, *};

/// Each second a burst of 850 ms, whose gaps are too short for a pause; and pauses of 600 ms.
const BURSTS: &str = "aevalsrc='0.4*sin(2*PI*440*t)*lt(mod(t,1),0.85)\
    *(1-between(t,18.1,18.7))*(1-between(t,42.1,42.7))':duration=60";
const LENGTH_MS: u64 = 60_000;
const PAUSE_MIDDLES_MS: [u64; 2] = [18_400, 42_400];
/// What begins after a pause of 100 ms or more.
const ONSETS_AFTER_PAUSES_MS: [u64; 2] = [18_700, 42_700];

/// Makes a file of bursts.
fn bursts(folder: &Path, rate_hz: u32, picture: &str, codecs_and_name: &str) {
    make(
        folder,
        &format!("{picture} -f lavfi -i {BURSTS}:sample_rate={rate_hz} {codecs_and_name}"),
    );
}

fn ranges(borders_ms: &[u64]) -> Vec<ChunkRange> {
    let range = |pair: &[u64]| ChunkRange {
        start_ms: pair[0],
        end_ms: pair[1],
    };
    borders_ms.windows(2).map(range).collect()
}

/// Every chunk of a file, each from a server of its own as in production, with the folder that it lies in.
async fn extract_all(bytes: &[u8], borders_ms: &[u64]) -> Vec<(Extracted, tempfile::TempDir)> {
    let ranges = ranges(borders_ms);
    let mut all = Vec::new();
    for position in 0..ranges.len() {
        let server = serve_bytes(bytes.to_vec()).await;
        let info = probe(&ffmpeg(), &server, &MediaLimits::default())
            .await
            .unwrap();
        let work_dir = tempfile::tempdir().unwrap();
        let chunk = PlannedChunk::among(&ranges, position).unwrap();
        let settings = ExtractSettings::default();
        let extracted = extract_chunk(
            &ffmpeg(),
            &server,
            &info,
            &chunk,
            &settings,
            work_dir.path(),
        )
        .await
        .unwrap();
        all.push((extracted, work_dir));
    }
    all
}

/// The speech of all chunks covers the video without gap or overlap. Returns where it was cut.
fn cuts_of_tiles(chunks: &[(Extracted, tempfile::TempDir)], length_ms: u64) -> Vec<u64> {
    let speech: Vec<MillisecondRange> = chunks.iter().map(|(chunk, _)| chunk.speech).collect();
    assert_eq!(speech[0].start_ms, 0);
    assert_eq!(speech[speech.len() - 1].end_ms, length_ms);
    for pair in speech.windows(2) {
        assert_eq!(pair[0].end_ms, pair[1].start_ms, "{speech:?}");
    }
    assert!(speech.iter().all(|range| range.start_ms < range.end_ms));
    speech[1..].iter().map(|range| range.start_ms).collect()
}

/// When a burst begins, in milliseconds of the video.
fn onsets_ms(extracted: &Extracted, folder: &Path) -> Vec<u64> {
    let audio = extracted.audio.as_ref().unwrap();
    make(folder, &format!("-i {} -f s16le pcm", audio.display()));
    let pcm = std::fs::read(folder.join("pcm")).unwrap();
    let mut onsets = Vec::new();
    let mut quiet_samples = 0;
    for (index, pair) in pcm.as_chunks().0.iter().enumerate() {
        if i16::from_le_bytes(*pair).unsigned_abs() < 4000 {
            quiet_samples += 1;
            continue;
        }
        if quiet_samples > 100 * 16 {
            onsets.push(extracted.audio_start_ms + index as u64 / 16);
        }
        quiet_samples = 0;
    }
    onsets
}

/// Bursts begin when they should, `late_ms` later.
fn check_onsets(name: &str, late_ms: u64, extracted: &Extracted, folder: &Path) {
    let sound = extracted.audio_start_ms..extracted.audio_start_ms + extracted.audio_duration_ms;
    let mut expected: Vec<u64> = (1..LENGTH_MS / 1000).map(|second| second * 1000).collect();
    expected.extend(ONSETS_AFTER_PAUSES_MS);
    expected.sort_unstable();
    expected
        .iter_mut()
        .for_each(|onset_ms| *onset_ms += late_ms);
    expected.retain(|onset_ms| sound.contains(onset_ms));
    let found = onsets_ms(extracted, folder);
    assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            found.abs_diff(expected) <= 10,
            "{name}: {found} instead of {expected}"
        );
    }
}

#[tokio::test]
async fn neighbours_cut_in_the_same_pause_and_sound_keeps_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let picture = "-f lavfi -i testsrc2=size=160x90:rate=10:duration=60";
    let h264 = "-c:v libx264 -preset ultrafast -g 70";
    let vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -g 70";
    for (rate_hz, picture, codecs_and_name) in [
        (44_100, picture, format!("{h264} -c:a aac a.mp4")),
        (44_100, picture, format!("{h264} -c:a aac a.mkv")),
        (44_100, picture, format!("{h264} -c:a aac a.ts")),
        (48_000, picture, format!("{vp8} -c:a libopus a.webm")),
        (44_100, "", "-c:a libmp3lame -b:a 128k a.mp3".to_owned()),
    ] {
        bursts(folder.path(), rate_hz, picture, &codecs_and_name);
        let name = codecs_and_name.rsplit(' ').next().unwrap();
        // MPEG-TS can't tell that AAC's first 1024 samples are no sound.
        let late_ms = if name == "a.ts" { 23 } else { 0 };
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let chunks = extract_all(&bytes, &[0, 20_000, 40_000, LENGTH_MS]).await;
        let cuts = cuts_of_tiles(&chunks, LENGTH_MS);
        for (cut_ms, middle_ms) in cuts.iter().zip(PAUSE_MIDDLES_MS) {
            assert!(
                cut_ms.abs_diff(middle_ms + late_ms) <= 30,
                "{name}: {cuts:?}"
            );
        }
        for ((chunk, folder), sound_end_ms) in chunks.iter().zip([25_000, 45_000, LENGTH_MS]) {
            assert_eq!(chunk.audio_start_ms, chunk.speech.start_ms, "{name}");
            let end_ms = chunk.audio_start_ms + chunk.audio_duration_ms;
            assert!(end_ms.abs_diff(sound_end_ms) <= 30, "{name}: {end_ms}");
            assert_eq!(chunk.warnings, [], "{name}");
            check_onsets(name, late_ms, chunk, folder.path());
        }
    }
}

#[tokio::test]
async fn chunks_of_any_length_tile_the_video() {
    let folder = tempfile::tempdir().unwrap();
    bursts(folder.path(), 44_100, "", "-c:a aac a.m4a");
    let bytes = std::fs::read(folder.path().join("a.m4a")).unwrap();
    let chunks = extract_all(&bytes, &[0, 3, 1500, 19_000, 22_100, LENGTH_MS]).await;
    let cuts = cuts_of_tiles(&chunks, LENGTH_MS);
    // The chunk of 3 ms leaves no window; that of 3.1 s one of 775 ms on either side, from 18,225 ms on.
    assert_eq!(cuts[0], 3);
    assert!((18_225..18_700).contains(&cuts[2]), "{cuts:?}");
}

#[tokio::test]
async fn neighbours_agree_on_damaged_sound_too() {
    let path = Fixtures::shared().path("plain.mkv");
    let bytes = damage(&path, 0.4, 0.6);
    let chunks = extract_all(&bytes, &[0, 10_000, 20_000]).await;
    cuts_of_tiles(&chunks, 20_000);
    assert!(chunks.iter().any(|(chunk, _)| !chunk.warnings.is_empty()));
}

#[tokio::test]
async fn without_sound_nothing_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    make(
        folder.path(),
        "-f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -c:v libx264 -g 20 a.mp4",
    );
    let bytes = std::fs::read(folder.path().join("a.mp4")).unwrap();
    let chunks = extract_all(&bytes, &[0, 10_000, 20_000]).await;
    assert_eq!(cuts_of_tiles(&chunks, 20_000), [10_000]);
    assert!(chunks.iter().all(|(chunk, _)| chunk.audio.is_none()));
}
