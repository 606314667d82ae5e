//! A process of its own: whatever library is loaded first stays loaded, so no other test may come before.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use onnx::{OnnxError, Runtime};

#[test]
fn a_missing_library_is_named_and_does_not_spoil_the_next_call() {
    let library: PathBuf = std::env::var_os("VINDEX_ONNXRUNTIME")
        .expect("VINDEX_ONNXRUNTIME is not set: run through `cargo xtask test`")
        .into();
    let missing = Path::new("/nowhere/libonnxruntime.so");

    let error = Runtime::load(missing).expect_err("there is no such file");
    assert!(matches!(error, OnnxError::Library { .. }));
    assert!(error.to_string().contains("/nowhere/libonnxruntime.so"));
    assert!(error.source().is_some(), "the loader's reason is kept");

    Runtime::load(&library).unwrap();
    let error = Runtime::load(missing).expect_err("another library is loaded");
    assert!(matches!(error, OnnxError::AnotherLibrary { .. }));
}
