//! Which models the next index is for.

use contracts::ErrorName;
use lambda_kit::TaskError;
use models::{Model, ModelError, ModelFolder, Role, chosen, model_named};
use search_index::{VectorSpace, VectorSpaces};
use std::path::Path;

/// The vectors of the next index: those of the index that serves with `model` in its role, or without one those of
/// the models that play their roles in `models_dir`. Makes sure that the folder holds them.
///
/// # Errors
/// [`ErrorName::Incompatible`], with the way out, where the folder lacks one; [`ErrorName::InvalidRequest`] where
/// `model` makes no vectors.
pub(crate) fn target(
    models_dir: &Path,
    serving: &VectorSpaces,
    model: Option<&str>,
) -> Result<VectorSpaces, TaskError> {
    let target = match model {
        None => VectorSpaces {
            text: space_of(chosen(models_dir, Role::Text).map_err(lacking)?)?,
            image: space_of(chosen(models_dir, Role::Visual).map_err(lacking)?)?,
        },
        Some(name) => replaced(serving, name)?,
    };
    for space in [&target.text, &target.image] {
        ModelFolder::open_named(models_dir, &space.model).map_err(lacking)?;
    }
    Ok(target)
}

fn replaced(serving: &VectorSpaces, name: &str) -> Result<VectorSpaces, TaskError> {
    let model = model_named(name).ok_or_else(|| {
        TaskError::new(
            ErrorName::InvalidRequest,
            format!("the manifest has no model {name}"),
        )
    })?;
    let space = space_of(model)?;
    let serving = serving.clone();
    Ok(match model.role {
        Role::Text | Role::StandInText => VectorSpaces {
            text: space,
            ..serving
        },
        _ => VectorSpaces {
            image: space,
            ..serving
        },
    })
}

fn space_of(model: &Model) -> Result<VectorSpace, TaskError> {
    let dimensions = model.dimensions().ok_or_else(|| {
        TaskError::new(
            ErrorName::InvalidRequest,
            format!(
                "{} is a model for {}: an index holds vectors of a text and a visual model",
                model.name, model.role
            ),
        )
    })?;
    Ok(VectorSpace {
        model: model.name.clone(),
        dimensions,
    })
}

fn lacking(error: ModelError) -> TaskError {
    TaskError::caused(ErrorName::Incompatible, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use models::{Set, model_of};

    fn serving() -> VectorSpaces {
        let space = |name: &str, dimensions| VectorSpace {
            model: name.to_owned(),
            dimensions,
        };
        VectorSpaces {
            text: space("old-text", 8),
            image: space("old-image", 8),
        }
    }

    #[test]
    fn a_model_takes_its_role_and_the_other_stays() {
        let text = model_of(Role::Text);
        let changed = replaced(&serving(), &text.name).unwrap();
        assert_eq!(
            (changed.text.model.as_str(), changed.text.dimensions),
            (text.name.as_str(), text.dimensions().unwrap())
        );
        assert_eq!(changed.image, serving().image);
        let visual = Set::Quality
            .models()
            .find(|model| model.role == Role::Visual);
        let changed = replaced(&serving(), &visual.unwrap().name).unwrap();
        assert_eq!(changed.text, serving().text);
        assert_eq!(changed.image.model, visual.unwrap().name);
    }

    #[test]
    fn what_makes_no_vectors_is_refused() {
        for name in ["whisper-base", "parrot"] {
            let error = replaced(&serving(), name).unwrap_err();
            assert_eq!(error.name, ErrorName::InvalidRequest, "{name}");
            assert!(error.message.contains(name), "{}", error.message);
        }
    }

    #[test]
    fn a_model_that_the_folder_lacks_is_named_with_the_way_out() {
        let plays_the_role = model_of(Role::Text).name.as_str();
        for (model, lacking) in [
            (None, plays_the_role),
            (Some("bge-small-en-v1.5"), "bge-small-en-v1.5"),
        ] {
            let error = target(Path::new("/nowhere"), &serving(), model).unwrap_err();
            assert_eq!(error.name, ErrorName::Incompatible);
            assert!(error.message.contains(lacking), "{error}");
            assert!(error.message.contains("cargo xtask models pull"), "{error}");
        }
    }
}
