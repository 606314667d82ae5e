//! Slides on one background are told apart, and what is no slide is left alone.

use super::tests::extract;
use crate::test_media::make;

/// How long each of four slides is shown, in seconds.
const LENGTHS: [f64; 4] = [4.0, 6.0, 5.4, 4.6];
/// When the second, third and fourth are first shown, in milliseconds.
const STARTS_MS: [u64; 3] = [4000, 10_000, 15_400];

/// A slide's heading and lines: each as bars in place of words. Slides differ in their words' lengths alone.
fn slide(number: usize) -> String {
    let mut boxes = vec!["drawbox=x=40:y=74:w=560:h=2:c=black:t=fill".to_owned()];
    for (line, y) in [36, 96, 136, 176].into_iter().enumerate() {
        let mut x = 40;
        for word in 0..5 {
            let width = 20 + (number * 17 + line * 53 + word * 29) % 70;
            boxes.push(format!(
                "drawbox=x={x}:y={y}:w={width}:h=14:c=0x404040:t=fill"
            ));
            x += width + 14;
        }
    }
    boxes.join(",")
}

/// A filter graph of four slides that follow each other, as `[slides]`.
fn four_slides(rate: u32) -> String {
    let sources = LENGTHS.iter().enumerate().map(|(number, length)| {
        let paper = format!("color=0xf6f1e1:size=640x360:rate={rate}:duration={length}");
        format!("{paper},{}[s{number}];", slide(number))
    });
    sources.collect::<String>() + "[s0][s1][s2][s3]concat=n=4[slides]"
}

/// A key frame where the encoder likes, only every 10 s, or every second.
const ENCODINGS: [&str; 3] = ["-g 250", "-g 250 -sc_threshold 0", "-g 25 -sc_threshold 0"];

/// The cuts that are found in what the graph's output `[v]` shows, however it was encoded.
async fn check_cuts(graph: &str, expected_ms: &[u64], within_ms: u64) {
    let folder = tempfile::tempdir().unwrap();
    for encoding in ENCODINGS {
        make(
            folder.path(),
            &format!(
                "-filter_complex {graph} -map [v] -t 20 -pix_fmt yuv420p -c:v libx264 -preset veryfast {encoding} a.mp4"
            ),
        );
        let (extracted, _folder) = extract(&folder.path().join("a.mp4"), 0, 20_000).await;
        let cuts = &extracted.cuts_ms;
        let are_near = cuts.len() == expected_ms.len()
            && cuts
                .iter()
                .zip(expected_ms)
                .all(|(cut, expected)| cut.abs_diff(*expected) <= within_ms);
        let what = graph.rsplit(';').next();
        assert!(are_near, "{encoding}: {cuts:?} in {what:?}");
        let ends = cuts.iter().copied().chain([20_000]);
        for (start_ms, end_ms) in [0].iter().chain(cuts).copied().zip(ends) {
            let mut times = extracted.frames.iter().map(|frame| frame.time_ms);
            let has_frame = times.any(|time_ms| (start_ms..end_ms).contains(&time_ms));
            assert!(has_frame, "{encoding}: {start_ms}..{end_ms}");
        }
    }
}

#[tokio::test]
async fn every_slide_on_one_background_is_a_shot() {
    for rate in [5, 25] {
        let graph = four_slides(rate) + ";[slides]null[v]";
        check_cuts(&graph, &STARTS_MS, 0).await;
    }
}

#[tokio::test]
async fn slides_are_told_from_noise_and_from_what_moves_beside_them() {
    // Packets don't stand out: a cut may be found as late as at the next key frame.
    let noisy = four_slides(25) + ";[slides]noise=alls=6:allf=t[v]";
    check_cuts(&noisy, &STARTS_MS, 1000).await;
    let speaker = ";mandelbrot=size=200x140:rate=25[m];[slides][m]overlay=430:210[v]";
    let beside = four_slides(25) + speaker;
    check_cuts(&beside, &STARTS_MS, 1000).await;
}

#[tokio::test]
async fn slides_that_are_blended_are_told_apart() {
    let slides: String = (0..2)
        .map(|number| {
            let paper = "color=0xf6f1e1:size=640x360:rate=25:duration=11";
            format!("{paper},{},settb=1/25[s{number}];", slide(number))
        })
        .collect();
    let graph = slides + "[s0][s1]xfade=transition=fade:duration=0.8:offset=9.6[v]";
    check_cuts(&graph, &[10_000], 250).await;
}

/// A photograph of the samples that is shown through a window which moves by so many pixels a second.
fn panned(pixels_a_second: u32) -> String {
    let photo = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/videos/farm-morning.mp4"
    );
    format!(
        "movie={photo}:seek_point=14,trim=end_frame=1,scale=1280:720,loop=-1:1,setpts=N/25/TB,\
         crop=640:360:'t*{pixels_a_second}':100,fps=25[v]"
    )
}

#[tokio::test]
async fn a_photograph_that_is_panned_or_noisy_is_one_shot() {
    for pixels_a_second in [3, 30] {
        check_cuts(&panned(pixels_a_second), &[], 0).await;
    }
    let noisy = panned(0).replace("[v]", ",noise=alls=25:allf=t[v]");
    check_cuts(&noisy, &[], 0).await;
}

#[tokio::test]
async fn captions_that_come_and_go_begin_no_shot() {
    let caption = "drawbox=x=120:y=310:w=400:h=36:c=black:t=fill:enable='lt(mod(t,6),3)'";
    let graph = format!(
        "color=0xf6f1e1:size=640x360:rate=25:duration=20,{},{caption}[v]",
        slide(0)
    );
    check_cuts(&graph, &[], 0).await;
}
