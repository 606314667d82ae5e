//! Voice activity: which parts of the sound are speech.

mod spans;

pub use spans::{SpanSettings, speech_spans};

use crate::{SpeechError, error::SpeechError::Interface};
use onnx::{Meter, Runtime};
use ort::{
    session::Session,
    value::{Tensor, TensorRef},
};
use std::{num::NonZeroUsize, path::Path};

/// Samples that one probability stands for: 32 ms at 16 kHz.
pub const FRAME_SAMPLES: usize = 512;
/// Samples of the frame before that each frame begins with. Without them the model hears no speech at all.
const CONTEXT_SAMPLES: usize = 64;
/// Frames in one run: 16 s. More would only take more memory.
const BLOCK_FRAMES: usize = 512;
const STATE: [usize; 3] = [1, 1, 128];
const OUTPUTS: [&str; 3] = ["speech_probs", "hn", "cn"];

/// Silero VAD as a sequence model (`silero_vad_16k_sequence.onnx`): `input` `[frames, 576]` and the state `h`, `c`
/// `[1, 1, 128]` to `speech_probs` `[frames]` and the state after them.
#[derive(Debug)]
pub struct SileroVad {
    session: Session,
    pub(crate) meter: Meter,
}

impl SileroVad {
    /// Opens the model's file. It computes on one thread, 500 times faster than the sound plays.
    ///
    /// # Errors
    /// A damaged file, or another model.
    pub fn open(file: &Path, runtime: &Runtime) -> Result<Self, SpeechError> {
        let session = runtime.open(file, NonZeroUsize::MIN)?;
        let inputs: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
        let outputs: Vec<&str> = session
            .outputs()
            .iter()
            .map(|output| output.name())
            .collect();
        if inputs != ["input", "h", "c"] || OUTPUTS.iter().any(|name| !outputs.contains(name)) {
            return Err(Interface {
                path: file.to_owned(),
                reason: format!("it takes {inputs:?} and gives {outputs:?}"),
            });
        }
        Ok(Self {
            session,
            meter: Meter::default(),
        })
    }

    /// The probability of speech, 0 to 1, in each 32 ms of mono sound at 16 kHz, -1 to 1. The last frame counts as
    /// followed by silence.
    ///
    /// # Errors
    /// The model fails.
    pub fn probabilities(&mut self, samples: &[f32]) -> Result<Vec<f32>, SpeechError> {
        self.run(samples).map_err(|source| SpeechError::Run {
            model: "voice activity",
            source,
        })
    }

    fn run(&mut self, samples: &[f32]) -> ort::Result<Vec<f32>> {
        let mut probabilities = Vec::with_capacity(samples.len().div_ceil(FRAME_SAMPLES));
        let zeros = || Tensor::from_array((STATE, vec![0.0_f32; STATE.iter().product()]));
        let (mut hidden, mut cell) = (zeros()?.into_dyn(), zeros()?.into_dyn());
        let mut context = [0.0_f32; CONTEXT_SAMPLES];
        for block in samples.chunks(BLOCK_FRAMES * FRAME_SAMPLES) {
            let frames = with_context(block, &mut context);
            let shape = [
                frames.len() / (CONTEXT_SAMPLES + FRAME_SAMPLES),
                CONTEXT_SAMPLES + FRAME_SAMPLES,
            ];
            let input = TensorRef::from_array_view((shape, frames.as_slice()))?;
            let (session, meter) = (&mut self.session, &mut self.meter);
            let mut outputs = meter.measure(|| session.run(ort::inputs![input, hidden, cell]))?;
            let mut take = |name: &str| {
                outputs
                    .remove(name)
                    .expect("`open` saw that the model has this output")
            };
            let (speech, next_hidden, next_cell) =
                (take(OUTPUTS[0]), take(OUTPUTS[1]), take(OUTPUTS[2]));
            probabilities.extend_from_slice(speech.try_extract_tensor::<f32>()?.1);
            (hidden, cell) = (next_hidden, next_cell);
        }
        Ok(probabilities)
    }
}

/// The block's frames, each behind the end of the frame before; `context` is that of the first, and afterwards that
/// of the next block.
fn with_context(block: &[f32], context: &mut [f32; CONTEXT_SAMPLES]) -> Vec<f32> {
    let mut frames = Vec::with_capacity(block.len() / 8 * 9 + FRAME_SAMPLES);
    for frame in block.chunks(FRAME_SAMPLES) {
        frames.extend_from_slice(context);
        frames.extend_from_slice(frame);
        frames.resize(frames.len() + FRAME_SAMPLES - frame.len(), 0.0);
        context.copy_from_slice(&frames[frames.len() - CONTEXT_SAMPLES..]);
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_begins_with_the_end_of_the_one_before() {
        let samples: Vec<f32> = (0..1200_u16).map(f32::from).collect();
        let mut context = [0.0; CONTEXT_SAMPLES];
        let frames = with_context(&samples, &mut context);
        let frames: Vec<&[f32]> = frames.chunks(CONTEXT_SAMPLES + FRAME_SAMPLES).collect();
        assert_eq!(frames.len(), 3);
        assert_eq!(frames[0][..CONTEXT_SAMPLES], [0.0; CONTEXT_SAMPLES]);
        assert_eq!(frames[1][..CONTEXT_SAMPLES], samples[448..512]);
        assert_eq!(frames[1][CONTEXT_SAMPLES..], samples[512..1024]);
        assert_eq!(frames[2][CONTEXT_SAMPLES + 176..], [0.0; 336]);
        assert_eq!(context, [0.0; CONTEXT_SAMPLES]);
    }
}
