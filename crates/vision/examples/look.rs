//! Looks at the pictures of a video file as the functions do, and says what that took:
//!
//!     cargo run --example look -- VIDEO VISUAL_FOLDER SCREEN_TEXT_FOLDER
//!
//! ffmpeg is `VINDEX_FFMPEG`, the library of ONNX Runtime `VINDEX_ONNXRUNTIME`. Prints one JSON document with CPU
//! seconds and counts. The models run on one thread; probing the file, opening them, and a first frame, for which they
//! set their memory aside, don't count.

use embedding::{ImageEmbedder, PictureLimits, decode_picture};
use media::{
    ChunkRange, ExtractSettings, Extracted, Ffmpeg, FileSource, MediaInfo, MediaLimits,
    PlannedChunk, RangeServer, ReadSettings, extract_chunk, probe,
};
use onnx::cpu_time;
use rustix::param::clock_ticks_per_second;
use serde_json::{Value, json};
use std::{
    error::Error,
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use vision::{Frame, Looked, Looker, Spent, TextReader};

const USAGE: &str = "usage: look VIDEO VISUAL_FOLDER SCREEN_TEXT_FOLDER";
/// The length of a video's chunks.
const CHUNK_MS: u64 = 300_000;

/// What all chunks took.
#[derive(Default)]
struct Figures {
    /// ffmpeg, and this process while it serves the file and chooses among the pictures.
    ffmpeg: Duration,
    extraction: Duration,
    /// Everything from the files of frames to shots and passages.
    look: Duration,
    frames: usize,
    broken: usize,
    shots: usize,
    /// Text of every shot by itself.
    lines: usize,
    passages: usize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [video, visual_folder, screen_text_folder] = &arguments[..] else {
        return Err(USAGE.into());
    };
    let ffmpeg = Ffmpeg::new(std::env::var("VINDEX_FFMPEG")?);
    let looker = open(visual_folder, screen_text_folder)?;
    let info = probe(&ffmpeg, &serve(video).await?, &MediaLimits::default()).await?;
    let duration_ms = info.duration_ms.ok_or("the file does not say its length")?;
    let mut figures = Figures::default();
    let mut costs = Costs::default();
    for start_ms in (0..duration_ms).step_by(CHUNK_MS as usize) {
        let range = ChunkRange {
            start_ms,
            end_ms: duration_ms.min(start_ms + CHUNK_MS),
        };
        let folder = tempfile::tempdir()?;
        let extracted = figures
            .extract(&ffmpeg, video, &info, range, folder.path())
            .await?;
        if start_ms == 0 {
            warm_up(&looker, &extracted)?;
        }
        figures.look(&looker, &extracted, range, &mut costs)?;
    }
    println!("{}", figures.document(duration_ms, &costs));
    Ok(())
}

/// Time inside ONNX Runtime.
#[derive(Default)]
struct Costs {
    images: Spent,
    texts: vision::Costs,
}

impl Figures {
    async fn extract(
        &mut self,
        ffmpeg: &Ffmpeg,
        video: &Path,
        info: &MediaInfo,
        range: ChunkRange,
        folder: &Path,
    ) -> Result<Extracted, Box<dyn Error>> {
        let (own, children) = (cpu_time(), children_cpu_time()?);
        // A server for each chunk, as each is extracted by itself.
        let server = serve(video).await?;
        let chunk = PlannedChunk::from(range);
        let settings = ExtractSettings::default();
        let extracted = extract_chunk(ffmpeg, &server, info, &chunk, &settings, folder).await?;
        self.extraction += cpu_time() - own;
        self.ffmpeg += children_cpu_time()? - children;
        Ok(extracted)
    }

    fn look(
        &mut self,
        looker: &Looker,
        extracted: &Extracted,
        range: ChunkRange,
        costs: &mut Costs,
    ) -> Result<(), Box<dyn Error>> {
        looker.images.set_clock(cpu_time);
        looker.texts.set_clock(cpu_time);
        let before = cpu_time();
        let frames = read(extracted)?;
        let looked = looker.look(&frames, &extracted.cuts_ms, range.start_ms..range.end_ms)?;
        self.look += cpu_time() - before;
        costs.images += looker.images.spent();
        costs.texts += looker.texts.spent();
        self.frames += frames.len();
        self.broken += looked.broken;
        self.shots += looked.shots.len();
        self.passages += looked.texts.len();
        self.lines += lines(looker, &frames, &looked)?;
        Ok(())
    }

    fn document(&self, duration_ms: u64, costs: &Costs) -> Value {
        let part = |spent: Spent| json!({"cpu_s": spent.time.as_secs_f64(), "runs": spent.runs});
        json!({
            "video_s": duration_ms as f64 / 1000.0,
            "ffmpeg_cpu_s": self.ffmpeg.as_secs_f64(),
            "extraction_cpu_s": self.extraction.as_secs_f64(),
            "look_cpu_s": self.look.as_secs_f64(),
            "images": part(costs.images),
            "detector": part(costs.texts.detector),
            "recogniser": part(costs.texts.recogniser),
            "frames": self.frames,
            "broken": self.broken,
            "shots": self.shots,
            "lines": self.lines,
            "passages": self.passages,
        })
    }
}

fn open(visual_folder: &Path, screen_text_folder: &Path) -> Result<Looker, Box<dyn Error>> {
    let library = std::env::var("VINDEX_ONNXRUNTIME")?;
    let runtime = onnx::Runtime::load(Path::new(&library))?;
    let one = NonZeroUsize::MIN;
    Ok(Looker {
        images: Arc::new(ImageEmbedder::open(visual_folder, "example", runtime, one)?),
        texts: Arc::new(TextReader::open(screen_text_folder, runtime, one)?),
    })
}

async fn serve(video: &Path) -> io::Result<RangeServer> {
    let source = FileSource::open(video)?;
    RangeServer::start(Arc::new(source), ReadSettings::default()).await
}

fn warm_up(looker: &Looker, extracted: &Extracted) -> Result<(), Box<dyn Error>> {
    let first = read(extracted)?.into_iter().take(1).collect::<Vec<_>>();
    looker.look(&first, &[], 0..1)?;
    Ok(())
}

fn read(extracted: &Extracted) -> io::Result<Vec<Frame>> {
    let frames = extracted.frames.iter().map(|frame| {
        Ok(Frame {
            time_ms: frame.time_ms,
            file: std::fs::read(&frame.path)?.into(),
        })
    });
    frames.collect()
}

/// Lines of text of every shot's frame, before any of them are merged. Read once more, outside of what is measured.
fn lines(looker: &Looker, frames: &[Frame], looked: &Looked) -> Result<usize, Box<dyn Error>> {
    let mut count = 0;
    for shot in &looked.shots {
        let picture = decode_picture(&frames[shot.frame].file, PictureLimits::default())?;
        count += looker.texts.read(&picture)?.len();
    }
    Ok(count)
}

/// User and system time of all processes that this one started and that have ended.
fn children_cpu_time() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold spaces and parentheses itself.
    let (_, after_name) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let fields = after_name.split_whitespace().skip(13).take(2);
    let ticks = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    let seconds = ticks as f64 / clock_ticks_per_second() as f64;
    Ok(Duration::from_secs_f64(seconds))
}
