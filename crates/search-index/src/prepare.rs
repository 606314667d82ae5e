//! Making the index.

use crate::{SearchIndex, SearchIndexError, VectorSpaces, error::error_type, mapping};
use opensearch::http::Method;
use serde_json::Value;

/// The index behind the alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Its name.
    pub index: String,
    /// Whether this call made it.
    pub created: bool,
    /// The vectors that it holds.
    pub vectors: VectorSpaces,
}

impl SearchIndex {
    /// Makes the index for these vectors and its alias where there is none, in one request, so that two callers at the
    /// same time make one. An existing index is checked and keeps its vectors, whichever they are; fields that later
    /// releases have added are added to it, and nothing else changes.
    ///
    /// # Errors
    /// [`SearchIndexError::Incompatible`] where what is there was made by a release with another mapping, and where the
    /// server lacks the vector engine.
    pub async fn prepare(
        &self,
        vectors: &VectorSpaces,
        replicas: u32,
    ) -> Result<Prepared, SearchIndexError> {
        let index = format!("{}-000001", self.alias());
        let mut created = false;
        if self.behind_alias().await?.is_none() {
            self.require_engine(mapping::ENGINE).await?;
            created = self.create(&index, vectors, replicas).await?;
        }
        let (index, mut mappings) = self.behind_alias().await?.ok_or_else(|| {
            let alias = self.alias();
            SearchIndexError::Incompatible {
                reason: format!(
                    "{index} exists without the alias {alias}: add the alias or delete the index"
                ),
            }
        })?;
        if let Some(addition) = mapping::addition(&mappings, vectors) {
            mappings = self.add_fields(&index, &mappings, &addition).await?;
        }
        let vectors = mapping::vectors_of(&index, &mappings)?;
        match mapping::mismatch(&mappings, &vectors) {
            None => Ok(Prepared {
                index,
                created,
                vectors,
            }),
            Some(difference) => Err(SearchIndexError::Incompatible {
                reason: format!(
                    "{index} was made for something else ({difference}): delete it and index the videos again"
                ),
            }),
        }
    }

    /// Name and mappings of the one index behind the alias.
    pub(crate) async fn behind_alias(&self) -> Result<Option<(String, Value)>, SearchIndexError> {
        let path = format!("/{}", self.alias());
        let reply = self.send(Method::Get, &path, None).await?;
        if reply.status == 404 {
            return Ok(None);
        }
        let body = reply.success()?;
        let indices = body
            .as_object()
            .ok_or_else(|| SearchIndexError::unexpected("indices"))?;
        let mut named = indices.iter();
        let (Some((index, description)), None) = (named.next(), named.next()) else {
            let names: Vec<&String> = indices.keys().collect();
            return Err(SearchIndexError::Incompatible {
                reason: format!(
                    "the alias {} stands for {names:?} instead of one index",
                    self.alias()
                ),
            });
        };
        if index == self.alias() {
            return Err(SearchIndexError::Incompatible {
                reason: format!("{index} is an index and should be an alias: delete it"),
            });
        }
        Ok(Some((index.clone(), description["mappings"].clone())))
    }

    /// Adds fields to an index; answers its mappings as they are then.
    async fn add_fields(
        &self,
        index: &str,
        mappings: &Value,
        addition: &Value,
    ) -> Result<Value, SearchIndexError> {
        let path = format!("/{index}/_mapping");
        let reply = self.send(Method::Put, &path, Some(addition)).await?;
        reply.success()?;
        let behind = self.behind_alias().await?;
        Ok(behind.map_or_else(|| mappings.clone(), |(_, mappings)| mappings))
    }

    /// Whether this call made the index; false where another was quicker.
    pub(crate) async fn create(
        &self,
        index: &str,
        vectors: &VectorSpaces,
        replicas: u32,
    ) -> Result<bool, SearchIndexError> {
        let body = mapping::creation(self.alias(), vectors, replicas);
        let reply = self
            .send(Method::Put, &format!("/{index}"), Some(&body))
            .await?;
        if error_type(&reply.body["error"]) == "resource_already_exists_exception" {
            return Ok(false);
        }
        reply.success().map(|_| true)
    }
}
