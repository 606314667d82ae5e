//! Runs of the decoder, whichever way it was exported.
//!
//! - *lean*, ours: the encoder gives keys and values of the sound, and one graph takes a past of any length.
//! - *with past*, the usual export of Hugging Face: `decoder_model` makes the past, `decoder_with_past_model` goes on
//!   from it, one token at a time.
//! - *merged*: both in one graph, told by `use_cache_branch` which to be.

use super::{
    encoded::{Encoded, select_rows},
    files::ModelFiles,
    graph::{Graph, Input, Step},
};
use crate::SpeechError;
use onnx::{Clock, Meter, Runtime, Spent};
use ort::{
    memory::Allocator,
    session::SessionInputValue,
    value::{DynValue, Tensor},
};
use std::{num::NonZeroUsize, path::Path};

const FIRST: &str = "decoder_model.onnx";
const NEXT: &str = "decoder_with_past_model.onnx";
const MERGED: &str = "decoder_model_merged.onnx";

#[derive(Debug)]
pub(super) struct Decoder {
    /// The graph of the first run, where it is another one.
    first: Option<Graph>,
    next: Graph,
    heads: usize,
    head_length: usize,
}

/// Where the decoding of some rows stands.
pub(super) struct Past<'e> {
    encoded: &'e mut Encoded,
    /// `None` before the first run.
    feed: Option<Feed>,
    rows: usize,
}

/// One value for each input of the graph that runs next; none where it is a result of the encoder.
type Feed = Vec<Option<DynValue>>;

impl Decoder {
    pub(super) fn open(
        folder: &Path,
        files: &ModelFiles,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, SpeechError> {
        let open = |name: &str| Graph::open_decoder(&folder.join(name), runtime, threads);
        let has = |name: &str| folder.join(name).is_file();
        let (first, next) = if has(NEXT) && has(FIRST) {
            (Some(open(FIRST)?), open(NEXT)?)
        } else if has(MERGED) {
            (None, open(MERGED)?)
        } else {
            (None, open(NEXT)?)
        };
        let decoder = Self {
            first,
            next,
            heads: files.heads,
            head_length: files.head_length,
        };
        if decoder.first.is_none() && decoder.next.takes(&Input::Hidden) && !decoder.is_merged() {
            return Err(SpeechError::Interface {
                path: decoder.next.path,
                reason: format!("{FIRST} is missing beside it"),
            });
        }
        Ok(decoder)
    }

    /// The names of the inputs that the encoder's results feed.
    pub(super) fn wanted_of_encoder(&self) -> Vec<String> {
        let from_encoder = |graph: &Graph| -> Vec<String> {
            let of_sound = |input: &Input| match input {
                Input::Hidden => true,
                Input::SoundPast => self.is_lean(),
                _ => false,
            };
            let inputs = graph.inputs.iter().filter(|(_, input)| of_sound(input));
            inputs.map(|(name, _)| name.clone()).collect()
        };
        from_encoder(self.first.as_ref().unwrap_or(&self.next))
    }

    /// Whether every run says where it listened.
    pub(super) fn gives_attention(&self) -> bool {
        self.next.gives_attention()
    }

    pub(super) fn set_clock(&mut self, clock: Clock) {
        for graph in self.first.iter_mut().chain([&mut self.next]) {
            graph.meter = Meter::new(clock);
        }
    }

    pub(super) fn spent(&self) -> Spent {
        let mut spent = self.next.meter.spent();
        if let Some(first) = &self.first {
            spent += first.meter.spent();
        }
        spent
    }

    fn is_merged(&self) -> bool {
        self.next.takes(&Input::UsePast)
    }

    fn is_lean(&self) -> bool {
        self.first.is_none() && !self.is_merged()
    }

    /// Begins with the rows of `encoded`, in the order of its windows.
    pub(super) fn begin(encoded: &mut Encoded) -> Past<'_> {
        encoded.restore_order();
        Past {
            rows: encoded.rows(),
            encoded,
            feed: None,
        }
    }

    /// Reads `tokens`, `[rows, tokens / rows]`, after all that was read before.
    pub(super) fn read(&mut self, past: &mut Past<'_>, tokens: &[i64]) -> ort::Result<Step> {
        let per_row = tokens.len() / past.rows.max(1);
        // Exports with past take one token at a time, except in the first run.
        if past.feed.is_none() || self.is_lean() || per_row == 1 {
            return self.run(past, tokens);
        }
        let column = |at: usize| -> Vec<i64> {
            let rows = tokens.chunks_exact(per_row);
            rows.map(|row| row[at]).collect()
        };
        for at in 0..per_row - 1 {
            self.run(past, &column(at))?;
        }
        self.run(past, &column(per_row - 1))
    }

    fn run(&mut self, past: &mut Past<'_>, tokens: &[i64]) -> ort::Result<Step> {
        let (is_first, is_merged) = (past.feed.is_none(), self.is_merged());
        let mut feed = match past.feed.take() {
            Some(feed) => feed,
            None => self.feed_of(self.first.as_ref().unwrap_or(&self.next), past)?,
        };
        let graph = match &mut self.first {
            Some(first) if is_first => first,
            _ => &mut self.next,
        };
        let shape = [past.rows, tokens.len() / past.rows.max(1)];
        if let Some(slot) = graph.position("input_ids") {
            feed[slot] = Some(Tensor::from_array((shape, tokens.to_vec()))?.into_dyn());
        }
        let run = graph.run(&past.values(graph, &feed)?)?;
        if is_first && self.first.is_some() {
            feed = self.feed_of(&self.next, past)?;
        }
        for present in run.presents {
            // A merged graph gives keys and values of the sound once, and afterwards empty ones.
            let is_stale = present.of_sound && !is_first;
            if let (Some(slot), false) = (self.next.position(&present.input), is_stale) {
                feed[slot] = Some(present.value);
            }
        }
        if let (true, Some(slot)) = (is_merged, self.next.position("use_cache_branch")) {
            feed[slot] = Some(Tensor::from_array(([1], vec![true]))?.into_dyn());
        }
        past.feed = Some(feed);
        Ok(run.step)
    }

    /// The graph's inputs before anything was read.
    fn feed_of(&self, graph: &Graph, past: &Past<'_>) -> ort::Result<Feed> {
        let inputs = graph.inputs.iter();
        let values = inputs.map(|(name, input)| {
            if past.encoded.front(name, past.rows).is_some() {
                return Ok(None);
            }
            let value = match input {
                Input::Tokens => Tensor::from_array(([0_usize, 1], Vec::<i64>::new()))?.into_dyn(),
                Input::UsePast => Tensor::from_array(([1], vec![false]))?.into_dyn(),
                Input::Hidden | Input::TextPast | Input::SoundPast => {
                    let shape = [past.rows, self.heads, 0, self.head_length];
                    Tensor::<f32>::new(&Allocator::default(), shape)?.into_dyn()
                }
            };
            Ok(Some(value))
        });
        values.collect()
    }
}

impl Past<'_> {
    /// What a run gets: `feed`, and views of what the encoder left.
    fn values<'v>(
        &'v self,
        graph: &Graph,
        feed: &'v Feed,
    ) -> ort::Result<Vec<SessionInputValue<'v>>> {
        let inputs = graph.inputs.iter().zip(feed);
        let values = inputs.filter_map(|((name, _), value)| match value {
            Some(value) => Some(Ok(value.into())),
            None => Some(
                self.encoded
                    .front(name, self.rows)?
                    .map(|front| front.into()),
            ),
        });
        values.collect()
    }

    /// Goes on with some of the rows only, in ascending order.
    pub(super) fn keep_rows(&mut self, decoder: &Decoder, kept: &[usize]) -> ort::Result<()> {
        let Some(feed) = &mut self.feed else {
            return Ok(());
        };
        for (value, (_, input)) in feed.iter_mut().zip(&decoder.next.inputs) {
            if let (Some(value), Input::Hidden | Input::TextPast | Input::SoundPast) =
                (value, input)
            {
                *value = select_rows(value, kept)?;
            }
        }
        self.encoded.bring_to_front(kept);
        self.rows = kept.len();
        Ok(())
    }
}
