//! Where the next page of an answer starts.

use std::{fmt, str::FromStr};

/// A position in the moments of one query. Opaque to whoever carries it; belongs to the query that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// How many moments came before.
    pub offset: usize,
    query_digest: u64,
}

/// The text is no cursor, or one of another query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the cursor does not belong to this query: give back next_cursor with the same query and filters"
)]
pub struct CursorError;

impl Cursor {
    /// The position after `offset` moments of the query that consists of `parts`.
    #[must_use]
    pub fn new(offset: usize, parts: &[&str]) -> Self {
        Self {
            offset,
            query_digest: digest(parts),
        }
    }

    /// Reads a cursor of the query that consists of `parts`.
    ///
    /// # Errors
    /// [`CursorError`].
    pub fn read(text: &str, parts: &[&str]) -> Result<Self, CursorError> {
        let cursor: Self = text.parse()?;
        if cursor.query_digest == digest(parts) {
            Ok(cursor)
        } else {
            Err(CursorError)
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:x}-{:016x}", self.offset, self.query_digest)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (offset, query_digest) = text.split_once('-').ok_or(CursorError)?;
        Ok(Self {
            offset: usize::from_str_radix(offset, 16).map_err(|_| CursorError)?,
            query_digest: u64::from_str_radix(query_digest, 16).map_err(|_| CursorError)?,
        })
    }
}

/// FNV-1a: the same on every machine and in every release. A separator that is not UTF-8 keeps `["a", "b"]`
/// and `["ab"]` apart.
fn digest(parts: &[&str]) -> u64 {
    let bytes = parts
        .iter()
        .flat_map(|part| part.bytes().chain(std::iter::once(0xff)));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_query_only() {
        let text = Cursor::new(20, &["dogs", "tag"]).to_string();
        assert_eq!(
            Cursor::read(&text, &["dogs", "tag"]).map(|cursor| cursor.offset),
            Ok(20)
        );
        assert_eq!(Cursor::read(&text, &["dogstag"]), Err(CursorError));
        assert_eq!(Cursor::read(&text, &["cats", "tag"]), Err(CursorError));
    }

    #[test]
    fn rubbish_is_no_cursor() {
        for text in ["", "-", "1", "x-1", "1-x", "-1-1", "99999999999999999999-1"] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text:?}");
        }
    }
}
