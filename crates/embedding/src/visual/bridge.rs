//! Queries of the stand-in: the text's vector in its own space, put among the pictures by a small graph.

use super::{files::Config, query::VisualQueryEmbedder, tower::Tower};
use crate::{EmbeddingError, TextEmbedder, vector::unit};
use ort::value::Tensor;
use std::sync::Arc;

const INPUT: &str = "text_vector";

/// The text side of `visual-bridge`.
#[derive(Debug)]
pub(super) struct BridgeQueries {
    tower: Tower,
    output: &'static str,
    dimensions: usize,
    texts: Arc<TextEmbedder>,
}

impl BridgeQueries {
    pub(super) fn new(
        config: &Config,
        tower: Tower,
        texts: Option<&Arc<TextEmbedder>>,
    ) -> Result<Self, EmbeddingError> {
        let texts = texts.ok_or_else(|| tower.unfit("it needs a text model"))?;
        if let Some(model) = config.text_model()
            && model != texts.model_name()
        {
            return Err(tower.unfit(format!(
                "it was made for the text model {model}, not for {}",
                texts.model_name()
            )));
        }
        let width = texts.dimensions();
        let fits = match tower.inputs() {
            [input] => {
                input.name == INPUT
                    && matches!(input.shape[..], [_, taken] if taken.is_none_or(|taken| taken == width))
            }
            _ => false,
        };
        if !fits {
            return Err(tower.unfit(format!("its graph for texts takes no {INPUT} [n, {width}]")));
        }
        let (output, dimensions) = tower.vector_output(config, config.model_type.text_outputs())?;
        Ok(Self {
            tower,
            output,
            dimensions,
            texts: Arc::clone(texts),
        })
    }
}

impl VisualQueryEmbedder for BridgeQueries {
    fn model_name(&self) -> &str {
        self.tower.name()
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn is_stand_in(&self) -> bool {
        true
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let vector = self.texts.embed_query(text)?;
        let tensor = Tensor::from_array(([1, vector.len()], vector))
            .map_err(|source| self.tower.failed(source))?;
        self.tower
            .run_for_vector(
                vec![(INPUT.into(), tensor.into())],
                self.output,
                self.dimensions,
            )
            .map(|vector| unit(&vector))
    }
}
