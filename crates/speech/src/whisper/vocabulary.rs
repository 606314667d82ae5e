//! Which bytes a token stands for.

use super::files::read_json;
use crate::SpeechError;
use serde::Deserialize;
use std::{collections::HashMap, path::Path};

/// The bytes of every token. Byte-level: a character may be spread over several tokens.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// By token; empty for special tokens and for gaps.
    bytes: Vec<Vec<u8>>,
    special: HashMap<String, u32>,
}

#[derive(Deserialize)]
struct TokenizerFile {
    model: TokenizerModel,
    added_tokens: Vec<AddedToken>,
}

#[derive(Deserialize)]
struct TokenizerModel {
    vocab: HashMap<String, u32>,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
}

impl Vocabulary {
    /// Reads `tokenizer.json` of Hugging Face's tokenizers, with a byte-level vocabulary.
    pub(super) fn read(path: &Path) -> Result<Self, SpeechError> {
        let file: TokenizerFile = read_json(path)?;
        let special: HashMap<String, u32> = file
            .added_tokens
            .into_iter()
            .map(|token| (token.content, token.id))
            .collect();
        let byte_of = byte_level();
        let largest = file.model.vocab.values().max().copied().unwrap_or(0);
        let mut bytes = vec![Vec::new(); largest as usize + 1];
        for (piece, id) in &file.model.vocab {
            if !special.contains_key(piece) {
                bytes[*id as usize] = piece
                    .chars()
                    .filter_map(|letter| byte_of.get(&letter).copied())
                    .collect();
            }
        }
        Ok(Self { bytes, special })
    }

    /// The bytes of a token; none for a special one.
    pub(crate) fn bytes(&self, token: u32) -> &[u8] {
        self.bytes.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// The text of tokens. Bytes that are no UTF-8 become U+FFFD.
    pub(crate) fn text(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .flat_map(|token| self.bytes(*token).iter().copied())
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A special token by its name, `<|nospeech|>` say.
    pub(super) fn special(&self, name: &str) -> Option<u32> {
        self.special.get(name).copied()
    }
}

/// GPT-2's alphabet: bytes that print stand for themselves, the others, in order, for U+0100 and up.
fn byte_level() -> HashMap<char, u8> {
    let prints = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let (printing, others): (Vec<u8>, Vec<u8>) = (0..=u8::MAX).partition(prints);
    let shifted = ('\u{100}'..).zip(others);
    printing
        .into_iter()
        .map(|byte| (char::from(byte), byte))
        .chain(shifted)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_letter_of_its_own() {
        let letters = byte_level();
        let mut bytes: Vec<u8> = letters.values().copied().collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=u8::MAX).collect::<Vec<_>>());
        assert_eq!(letters[&'Ġ'], b' ');
        assert_eq!(letters[&'Ċ'], b'\n');
    }

    #[test]
    fn special_tokens_have_no_text_and_characters_may_span_tokens() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let json = r#"{"model": {"vocab": {"a": 0, "Ġb": 1, "Ã": 2, "¼": 3, "<|x|>": 4}},
                       "added_tokens": [{"id": 4, "content": "<|x|>"}]}"#;
        std::fs::write(file.path(), json).unwrap();
        let vocabulary = Vocabulary::read(file.path()).unwrap();
        assert_eq!(vocabulary.text(&[0, 1, 2, 3, 4, 99]), "a bü");
        assert_eq!(vocabulary.text(&[2]), "\u{fffd}");
        assert_eq!(vocabulary.special("<|x|>"), Some(4));
    }
}
