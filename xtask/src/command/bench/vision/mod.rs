//! What looking at pictures costs, stage by stage, and beside decoding every picture.

mod document;
mod figures;
mod programs;
mod video;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use models::{Model, Role, model_named, model_of};

pub use self::document::{HEAD, section, table};
pub use self::figures::VisionFigures;
use self::programs::Eyes;
use super::media::Studio;
use super::programs::{Artifact, build, functions_environment};
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::install::models::{Installer, Visual, folder as models_folder, installing_note};
use crate::install::{ffmpeg, onnxruntime};
use crate::progress::Progress;

/// The visual model that can be had everywhere, and what it was before its weights were made int8.
const VISUAL: &str = "visual-bridge";
const REFERENCE: &str = "visual-bridge-fp32";

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// What is taken of each sample at most.
    seconds_of_each: u32,
    /// How often they follow each other in the video.
    repeats: usize,
    /// How often everything is measured, in turn.
    rounds: usize,
}

impl Extent {
    /// What goes into the document, or enough to try the benchmark itself.
    pub fn new(quick: bool) -> Self {
        if quick {
            Self {
                seconds_of_each: 15,
                repeats: 1,
                rounds: 1,
            }
        } else {
            Self {
                seconds_of_each: 60,
                repeats: 2,
                rounds: 3,
            }
        }
    }
}

/// Measures in `folder`, which is there.
///
/// # Errors
/// When something can't be installed or built, or a program fails.
pub fn measure(checkout: &Checkout, folder: &Path, extent: Extent) -> Result<VisionFigures> {
    let progress = Progress::new(4);
    progress.watch(|| {
        let programs = progress.step("Programs of ours, optimised", || {
            let look = build(&checkout.root, "vision", Artifact::Example("look"))?;
            let compare = build(
                &checkout.root,
                "embedding",
                Artifact::Example("compare_models"),
            )?;
            Ok(([look, compare], "built".to_owned()))
        })?;
        let eyes = progress.step("Models", || install(checkout, folder, programs))?;
        let studio = Studio {
            ffmpeg: &eyes.ffmpeg,
            root: &checkout.root,
            folder,
            log: &checkout.log("bench-ffmpeg"),
        };
        let (video, pictures) = progress.step("Video and pictures of the samples", || {
            let samples = video::samples(&checkout.root)?;
            let seconds = extent.seconds_of_each;
            let video = video::make_video(&studio, &samples, seconds, extent.repeats)?;
            let pictures = video::make_pictures(&studio, &samples, seconds)?;
            let note = format!("{} pictures", pictures.len());
            Ok(((video, pictures), note))
        })?;
        progress.step("Everything in turn", || {
            let figures = in_turn(&eyes, &studio, &video, &pictures, extent.rounds)?;
            Ok((figures, format!("{} rounds", extent.rounds)))
        })
    })
}

/// One after the other, again and again, so that whatever else the machine does concerns all alike.
fn in_turn(
    eyes: &Eyes,
    studio: &Studio<'_>,
    video: &Path,
    pictures: &[PathBuf],
    rounds: usize,
) -> Result<VisionFigures> {
    let mut figures = VisionFigures::default();
    for _ in 0..rounds {
        figures.looks.push(eyes.look(video)?);
        let full = studio.full_decoding_cpu_seconds(video)?;
        figures.full_decodings_cpu_s.push(full);
        let key_frames = studio.key_frame_decoding_cpu_seconds(video)?;
        figures.key_frames_cpu_s.push(key_frames);
        figures.comparisons.push(eyes.compare(pictures)?);
    }
    Ok(figures)
}

/// Models, ffmpeg and ONNX Runtime, and what to say about them.
fn install(
    checkout: &Checkout,
    folder: &Path,
    [look, compare]: [PathBuf; 2],
) -> Result<(Eyes, String)> {
    let cache = Cache::locate()?;
    let log = checkout.log("pip");
    // Which models play a role in the checkout itself is not the benchmark's to say.
    let private = Checkout::at(checkout.root.clone(), &folder.join("models"))?;
    let installer = Installer {
        checkout: &private,
        cache: &cache,
        hub: Hub::from_environment(false),
        visual: Visual::StandIn,
    };
    let models = [
        named(VISUAL)?,
        named(REFERENCE)?,
        model_of(Role::ScreenText),
    ];
    let installed = installer.install_models(&models)?;
    let [visual, reference, screen_text] =
        models.map(|model| models_folder(&private).join(&model.name));
    let python = installer.python()?;
    let (onnxruntime, _) = onnxruntime::install(&cache, &python, &log)?;
    let (ffmpeg, _) = ffmpeg::install(&cache, &python, &log)?;
    let eyes = Eyes {
        look,
        compare,
        onnxruntime,
        ffmpeg,
        visual,
        reference,
        screen_text,
        environment: functions_environment(&checkout.root)?,
    };
    Ok((eyes, installing_note(&installed)))
}

fn named(name: &str) -> Result<&'static Model> {
    model_named(name).with_context(|| format!("the manifest has no model {name}"))
}
