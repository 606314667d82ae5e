//! Embeds pictures, says what each of them shows and how near it is to a text, and what that took:
//!
//!     cargo run --example embed_pictures -- MODEL_FOLDER TEXT PICTURE...
//!
//! The library of ONNX Runtime is `VINDEX_ONNXRUNTIME`; a stand-in also needs `VINDEX_MODELS_DIR`. Prints one JSON
//! document a line: each picture, then the figures, in milliseconds of CPU of one thread on average. A first run of the
//! model, which sets its memory aside, does not count. `EMBED_REPEAT` says how often each picture is embedded.

use embedding::{ImageEmbedder, PictureLimits, TextEmbedder, decode_picture, open_visual_queries};
use models::{ModelFolder, Role};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use std::{error::Error, num::NonZeroUsize, path::Path, sync::Arc};

const NAME: &str = "example";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, text, pictures @ ..] = &arguments[..] else {
        return Err("usage: embed_pictures MODEL_FOLDER TEXT PICTURE...".into());
    };
    let repeat: u32 = std::env::var("EMBED_REPEAT").map_or(Ok(1), |count| count.parse())?;
    let (folder, one) = (Path::new(folder), NonZeroUsize::MIN);
    let runtime = onnx::Runtime::load(Path::new(&std::env::var("VINDEX_ONNXRUNTIME")?))?;
    let texts = match std::env::var_os("VINDEX_MODELS_DIR") {
        Some(models) => {
            let model = ModelFolder::open(Path::new(&models), Role::Text)?;
            Some(Arc::new(TextEmbedder::open(&model, runtime, one)?))
        }
        None => None,
    };
    let queries = open_visual_queries(folder, NAME, runtime, one, texts.as_ref())?;
    let before_ms = cpu_ms();
    let images = ImageEmbedder::open(folder, NAME, runtime, one)?;
    let opening_ms = cpu_ms() - before_ms;
    let query = queries.embed(text)?;
    let (mut decoding_ms, mut preparing_ms, mut all_ms) = (0.0, 0.0, 0.0);
    for (number, path) in pictures.iter().enumerate() {
        let bytes = std::fs::read(path)?;
        if number == 0 {
            images.embed(&decode_picture(&bytes, PictureLimits::default())?)?;
        }
        for round in 0..repeat {
            let start_ms = cpu_ms();
            let picture = decode_picture(&bytes, PictureLimits::default())?;
            let decoded_ms = cpu_ms();
            let _ = images.prepare(&picture);
            let prepared_ms = cpu_ms();
            let made = images.embed(&picture)?;
            all_ms += cpu_ms() - prepared_ms;
            preparing_ms += prepared_ms - decoded_ms;
            decoding_ms += decoded_ms - start_ms;
            if round > 0 {
                continue;
            }
            let cosine: f32 = query.iter().zip(&made.vector).map(|(a, b)| a * b).sum();
            let labels = made.labels.iter();
            let labels: Vec<_> = labels
                .map(|label| json!([label.name, label.probability]))
                .collect();
            println!(
                "{}",
                json!({"picture": path, "cosine": cosine, "labels": labels})
            );
        }
    }
    let runs = f64::from(repeat) * pictures.len().max(1) as f64;
    let figures = json!({
        "opening_ms": opening_ms,
        "decoding_ms": decoding_ms / runs,
        "preparing_ms": preparing_ms / runs,
        "model_ms": (all_ms - preparing_ms) / runs,
    });
    println!("{figures}");
    Ok(())
}

/// User and system time of all threads so far, in milliseconds.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
