//! Writes down raw sound (mono, 16 kHz, signed 16 bit, little-endian) from standard input, and says what it took:
//!
//!     ffmpeg -i talk.mp4 -ac 1 -ar 16000 -f s16le - | cargo run --example transcribe -- VAD_FILE WHISPER_FOLDER
//!
//! The library of ONNX Runtime is `VINDEX_ONNXRUNTIME`; options are `--threads N`, `--windows N` at once and
//! `--language L`. Prints one JSON document a line: each cue, then the figures.

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use speech::{SAMPLE_RATE_HZ, Spent, TranscribeOptions, Transcriber};
use std::{error::Error, io::Read, num::NonZeroUsize, path::Path, time::Duration};

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let (mut threads, mut windows, mut language) = ("2".to_owned(), "4".to_owned(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--threads" => threads = value()?,
            "--windows" => windows = value()?,
            "--language" => language = Some(value()?),
            _ => files.push(argument),
        }
    }
    let [vad, whisper] = files.as_slice() else {
        return Err(
            "usage: transcribe VAD_FILE WHISPER_FOLDER [--threads N] [--windows N] [--language L]"
                .into(),
        );
    };
    let library = std::env::var("VINDEX_ONNXRUNTIME")?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let samples: Vec<f32> = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32768.0)
        .collect();
    drop(bytes);

    let runtime = onnx::Runtime::load(Path::new(&library))?;
    let threads: NonZeroUsize = threads.parse()?;
    let mut transcriber = Transcriber::open(Path::new(vad), Path::new(whisper), runtime, threads)?;
    let options = TranscribeOptions {
        language: language.as_deref(),
        seed: 0,
        windows_at_once: windows.parse()?,
    };
    transcriber.set_clock(cpu_time);
    let before = cpu_time();
    let transcription = transcriber.transcribe(&samples, &options)?;
    let cpu_s = (cpu_time() - before).as_secs_f64();
    for cue in &transcription.cues {
        println!("{}", serde_json::to_string(cue)?);
    }
    let costs = transcriber.costs();
    let part = |spent: Spent| json!({"cpu_s": spent.time.as_secs_f64(), "runs": spent.runs});
    let figures = json!({
        "audio_s": samples.len() as f64 / SAMPLE_RATE_HZ as f64,
        "cpu_s": cpu_s,
        "voice_activity": part(costs.voice_activity),
        "spectrograms": part(costs.spectrograms),
        "encoder": part(costs.encoder),
        "decoder": part(costs.decoder),
        "peak_memory_bytes": peak_memory_bytes(),
        "language": transcription.language,
        "dropped": transcription.dropped,
    });
    println!("{figures}");
    Ok(())
}

/// User and system time of all threads so far.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
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
