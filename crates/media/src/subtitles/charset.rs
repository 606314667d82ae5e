//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// A byte-order mark decides, then UTF-8 if it is valid, then Windows-1252, which can read anything.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark_length..])
            .0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
