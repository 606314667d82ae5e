//! Pictures as they are meant to be seen, at the times when they are, on real files.

use super::{
    tests::{extract, jpeg_size, mean_grey, times},
    *,
};
use crate::test_media::make;

/// Each second has its own grey: 20 steps brighter than the one before.
const CLOCK: &str = "color=black:size=64x64:rate=25:duration=12,format=gray,geq=lum='floor(T)*20'";

/// The grey of every frame tells that it was made at `made_at(time)` seconds.
fn check_times(name: &str, extracted: &Extracted, made_at: impl Fn(f64) -> f64) {
    assert!(
        extracted.frames.len() >= 3,
        "{name}: {:?}",
        extracted.frames
    );
    for frame in &extracted.frames {
        let made_s = made_at((frame.time_ms as f64 + 5.0) / 1000.0).floor();
        // The file's grey goes from 16 to 235.
        let grey = (mean_grey(&frame.path) - 16.0) * 255.0 / 219.0 / 20.0;
        assert!(
            (grey - made_s).abs() < 0.4,
            "{name}: {} ms shows second {grey}",
            frame.time_ms
        );
    }
}

#[tokio::test]
async fn frames_keep_their_times_where_files_play_tricks_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| make(folder.path(), arguments);
    let h264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 25";
    run(&format!("-f lavfi -i {CLOCK} {h264} plain.mp4"));
    // From the fourth second on, half as many pictures a second.
    let slower = "setpts='if(lt(T,4),T,4+(T-4)*2)/TB'";
    run(&format!(
        "-f lavfi -i {CLOCK},{slower} -fps_mode vfr {h264} variable.mp4"
    ));
    // What is cut off stays in the file, and an edit list hides it.
    run("-ss 1.32 -i plain.mp4 -c copy edited.mp4");
    run("-i plain.mp4 -c copy -output_ts_offset 7 late.mkv");
    run("-i plain.mp4 -c copy -output_ts_offset 7 late.ts");
    let as_it_is = |shown_s: f64| shown_s;
    let halved = |shown_s: f64| {
        if shown_s < 4.0 {
            shown_s
        } else {
            4.0 + (shown_s - 4.0) / 2.0
        }
    };
    let later = |shown_s: f64| shown_s + 1.32;
    for (name, made_at) in [
        ("plain.mp4", &as_it_is as &dyn Fn(f64) -> f64),
        ("variable.mp4", &halved),
        ("edited.mp4", &later),
        ("late.mkv", &as_it_is),
        ("late.ts", &as_it_is),
    ] {
        let (extracted, _folder) = extract(&folder.path().join(name), 1000, 9000).await;
        check_times(name, &extracted, made_at);
    }
}

/// The frame's width and height.
async fn size_of(folder: &Path, name: &str) -> (u32, u32) {
    let (extracted, _folder) = extract(&folder.join(name), 0, 1000).await;
    jpeg_size(&std::fs::read(&extracted.frames[0].path).unwrap())
}

#[tokio::test]
async fn pictures_are_upright_and_their_pixels_square() {
    let folder = tempfile::tempdir().unwrap();
    let h264 = "-c:v libx264 -preset ultrafast";
    make(
        folder.path(),
        &format!("-f lavfi -i testsrc2=size=320x180:rate=5:duration=1 {h264} lying.mp4"),
    );
    make(
        folder.path(),
        "-display_rotation 90 -i lying.mp4 -c copy turned.mp4",
    );
    assert_eq!(size_of(folder.path(), "lying.mp4").await, (320, 180));
    assert_eq!(size_of(folder.path(), "turned.mp4").await, (180, 320));
    make(
        folder.path(),
        &format!(
            "-f lavfi -i testsrc2=size=720x576:rate=5:duration=1,setsar=64/45 {h264} wide.mp4"
        ),
    );
    let (width, height) = size_of(folder.path(), "wide.mp4").await;
    assert_eq!(height, 384);
    assert!(width.abs_diff(384 * 16 / 9) <= 2, "{width}");
}

#[tokio::test]
async fn two_fields_are_not_shown_as_one_picture() {
    let folder = tempfile::tempdir().unwrap();
    // Fields of other brightness: as if something moved fast.
    let fields = "color=black:size=128x128:rate=50:duration=2,format=gray,geq=lum='if(mod(N,2),200,60)',\
        format=yuv420p,tinterlace=mode=interleave_top,setfield=tff";
    make(
        folder.path(),
        &format!("-f lavfi -i {fields} -c:v mpeg2video -q:v 2 -flags +ilme+ildct a.ts"),
    );
    let (extracted, _folder) = extract(&folder.path().join("a.ts"), 0, 2000).await;
    let pixels = grey_pixels(&extracted.frames[0].path);
    let width = 128;
    let steps = pixels[width * 20..width * 100]
        .iter()
        .zip(&pixels[width * 21..width * 101])
        .map(|(above, below)| u64::from(above.abs_diff(*below)));
    let mean = steps.sum::<u64>() as f64 / (width * 80) as f64;
    assert!(mean < 10.0, "lines differ by {mean}");
}

#[tokio::test]
async fn high_dynamic_range_is_shown_as_bright_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    // White paper, 203 cd/m2: 58 % of the signal in SMPTE ST 2084, which would be a dull grey if taken as it is.
    let paper = "color=black:size=64x64:rate=5:duration=1,format=yuv420p10le,\
        geq=lum=572:cb=512:cr=512,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv";
    make(
        folder.path(),
        &format!(
            "-f lavfi -i {} -c:v libx264 -preset ultrafast hdr.mp4",
            paper.replace(' ', "")
        ),
    );
    let (extracted, _folder) = extract(&folder.path().join("hdr.mp4"), 0, 1000).await;
    let grey = mean_grey(&extracted.frames[0].path);
    assert!(grey > 180.0, "{grey}");
}

#[tokio::test]
async fn cuts_are_found_wherever_key_frames_are() {
    let folder = tempfile::tempdir().unwrap();
    // Four scenes of 3 s that differ in pattern and colour, one blended into the next at 9 s.
    let scene = |source: &str| {
        format!("{source}=size=320x180:rate=25,trim=duration=3,format=yuv420p,setsar=1,settb=1/25")
    };
    let scenes = format!(
        "{}[a];{}[b];{}[c];{}[d];[a][b][c]concat=n=3,settb=1/25[abc];[abc][d]xfade=transition=fade:duration=1:offset=8.5",
        scene("testsrc2"),
        scene("mandelbrot"),
        scene("smptebars"),
        scene("rgbtestsrc"),
    );
    for (codec, name) in [
        // A key frame where the picture changes; one every 10 s and no more; one every second.
        ("libx264 -preset veryfast -g 250", "scenes.mp4"),
        ("libx264 -preset veryfast -g 250 -sc_threshold 0", "far.mp4"),
        (
            "libx264 -preset veryfast -g 25 -sc_threshold 0",
            "dense.mp4",
        ),
    ] {
        make(
            folder.path(),
            &format!(
                "-filter_complex {} -c:v {codec} {name}",
                scenes.replace(' ', "")
            ),
        );
        let (extracted, _folder) = extract(&folder.path().join(name), 0, 11_500).await;
        let found = |at_ms: u64, within_ms: u64| {
            extracted
                .cuts_ms
                .iter()
                .any(|cut| cut.abs_diff(at_ms) <= within_ms)
        };
        assert!(found(3000, 40), "{name}: {:?}", extracted.cuts_ms);
        assert!(found(6000, 40), "{name}: {:?}", extracted.cuts_ms);
        assert!(found(9000, 1000), "{name}: {:?}", extracted.cuts_ms);
        for shot in [0..3000, 3000..6000, 6000..8500, 9250..11_500] {
            let has_frame = times(&extracted)
                .iter()
                .any(|time_ms| shot.contains(time_ms));
            assert!(has_frame, "{name}: {shot:?} of {:?}", times(&extracted));
        }
    }
}

fn grey_pixels(jpeg: &Path) -> Vec<u8> {
    let output = std::process::Command::new(crate::test_media::ffmpeg().path())
        .args(["-v", "error", "-i", jpeg.to_str().unwrap()])
        .args(["-pix_fmt", "gray", "-f", "rawvideo", "-"])
        .output();
    output.unwrap().stdout
}
