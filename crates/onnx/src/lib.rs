//! ONNX Runtime: the library, its one environment, and sessions with the settings that suit a Lambda.
//! Knows no model: what goes in and what comes out is the business of the crate that opens a session.
//!
//! ONNX Runtime allows one environment per process, for ever. [`Runtime::load`] keeps it, so that tests and
//! functions may call it as often as they like. A [`Meter`] says what the runs of a session took.

mod costs;
mod shared;

pub use costs::{Clock, Meter, Spent, cpu_time};
pub use shared::{MeteredSession, SharedSession};

use ort::{environment::Environment, session::Session};
use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

/// Why a model could not be made ready. Neither kind passes by itself.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// The library is missing, too old or no ONNX Runtime.
    #[error("ONNX Runtime could not be loaded from {path}")]
    Library {
        /// Where it was looked for.
        path: PathBuf,
        /// What the loader says.
        #[source]
        source: ort::LoadDynamicError,
    },
    /// Another library is already loaded; a process can't change it.
    #[error("ONNX Runtime is already loaded from {loaded}, so {asked} can't be")]
    AnotherLibrary {
        /// The library in use.
        loaded: PathBuf,
        /// The one asked for now.
        asked: PathBuf,
    },
    /// The library refuses to start.
    #[error("ONNX Runtime from {path} could not be started")]
    Environment {
        /// The library.
        path: PathBuf,
        /// What it says.
        #[source]
        source: ort::Error,
    },
    /// The file is missing, damaged or no model that this library can run.
    #[error("the model {path} could not be opened")]
    Model {
        /// The model's file.
        path: PathBuf,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
}

/// The loaded library and its environment.
#[derive(Debug)]
pub struct Runtime {
    library: PathBuf,
    environment: Environment,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

impl Runtime {
    /// Loads the library at `path` on the first call and answers the same runtime on every further one. A
    /// failed call may be repeated.
    ///
    /// # Errors
    /// [`OnnxError::Library`], [`OnnxError::Environment`], or [`OnnxError::AnotherLibrary`] where the process
    /// has loaded a different file.
    pub fn load(path: &Path) -> Result<&'static Runtime, OnnxError> {
        let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = match RUNTIME.get() {
            Some(runtime) => runtime,
            None => {
                let started = Self::start(path)?;
                RUNTIME.get_or_init(|| started)
            }
        };
        if runtime.library == path {
            return Ok(runtime);
        }
        Err(OnnxError::AnotherLibrary {
            loaded: runtime.library.clone(),
            asked: path.to_owned(),
        })
    }

    fn start(path: &Path) -> Result<Runtime, OnnxError> {
        let environment = ort::init_from(path)
            .map_err(|source| OnnxError::Library {
                path: path.to_owned(),
                source,
            })?
            .with_name("vindex")
            .with_telemetry(false)
            .build()
            .map_err(|source| OnnxError::Environment {
                path: path.to_owned(),
                source,
            })?;
        tracing::debug!(library = %path.display(), "loaded ONNX Runtime");
        Ok(Runtime {
            library: path.to_owned(),
            environment,
        })
    }

    /// Opens a model that computes on `threads` threads. Idle threads sleep instead of spinning, since a
    /// Lambda pays for both, and memory is not reserved by pattern, which costs more than it saves.
    ///
    /// # Errors
    /// [`OnnxError::Model`].
    pub fn open(&self, model: &Path, threads: NonZeroUsize) -> Result<Session, OnnxError> {
        // A missing file is told apart from a damaged one by ONNX Runtime itself.
        self.build(model, threads)
            .map_err(|source| OnnxError::Model {
                path: model.to_owned(),
                source,
            })
    }

    // The builder's errors hold the builder and are not `Send`; `ort::Result` drops it.
    fn build(&self, model: &Path, threads: NonZeroUsize) -> ort::Result<Session> {
        Session::builder(&self.environment)?
            .with_intra_threads(threads.get())?
            .with_inter_threads(1)?
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?
            .with_memory_pattern(false)?
            .commit_from_file(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> PathBuf {
        std::env::var_os("VINDEX_ONNXRUNTIME")
            .expect("VINDEX_ONNXRUNTIME is not set: run through `cargo xtask test`")
            .into()
    }

    #[test]
    fn many_threads_get_the_one_runtime() {
        let library = library();
        let addresses: Vec<usize> = std::thread::scope(|scope| {
            let load = || std::ptr::from_ref(Runtime::load(&library).unwrap()).addr();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(load)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(addresses.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_file_that_is_no_model_is_an_error_that_names_it() {
        let path =
            std::env::temp_dir().join(format!("vindex-no-model-{}.onnx", std::process::id()));
        std::fs::write(&path, b"rubbish").unwrap();
        let opened = Runtime::load(&library())
            .unwrap()
            .open(&path, NonZeroUsize::MIN);
        std::fs::remove_file(&path).unwrap();
        let error = opened.expect_err("rubbish is no model");
        assert!(error.to_string().contains("vindex-no-model"));
    }
}
