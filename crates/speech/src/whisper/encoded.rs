//! What the encoder made of some windows, one row a window.

use super::graph::{Graph, Output, with_uses};
use ort::{
    memory::Allocator,
    value::{DynValue, Tensor, TensorRef},
};

/// The encoder's results as the decoder takes them: each tensor is `[rows, …]`.
#[derive(Debug)]
pub struct Encoded {
    /// By the name of the decoder's input.
    pub(super) tensors: Vec<(String, Tensor<f32>)>,
    /// Samples of sound in each row.
    pub(super) samples: Vec<usize>,
}

impl Encoded {
    /// How many windows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.samples.len()
    }

    /// Some of the windows, copied.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn select(&self, rows: &[usize]) -> ort::Result<Self> {
        let selected = self.tensors.iter().map(|(input, tensor)| {
            let selected = select_rows(&tensor.view().into_dyn(), rows)?;
            Ok((input.clone(), selected.downcast()?))
        });
        Ok(Self {
            tensors: selected.collect::<ort::Result<_>>()?,
            samples: rows.iter().map(|row| self.samples[*row]).collect(),
        })
    }
}

impl Graph {
    /// Runs an encoder over one spectrogram `[bands, frames]` after the other, each with the samples it stands for,
    /// and puts each result into its row at once: a batched run, or joining at the end, would take far more memory at
    /// its peak.
    pub(super) fn encode(
        &mut self,
        wanted: &[String],
        spectrograms: impl ExactSizeIterator<Item = (usize, Vec<f32>)>,
        bands: usize,
    ) -> ort::Result<Encoded> {
        let rows = spectrograms.len();
        let mut encoded = Encoded {
            tensors: Vec::new(),
            samples: Vec::with_capacity(rows),
        };
        for (row, (samples, features)) in spectrograms.enumerate() {
            let shape = [1, bands, features.len() / bands.max(1)];
            let input = TensorRef::from_array_view((shape, features.as_slice()))?;
            let session = &mut self.session;
            let outputs = self.meter.measure(|| session.run(ort::inputs![input]))?;
            let values: Vec<DynValue> = outputs.into_iter().map(|(_, value)| value).collect();
            for (output, value) in with_uses(&self.outputs, values) {
                if let Output::Past { input, .. } = output
                    && wanted.contains(input)
                {
                    encoded.put(row, rows, input, value)?;
                }
            }
            encoded.samples.push(samples);
        }
        Ok(encoded)
    }
}

impl Encoded {
    fn put(&mut self, row: usize, rows: usize, input: &str, value: DynValue) -> ort::Result<()> {
        if rows == 1 {
            self.tensors.push((input.to_owned(), value.downcast()?));
            return Ok(());
        }
        if row == 0 {
            let mut shape = value.shape().to_vec();
            shape[0] = i64::try_from(rows).unwrap_or(i64::MAX);
            let tensor = Tensor::new(&Allocator::default(), shape)?;
            self.tensors.push((input.to_owned(), tensor));
        }
        let found = self.tensors.iter_mut().find(|(name, _)| name == input);
        if let Some((_, tensor)) = found {
            let (_, one) = value.try_extract_tensor::<f32>()?;
            tensor.extract_tensor_mut().1[row * one.len()..][..one.len()].copy_from_slice(one);
        }
        Ok(())
    }
}

/// The rows `kept` of a tensor `[rows, …]`, as a tensor of their own.
pub(super) fn select_rows(value: &DynValue, kept: &[usize]) -> ort::Result<DynValue> {
    let (shape, data) = value.try_extract_tensor::<f32>()?;
    let mut shape = shape.to_vec();
    let rows = usize::try_from(shape[0]).unwrap_or(1).max(1);
    let length = data.len() / rows;
    shape[0] = i64::try_from(kept.len()).unwrap_or(i64::MAX);
    let mut tensor = Tensor::<f32>::new(&Allocator::default(), shape)?;
    let selected = tensor.extract_tensor_mut().1;
    for (to, from) in kept.iter().enumerate() {
        selected[to * length..][..length].copy_from_slice(&data[from * length..][..length]);
    }
    Ok(tensor.into_dyn())
}
