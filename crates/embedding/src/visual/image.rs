//! The picture side: pixels in, one unit vector out.

use super::{
    files::{Config, read_json, unusable},
    preprocessing::Preprocessing,
    tower::Tower,
};
use crate::{EmbeddingError, RgbImage, vector::unit};
use onnx::{Clock, Runtime, Spent};
use ort::value::Tensor;
use std::{num::NonZeroUsize, path::Path};

const INPUT: &str = "pixel_values";
const PROBABILITIES: &str = "probabilities";
/// Most labels of a picture.
const MAX_LABELS: usize = 5;
/// What a model thinks less likely than this is no label of the picture.
const MIN_PROBABILITY: f32 = 0.05;

/// What a model makes of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedImage {
    /// Its vector, of length 1 and with [`ImageEmbedder::dimensions`] values.
    pub vector: Vec<f32>,
    /// What the model sees in it, likeliest first: 5 at most, none below a probability of 0.05. Empty where the model
    /// has no names for things.
    pub labels: Vec<Label>,
}

/// One of the things that a model can name.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its name in English.
    pub name: String,
    /// How likely the picture shows it, 0 to 1.
    pub probability: f32,
}

/// Embeds pictures. Shared between threads; one picture is computed at a time.
#[derive(Debug)]
pub struct ImageEmbedder {
    preprocessing: Preprocessing,
    tower: Tower,
    output: &'static str,
    dimensions: usize,
    /// Names of the classes, for a model that has [`PROBABILITIES`].
    classes: Option<Vec<String>>,
}

impl ImageEmbedder {
    /// Opens the model in `folder`, which an index knows as `name`, computing on `threads` threads.
    ///
    /// # Errors
    /// A missing or damaged file, or a model that is not one of those this crate understands.
    pub fn open(
        folder: &Path,
        name: &str,
        runtime: &Runtime,
        threads: NonZeroUsize,
    ) -> Result<Self, EmbeddingError> {
        let config = Config::read(folder)?;
        let preprocessing = Preprocessing::read(folder)?;
        let tower = Tower::open(&folder.join("vision_model.onnx"), name, runtime, threads)?;
        check_input(&tower, &preprocessing)?;
        let (output, dimensions) =
            tower.vector_output(&config, config.model_type.image_outputs())?;
        let classes = read_classes(&tower, folder)?;
        Ok(Self {
            preprocessing,
            tower,
            output,
            dimensions,
            classes,
        })
    }

    /// The name under which an index knows this model's vectors.
    #[must_use]
    pub fn model_name(&self) -> &str {
        self.tower.name()
    }

    /// Length of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Measures runs of the model by this clock from now on, from 0.
    pub fn set_clock(&self, clock: Clock) {
        self.tower.set_clock(clock);
    }

    /// What runs of the model took since a clock was set.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.tower.spent()
    }

    /// The picture's vector and labels. Blocks for tens of milliseconds: in asynchronous code call it on a thread for
    /// blocking work.
    ///
    /// # Errors
    /// The model fails, or gives something else than it should.
    ///
    /// # Panics
    /// If the picture has no pixels.
    pub fn embed(&self, image: &RgbImage) -> Result<EmbeddedImage, EmbeddingError> {
        let (width, height) = self.preprocessing.size();
        let shape = [1, 3, height as usize, width as usize];
        let tensor = Tensor::from_array((shape, self.preprocessing.apply(image)))
            .map_err(|source| self.tower.failed(source))?;
        let outputs: &[&str] = match self.classes {
            Some(_) => &[self.output, PROBABILITIES],
            None => &[self.output],
        };
        let found = self
            .tower
            .run(vec![(INPUT.into(), tensor.into())], outputs)?;
        self.tower
            .check_length(self.output, &found[0], self.dimensions)?;
        let labels = match &self.classes {
            Some(classes) => {
                self.tower
                    .check_length(PROBABILITIES, &found[1], classes.len())?;
                best_labels(classes, &found[1])
            }
            None => Vec::new(),
        };
        Ok(EmbeddedImage {
            vector: unit(&found[0]),
            labels,
        })
    }
}

/// The graph must take what the preprocessing makes, and nothing besides.
fn check_input(tower: &Tower, preprocessing: &Preprocessing) -> Result<(), EmbeddingError> {
    let [input] = tower.inputs() else {
        let names: Vec<_> = tower.inputs().iter().map(|input| &input.name).collect();
        return Err(tower.unfit(format!("its graph for pictures takes {names:?}")));
    };
    let (width, height) = preprocessing.size();
    let made = [1, 3, height as usize, width as usize];
    let fits = input.name == INPUT
        && input.shape.len() == made.len()
        && input
            .shape
            .iter()
            .zip(made)
            .all(|(taken, made)| taken.is_none_or(|taken| taken == made));
    if fits {
        return Ok(());
    }
    Err(tower.unfit(format!(
        "its graph for pictures takes {} {:?}, but {INPUT} {made:?} is what preprocessor_config.json makes",
        input.name, input.shape,
    )))
}

fn read_classes(tower: &Tower, folder: &Path) -> Result<Option<Vec<String>>, EmbeddingError> {
    let Some(output) = tower.output(PROBABILITIES) else {
        return Ok(None);
    };
    let path = folder.join("labels.json");
    let classes: Vec<String> = read_json(&path)?;
    if let [_, Some(width)] = output.shape[..]
        && width != classes.len()
    {
        let named = classes.len();
        return Err(unusable(
            &path,
            format!("it names {named} classes of {width}"),
        ));
    }
    Ok(Some(classes))
}

fn best_labels(classes: &[String], probabilities: &[f32]) -> Vec<Label> {
    let mut likely: Vec<_> = classes
        .iter()
        .zip(probabilities)
        .filter(|(_, probability)| **probability >= MIN_PROBABILITY)
        .collect();
    likely.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    let labels = likely.into_iter().take(MAX_LABELS);
    labels
        .map(|(name, probability)| Label {
            name: name.clone(),
            probability: *probability,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_labels_come_first_and_the_unlikely_not_at_all() {
        let classes: Vec<String> = "abcdefgh".chars().map(String::from).collect();
        let check = |probabilities: &[f32], expected: &str| {
            let labels = best_labels(&classes, probabilities);
            let names: String = labels.into_iter().map(|label| label.name).collect();
            assert_eq!(names, expected);
        };
        check(&[0.04, 0.3, 0.05, 0.6, 0.0, 0.0, 0.0, 0.01], "dbc");
        check(&[0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.2], "chabd");
        check(&[f32::NAN; 8], "");
    }
}
