//! Packs: many small files as one object, since a PUT costs as much as seconds of computing.
//!
//! ```text
//! "VXPACK1\n" | u32 length of the directory, big-endian | directory (JSON) | the files' bytes
//! ```
//!
//! The directory lies in front, so that a reader of a few files asks for ranges.

use bytes::Bytes;
use contracts::{ErrorName, NamedError};
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 8] = b"VXPACK1\n";

/// A pack that is being made.
#[derive(Debug, Default)]
pub struct PackWriter {
    entries: Vec<Entry>,
    body: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    name: String,
    offset: u64,
    length: u64,
}

/// A pack in memory.
#[derive(Clone, Debug)]
pub struct Pack {
    entries: Vec<Entry>,
    body: Bytes,
}

/// The bytes are not a pack, or not a whole one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a whole pack: {0}")]
pub struct PackError(&'static str);

impl NamedError for PackError {
    fn error_name(&self) -> ErrorName {
        ErrorName::Incompatible
    }
}

impl PackWriter {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, bytes: &[u8]) {
        self.entries.push(Entry {
            name: name.into(),
            offset: self.body.len() as u64,
            length: bytes.len() as u64,
        });
        self.body.extend_from_slice(bytes);
    }

    /// Adds a file that holds JSON.
    pub fn add_json(&mut self, name: impl Into<String>, value: &impl Serialize) {
        // Plain structs of ours: serialising them can't fail.
        self.add(name, &serde_json::to_vec(value).unwrap_or_default());
    }

    /// The pack's bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        // Plain structs: serialising them can't fail.
        let directory = serde_json::to_vec(&self.entries).unwrap_or_default();
        let length = u32::try_from(directory.len()).unwrap_or(u32::MAX);
        let mut pack = Vec::with_capacity(12 + directory.len() + self.body.len());
        pack.extend_from_slice(MAGIC);
        pack.extend_from_slice(&length.to_be_bytes());
        pack.extend_from_slice(&directory);
        pack.extend_from_slice(&self.body);
        pack
    }
}

impl Pack {
    /// Reads a pack's directory.
    ///
    /// # Errors
    /// Where the bytes are something else, or break off.
    pub fn parse(bytes: Bytes) -> Result<Self, PackError> {
        let header = bytes.get(..12).ok_or(PackError("too short"))?;
        if header[..8] != *MAGIC {
            return Err(PackError("another beginning"));
        }
        let length = u32::from_be_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let directory = bytes
            .get(12..12_usize.saturating_add(length))
            .ok_or(PackError("the directory breaks off"))?;
        let entries: Vec<Entry> =
            serde_json::from_slice(directory).map_err(|_| PackError("the directory is no JSON"))?;
        let body = bytes.slice(12 + length..);
        let fits = |entry: &Entry| {
            entry
                .offset
                .checked_add(entry.length)
                .is_some_and(|end| end <= body.len() as u64)
        };
        if !entries.iter().all(fits) {
            return Err(PackError("a file breaks off"));
        }
        Ok(Self { entries, body })
    }

    /// The names of the files, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// A file that holds JSON.
    ///
    /// # Errors
    /// There is no such file, or it is not what this release reads.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, PackError> {
        let bytes = self.get(name).ok_or(PackError("a file is missing"))?;
        serde_json::from_slice(&bytes).map_err(|_| PackError("a file does not parse"))
    }

    /// A file's bytes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Bytes> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        let start = usize::try_from(entry.offset).ok()?;
        let length = usize::try_from(entry.length).ok()?;
        Some(self.body.slice(start..start + length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_out(files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..8)) {
            let mut writer = PackWriter::default();
            for (position, bytes) in files.iter().enumerate() {
                writer.add(position.to_string(), bytes);
            }
            let pack = Pack::parse(writer.finish().into()).unwrap();
            prop_assert_eq!(pack.names().count(), files.len());
            for (position, bytes) in files.iter().enumerate() {
                prop_assert_eq!(&pack.get(&position.to_string()).unwrap()[..], &bytes[..]);
            }
        }

        #[test]
        fn arbitrary_bytes_are_refused_or_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut prefixed = MAGIC.to_vec();
            prefixed.extend(&bytes);
            let _ = Pack::parse(bytes.into());
            let _ = Pack::parse(prefixed.into());
        }
    }

    #[test]
    fn a_pack_that_breaks_off_is_refused() {
        let mut writer = PackWriter::default();
        writer.add("a", b"12345");
        let mut bytes = writer.finish();
        bytes.pop();
        assert_eq!(
            Pack::parse(bytes.into()).unwrap_err(),
            PackError("a file breaks off")
        );
    }
}
