//! What a query is to the retrievers: words, a vector among texts, a vector among pictures.

use crate::{
    looking,
    request::{Text, Wanted},
    seams::{Calibration, PictureQueryError, World},
};
use axum::http::StatusCode;
use contracts::Workspace;
use embedding::EmbeddingError;
use lambda_kit::http::ProblemResponse;
use moments::{RankedDocuments, Relevance, Retriever};
use search_index::Filters;
use std::{future::Future, time::Duration};

/// Longest wait for the vectors of words; after it the answer goes by words alone.
const EMBEDDING_BUDGET: Duration = Duration::from_secs(3);
/// Longest wait for the vector of a picture, without which there is no answer: time enough to open the model first.
const PICTURE_BUDGET: Duration = Duration::from_secs(15);

/// A query as retrievers take it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct QueryVectors {
    /// The words to look for; none where the query has none.
    pub text: Text,
    /// Among texts.
    pub text_vector: Option<Vec<f32>>,
    /// Among pictures.
    pub image_vector: Option<Vec<f32>>,
    /// Retrievers that should have been asked and can't be.
    pub silent: Vec<Retriever>,
    /// What cosines with `image_vector` say.
    looks: Option<Relevance>,
}

impl QueryVectors {
    /// Says what each list's scores mean.
    pub(crate) fn calibrate(&self, found: &mut [RankedDocuments], calibration: &Calibration) {
        for list in found {
            list.relevance = match list.retriever {
                Retriever::Meaning => calibration.said,
                Retriever::WrittenMeaning => calibration.written,
                Retriever::Looks => self.looks,
                Retriever::TitleWords | Retriever::Words | Retriever::WrittenWords => None,
            };
        }
    }
}

/// Makes vectors of what is looked for, as far as the channels that it is looked for in need them.
///
/// # Errors
/// 400 for a picture that can't be read, 404 for an unknown segment, 503 where a picture or a segment is looked for and
/// what is needed for that does not answer.
pub(crate) async fn vectors_of<W: World>(
    world: &W,
    workspace: &Workspace,
    wanted: &Wanted,
    filters: &Filters,
) -> Result<QueryVectors, ProblemResponse> {
    match wanted {
        Wanted::Text(text) => Ok(of_text(world, text, filters).await),
        Wanted::Picture(bytes) => of_picture(world, bytes.clone()).await,
        Wanted::Like(id) => of_segment(world, workspace, id).await,
    }
}

async fn of_text<W: World>(world: &W, text: &Text, filters: &Filters) -> QueryVectors {
    let is_wanted = |retrievers: &[Retriever]| {
        let mut of = retrievers.iter().flat_map(|retriever| retriever.channels());
        of.any(|channel| filters.has_channel(*channel))
    };
    let by_meaning = [Retriever::Meaning, Retriever::WrittenMeaning];
    let by_looks = [Retriever::Looks];
    let meaning = async {
        if !is_wanted(&by_meaning) {
            return Some(None);
        }
        in_time(world.embed(&text.words)).await.map(Some)
    };
    let looks = async {
        if !is_wanted(&by_looks) {
            return Some(None);
        }
        in_time(world.embed_for_pictures(&text.words))
            .await
            .map(Some)
    };
    let (meaning, looks) = futures::join!(meaning, looks);
    let mut silent = Vec::new();
    if meaning.is_none() {
        silent.extend(by_meaning);
    }
    if looks.is_none() {
        silent.extend(by_looks);
    }
    QueryVectors {
        text: text.clone(),
        text_vector: meaning.flatten(),
        image_vector: looks.flatten(),
        silent,
        looks: world.calibration().shown_for_words,
    }
}

/// `None` where the model fails or is late.
async fn in_time(
    embedding: impl Future<Output = Result<Vec<f32>, EmbeddingError>>,
) -> Option<Vec<f32>> {
    match tokio::time::timeout(EMBEDDING_BUDGET, embedding).await {
        Ok(Ok(vector)) => Some(vector),
        Ok(Err(error)) => {
            tracing::error!(error.message = %error, "the query has no vector");
            None
        }
        Err(_) => {
            tracing::error!("the query's vector is late");
            None
        }
    }
}

async fn of_picture<W: World>(world: &W, bytes: Vec<u8>) -> Result<QueryVectors, ProblemResponse> {
    const SEARCH: &str = "the search by picture";
    let embedded = tokio::time::timeout(PICTURE_BUDGET, world.embed_picture(bytes)).await;
    match embedded.map_err(|late| ProblemResponse::unavailable(SEARCH, &late))? {
        Ok(vector) => Ok(QueryVectors {
            image_vector: Some(vector),
            looks: world.calibration().shown_for_pictures,
            ..QueryVectors::default()
        }),
        Err(PictureQueryError::Picture(error)) => {
            Err(ProblemResponse::bad_request(error.to_string()))
        }
        Err(PictureQueryError::Model(error)) => Err(ProblemResponse::unavailable(SEARCH, &error)),
    }
}

async fn of_segment<W: World>(
    world: &W,
    workspace: &Workspace,
    id: &str,
) -> Result<QueryVectors, ProblemResponse> {
    let segment = looking::in_time("the search index", world.segment(workspace, id)).await?;
    let segment = segment.ok_or_else(|| {
        ProblemResponse::new(
            StatusCode::NOT_FOUND,
            "there is no segment of this id: it may have been indexed again since it was found",
        )
    })?;
    Ok(QueryVectors {
        text_vector: segment.text_vector,
        image_vector: segment.image_vector,
        looks: world.calibration().shown_for_pictures,
        ..QueryVectors::default()
    })
}
