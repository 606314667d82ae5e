//! Embeds pictures by two models of the same vectors, and says what each took and how far they agree:
//!
//!     cargo run --example compare_models -- MODEL_FOLDER REFERENCE_FOLDER PICTURE...
//!
//! The library of ONNX Runtime is `VINDEX_ONNXRUNTIME`. Prints one JSON document: CPU seconds of one thread inside
//! ONNX Runtime, cosines of the two vectors of each picture, and how often both name the same thing first. The models
//! take turns from picture to picture. The first picture is embedded once more beforehand, since the models set their
//! memory aside for it.

use embedding::{EmbeddedImage, ImageEmbedder, PictureLimits, Spent, decode_picture};
use onnx::cpu_time;
use serde_json::json;
use std::{error::Error, num::NonZeroUsize, path::Path};

const NAME: &str = "example";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, reference, pictures @ ..] = &arguments[..] else {
        return Err("usage: compare_models MODEL_FOLDER REFERENCE_FOLDER PICTURE...".into());
    };
    let runtime = onnx::Runtime::load(Path::new(&std::env::var("VINDEX_ONNXRUNTIME")?))?;
    let open =
        |folder: &str| ImageEmbedder::open(Path::new(folder), NAME, runtime, NonZeroUsize::MIN);
    let models = [open(model)?, open(reference)?];
    let (mut cosines, mut named, mut same) = (Vec::new(), 0, 0);
    for (number, path) in pictures.iter().enumerate() {
        let picture = decode_picture(&std::fs::read(path)?, PictureLimits::default())?;
        if number == 0 {
            for model in &models {
                model.embed(&picture)?;
                model.set_clock(cpu_time);
            }
        }
        let [ours, theirs] = [models[0].embed(&picture)?, models[1].embed(&picture)?];
        cosines.push(cosine(&ours, &theirs));
        if let Some(label) = theirs.labels.first() {
            named += 1;
            let first = ours.labels.first();
            same += usize::from(first.is_some_and(|first| first.name == label.name));
        }
    }
    let part = |spent: Spent| json!({"cpu_s": spent.time.as_secs_f64(), "runs": spent.runs});
    let figures = json!({
        "model": part(models[0].spent()),
        "reference": part(models[1].spent()),
        "mean_cosine": cosines.iter().sum::<f64>() / cosines.len() as f64,
        "worst_cosine": cosines.iter().copied().fold(f64::INFINITY, f64::min),
        "named": named,
        "same_first_label": same,
    });
    println!("{figures}");
    Ok(())
}

/// Both vectors have the length 1.
fn cosine(ours: &EmbeddedImage, theirs: &EmbeddedImage) -> f64 {
    let pairs = ours.vector.iter().zip(&theirs.vector);
    pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
