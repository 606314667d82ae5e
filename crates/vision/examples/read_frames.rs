//! Reads the text in pictures, and says what it took:
//!
//!     cargo run --release --example read_frames -- MODEL_FOLDER [--threads N] [--rounds N] PICTURE...
//!
//! The library of ONNX Runtime is `VINDEX_ONNXRUNTIME`. Prints one JSON document a line: each picture with its lines,
//! then the figures of the last round, in CPU time, for the pictures with text and for those without. `outside_models`
//! is the whole over the time inside ONNX Runtime.

use image::RgbImage;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::{error::Error, path::Path, time::Duration};
use vision::{Costs, Spent, TextLine, TextReader};

const USAGE: &str = "usage: read_frames MODEL_FOLDER [--threads N] [--rounds N] PICTURE...";

/// What one picture took.
struct Measured {
    lines: Vec<TextLine>,
    whole: Duration,
    models: Costs,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut paths, mut threads, mut rounds) = (Vec::new(), 2, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--threads" => threads = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            _ => paths.push(argument),
        }
    }
    let Some((folder, pictures)) = paths.split_first() else {
        return Err(USAGE.into());
    };
    let library = std::env::var("VINDEX_ONNXRUNTIME")?;
    let runtime = onnx::Runtime::load(Path::new(&library))?;
    let threads = std::num::NonZeroUsize::new(threads).ok_or(USAGE)?;
    let reader = TextReader::open(Path::new(folder), runtime, threads)?;
    let frames = pictures
        .iter()
        .map(|path| Ok(image::open(path)?.into_rgb8()))
        .collect::<Result<Vec<RgbImage>, image::ImageError>>()?;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        measured = frames
            .iter()
            .map(|frame| measure(&reader, frame))
            .collect::<Result<Vec<Measured>, _>>()?;
    }
    for (path, picture) in pictures.iter().zip(&measured) {
        println!(
            "{}",
            json!({"picture": path, "lines": lines(&picture.lines)})
        );
    }
    let (with, without): (Vec<_>, Vec<_>) = measured
        .into_iter()
        .partition(|picture| !picture.lines.is_empty());
    println!(
        "{}",
        json!({"with_text": figures(&with), "without_text": figures(&without)})
    );
    println!("{}", json!({"peak_memory_bytes": peak_memory_bytes()}));
    Ok(())
}

fn measure(reader: &TextReader, frame: &RgbImage) -> Result<Measured, vision::VisionError> {
    reader.set_clock(cpu_time);
    let before = cpu_time();
    let lines = reader.read(frame)?;
    Ok(Measured {
        lines,
        whole: cpu_time() - before,
        models: reader.spent(),
    })
}

fn lines(lines: &[TextLine]) -> Vec<Value> {
    let line = |line: &TextLine| json!({"text": line.text, "confidence": line.confidence, "corners": line.corners});
    lines.iter().map(line).collect()
}

fn figures(measured: &[Measured]) -> Value {
    let per_picture = |time: Duration| time.as_secs_f64() * 1000.0 / measured.len().max(1) as f64;
    let of = |part: fn(&Costs) -> Spent| {
        let parts = measured.iter().map(|picture| part(&picture.models));
        parts.fold((Duration::ZERO, 0), |(time, runs), part| {
            (time + part.time, runs + part.runs)
        })
    };
    let (detector, recogniser) = (of(|costs| costs.detector), of(|costs| costs.recogniser));
    let whole: Duration = measured.iter().map(|picture| picture.whole).sum();
    let models = detector.0 + recogniser.0;
    let part = |(time, runs)| json!({"cpu_ms_per_picture": per_picture(time), "runs": runs});
    json!({
        "pictures": measured.len(),
        "cpu_ms_per_picture": per_picture(whole),
        "detector": part(detector),
        "recogniser": part(recogniser),
        "outside_models": whole.as_secs_f64() / models.as_secs_f64().max(f64::MIN_POSITIVE),
    })
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
