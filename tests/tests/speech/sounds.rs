//! Sound of every kind, made on the spot.

use crate::heard::repository;
use end_to_end::{ffmpeg, scratch};

/// How much of the sample is taken.
pub const LENGTH_MS: u64 = 20_000;

pub struct Sound {
    pub name: &'static str,
    pub file_name: &'static str,
    pub bytes: Vec<u8>,
}

/// The same words, recorded badly or for a cinema.
pub async fn spoken() -> Vec<Sound> {
    let sample = repository("samples/videos/hill-walk.mp4");
    let from = format!("-i {} -t 20 -vn -sn", sample.display());
    made(&[
        ("8 kHz, one channel", "eight.wav", format!("{from} -ac 1 -ar 8000 eight.wav")),
        (
            "5.1 at 48 kHz",
            "surround.m4a",
            format!(
                "{from} -af aresample=48000,pan=5.1|FL=0.3*c0|FR=0.3*c0|FC=c0|LFE=0*c0|BL=0.1*c0|BR=0.1*c0 \
                 -c:a aac -b:a 256k surround.m4a"
            ),
        ),
        ("clipped", "clipped.wav", format!("{from} -ac 1 -ar 44100 -af volume=24dB clipped.wav")),
    ])
    .await
}

/// Sound in which nobody speaks.
pub async fn wordless() -> Vec<Sound> {
    let mut sounds = made(&[
        (
            "silence",
            "silence.wav",
            "-f lavfi -i anullsrc=r=16000:cl=mono -t 25 silence.wav".to_owned(),
        ),
        (
            "noise",
            "noise.wav",
            "-f lavfi -i anoisesrc=r=16000:color=pink:amplitude=0.3:seed=1 -t 25 noise.wav"
                .to_owned(),
        ),
    ])
    .await;
    sounds.push(Sound {
        name: "music",
        file_name: "music.m4a",
        bytes: std::fs::read(repository("samples/extra/music.m4a")).unwrap(),
    });
    sounds
}

async fn made(recipes: &[(&'static str, &'static str, String)]) -> Vec<Sound> {
    let folder = scratch();
    let mut sounds = Vec::new();
    for (name, file_name, arguments) in recipes {
        ffmpeg(folder.path(), arguments).await;
        sounds.push(Sound {
            name,
            file_name,
            bytes: std::fs::read(folder.path().join(file_name)).unwrap(),
        });
    }
    sounds
}
