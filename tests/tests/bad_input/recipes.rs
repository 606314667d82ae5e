//! How the files of the tables are made.

use end_to_end::{ffmpeg, scratch};

/// How a file is made.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// These bytes.
    Bytes(&'static [u8]),
    /// Runs of ffmpeg in one folder; the last word of the last run names the file.
    Runs {
        /// Arguments of each run, in order.
        runs: Vec<String>,
        /// So much of the file is kept from its start, in percent.
        kept_percent: usize,
    },
}

/// A minute at ten pictures a second with a key frame every 2 s and a tone: three chunks of the tests' stack.
pub const MINUTE: &str = "-f lavfi -i testsrc2=size=320x180:rate=10:duration=60 \
    -f lavfi -i sine=frequency=440:duration=60 \
    -c:v libx264 -preset ultrafast -g 20 -c:a aac -b:a 32k minute.mp4";
/// Six seconds of the same.
pub const SHORT: &str = "-f lavfi -i testsrc2=size=320x180:rate=10:duration=6 \
    -f lavfi -i sine=frequency=440:duration=6 \
    -c:v libx264 -preset ultrafast -g 20 -c:a aac -b:a 32k short.mp4";
/// One small picture.
pub const PICTURE: &str = "-f lavfi -i testsrc2=size=64x64 -frames:v 1 picture.jpg";
/// `captions.srt` in the folder of every recipe.
pub const CAPTIONS: &str = "1\n00:00:01,000 --> 00:00:03,000\nThe quick brown fox\n\n\
    2\n00:00:03,500 --> 00:00:05,000\njumps over the lazy dog.\n";

impl Recipe {
    /// A file made by ffmpeg.
    pub fn made(runs: &[&str]) -> Self {
        Self::cut_off(runs, 100)
    }

    /// A file made by ffmpeg that breaks off.
    pub fn cut_off(runs: &[&str], kept_percent: usize) -> Self {
        Self::Runs {
            runs: runs.iter().map(|run| (*run).to_owned()).collect(),
            kept_percent,
        }
    }

    /// The file's bytes.
    pub async fn make(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Runs { runs, kept_percent } => {
                let mut bytes = run_all(runs).await;
                bytes.truncate(bytes.len() * kept_percent / 100);
                bytes
            }
        }
    }
}

async fn run_all(runs: &[String]) -> Vec<u8> {
    let folder = scratch();
    std::fs::write(folder.path().join("captions.srt"), CAPTIONS).unwrap();
    for arguments in runs {
        ffmpeg(folder.path(), arguments).await;
    }
    let name = runs.last().and_then(|run| run.split_whitespace().last());
    std::fs::read(folder.path().join(name.unwrap())).unwrap()
}
