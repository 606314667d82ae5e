//! The made-up world that searches are tried against.

use crate::{
    answer_search,
    seams::{
        Calibration, EmbedQuery, FindVideos, PictureQueryError, RecordFeedback, Retrieve,
        SignLinks, Worlds,
    },
};
use catalog::{CatalogError, VideoRecord};
use contracts::{
    VideoId, Workspace,
    api::{Origin, SearchRequest, SearchResponse, VideoStatus, VisualModel},
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::{ObjectRef, VideoRef},
};
use embedding::{EmbeddingError, PictureLimits, decode_picture};
use moments::{Hit, RankedDocument, RankedDocuments, RankedHits, Relevance, Retriever};
use search_index::{Answers, Highlights, QueryPlan, SearchIndexError};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// How something that a search needs is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum State {
    #[default]
    Works,
    Fails,
    Hangs,
}

#[derive(Debug, Default)]
pub(crate) struct FakeWorld {
    /// Of both models.
    pub(crate) models: State,
    pub(crate) index: State,
    pub(crate) catalog: State,
    /// Of reading what the index found.
    pub(crate) reading: State,
    /// Retrievers that fail.
    pub(crate) silent: Vec<Retriever>,
    /// Whether words are found by the query's text alone.
    pub(crate) reads: bool,
    pub(crate) records_feedback: bool,
    pub(crate) hits: Vec<Hit>,
    pub(crate) videos: Vec<VideoRecord>,
    /// What the index was asked.
    pub(crate) plans: Mutex<Vec<QueryPlan>>,
}

/// A world that stays as it is.
pub(crate) struct Always(pub(crate) Arc<FakeWorld>);

impl Worlds for Always {
    type World = FakeWorld;

    async fn now(&self, _age: Duration) -> Result<Arc<FakeWorld>, SearchIndexError> {
        Ok(Arc::clone(&self.0))
    }
}

impl State {
    /// Goes on where it works; where it hangs, never.
    async fn check<Failure>(self, failure: impl FnOnce() -> Failure) -> Result<(), Failure> {
        match self {
            State::Works => Ok(()),
            State::Hangs => std::future::pending().await,
            State::Fails => Err(failure()),
        }
    }
}

fn away() -> SearchIndexError {
    SearchIndexError::Unavailable {
        reason: "away".into(),
        source: None,
    }
}

impl EmbedQuery for FakeWorld {
    async fn embed(&self, _text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let failure = || EmbeddingError::Interface {
            name: "fake".into(),
            reason: "it fails".into(),
        };
        self.models.check(failure).await?;
        Ok(vec![1.0])
    }

    async fn embed_for_pictures(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        self.embed(text).await
    }

    async fn embed_picture(&self, bytes: Vec<u8>) -> Result<Vec<f32>, PictureQueryError> {
        decode_picture(&bytes, PictureLimits::default())?;
        Ok(self.embed("a picture").await?)
    }

    fn calibration(&self) -> Calibration {
        Calibration {
            shown_for_words: Some(Relevance {
                floor: 0.75,
                sure: 0.9,
                chance: None,
            }),
            ..Calibration::default()
        }
    }

    fn visual_model(&self) -> Option<VisualModel> {
        Some(VisualModel {
            name: "fake".into(),
            stand_in: true,
        })
    }
}

impl Retrieve for FakeWorld {
    async fn retrieve(&self, plan: &QueryPlan) -> Result<Answers, SearchIndexError> {
        self.index.check(away).await?;
        self.plans.lock().unwrap().push(plan.clone());
        let mut answers = Answers {
            found: Vec::new(),
            failed: Vec::new(),
            statistics: None,
        };
        for retriever in asked(plan) {
            if self.silent.contains(&retriever) {
                answers.failed.push((retriever, away()));
            } else {
                answers.found.push(self.list(retriever, plan));
            }
        }
        match answers.failed.pop() {
            Some((_, error)) if answers.found.is_empty() => Err(error),
            last => {
                answers.failed.extend(last);
                Ok(answers)
            }
        }
    }

    async fn read(
        &self,
        _plan: &QueryPlan,
        found: &[RankedDocuments],
    ) -> Result<Vec<RankedHits>, SearchIndexError> {
        self.reading.check(away).await?;
        let hit = |(position, ranked): (usize, &RankedDocument)| Hit {
            rank: position + 1,
            ..self.hits[usize::try_from(ranked.number).unwrap()].clone()
        };
        let lists = found.iter().map(|list| RankedHits {
            retriever: list.retriever,
            relevance: list.relevance,
            hits: list.documents.iter().enumerate().map(hit).collect(),
        });
        Ok(lists.collect())
    }

    async fn highlights(
        &self,
        _plan: &QueryPlan,
        ids: &[&str],
    ) -> Result<Highlights, SearchIndexError> {
        let marked = ids.iter().map(|id| ((*id).to_owned(), vec![[4, 8]]));
        Ok(marked.collect())
    }

    async fn segment(
        &self,
        workspace: &Workspace,
        id: &str,
    ) -> Result<Option<SegmentDocument>, SearchIndexError> {
        self.index.check(away).await?;
        let video = VideoRef {
            workspace: workspace.clone(),
            video_id: "v".into(),
            generation: 2,
            attempt: 1,
        };
        let range = TimeRange {
            start_ms: 0,
            end_ms: 1,
        };
        let shot = SegmentDocument {
            image_vector: Some(vec![1.0]),
            ..SegmentDocument::empty(&video, Channel::Visual, range)
        };
        let is_known = self.hits.iter().any(|hit| hit.id == id);
        Ok(is_known.then_some(shot))
    }
}

/// The retrievers that have something to do.
fn asked(plan: &QueryPlan) -> Vec<Retriever> {
    let mut asked = Vec::new();
    if !plan.text.is_empty() {
        asked.push(Retriever::Words);
    }
    if plan.text_vector.is_some() {
        asked.push(Retriever::Meaning);
    }
    if plan.image_vector.is_some() {
        asked.push(Retriever::Looks);
    }
    let is_wanted = |retriever: &Retriever| {
        let mut channels = retriever.channels().iter();
        channels.any(|channel| plan.filters.has_channel(*channel))
    };
    asked.retain(is_wanted);
    asked
}

impl FakeWorld {
    /// Documents are numbered by their places among the hits.
    fn list(&self, retriever: Retriever, plan: &QueryPlan) -> RankedDocuments {
        let is_found = |hit: &Hit| {
            retriever.channels().contains(&hit.channel)
                && (!self.reads || hit.text.contains(&plan.text))
                && plan.except.as_ref() != Some(&hit.id)
        };
        let found = (0..).zip(&self.hits).filter(|(_, hit)| is_found(hit));
        let ranked = found.map(|(number, hit)| RankedDocument {
            number,
            video_id: hit.video_id.clone(),
            generation: hit.generation,
            score: hit.score,
        });
        RankedDocuments {
            retriever,
            relevance: None,
            documents: ranked.collect(),
        }
    }
}

impl FindVideos for FakeWorld {
    async fn find_videos(
        &self,
        workspace: &Workspace,
        video_ids: &[VideoId],
    ) -> Result<Vec<VideoRecord>, CatalogError> {
        self.catalog.check(|| CatalogError::VideoGone).await?;
        let known = self
            .videos
            .iter()
            .filter(|video| video.workspace == *workspace && video_ids.contains(&video.video_id));
        Ok(known.cloned().collect())
    }
}

impl RecordFeedback for FakeWorld {
    fn records_feedback(&self) -> bool {
        self.records_feedback
    }
}

impl SignLinks for FakeWorld {
    async fn source_link(&self, source: &ObjectRef) -> Option<String> {
        Some(format!("https://media/{}?signed", source.key))
    }

    async fn thumbnail_link(&self, key: &str) -> Option<String> {
        Some(format!("https://derived/{key}?signed"))
    }
}

pub(crate) fn hit(video: &str, generation: u32, start_ms: u64) -> Hit {
    Hit {
        id: format!("{video}:{generation}:{start_ms}"),
        video_id: video.into(),
        generation,
        chunk: Some(0),
        channel: Channel::Subtitle,
        start_ms,
        end_ms: start_ms + 4000,
        text: "The dogs ran.".into(),
        labels: Vec::new(),
        thumbnail_key: Some("thumb.jpg".into()),
        rank: 1,
        score: 0.7,
    }
}

pub(crate) fn video(
    id: &str,
    workspace: &str,
    status: VideoStatus,
    serving: Option<u32>,
) -> VideoRecord {
    VideoRecord {
        workspace: workspace.into(),
        video_id: id.into(),
        title: format!("Title of {id}"),
        file_name: "a.mp4".into(),
        tags: Vec::new(),
        created_by: "s".into(),
        origin: Origin::Upload,
        status,
        generation: 2,
        attempt: 1,
        serving_generation: serving,
        source: Some(ObjectRef {
            bucket: "media".into(),
            key: format!("{id}/source"),
            version_id: None,
            etag: None,
        }),
        serving_source: None,
        serving_duration_ms: None,
        sequencer: None,
        size_bytes: None,
        duration_ms: None,
        language: None,
        channels: std::iter::once(Channel::Subtitle).collect(),
        chunks_indexed: std::iter::once(0).collect(),
        chunks_total: 1,
        warnings: Vec::new(),
        dropped: None,
        found_language: None,
        error: None,
        created_at: String::new(),
        updated_at: String::new(),
        revision: 1,
    }
}

pub(crate) fn request(text: &str) -> SearchRequest {
    SearchRequest {
        q: text.into(),
        ..SearchRequest::default()
    }
}

pub(crate) async fn search(world: &FakeWorld, request: &SearchRequest) -> SearchResponse {
    answer_search(world, &"w".into(), request).await.unwrap()
}

/// A shot at this second, found with this cosine.
pub(crate) fn shot(at_s: u64, cosine: f64) -> Hit {
    Hit {
        channel: Channel::Visual,
        text: String::new(),
        labels: vec!["macaw".into()],
        score: cosine,
        ..hit("v", 2, at_s * 1000)
    }
}

pub(crate) fn shown(shots: Vec<Hit>) -> FakeWorld {
    FakeWorld {
        hits: shots,
        videos: vec![video("v", "w", VideoStatus::Ready, Some(2))],
        ..FakeWorld::default()
    }
}
