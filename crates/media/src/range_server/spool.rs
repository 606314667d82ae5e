//! What was read, kept in a file: a second run over the same stretch reads nothing of the source again.

use std::{collections::BTreeMap, fs::File, io, os::unix::fs::FileExt, path::Path};

use bytes::Bytes;

/// Read from the file at once, at most.
const LARGEST_READ_BYTES: u64 = 1024 * 1024;

/// Parts of a source, each at its own position in a file without a name.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    /// End of each part, by its start; parts neither touch nor overlap.
    parts: BTreeMap<u64, u64>,
    room_bytes: u64,
}

impl Spool {
    /// A file in `folder` that goes with this, of `room_bytes` at most.
    pub(super) fn new(folder: &Path, room_bytes: u64) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile_in(folder)?,
            parts: BTreeMap::new(),
            room_bytes,
        })
    }

    /// The bytes from `position` on, as far as they are here.
    pub(super) fn at(&self, position: u64) -> Option<Bytes> {
        let (_, end) = self.parts.range(..=position).next_back()?;
        let length = end.checked_sub(position).filter(|length| *length > 0)?;
        let mut bytes = vec![0; usize::try_from(length.min(LARGEST_READ_BYTES)).ok()?];
        // What can't be read here is read from the source.
        self.file.read_exact_at(&mut bytes, position).ok()?;
        Some(bytes.into())
    }

    /// Where the next part behind `position` starts.
    pub(super) fn next_start(&self, position: u64) -> u64 {
        let mut behind = self.parts.range(position.saturating_add(1)..);
        behind.next().map_or(u64::MAX, |(start, _)| *start)
    }

    /// Keeps a block that is not here yet, where there is room for it.
    pub(super) fn insert(&mut self, start: u64, bytes: &[u8]) {
        let length = bytes.len() as u64;
        if length > self.room_bytes || self.file.write_all_at(bytes, start).is_err() {
            return;
        }
        self.room_bytes -= length;
        let mut part = (start, start + length);
        if let Some((before, end)) = self.parts.range(..=start).next_back()
            && *end >= part.0
        {
            part = (*before, part.1.max(*end));
        }
        if let Some(end) = self.parts.remove(&part.1) {
            part.1 = end;
        }
        self.parts.insert(part.0, part.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(room_bytes: u64) -> Spool {
        Spool::new(&std::env::temp_dir(), room_bytes).unwrap()
    }

    #[test]
    fn blocks_that_touch_are_one_part() {
        let mut spool = spool(1000);
        spool.insert(100, b"abc");
        spool.insert(106, b"ghi");
        assert_eq!(spool.at(101).as_deref(), Some(&b"bc"[..]));
        assert_eq!((spool.at(99), spool.at(103)), (None, None));
        assert_eq!((spool.next_start(0), spool.next_start(103)), (100, 106));
        spool.insert(103, b"def");
        assert_eq!(spool.at(100).as_deref(), Some(&b"abcdefghi"[..]));
        assert_eq!(spool.next_start(100), u64::MAX);
    }

    #[test]
    fn a_block_without_room_is_not_kept() {
        let mut spool = spool(4);
        spool.insert(0, b"abc");
        spool.insert(3, b"def");
        assert_eq!(spool.at(0).as_deref(), Some(&b"abc"[..]));
        assert_eq!(spool.at(3), None);
    }
}
