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
    /// Samples of sound in each window.
    pub(super) samples: Vec<usize>,
    order: Order,
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
    pub(crate) fn select(&self, windows: &[usize]) -> ort::Result<Self> {
        let rows = windows.iter().map(|window| self.order.row_of(*window));
        let rows: Vec<usize> = rows.collect();
        let selected = self.tensors.iter().map(|(input, tensor)| {
            let selected = select_rows(&tensor.view().into_dyn(), &rows)?;
            Ok((input.clone(), selected.downcast()?))
        });
        Ok(Self {
            tensors: selected.collect::<ort::Result<_>>()?,
            samples: windows.iter().map(|at| self.samples[*at]).collect(),
            order: Order::of(windows.len()),
        })
    }

    /// The first rows of the tensor for an input of the decoder, as they lie there; `None` where it is no result of
    /// the encoder.
    pub(super) fn front(
        &self,
        input: &str,
        rows: usize,
    ) -> Option<ort::Result<TensorRef<'_, f32>>> {
        let (_, tensor) = self.tensors.iter().find(|(name, _)| name == input)?;
        let (shape, data) = tensor.extract_tensor();
        let mut shape = shape.to_vec();
        let length = data.len() / self.rows().max(1);
        shape[0] = i64::try_from(rows).unwrap_or(i64::MAX);
        Some(TensorRef::from_array_view((shape, &data[..rows * length])))
    }

    /// Exchanges rows until those at `kept`, in ascending order, are the first: what goes on needs no copy.
    pub(super) fn bring_to_front(&mut self, kept: &[usize]) {
        let (order, tensors) = (&mut self.order, &mut self.tensors);
        let rows = self.samples.len();
        order.bring_to_front(kept, |row, other| exchange(tensors, rows, row, other));
    }

    /// Puts each window back into its own row.
    pub(super) fn restore_order(&mut self) {
        let (order, tensors) = (&mut self.order, &mut self.tensors);
        let rows = self.samples.len();
        order.restore(|row, other| exchange(tensors, rows, row, other));
    }
}

/// Exchanges two of `rows` in every tensor; `low` is the lower one.
fn exchange(tensors: &mut [(String, Tensor<f32>)], rows: usize, low: usize, high: usize) {
    for (_, tensor) in tensors {
        let data = tensor.extract_tensor_mut().1;
        let length = data.len() / rows;
        let (front, back) = data.split_at_mut(high * length);
        front[low * length..][..length].swap_with_slice(&mut back[..length]);
    }
}

/// The window that lies in each row.
#[derive(Debug)]
struct Order(Vec<usize>);

impl Order {
    fn of(rows: usize) -> Self {
        Self((0..rows).collect())
    }

    fn row_of(&self, window: usize) -> usize {
        let found = self.0.iter().position(|found| *found == window);
        found.expect("rows are exchanged and never lost")
    }

    /// `exchange` gets two rows, the lower one first.
    fn bring_to_front(&mut self, kept: &[usize], mut exchange: impl FnMut(usize, usize)) {
        // What lay in front goes to a row that was looked at already, so later ones stay where they are.
        for (to, from) in kept.iter().enumerate().filter(|(to, from)| to != *from) {
            exchange(to, *from);
            self.0.swap(to, *from);
        }
    }

    fn restore(&mut self, mut exchange: impl FnMut(usize, usize)) {
        for row in 0..self.0.len() {
            let from = self.row_of(row);
            if from != row {
                exchange(row, from);
                self.0.swap(row, from);
            }
        }
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
            order: Order::of(rows),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps some rows, then some of those; `expected` are the windows that are in front then.
    fn check(steps: &[&[usize]], expected: &[usize]) {
        let mut order = Order::of(5);
        let mut rows = ["a", "b", "c", "d", "e"];
        let all = rows;
        for kept in steps {
            order.bring_to_front(kept, |row, other| rows.swap(row, other));
        }
        for (row, window) in expected.iter().enumerate() {
            assert_eq!(rows[row], all[*window]);
            assert_eq!(order.row_of(*window), row);
        }
        order.restore(|row, other| rows.swap(row, other));
        assert_eq!((rows, order.0), (all, vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn rows_that_go_on_come_to_the_front_and_none_is_lost() {
        check(&[&[0, 1, 2, 3, 4]], &[0, 1, 2, 3, 4]);
        check(&[&[1, 2, 4]], &[1, 2, 4]);
        check(&[&[1, 2, 4], &[2]], &[4]);
        check(&[&[0, 2, 3], &[1, 2], &[1]], &[3]);
    }
}
