//! Where an index stands during a change of index.

use crate::{SearchIndex, SearchIndexError, VectorSpaces, mapping};
use opensearch::http::Method;
use serde_json::Value;

/// Where an index stands. Each place has an alias, and no index stands in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It answers searches and takes what is indexed: the alias itself.
    Serving,
    /// It is being filled, or filled and not yet used: `segments-next`.
    Next,
    /// It served before the last switch and can again: `segments-previous`.
    Previous,
}

impl Place {
    /// Every place, the one that serves first.
    pub const ALL: [Self; 3] = [Self::Serving, Self::Next, Self::Previous];

    pub(crate) fn alias(self, base: &str) -> String {
        match self {
            Self::Serving => base.to_owned(),
            Self::Next => format!("{base}-next"),
            Self::Previous => format!("{base}-previous"),
        }
    }
}

/// An index that stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub place: Place,
    /// Its name, `segments-000001` say.
    pub index: String,
    /// The vectors that it holds.
    pub vectors: VectorSpaces,
    /// Whether it has, or had when it was filled, a document for everything that is served.
    pub is_filled: bool,
}

impl SearchIndex {
    /// The index that answers searches.
    ///
    /// # Errors
    /// The index can't be reached, there is none, or it is not one of vindex.
    pub async fn serving(&self) -> Result<Standing, SearchIndexError> {
        let serving = self.at(Place::Serving);
        let behind = serving.behind_alias().await?;
        let (index, mappings) = behind.ok_or_else(|| SearchIndexError::missing(serving.alias()))?;
        read(Place::Serving, &index, &mappings)
    }

    /// The index of every place where one stands, the one that serves first, as of one moment.
    ///
    /// # Errors
    /// The index can't be reached, or is not one of vindex.
    pub async fn indices(&self) -> Result<Vec<Standing>, SearchIndexError> {
        let path = format!("/{}?ignore_unavailable=true", self.everywhere());
        let body = self.send(Method::Get, &path, None).await?.success()?;
        let found = body
            .as_object()
            .ok_or_else(|| SearchIndexError::unexpected("indices"))?;
        let mut standing = Vec::new();
        for (place, alias) in self.places() {
            for (index, description) in found {
                if !description["aliases"][&alias].is_null() {
                    standing.push(read(place, index, &description["mappings"])?);
                }
            }
        }
        Ok(standing)
    }
}

fn read(place: Place, index: &str, mappings: &Value) -> Result<Standing, SearchIndexError> {
    let vectors = mapping::vectors_of(index, mappings)?;
    let filled = &mappings["_meta"][mapping::FILLED];
    Ok(Standing {
        place,
        index: index.to_owned(),
        vectors,
        is_filled: filled.as_bool().unwrap_or(place != Place::Next),
    })
}
