//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// A byte-order mark decides, then UTF-8 if most of it is valid, then Windows-1252, which can read anything.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark_length..])
            .0;
    }
    if is_mostly_utf8(bytes) {
        String::from_utf8_lossy(bytes)
    } else {
        WINDOWS_1252.decode_without_bom_handling(bytes).0
    }
}

/// A few bytes may be damaged: in other encodings, hardly any sequence is valid by chance.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk
            .valid()
            .chars()
            .filter(|letter| !letter.is_ascii())
            .count();
        invalid += chunk.invalid().len();
    }
    invalid == 0 || valid > invalid
}
