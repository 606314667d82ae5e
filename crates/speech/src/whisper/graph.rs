//! One graph of a model and how its outputs feed the next run.

use crate::SpeechError;
use onnx::{Meter, Runtime};
use ort::{
    session::{Session, SessionInputValue},
    value::DynValue,
};
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

/// What an input of a decoder is fed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Tokens `[rows, tokens]`.
    Tokens,
    /// The encoder's result `[rows, frames, width]`.
    Hidden,
    /// Keys or values of the text so far `[rows, heads, tokens, head length]`.
    TextPast,
    /// Keys or values of the sound `[rows, heads, frames, head length]`.
    SoundPast,
    /// Whether the past is to be used, in graphs that hold both cases.
    UsePast,
}

/// What an output is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// Scores of the next token `[rows, tokens, vocabulary]`.
    Logits,
    /// Attention to the sound `[rows, heads, tokens, frames]`: of one layer, or of the alignment heads alone.
    Attention(Option<usize>),
    /// Feeds the input of that name in the next run.
    Past { input: String, of_sound: bool },
    /// Of no use here.
    Other,
}

/// A graph that was opened, with its inputs and outputs in their order.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) path: PathBuf,
    pub(super) session: Session,
    /// Name and use of each input; empty for an encoder.
    pub(super) inputs: Vec<(String, Input)>,
    pub(super) outputs: Vec<(String, Output)>,
    pub(super) meter: Meter,
}

/// What one run of a decoder gives.
pub(super) struct Run {
    pub(super) step: Step,
    pub(super) presents: Vec<Present>,
}

/// What is to be known of the token that follows.
pub(super) struct Step {
    /// `[rows, tokens, vocabulary]`.
    pub(super) logits: DynValue,
    /// By layer, `[rows, heads, tokens, frames]`; without a layer, the alignment heads only.
    pub(super) attention: Vec<(Option<usize>, DynValue)>,
}

/// A value for an input of the next run.
pub(super) struct Present {
    pub(super) input: String,
    pub(super) of_sound: bool,
    pub(super) value: DynValue,
}

impl Graph {
    pub(super) fn open_encoder(
        path: &Path,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, SpeechError> {
        let session = runtime.open(path, threads)?;
        let inputs: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
        if inputs != ["input_features"] {
            return Err(SpeechError::Interface {
                path: path.to_owned(),
                reason: format!("an encoder takes input_features, and this takes {inputs:?}"),
            });
        }
        let outputs = session.outputs().iter();
        let outputs =
            outputs.map(|output| (output.name().to_owned(), encoder_output(output.name())));
        Ok(Self {
            path: path.to_owned(),
            outputs: outputs.collect(),
            inputs: Vec::new(),
            meter: Meter::default(),
            session,
        })
    }

    pub(super) fn open_decoder(
        path: &Path,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, SpeechError> {
        let session = runtime.open(path, threads)?;
        let inputs = session.inputs().iter();
        let inputs = inputs
            .map(|input| {
                let name = input.name();
                let found = decoder_input(name).ok_or_else(|| SpeechError::Interface {
                    path: path.to_owned(),
                    reason: format!("a decoder has no input {name}"),
                })?;
                Ok((name.to_owned(), found))
            })
            .collect::<Result<Vec<_>, SpeechError>>()?;
        let outputs = session.outputs().iter();
        let outputs: Vec<_> = outputs
            .map(|output| (output.name().to_owned(), decoder_output(output.name())))
            .collect();
        if !outputs.iter().any(|(_, output)| *output == Output::Logits) {
            return Err(SpeechError::Interface {
                path: path.to_owned(),
                reason: "it has no output logits".to_owned(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            session,
            inputs,
            outputs,
            meter: Meter::default(),
        })
    }

    /// Runs a decoder once; `feed` has one value for each input.
    pub(super) fn run(&mut self, feed: &[SessionInputValue<'_>]) -> ort::Result<Run> {
        let session = &mut self.session;
        let outputs = self.meter.measure(|| session.run(feed))?;
        // Collected, so that the session is free again.
        let values: Vec<DynValue> = outputs.into_iter().map(|(_, value)| value).collect();
        let (mut logits, mut attention, mut presents) = (None, Vec::new(), Vec::new());
        for (output, value) in with_uses(&self.outputs, values) {
            match output {
                Output::Logits => logits = Some(value),
                Output::Attention(layer) => attention.push((*layer, value)),
                Output::Past { input, of_sound } => presents.push(Present {
                    input: input.clone(),
                    of_sound: *of_sound,
                    value,
                }),
                Output::Other => {}
            }
        }
        let logits = logits.expect("`open_decoder` saw that there are logits");
        Ok(Run {
            step: Step { logits, attention },
            presents,
        })
    }

    /// Whether an input of this kind is there.
    pub(super) fn takes(&self, kind: &Input) -> bool {
        self.inputs.iter().any(|(_, input)| input == kind)
    }

    /// Whether attention comes out.
    pub(super) fn gives_attention(&self) -> bool {
        self.outputs
            .iter()
            .any(|(_, output)| matches!(output, Output::Attention(_)))
    }

    /// What the inputs are called, in order.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|(input, _)| input == name)
    }
}

/// Pairs the values of a run with the uses of the outputs.
pub(super) fn with_uses(
    outputs: &[(String, Output)],
    values: Vec<DynValue>,
) -> impl Iterator<Item = (&Output, DynValue)> {
    outputs.iter().map(|(_, output)| output).zip(values)
}

fn encoder_output(name: &str) -> Output {
    match name {
        "last_hidden_state" => Output::Past {
            input: "encoder_hidden_states".to_owned(),
            of_sound: true,
        },
        _ => past_output(name),
    }
}

fn decoder_input(name: &str) -> Option<Input> {
    match name {
        "input_ids" => Some(Input::Tokens),
        "encoder_hidden_states" => Some(Input::Hidden),
        "use_cache_branch" => Some(Input::UsePast),
        _ if !name.starts_with("past_key_values.") => None,
        _ if name.contains(".encoder.") => Some(Input::SoundPast),
        _ => Some(Input::TextPast),
    }
}

fn decoder_output(name: &str) -> Output {
    match name {
        "logits" => Output::Logits,
        "cross_attentions" => Output::Attention(None),
        _ => match name.strip_prefix("cross_attentions.").map(str::parse) {
            Some(Ok(layer)) => Output::Attention(Some(layer)),
            _ => past_output(name),
        },
    }
}

/// `present.0.decoder.key` feeds `past_key_values.0.decoder.key`.
fn past_output(name: &str) -> Output {
    match name.strip_prefix("present.") {
        Some(rest) => Output::Past {
            input: format!("past_key_values.{rest}"),
            of_sound: rest.contains(".encoder."),
        },
        None => Output::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_inputs_and_outputs_are_for() {
        assert_eq!(
            decoder_input("past_key_values.3.encoder.key"),
            Some(Input::SoundPast)
        );
        assert_eq!(
            decoder_input("past_key_values.3.decoder.value"),
            Some(Input::TextPast)
        );
        assert_eq!(decoder_input("attention_mask"), None);
        assert_eq!(
            decoder_output("cross_attentions.5"),
            Output::Attention(Some(5))
        );
        assert_eq!(decoder_output("hidden_states.1"), Output::Other);
        let sound = |input: &str| Output::Past {
            input: input.to_owned(),
            of_sound: true,
        };
        assert_eq!(
            encoder_output("last_hidden_state"),
            sound("encoder_hidden_states")
        );
        assert_eq!(
            encoder_output("present.0.encoder.key"),
            sound("past_key_values.0.encoder.key")
        );
    }
}
