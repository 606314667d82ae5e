//! Names of finished work.

use contracts::keys::Stage;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Name of a stage's output: covers the stage, its version, and its inputs, parameters and models. The
/// same work has the same name in every execution, so a retry finds it; a change of the stage's
/// version makes everything after it anew. 32 hexadecimal digits.
pub fn fingerprint(stage: Stage, version: u32, inputs: &impl Serialize) -> String {
    let mut hash = Sha256::new();
    hash.update(stage.as_str());
    hash.update([0]);
    hash.update(version.to_be_bytes());
    // Serialising plain structs to JSON can't fail; an empty text would only cost a cache hit.
    hash.update(serde_json::to_vec(inputs).unwrap_or_default());
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_version_and_inputs_all_count() {
        let names = [
            fingerprint(Stage::Extract, 1, &"a"),
            fingerprint(Stage::Extract, 2, &"a"),
            fingerprint(Stage::Extract, 1, &"b"),
            fingerprint(Stage::Embed, 1, &"a"),
        ];
        for (position, name) in names.iter().enumerate() {
            assert_eq!(name.len(), 32);
            assert!(!names[..position].contains(name));
        }
        assert_eq!(names[0], fingerprint(Stage::Extract, 1, &"a"));
    }
}
