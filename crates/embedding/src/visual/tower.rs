//! One half of a model: a graph that makes vectors.

use super::files::{Config, Family};
use crate::EmbeddingError;
use onnx::{Clock, MeteredSession, Runtime, SharedSession, Spent};
use ort::{
    session::SessionInputValue,
    value::{Outlet, TensorElementType},
};
use std::{borrow::Cow, num::NonZeroUsize, path::Path};

/// A graph and what it is called. One input is computed at a time.
#[derive(Debug)]
pub(super) struct Tower {
    name: String,
    session: SharedSession,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

/// An input or output of a graph. Lengths that the graph leaves open are missing.
#[derive(Debug)]
pub(super) struct Port {
    pub name: String,
    pub shape: Vec<Option<usize>>,
    is_f32: bool,
}

impl Port {
    fn new(outlet: &Outlet) -> Self {
        let shape = outlet.dtype().tensor_shape();
        let lengths = shape.iter().flat_map(|shape| shape.iter());
        Self {
            name: outlet.name().to_owned(),
            shape: lengths
                .map(|length| usize::try_from(*length).ok())
                .collect(),
            is_f32: outlet.dtype().tensor_type() == Some(TensorElementType::Float32),
        }
    }
}

impl Tower {
    /// Opens the graph `file` of the model `name`.
    pub(super) fn open(
        file: &Path,
        name: &str,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, EmbeddingError> {
        let session = runtime.open(file, threads)?;
        Ok(Self {
            name: name.to_owned(),
            inputs: session.inputs().iter().map(Port::new).collect(),
            outputs: session.outputs().iter().map(Port::new).collect(),
            session: SharedSession::new(session),
        })
    }

    /// Measures runs by this clock from now on, from 0.
    pub(super) fn set_clock(&self, clock: Clock) {
        self.session.set_clock(clock);
    }

    /// What runs took since a clock was set.
    pub(super) fn spent(&self) -> Spent {
        self.session.spent()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// An output by its name.
    pub(super) fn output(&self, name: &str) -> Option<&Port> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// The output that holds the vector, the first of `names` that is there, and the vector's length.
    pub(super) fn vector_output(
        &self,
        config: &Config,
        names: &'static [&'static str],
    ) -> Result<(&'static str, usize), EmbeddingError> {
        let found = names
            .iter()
            .find_map(|name| self.output(name).map(|port| (*name, port)));
        let Some((name, port)) = found else {
            return Err(self.unfit(format!("it has no output {}", names.join(" or "))));
        };
        if !port.is_f32 {
            return Err(self.unfit(format!("its {name} is not of 32-bit floats")));
        }
        let said = config.dimensions();
        match (port.shape.as_slice(), said) {
            // A SigLIP's hidden size is no more than a guess at its pooler's.
            ([_, Some(width)], Some(said))
                if *width != said && config.model_type != Family::Siglip =>
            {
                Err(self.unfit(format!(
                    "its {name} is {width} long, but config.json says {said}"
                )))
            }
            ([_, Some(width)], _) => Ok((name, *width)),
            ([_, None], Some(said)) => Ok((name, said)),
            ([_, None], None) => Err(self.unfit(format!(
                "neither its graph nor config.json says how long {name} is"
            ))),
            (shape, _) => Err(self.unfit(format!("its {name} has {} axes", shape.len()))),
        }
    }

    /// Runs the graph on one picture or text: the vector of each of `outputs`.
    pub(super) fn run(
        &self,
        inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)>,
        outputs: &[&str],
    ) -> Result<Vec<Vec<f32>>, EmbeddingError> {
        let mut locked = self.session.lock();
        let MeteredSession { session, meter } = &mut *locked;
        let found = meter
            .measure(|| session.run(inputs))
            .map_err(|source| self.failed(source))?;
        let vector = |name: &&str| {
            let value = found
                .get(name)
                .ok_or_else(|| self.unfit(format!("it gave no {name}")))?;
            let (shape, values) = value
                .try_extract_tensor::<f32>()
                .map_err(|source| self.failed(source))?;
            match shape[..] {
                [1, _] => Ok(values.to_vec()),
                _ => Err(self.unfit(format!("its {name} has the shape {shape:?}"))),
            }
        };
        outputs.iter().map(vector).collect()
    }

    /// As [`Self::run`] for one output that must be `dimensions` long.
    pub(super) fn run_for_vector(
        &self,
        inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)>,
        output: &str,
        dimensions: usize,
    ) -> Result<Vec<f32>, EmbeddingError> {
        let vector = self.run(inputs, &[output])?.remove(0);
        self.check_length(output, &vector, dimensions)?;
        Ok(vector)
    }

    pub(super) fn check_length(
        &self,
        output: &str,
        vector: &[f32],
        expected: usize,
    ) -> Result<(), EmbeddingError> {
        if vector.len() == expected {
            return Ok(());
        }
        let length = vector.len();
        Err(self.unfit(format!(
            "its {output} is {length} long instead of {expected}"
        )))
    }

    pub(super) fn failed(&self, source: ort::Error) -> EmbeddingError {
        EmbeddingError::Run {
            name: self.name.clone(),
            source,
        }
    }

    pub(super) fn unfit(&self, reason: impl Into<String>) -> EmbeddingError {
        EmbeddingError::Interface {
            name: self.name.clone(),
            reason: reason.into(),
        }
    }
}
