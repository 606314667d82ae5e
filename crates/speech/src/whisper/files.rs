//! What a model's folder says about it, in the files of a usual Hugging Face export.

use super::vocabulary::Vocabulary;
use crate::SpeechError;
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeMap, path::Path};

/// Everything about a Whisper model that is not in its graphs.
#[derive(Debug)]
pub(crate) struct ModelFiles {
    /// Bands of the spectrogram.
    pub bands: usize,
    /// Attention heads of the decoder, and how long a head's vectors are.
    pub heads: usize,
    pub head_length: usize,
    /// Layers of the decoder.
    pub layers: usize,
    /// Most tokens that the decoder can take, prompt included.
    pub max_tokens: usize,
    pub special: SpecialTokens,
    /// Never to be written.
    pub suppressed: Vec<u32>,
    /// Not to be written first.
    pub suppressed_first: Vec<u32>,
    /// The first timestamp is at most so many steps of 0.02 s.
    pub max_first_timestamp: u32,
    /// Layer and head whose attention follows the sound; empty where the export does not say.
    pub alignment_heads: Vec<(usize, usize)>,
    pub vocabulary: Vocabulary,
}

/// Tokens that are no text.
#[derive(Debug)]
pub(crate) struct SpecialTokens {
    pub start: u32,
    pub end: u32,
    /// Absent in English-only models.
    pub transcribe: Option<u32>,
    /// Whisper's code of a language, `en` say, and its token; empty in English-only models.
    pub languages: BTreeMap<String, u32>,
    pub no_speech: u32,
    pub no_timestamps: u32,
}

impl SpecialTokens {
    /// The token for 0 s; each further one is 0.02 s later.
    pub(crate) const fn first_timestamp(&self) -> u32 {
        self.no_timestamps + 1
    }
}

#[derive(Deserialize)]
struct Config {
    num_mel_bins: usize,
    d_model: usize,
    decoder_attention_heads: usize,
    decoder_layers: usize,
    max_target_positions: usize,
    eos_token_id: u32,
    decoder_start_token_id: u32,
}

#[derive(Deserialize)]
struct GenerationConfig {
    no_timestamps_token_id: u32,
    #[serde(default)]
    lang_to_id: Option<BTreeMap<String, u32>>,
    #[serde(default)]
    task_to_id: Option<BTreeMap<String, u32>>,
    #[serde(default)]
    suppress_tokens: Option<Vec<i64>>,
    #[serde(default)]
    begin_suppress_tokens: Option<Vec<i64>>,
    #[serde(default)]
    alignment_heads: Option<Vec<(usize, usize)>>,
    #[serde(default)]
    max_initial_timestamp_index: Option<u32>,
}

/// What openai/whisper allows: one second.
const MAX_FIRST_TIMESTAMP: u32 = 50;

impl ModelFiles {
    /// Reads `config.json`, `generation_config.json` and `tokenizer.json`.
    ///
    /// # Errors
    /// [`SpeechError::File`], which names the file and what is missing in it.
    pub(crate) fn read(folder: &Path) -> Result<Self, SpeechError> {
        let config: Config = read_json(&folder.join("config.json"))?;
        let generation: GenerationConfig = read_json(&folder.join("generation_config.json"))?;
        let vocabulary = Vocabulary::read(&folder.join("tokenizer.json"))?;
        let no_timestamps = generation.no_timestamps_token_id;
        let no_speech = ["<|nospeech|>", "<|nocaptions|>"]
            .iter()
            .find_map(|name| vocabulary.special(name));
        let tasks = generation.task_to_id.unwrap_or_default();
        let languages = generation.lang_to_id.unwrap_or_default().into_iter();
        let code = |name: String| name.trim_matches(['<', '|', '>']).to_owned();
        Ok(Self {
            bands: config.num_mel_bins,
            heads: config.decoder_attention_heads,
            head_length: config.d_model / config.decoder_attention_heads.max(1),
            layers: config.decoder_layers,
            max_tokens: config.max_target_positions,
            special: SpecialTokens {
                start: config.decoder_start_token_id,
                end: config.eos_token_id,
                transcribe: tasks.get("transcribe").copied(),
                languages: languages.map(|(name, id)| (code(name), id)).collect(),
                // In every release of Whisper it stands right before this one.
                no_speech: no_speech.unwrap_or(no_timestamps.saturating_sub(1)),
                no_timestamps,
            },
            suppressed: token_list(generation.suppress_tokens),
            suppressed_first: token_list(generation.begin_suppress_tokens),
            max_first_timestamp: generation
                .max_initial_timestamp_index
                .unwrap_or(MAX_FIRST_TIMESTAMP),
            alignment_heads: generation.alignment_heads.unwrap_or_default(),
            vocabulary,
        })
    }
}

/// Some exports fill such lists with -1.
fn token_list(ids: Option<Vec<i64>>) -> Vec<u32> {
    let ids = ids.unwrap_or_default().into_iter();
    ids.filter_map(|id| u32::try_from(id).ok()).collect()
}

/// Reads a JSON file of the model.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, SpeechError> {
    let unusable = |reason: String| SpeechError::File {
        path: path.to_owned(),
        reason,
    };
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))
}
