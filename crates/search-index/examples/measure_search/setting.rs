//! What is measured.

use search_index::SearchIndex;

/// How vectors lie in the index.
#[derive(Clone, Copy)]
pub enum Vectors {
    /// As the models give them.
    Float,
    /// Each number as one byte, a quarter of the size.
    Byte,
}

impl Vectors {
    pub fn are_bytes(self) -> bool {
        matches!(self, Self::Byte)
    }

    /// A unit vector as it is written and asked for.
    pub fn encode(self, vector: &[f32]) -> Vec<f32> {
        match self {
            Self::Float => vector.to_vec(),
            Self::Byte => {
                // A cosine does not depend on length: the largest number takes the whole range, so that little is lost.
                let largest = vector
                    .iter()
                    .fold(0.0_f32, |most, value| most.max(value.abs()));
                let scale = 127.0 / largest;
                vector.iter().map(|value| (value * scale).round()).collect()
            }
        }
    }
}

/// An index, and what it holds.
pub struct Setting {
    pub url: String,
    pub index: SearchIndex,
    pub segments: usize,
    pub vectors: Vectors,
}
