//! Queries of CLIP and SigLIP: tokens in, one unit vector out.

use super::{
    files::{Config, Family, read_json, unusable},
    query::VisualQueryEmbedder,
    tower::Tower,
};
use crate::{EmbeddingError, vector::unit};
use ort::value::Tensor;
use serde::Deserialize;
use std::path::Path;
use tokenizers::{
    NormalizerWrapper, PaddingDirection, PaddingParams, PaddingStrategy, Tokenizer,
    TruncationParams,
    normalizers::{Lowercase, Sequence},
};

/// What an input of the graph is fed with.
#[derive(Clone, Copy, Debug)]
enum Input {
    TokenIds,
    AttentionMask,
}

impl Input {
    const fn name(self) -> &'static str {
        match self {
            Self::TokenIds => "input_ids",
            Self::AttentionMask => "attention_mask",
        }
    }
}

/// The text side of a CLIP or a SigLIP.
#[derive(Debug)]
pub(super) struct TokenQueries {
    tower: Tower,
    inputs: Vec<Input>,
    output: &'static str,
    dimensions: usize,
    tokenizer: Tokenizer,
}

impl TokenQueries {
    pub(super) fn open(
        folder: &Path,
        config: &Config,
        tower: Tower,
    ) -> Result<Self, EmbeddingError> {
        let (output, dimensions) = tower.vector_output(config, config.model_type.text_outputs())?;
        let inputs = tower
            .inputs()
            .iter()
            .map(|input| match input.name.as_str() {
                "input_ids" => Ok(Input::TokenIds),
                "attention_mask" => Ok(Input::AttentionMask),
                other => Err(tower.unfit(format!("its graph for texts has an input {other}"))),
            })
            .collect::<Result<_, _>>()?;
        // A graph that takes one length only has it in its input's shape.
        let fixed_length = tower
            .inputs()
            .iter()
            .find_map(|input| input.shape.get(1).copied().flatten());
        Ok(Self {
            inputs,
            output,
            dimensions,
            tokenizer: open_tokenizer(folder, config, fixed_length)?,
            tower,
        })
    }
}

impl VisualQueryEmbedder for TokenQueries {
    fn model_name(&self) -> &str {
        self.tower.name()
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn is_stand_in(&self) -> bool {
        false
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let encoding = self
            .tokenizer
            .encode(text, true)
            .map_err(EmbeddingError::Tokens)?;
        let mut inputs = Vec::new();
        for input in &self.inputs {
            let tokens = match input {
                Input::TokenIds => encoding.get_ids(),
                Input::AttentionMask => encoding.get_attention_mask(),
            };
            let values: Vec<i64> = tokens.iter().copied().map(i64::from).collect();
            let tensor = Tensor::from_array(([1, values.len()], values))
                .map_err(|source| self.tower.failed(source))?;
            inputs.push((input.name().into(), tensor.into()));
        }
        self.tower
            .run_for_vector(inputs, self.output, self.dimensions)
            .map(|vector| unit(&vector))
    }
}

/// `tokenizer_config.json` or `special_tokens_map.json`, what is needed of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokenizerConfig {
    do_lower_case: Option<bool>,
    pad_token: Option<Token>,
    padding_side: Option<Side>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    Described { content: String },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Left,
    Right,
}

impl TokenizerConfig {
    /// Both files together; either may be missing.
    fn read(folder: &Path) -> Result<Self, EmbeddingError> {
        let read = |name: &str| {
            let path = folder.join(name);
            if path.exists() {
                read_json(&path)
            } else {
                Ok(Self::default())
            }
        };
        let mut config = read("tokenizer_config.json")?;
        if config.pad_token.is_none() {
            config.pad_token = read("special_tokens_map.json")?.pad_token;
        }
        Ok(config)
    }
}

/// Opens `tokenizer.json` and makes it do what the model's processor in transformers does.
fn open_tokenizer(
    folder: &Path,
    config: &Config,
    fixed_length: Option<usize>,
) -> Result<Tokenizer, EmbeddingError> {
    let path = folder.join("tokenizer.json");
    let damaged = |source| EmbeddingError::TokenizerFile {
        path: path.clone(),
        source,
    };
    let mut tokenizer = Tokenizer::from_file(&path).map_err(damaged)?;
    let said = TokenizerConfig::read(folder)?;
    let max_tokens = fixed_length.unwrap_or_else(|| config.max_tokens());
    let is_siglip = config.model_type == Family::Siglip;
    // Every SigLIP was trained on lower-case texts of one length, whether or not its files say so.
    if said.do_lower_case.unwrap_or(is_siglip) {
        lower_case_first(&mut tokenizer);
    }
    let padding = if is_siglip || fixed_length.is_some() {
        let padding = padding(&tokenizer, config, &said, max_tokens);
        Some(
            padding
                .ok_or_else(|| unusable(&path, "nothing says which token fills a short text up"))?,
        )
    } else {
        None
    };
    tokenizer.with_padding(padding);
    let truncation = TruncationParams {
        max_length: max_tokens,
        direction: tokenizer
            .get_truncation()
            .map(|truncation| truncation.direction)
            .unwrap_or_default(),
        ..TruncationParams::default()
    };
    tokenizer
        .with_truncation(Some(truncation))
        .map_err(damaged)?;
    Ok(tokenizer)
}

fn lower_case_first(tokenizer: &mut Tokenizer) {
    let mut steps = vec![NormalizerWrapper::from(Lowercase)];
    steps.extend(tokenizer.get_normalizer().cloned());
    tokenizer.with_normalizer(Some(Sequence::new(steps)));
}

/// How short texts are filled up to `length` tokens: by `tokenizer.json` if it says so, else by the files beside it.
fn padding(
    tokenizer: &Tokenizer,
    config: &Config,
    said: &TokenizerConfig,
    length: usize,
) -> Option<PaddingParams> {
    let strategy = PaddingStrategy::Fixed(length);
    if let Some(own) = tokenizer.get_padding() {
        return Some(PaddingParams {
            strategy,
            pad_to_multiple_of: None,
            ..own.clone()
        });
    }
    let named = said.pad_token.as_ref().map(|token| match token {
        Token::Text(content) | Token::Described { content } => content.as_str(),
    });
    let pad_id = match named {
        Some(token) => tokenizer.token_to_id(token)?,
        None => config
            .pad_token_id()
            .or_else(|| tokenizer.token_to_id("<pad>"))?,
    };
    Some(PaddingParams {
        strategy,
        direction: match said.padding_side {
            Some(Side::Left) => PaddingDirection::Left,
            Some(Side::Right) | None => PaddingDirection::Right,
        },
        pad_id,
        pad_token: tokenizer.id_to_token(pad_id)?,
        ..PaddingParams::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Expected {
        texts: Vec<Text>,
    }

    #[derive(Deserialize)]
    struct Text {
        text: String,
        input_ids: Vec<u32>,
    }

    fn fixture(model: &str) -> std::path::PathBuf {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        fixtures.join(model)
    }

    fn tokenizer(model: &str, fixed_length: Option<usize>) -> Tokenizer {
        let config = Config::read(&fixture(model)).unwrap();
        open_tokenizer(&fixture(model), &config, fixed_length).unwrap()
    }

    #[test]
    fn tokens_are_those_of_the_reference() {
        for model in ["nano-clip", "siglip"] {
            let tokenizer = tokenizer(model, None);
            let expected: Expected = read_json(&fixture(model).join("expected.json")).unwrap();
            assert!(expected.texts.len() >= 5);
            for text in expected.texts {
                let encoding = tokenizer.encode(text.text.as_str(), true).unwrap();
                assert_eq!(encoding.get_ids(), text.input_ids, "{}", text.text);
            }
        }
    }

    #[test]
    fn a_graph_of_one_length_gets_texts_of_that_length() {
        let encoding = tokenizer("nano-clip", Some(8)).encode("a red car", true);
        let encoding = encoding.unwrap();
        // The tokenizer's own files name the end of a text as what fills it up.
        assert_eq!(
            encoding.get_ids(),
            [1152, 320, 600, 790, 1153, 1153, 1153, 1153]
        );
        assert_eq!(encoding.get_attention_mask(), [1, 1, 1, 1, 1, 0, 0, 0]);
        let cut = tokenizer("nano-clip", Some(4)).encode("a red car", true);
        assert_eq!(cut.unwrap().get_ids(), [1152, 320, 600, 1153]);
    }
}
