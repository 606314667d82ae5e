//! A model, its path and what it costs.

use crate::error::VisionError;
use onnx::{Clock, MeteredSession, Runtime, SharedSession, Spent};
use ort::{session::SessionOutputs, value::Tensor};
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

/// A model with one input, a batch of one picture in three planes. Shared; it runs one picture at a time.
#[derive(Debug)]
pub(super) struct PictureModel {
    name: &'static str,
    path: PathBuf,
    session: SharedSession,
}

impl PictureModel {
    pub(super) fn open(
        name: &'static str,
        path: PathBuf,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, VisionError> {
        let session = runtime.open(&path, threads)?;
        let (inputs, outputs) = (session.inputs().len(), session.outputs().len());
        if (inputs, outputs) != (1, 1) {
            return Err(VisionError::Interface {
                path,
                reason: format!("it has {inputs} inputs and {outputs} outputs instead of one each"),
            });
        }
        Ok(Self {
            name,
            path,
            session: SharedSession::new(session),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the model says about itself under this key.
    pub(super) fn metadata(&self, key: &str) -> Option<String> {
        self.session.lock().session.metadata().ok()?.custom(key)
    }

    /// Measures runs by this clock from now on, from 0.
    pub(super) fn set_clock(&self, clock: Clock) {
        self.session.set_clock(clock);
    }

    /// What runs took since a clock was set, or since the model was opened.
    pub(super) fn spent(&self) -> Spent {
        self.session.spent()
    }

    /// Runs the model on planes of this size and hands shape and values of its answer to `read`.
    pub(super) fn run<T>(
        &self,
        (width, height): (usize, usize),
        planes: Vec<f32>,
        read: impl FnOnce(&[i64], &[f32]) -> Option<T>,
    ) -> Result<T, VisionError> {
        let failed = |source| VisionError::Run {
            model: self.name,
            source,
        };
        let input = Tensor::from_array(([1, 3, height, width], planes)).map_err(failed)?;
        let mut locked = self.session.lock();
        let MeteredSession { session, meter } = &mut *locked;
        let outputs: SessionOutputs<'_> = meter
            .measure(|| session.run(ort::inputs![input]))
            .map_err(failed)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        read(shape, values).ok_or_else(|| VisionError::Shape {
            model: self.name,
            shape: shape.to_vec(),
        })
    }
}
