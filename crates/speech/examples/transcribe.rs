//! Writes down raw sound (mono, 16 kHz, signed 16 bit, little-endian) from standard input, and says what it took:
//!
//!     ffmpeg -i talk.mp4 -ac 1 -ar 16000 -f s16le - | cargo run --example transcribe -- VAD_FILE WHISPER_FOLDER
//!
//! The library of ONNX Runtime is `VINDEX_ONNXRUNTIME`. Prints one JSON document a line: each cue, then the figures.
//! Those are of the recognition alone; opening the models and `--warm-up` don't count, except for the peak of memory.

use onnx::cpu_time;
use serde_json::json;
use speech::{SAMPLE_RATE_HZ, Spent, TranscribeOptions, Transcriber, WINDOWS_AT_ONCE};
use std::{
    error::Error,
    io::{self, Read},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

const USAGE: &str = "usage: transcribe VAD_FILE WHISPER_FOLDER [--threads N] [--windows AT_ONCE] [--language L] \
                     [--chunk SECONDS] [--warm-up SECONDS]";
const SAMPLE_BYTES: usize = 2;

struct Arguments {
    vad_file: PathBuf,
    whisper_folder: PathBuf,
    threads: NonZeroUsize,
    windows_at_once: NonZeroUsize,
    language: Option<String>,
    /// Sound is read and written down in pieces of this length, as the function does; else all at once.
    chunk_seconds: Option<usize>,
    /// So much of the first piece is written down once before, and forgotten.
    warm_up_seconds: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let library = std::env::var("VINDEX_ONNXRUNTIME")?;
    let runtime = onnx::Runtime::load(Path::new(&library))?;
    let mut transcriber = Transcriber::open(
        &arguments.vad_file,
        &arguments.whisper_folder,
        runtime,
        arguments.threads,
    )?;
    let options = TranscribeOptions {
        language: arguments.language.as_deref(),
        seed: 0,
        windows_at_once: arguments.windows_at_once,
    };
    let (mut heard, mut spent) = (0, Duration::ZERO);
    loop {
        let samples = read(arguments.chunk_seconds)?;
        if heard == 0 {
            let warm_up = samples
                .len()
                .min(arguments.warm_up_seconds * SAMPLE_RATE_HZ);
            transcriber.transcribe(&samples[..warm_up], &options)?;
            transcriber.set_clock(cpu_time);
        }
        if samples.is_empty() {
            break;
        }
        let before = cpu_time();
        let transcription = transcriber.transcribe(&samples, &options)?;
        spent += cpu_time() - before;
        let offset_ms = (heard * 1000 / SAMPLE_RATE_HZ) as u64;
        for cue in transcription.cues {
            println!("{}", serde_json::to_string(&cue.later(offset_ms))?);
        }
        heard += samples.len();
    }
    let costs = transcriber.costs();
    let part = |spent: Spent| json!({"cpu_s": spent.time.as_secs_f64(), "runs": spent.runs});
    let figures = json!({
        "audio_s": heard as f64 / SAMPLE_RATE_HZ as f64,
        "windows_at_once": options.windows_at_once,
        "cpu_s": spent.as_secs_f64(),
        "voice_activity": part(costs.voice_activity),
        "spectrograms": part(costs.spectrograms),
        "encoder": part(costs.encoder),
        "decoder": part(costs.decoder),
        "tokens": costs.tokens,
        "peak_memory_bytes": peak_memory_bytes(),
    });
    println!("{figures}");
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let (mut files, mut threads, mut windows_at_once) =
        (Vec::new(), "2".to_owned(), WINDOWS_AT_ONCE);
    let (mut language, mut chunk, mut warm_up) = (None, None, "0".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--threads" => threads = value()?,
            "--windows" => windows_at_once = value()?.parse()?,
            "--language" => language = Some(value()?),
            "--chunk" => chunk = Some(value()?.parse()?),
            "--warm-up" => warm_up = value()?,
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let Ok([vad_file, whisper_folder]) = <[PathBuf; 2]>::try_from(files) else {
        return Err(USAGE.into());
    };
    Ok(Arguments {
        vad_file,
        whisper_folder,
        threads: threads.parse()?,
        windows_at_once,
        language,
        chunk_seconds: chunk,
        warm_up_seconds: warm_up.parse()?,
    })
}

/// The next seconds of standard input, or all that is left.
fn read(seconds: Option<usize>) -> io::Result<Vec<f32>> {
    let limit = seconds.map_or(usize::MAX, |seconds| {
        seconds * SAMPLE_RATE_HZ * SAMPLE_BYTES
    });
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(limit as u64)
        .read_to_end(&mut bytes)?;
    let samples = bytes.as_chunks::<SAMPLE_BYTES>().0.iter();
    let samples = samples.map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32768.0);
    Ok(samples.collect())
}

/// The most memory that was resident, as the kernel counts it.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}
