//! What `up` installs into the user's cache: every part pinned by version and checksum in `xtask/pins`.

pub mod faster_whisper;
pub mod ffmpeg;
pub mod java;
pub mod maven;
pub mod ministack;
pub mod models;
pub mod node;
pub mod onnxruntime;
pub mod opensearch;
pub mod pillow;
pub mod python;
pub mod schemathesis;
pub mod unpack;
pub mod venv;
pub mod wheel;

/// What to say about a step that installed something, or found it.
pub fn note(installed: bool) -> String {
    if installed {
        "installed"
    } else {
        "already there"
    }
    .to_owned()
}

/// `x86_64` or `aarch64`, as wheels name the machine.
///
/// # Errors
/// On anything but 64-bit Linux on one of these two: nothing is pinned for it.
pub fn machine() -> anyhow::Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", architecture @ ("x86_64" | "aarch64")) => Ok(architecture),
        (system, architecture) => {
            anyhow::bail!(
                "the local stack runs on Linux (x86-64 or arm64), not on {system} {architecture}"
            )
        }
    }
}
