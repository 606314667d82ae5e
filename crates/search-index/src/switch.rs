//! A new index beside the one that serves: made, filled, put in its place, and taken back.

use crate::{
    Place, Prepared, SearchIndex, SearchIndexError, Standing, VectorSpaces,
    error::error_type,
    mapping::{self, FILLED},
};
use opensearch::http::Method;
use serde_json::{Value, json};

impl SearchIndex {
    /// Makes an index for these vectors beside the one that serves, empty and as this release maps it. One that was
    /// made so before and is not in its place yet is gone on with.
    ///
    /// # Errors
    /// [`SearchIndexError::OutOfPlace`] where an index for other vectors stands there already, and
    /// [`SearchIndexError::Incompatible`] where the server lacks the vector engine.
    pub async fn begin_next(
        &self,
        vectors: &VectorSpaces,
        replicas: u32,
    ) -> Result<Prepared, SearchIndexError> {
        let next = self.at(Place::Next);
        let mut created = false;
        // Before looking whether there is one, so that two that begin at once ask for the same name.
        let index = self.unused_name().await?;
        if next.behind_alias().await?.is_none() {
            self.require_engine(mapping::ENGINE).await?;
            created = next.create(&index, vectors, replicas).await?;
        }
        let (index, mappings) = next
            .behind_alias()
            .await?
            .ok_or_else(|| SearchIndexError::unexpected("index that was just made"))?;
        match mapping::mismatch(&mappings, vectors) {
            None => Ok(Prepared {
                index,
                created,
                vectors: vectors.clone(),
            }),
            Some(difference) => Err(SearchIndexError::OutOfPlace {
                reason: format!(
                    "{index} is being filled with something else ({difference}): switch to it or abort first"
                ),
            }),
        }
    }

    /// Notes that the next index has a document for everything that is served: from now on it can be switched to.
    ///
    /// # Errors
    /// [`SearchIndexError::OutOfPlace`] where there is no next index.
    pub async fn mark_filled(&self) -> Result<(), SearchIndexError> {
        let behind = self.at(Place::Next).behind_alias().await?;
        let (index, mappings) = behind.ok_or_else(|| out_of_place("there is no next index"))?;
        let mut meta = mappings["_meta"].clone();
        meta[FILLED] = json!(true);
        let path = format!("/{index}/_mapping");
        let body = json!({"_meta": meta});
        self.send(Method::Put, &path, Some(&body))
            .await?
            .success()?;
        Ok(())
    }

    /// Puts the next index in the place of the one that serves, which becomes the previous one; in one request, so
    /// that every search is answered by one of them. Answers the index that serves from now on.
    ///
    /// # Errors
    /// [`SearchIndexError::OutOfPlace`] where there is no next index, it is not filled, or another request changed
    /// places meanwhile.
    pub async fn switch(&self) -> Result<String, SearchIndexError> {
        let indices = self.indices().await?;
        let next = one_at(&indices, Place::Next)?;
        if !next.is_filled {
            return Err(out_of_place(&format!(
                "{} is not filled yet: wait for the reindex, or start it again where it failed",
                next.index
            )));
        }
        self.exchange(&indices, Place::Next, Place::Previous).await
    }

    /// Puts the previous index back in its place; the one that serves becomes the next one, so that it can be switched
    /// to again. Answers the index that serves from now on.
    ///
    /// # Errors
    /// [`SearchIndexError::OutOfPlace`] where there is no previous index, or another request changed places meanwhile.
    pub async fn switch_back(&self) -> Result<String, SearchIndexError> {
        let indices = self.indices().await?;
        self.exchange(&indices, Place::Previous, Place::Next).await
    }

    /// Removes the index that stands in a place with everything in it; answers its name, `None` where none does.
    ///
    /// # Errors
    /// [`SearchIndexError::OutOfPlace`] for the index that serves, and where another request changed places meanwhile.
    pub async fn drop_index(&self, place: Place) -> Result<Option<String>, SearchIndexError> {
        if place == Place::Serving {
            return Err(out_of_place("the index that serves is not dropped"));
        }
        let indices = self.indices().await?;
        let standing = indices.into_iter().find(|standing| standing.place == place);
        if let Some(standing) = &standing {
            // First out of its place, which fails where it has moved into another.
            self.change(&[removed(&standing.index, &place.alias(self.base()))])
                .await?;
        }
        self.remove_strays().await?;
        Ok(standing.map(|standing| standing.index))
    }

    /// Removes every index that stands in no place: one that was taken out of its place, now or by a call that was cut
    /// off then, and what a late write made of one that was gone. None is made without a place.
    async fn remove_strays(&self) -> Result<(), SearchIndexError> {
        for (index, is_in_place) in self.own_indices().await? {
            if is_in_place {
                continue;
            }
            let removed = json!({"remove_index": {"index": index}});
            match self.change(&[removed]).await {
                // Somebody else has removed it.
                Ok(()) | Err(SearchIndexError::OutOfPlace { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What stands in `from` serves from now on, and what serves stands in `to`.
    async fn exchange(
        &self,
        indices: &[Standing],
        from: Place,
        to: Place,
    ) -> Result<String, SearchIndexError> {
        if let Some(other) = indices.iter().find(|standing| standing.place == to) {
            return Err(out_of_place(&format!(
                "{} still stands where the index goes that serves now: finish or abort first",
                other.index
            )));
        }
        let old = &one_at(indices, Place::Serving)?.index;
        let new = &one_at(indices, from)?.index;
        let alias = |place: Place| place.alias(self.base());
        self.change(&[
            removed(old, &alias(Place::Serving)),
            removed(new, &alias(from)),
            json!({"add": {"index": new, "alias": alias(Place::Serving)}}),
            json!({"add": {"index": old, "alias": alias(to)}}),
        ])
        .await?;
        Ok(new.clone())
    }

    /// Changes aliases in one request: all of it or nothing.
    async fn change(&self, actions: &[Value]) -> Result<(), SearchIndexError> {
        let body = json!({"actions": actions});
        let reply = self.send(Method::Post, "/_aliases", Some(&body)).await?;
        let kind = error_type(&reply.body["error"]);
        if kind == "aliases_not_found_exception" || kind == "index_not_found_exception" {
            return Err(out_of_place(
                "another request changed places meanwhile: ask how things stand, and again",
            ));
        }
        reply.success().map(drop)
    }

    /// The name after the highest that there is.
    async fn unused_name(&self) -> Result<String, SearchIndexError> {
        let base = self.base();
        let taken = self.own_indices().await?;
        let numbers = taken.iter().filter_map(|(name, _)| number(base, name));
        let highest = numbers.max().unwrap_or(0);
        Ok(format!("{base}-{:06}", highest + 1))
    }

    /// The indices whose names this gives, and whether each stands in a place.
    async fn own_indices(&self) -> Result<Vec<(String, bool)>, SearchIndexError> {
        let base = self.base();
        let path = format!("/{base}-0*/_alias");
        let body = self.send(Method::Get, &path, None).await?.success()?;
        let found = body.as_object().into_iter().flatten();
        let own = found.filter(|(name, _)| number(base, name).is_some());
        Ok(own
            .map(|(name, of)| {
                let aliases = of["aliases"].as_object();
                (
                    name.clone(),
                    aliases.is_some_and(|aliases| !aliases.is_empty()),
                )
            })
            .collect())
    }
}

/// The number in an index's name.
fn number(base: &str, name: &str) -> Option<u32> {
    name.strip_prefix(base)?.strip_prefix('-')?.parse().ok()
}

fn removed(index: &str, alias: &str) -> Value {
    json!({"remove": {"index": index, "alias": alias, "must_exist": true}})
}

fn one_at(indices: &[Standing], place: Place) -> Result<&Standing, SearchIndexError> {
    let found = indices.iter().find(|standing| standing.place == place);
    found.ok_or_else(|| {
        out_of_place(match place {
            Place::Serving => "no index serves: run prepare-index",
            Place::Next => "there is no next index: start a reindex first",
            Place::Previous => "there is no previous index to go back to",
        })
    })
}

fn out_of_place(reason: &str) -> SearchIndexError {
    SearchIndexError::OutOfPlace {
        reason: reason.to_owned(),
    }
}
