//! What is asked, and where the answers lie.

use serde::{Deserialize, Serialize};

/// A stretch of a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The video's name.
    pub video: String,
    /// First millisecond.
    pub start_ms: u64,
    /// The millisecond after the last.
    pub end_ms: u64,
}

/// What kind of query it is, by what has to be understood to answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suite {
    /// What is said, in other words.
    Speech,
    /// Names and rare terms that are said.
    Names,
    /// Numbers that are said.
    Numbers,
    /// Words that are said, quoted.
    Phrase,
    /// Words that stand on a slide or a picture.
    ScreenText,
    /// What a photograph shows.
    Visual,
    /// Nothing answers it.
    None,
}

/// One of two parts of the queries, so that what was fitted on one is checked on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// Queries whose hash is even.
    A,
    /// Queries whose hash is odd.
    B,
}

/// A query, and what answers it.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// Where it is written: `NAME/NUMBER`, the first of a file being 0.
    pub id: String,
    /// Its words.
    pub query: String,
    /// What kind it is.
    pub suite: Suite,
    /// In which half it is.
    pub half: Half,
    /// The answers. Of one that stands in several places, any place is right.
    pub answers: Vec<Vec<Stretch>>,
}

impl Suite {
    /// All suites, in the order of tables.
    pub const ALL: [Self; 7] = [
        Self::Speech,
        Self::Names,
        Self::Numbers,
        Self::Phrase,
        Self::ScreenText,
        Self::Visual,
        Self::None,
    ];

    /// As it stands in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Names => "names",
            Self::Numbers => "numbers",
            Self::Phrase => "phrase",
            Self::ScreenText => "screen-text",
            Self::Visual => "visual",
            Self::None => "none",
        }
    }
}

impl Half {
    /// The half of a query: the same whatever other queries there are.
    pub fn of(query: &str) -> Self {
        if fnv_1a(query.as_bytes()).is_multiple_of(2) {
            Self::A
        } else {
            Self::B
        }
    }
}

/// The 64-bit hash of Fowler, Noll and Vo.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_follow_the_words_alone() {
        // The hash's last bit is the parity of the bytes' last bits, turned round by the odd start.
        assert_eq!(Half::of(""), Half::B);
        assert_eq!(Half::of("a"), Half::A);
        assert_eq!(Half::of("ab"), Half::A);
        assert_eq!(Half::of("ac"), Half::B);
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
