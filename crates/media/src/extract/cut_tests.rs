//! How many cuts are found, and how many that are none, on the samples and on long generated videos.

use super::{tests::extract, *};
use crate::test_media::make;

const WIDTH: usize = 96;
const HEIGHT: usize = 54;
const PICTURES_PER_SECOND: u64 = 25;
const PICTURE_MS: u64 = 1000 / PICTURES_PER_SECOND;
/// As a plan for a long video has them.
const CHUNK_MS: u64 = 300_000;

/// Where one scene ends and another begins: from the last picture of the one alone to the first of the other alone.
#[derive(Debug, Clone, Copy)]
struct Change {
    from_ms: u64,
    to_ms: u64,
}

impl Change {
    fn at(time_ms: u64) -> Self {
        Self {
            from_ms: time_ms,
            to_ms: time_ms,
        }
    }

    fn is_found_by(self, cut_ms: u64) -> bool {
        (self.from_ms.saturating_sub(PICTURE_MS)..=self.to_ms + PICTURE_MS).contains(&cut_ms)
    }
}

/// Changes that were found, and cuts that are none.
#[derive(Debug, Default)]
struct Score {
    found: usize,
    lost: Vec<u64>,
    invented: Vec<u64>,
}

impl Score {
    fn add(&mut self, changes: &[Change], cuts_ms: &[u64]) {
        let mut left = cuts_ms.to_vec();
        for change in changes {
            match left.iter().position(|cut| change.is_found_by(*cut)) {
                Some(position) => {
                    left.remove(position);
                    self.found += 1;
                }
                None => self.lost.push(change.from_ms),
            }
        }
        self.invented.extend(left);
    }

    /// The harmonic mean of precision and recall.
    fn f1(&self) -> f64 {
        let wrong = self.lost.len() + self.invented.len();
        2.0 * self.found as f64 / (2 * self.found + wrong) as f64
    }
}

/// The scene starts of a sample, but for the first.
fn sample_changes(path: &Path) -> Vec<Change> {
    let truth: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let scenes = truth["scenes"].as_array().unwrap().iter();
    scenes
        .skip(1)
        .map(|scene| Change::at((scene["start"].as_f64().unwrap() * 1000.0).round() as u64))
        .collect()
}

#[tokio::test]
async fn the_cuts_of_the_samples_are_found() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let mut score = Score::default();
    for name in [
        "farm-morning",
        "hill-walk",
        "making-music",
        "stones-that-stayed",
        "wildlife-notebook",
    ] {
        let changes = sample_changes(&samples.join(format!("truth/{name}.json")));
        let video = samples.join(format!("videos/{name}.mp4"));
        let (extracted, _folder) = extract(&video, 0, 60_000).await;
        score.add(&changes, &extracted.cuts_ms);
    }
    assert_eq!(score.found + score.lost.len(), 33);
    assert!(score.f1() >= 0.98, "{}: {score:?}", score.f1());
}

/// A number from 0 to 1 that depends on the seed alone (SplitMix64).
fn chance(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// A scene of its own for each number: waves of its own direction and brightness, over which a camera moves.
fn scene(number: u64, picture: u64) -> Vec<f64> {
    let own = |what: u64| chance(number * 16 + what + 1);
    // In widths of the picture a second.
    let (base, pan) = (60.0 + 120.0 * own(0), 0.16 * (own(1) - 0.5));
    let waves = [2, 5, 8].map(|at| {
        (
            9.0 * (own(at) - 0.5),
            9.0 * (own(at + 1) - 0.5),
            own(at + 2),
        )
    });
    let pixel = |x: f64, y: f64| {
        let moved = x + pan * picture as f64 / PICTURES_PER_SECOND as f64;
        let wave = |(along, down, phase): (f64, f64, f64)| {
            18.0 * (std::f64::consts::TAU * (along * moved + down * y + phase)).sin()
        };
        base + waves.map(wave).iter().sum::<f64>()
    };
    (0..WIDTH * HEIGHT)
        .map(|at| {
            pixel(
                (at % WIDTH) as f64 / WIDTH as f64,
                (at / WIDTH) as f64 / HEIGHT as f64,
            )
        })
        .collect()
}

/// A video of scenes, each so many pictures long and blended into the one before over so many. Gives its changes.
fn film(folder: &Path, scenes: &[(u64, u64)], encoding: &str, name: &str) -> Vec<Change> {
    let mut grey = Vec::new();
    let mut changes = Vec::new();
    let mut shown = 0;
    for (number, (length, blend)) in (0..).zip(scenes) {
        if number > 0 {
            changes.push(Change {
                from_ms: shown * PICTURE_MS,
                to_ms: (shown + blend) * PICTURE_MS,
            });
        }
        for picture in 0..*length {
            let mut pixels = scene(number, picture);
            if number > 0 && picture < *blend {
                let part = (picture + 1) as f64 / (blend + 1) as f64;
                let before = scene(number - 1, scenes[number as usize - 1].0 + picture);
                for (pixel, before) in pixels.iter_mut().zip(before) {
                    *pixel = part * *pixel + (1.0 - part) * before;
                }
            }
            grey.extend(pixels.iter().map(|pixel| pixel.clamp(0.0, 255.0) as u8));
        }
        shown += length;
    }
    std::fs::write(folder.join("film.gray"), grey).unwrap();
    let input = format!(
        "-f rawvideo -pixel_format gray -video_size {WIDTH}x{HEIGHT} -framerate {PICTURES_PER_SECOND} -i film.gray"
    );
    make(
        folder,
        &format!("{input} -pix_fmt yuv420p -c:v libx264 {encoding} {name}"),
    );
    changes
}

/// Every chunk of a video after the other. A shot begins with each chunk, whatever it shows.
async fn cuts_of(video: &Path, length_ms: u64) -> Vec<u64> {
    let mut cuts = Vec::new();
    for start_ms in (0..length_ms).step_by(CHUNK_MS as usize) {
        if start_ms > 0 {
            cuts.push(start_ms);
        }
        let end_ms = (start_ms + CHUNK_MS).min(length_ms);
        cuts.extend(extract(video, start_ms, end_ms).await.0.cuts_ms);
    }
    cuts
}

/// A key frame where the picture changes, as encoders do by themselves; one every two seconds and nowhere else.
const ENCODINGS: [(&str, &str); 2] = [
    ("-preset veryfast", "usual.mp4"),
    ("-preset veryfast -g 50 -sc_threshold 0", "regular.mp4"),
];

#[tokio::test]
async fn cuts_and_blends_are_found_and_moves_are_not_taken_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let scenes: Vec<(u64, u64)> = (0..100)
        .map(|number| {
            let length = 50 + (150.0 * chance(number + 10_000)) as u64;
            let blend = 10 + (15.0 * chance(number + 20_000)) as u64;
            (
                length,
                if chance(number + 30_000) < 0.3 {
                    blend
                } else {
                    0
                },
            )
        })
        .collect();
    let length_ms = scenes.iter().map(|scene| scene.0 * PICTURE_MS).sum();
    for (encoding, name) in ENCODINGS {
        let changes = film(folder.path(), &scenes, encoding, name);
        let mut score = Score::default();
        score.add(
            &changes,
            &cuts_of(&folder.path().join(name), length_ms).await,
        );
        assert!(score.f1() >= 0.95, "{name}: {}: {score:?}", score.f1());
    }
}

#[tokio::test]
async fn none_of_1500_cuts_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = vec![(10, 0); 1501];
    for (encoding, name) in ENCODINGS {
        let changes = film(folder.path(), &scenes, encoding, name);
        let mut score = Score::default();
        let cuts = cuts_of(&folder.path().join(name), 1501 * 10 * PICTURE_MS).await;
        score.add(&changes, &cuts);
        assert!(score.lost.is_empty(), "{name}: {score:?}");
        assert!(score.f1() >= 0.98, "{name}: {}: {score:?}", score.f1());
    }
}
