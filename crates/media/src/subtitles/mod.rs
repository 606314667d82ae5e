//! Captions as text: SubRip and WebVTT, read tolerantly. The crate `captions` writes them.

mod blocks;
mod charset;
mod text;
mod time;

pub use contracts::artifacts::Cue;
use contracts::limits::{MAX_SUBTITLE_BYTES, MAX_SUBTITLE_CUES};

/// How much is read.
#[derive(Debug, Clone)]
pub struct SubtitleLimits {
    /// Largest file, in bytes.
    pub max_size_bytes: usize,
    /// Most captions.
    pub max_cues: usize,
}

impl Default for SubtitleLimits {
    fn default() -> Self {
        Self {
            max_size_bytes: MAX_SUBTITLE_BYTES as usize,
            max_cues: MAX_SUBTITLE_CUES,
        }
    }
}

/// What a file gave.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedSubtitles {
    /// In order of their start.
    pub cues: Vec<Cue>,
    /// Captions that could not be read: without readable times, without text, or ending before they start.
    pub skipped: usize,
}

/// Why a file of captions is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtitleError {
    /// Not one caption could be read.
    #[error("no captions could be read ({skipped} unreadable ones were skipped)")]
    NoCues {
        /// Things that looked like captions.
        skipped: usize,
    },
    /// Larger than the limit.
    #[error("the captions are {size_bytes} bytes long, more than the limit of {limit_bytes}")]
    TooLarge {
        /// Size found.
        size_bytes: usize,
        /// Largest size accepted.
        limit_bytes: usize,
    },
    /// More captions than the limit.
    #[error("the file has more than {limit} captions")]
    TooManyCues {
        /// Most captions accepted.
        limit: usize,
    },
}

/// Reads SubRip or WebVTT, whichever it is: byte-order marks, any line ends, missing numbers, `.` or `,` before the
/// fraction, hours left out, markup, entities, `NOTE`, `STYLE` and `REGION` blocks, positions. Text that is neither
/// UTF-8, but for a few bytes, nor UTF-16 is taken for Windows-1252. Captions that can't be read are skipped and
/// counted. Ends that are far too late are moved back.
///
/// # Errors
/// When a limit is exceeded, or nothing could be read.
pub fn parse(bytes: &[u8], limits: &SubtitleLimits) -> Result<ParsedSubtitles, SubtitleError> {
    if bytes.len() > limits.max_size_bytes {
        return Err(SubtitleError::TooLarge {
            size_bytes: bytes.len(),
            limit_bytes: limits.max_size_bytes,
        });
    }
    let decoded = charset::decode(bytes);
    let mut parsed = ParsedSubtitles {
        cues: Vec::new(),
        skipped: 0,
    };
    for block in blocks::cue_blocks(&decoded) {
        match block.cue() {
            Some(cue) if parsed.cues.len() < limits.max_cues => parsed.cues.push(cue),
            Some(_) => {
                let limit = limits.max_cues;
                return Err(SubtitleError::TooManyCues { limit });
            }
            None => parsed.skipped += 1,
        }
    }
    if parsed.cues.is_empty() {
        let skipped = parsed.skipped;
        return Err(SubtitleError::NoCues { skipped });
    }
    // Stable: captions of one moment keep the file's order.
    parsed.cues.sort_by_key(|cue| cue.start_ms);
    time::bound_ends(&mut parsed.cues);
    Ok(parsed)
}

#[cfg(test)]
mod tests;
