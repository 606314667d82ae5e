//! Packs: many small files as one object, since a PUT costs as much as seconds of computing.
//!
//! ```text
//! "VXPACK1\n" | u32 length of the directory, big-endian | directory (JSON) | the files' bytes
//! ```
//!
//! The directory lies in front, so that a reader of a few files asks for ranges.

use crate::{
    ObjectStore, StoreError,
    store::{derived, malformed},
};
use bytes::Bytes;
use contracts::{ErrorName, NamedError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs::File,
    io::{self, Write},
    ops::Range,
    path::PathBuf,
};

const MAGIC: &[u8; 8] = b"VXPACK1\n";
/// The magic and the directory's length.
const HEADER_BYTES: usize = 12;
/// Read at first where only a file near the front is wanted: holds the directory of most packs.
const FIRST_BYTES: u64 = 64 * 1024;

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

/// A pack's directory, read without its files.
#[derive(Clone, Debug)]
pub struct Directory {
    entries: Vec<Entry>,
    body_start: u64,
}

/// A pack in memory.
#[derive(Clone, Debug)]
pub struct Pack {
    directory: Directory,
    bytes: Bytes,
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
        let mut pack = self.header();
        pack.extend_from_slice(&self.body);
        pack
    }

    /// Writes the pack to `output`, with the files at these paths, by name, behind what was added. They are copied
    /// without ever lying in memory.
    ///
    /// # Errors
    /// A file can't be read, or changes meanwhile, or `output` takes no more.
    pub fn write_with_files(
        mut self,
        files: &[(String, PathBuf)],
        output: &mut impl Write,
    ) -> io::Result<()> {
        let mut offset = self.body.len() as u64;
        for (name, path) in files {
            let length = path.metadata()?.len();
            self.entries.push(Entry {
                name: name.clone(),
                offset,
                length,
            });
            offset += length;
        }
        output.write_all(&self.header())?;
        output.write_all(&self.body)?;
        let mut copied = self.body.len() as u64;
        for (_, path) in files {
            copied += io::copy(&mut File::open(path)?, output)?;
        }
        if copied != offset {
            return Err(io::Error::other("a file changed while it was packed"));
        }
        output.flush()
    }

    /// What stands before the files' bytes.
    fn header(&self) -> Vec<u8> {
        // Plain structs: serialising them can't fail.
        let directory = serde_json::to_vec(&self.entries).unwrap_or_default();
        let length = u32::try_from(directory.len()).unwrap_or(u32::MAX);
        let mut header = Vec::with_capacity(HEADER_BYTES + directory.len());
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&length.to_be_bytes());
        header.extend_from_slice(&directory);
        header
    }
}

/// What a pack's first bytes give.
enum Parsed {
    Whole(Directory),
    /// This many bytes from the start hold the directory.
    Needs(u64),
}

impl Parsed {
    fn whole(self) -> Result<Directory, PackError> {
        match self {
            Self::Whole(directory) => Ok(directory),
            Self::Needs(_) => Err(PackError("the directory breaks off")),
        }
    }
}

impl Directory {
    fn parse(first: &[u8]) -> Result<Parsed, PackError> {
        let header = first.get(..HEADER_BYTES).ok_or(PackError("too short"))?;
        if header[..MAGIC.len()] != *MAGIC {
            return Err(PackError("another beginning"));
        }
        let length = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        let body_start = HEADER_BYTES as u64 + u64::from(length);
        let end = usize::try_from(body_start).unwrap_or(usize::MAX);
        let Some(directory) = first.get(HEADER_BYTES..end) else {
            return Ok(Parsed::Needs(body_start));
        };
        let entries =
            serde_json::from_slice(directory).map_err(|_| PackError("the directory is no JSON"))?;
        Ok(Parsed::Whole(Self {
            entries,
            body_start,
        }))
    }

    /// The names of the files, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Where in the pack a file's bytes lie.
    fn range(&self, name: &str) -> Option<Range<u64>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        let start = self.body_start.checked_add(entry.offset)?;
        Some(start..start.checked_add(entry.length)?)
    }
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// Where the bytes are something else, or break off.
    pub fn parse(bytes: Bytes) -> Result<Self, PackError> {
        let directory = Directory::parse(&bytes)?.whole()?;
        let is_whole = |entry: &Entry| {
            directory
                .range(&entry.name)
                .is_some_and(|range| range.end <= bytes.len() as u64)
        };
        if !directory.entries.iter().all(is_whole) {
            return Err(PackError("a file breaks off"));
        }
        Ok(Self { directory, bytes })
    }

    /// The names of the files, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.directory.names()
    }

    /// A file that holds JSON.
    ///
    /// # Errors
    /// There is no such file, or it is not what this release reads.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, PackError> {
        let bytes = self.get(name).ok_or(PackError("a file is missing"))?;
        serde_json::from_slice(&bytes).map_err(|_| PackError("a file does not parse"))
    }

    /// A file's bytes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Bytes> {
        let range = self.directory.range(name)?;
        Some(self.bytes.slice(bounds(&range)))
    }
}

impl ObjectStore {
    /// A derived pack.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it is not what this release reads.
    pub async fn read_pack(&self, bucket: &str, key: &str) -> Result<Pack, StoreError> {
        let bytes = self.read(&derived(bucket, key), u64::MAX).await?;
        Pack::parse(bytes).map_err(|error| malformed(key, &error))
    }

    /// A derived pack's directory and one of its files, which holds JSON, without the other files;
    /// `None` where the pack has not been written.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where it is not what this release reads.
    pub async fn find_pack_json<T: DeserializeOwned>(
        &self,
        bucket: &str,
        key: &str,
        name: &str,
    ) -> Result<Option<(Directory, T)>, StoreError> {
        match self.read_pack_json(bucket, key, name).await {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::NotFound(_) | StoreError::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// [`Self::find_pack_json`] of a pack that an earlier task has written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Malformed`] where it is not what this release reads.
    pub async fn read_pack_json<T: DeserializeOwned>(
        &self,
        bucket: &str,
        key: &str,
        name: &str,
    ) -> Result<(Directory, T), StoreError> {
        let wrong = |error: PackError| malformed(key, &error);
        let mut first = self.read_range(bucket, key, 0..FIRST_BYTES).await?;
        let mut parsed = Directory::parse(&first).map_err(wrong)?;
        if let Parsed::Needs(length) = parsed {
            first = self.read_range(bucket, key, 0..length).await?;
            parsed = Directory::parse(&first).map_err(wrong)?;
        }
        let directory = parsed.whole().map_err(wrong)?;
        let range = directory
            .range(name)
            .ok_or_else(|| wrong(PackError("a file is missing")))?;
        let bytes = if range.end <= first.len() as u64 {
            first.slice(bounds(&range))
        } else {
            self.read_range(bucket, key, range).await?
        };
        let value = serde_json::from_slice(&bytes).map_err(|error| malformed(key, &error))?;
        Ok((directory, value))
    }

    /// One of the files that `directory` of the pack names, without the others.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the pack is gone, [`StoreError::Malformed`] where it has no such file.
    pub async fn read_pack_file(
        &self,
        bucket: &str,
        key: &str,
        directory: &Directory,
        name: &str,
    ) -> Result<Bytes, StoreError> {
        let missing = || malformed(key, &PackError("a file is missing"));
        let range = directory.range(name).ok_or_else(missing)?;
        self.read_range(bucket, key, range).await
    }
}

/// Bounds inside bytes in memory.
fn bounds(range: &Range<u64>) -> Range<usize> {
    let of = |position| usize::try_from(position).unwrap_or(usize::MAX);
    of(range.start)..of(range.end)
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
    fn files_lie_behind_what_was_added() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("b", "second"), ("c", ""), ("d", "last")].map(|(name, content)| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            (name.to_owned(), path)
        });
        let mut writer = PackWriter::default();
        writer.add("a", b"first");
        let mut bytes = Vec::new();
        writer.write_with_files(&files, &mut bytes).unwrap();
        let pack = Pack::parse(bytes.into()).unwrap();
        assert_eq!(pack.names().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        for (name, expected) in [("a", "first"), ("b", "second"), ("c", ""), ("d", "last")] {
            assert_eq!(pack.get(name).unwrap(), expected);
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
