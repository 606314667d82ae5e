//! A made-up library: the same for the same number of segments, each video made anew whenever it is needed.

use crate::{
    vectors::Space,
    words::{Vocabulary, some_of},
};
use contracts::{
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use fastrand::Rng;
use search_index::{VectorSpace, VectorSpaces};

const TEXT_DIMENSIONS: usize = 384;
const IMAGE_DIMENSIONS: usize = 512;
/// The models whose vectors these pass for: the function `search` asks an index with the models that it names.
const TEXT_MODEL: &str = "e5-small-v2";
const IMAGE_MODEL: &str = "visual-bridge";
/// Documents of a video, its title first, then what was said, what was written and what was shown.
const OF_VIDEO: usize = 60;
const SPOKEN: usize = 30;
const FIRST_WRITTEN: usize = SPOKEN + 1;
const FIRST_SHOWN: usize = FIRST_WRITTEN + 9;
/// Words of a passage; of what is written in a picture; and of a title.
const SPOKEN_WORDS: std::ops::RangeInclusive<usize> = 12..=40;
const WRITTEN_WORDS: std::ops::RangeInclusive<usize> = 2..=12;
const TITLE_WORDS: std::ops::RangeInclusive<usize> = 3..=8;
const QUERY_WORDS: std::ops::RangeInclusive<usize> = 3..=8;
const SEGMENT_MS: u64 = 5_000;
const QUERY_SEED: u64 = 7;

/// Who has a video. Of a hundred, 90 belong to the one tenant and 1 to the other; nine more have the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// The one with nearly all documents.
    Large,
    /// The one with a hundredth.
    Small,
    /// Somebody else.
    Other(usize),
}

impl Tenant {
    fn of_video(video: usize) -> Self {
        match video % 100 {
            0 => Self::Small,
            other @ 1..10 => Self::Other(other),
            _ => Self::Large,
        }
    }

    /// The tenant as it stands in documents.
    pub fn workspace(self) -> String {
        match self {
            Self::Large => "large".to_owned(),
            Self::Small => "small".to_owned(),
            Self::Other(number) => format!("other-{number}"),
        }
    }
}

/// A document and its id.
pub type Segment = (String, SegmentDocument);

/// What is asked of a tenant's library.
pub struct Query {
    pub tenant: Tenant,
    pub text: String,
    pub text_vector: Vec<f32>,
    pub image_vector: Vec<f32>,
}

/// The library.
pub struct Corpus {
    segments: usize,
    text: Space,
    image: Space,
    words: Vocabulary,
}

impl Corpus {
    /// The library of so many segments.
    pub fn new(segments: usize) -> Self {
        Self {
            segments,
            text: Space::new(TEXT_DIMENSIONS, 1),
            image: Space::new(IMAGE_DIMENSIONS, 2),
            words: Vocabulary::new(),
        }
    }

    /// The spaces that the index is made for.
    pub fn spaces() -> VectorSpaces {
        let space = |model: &str, dimensions| VectorSpace {
            model: model.to_owned(),
            dimensions,
        };
        VectorSpaces {
            text: space(TEXT_MODEL, TEXT_DIMENSIONS),
            image: space(IMAGE_MODEL, IMAGE_DIMENSIONS),
        }
    }

    /// How many videos there are; the last may lack segments.
    pub fn videos(&self) -> usize {
        self.segments.div_ceil(OF_VIDEO)
    }

    /// The tenant of a video.
    pub fn tenant(&self, video: usize) -> Tenant {
        Tenant::of_video(video)
    }

    /// The documents of a video.
    pub fn video(&self, video: usize) -> Vec<Segment> {
        let mut random = Rng::with_seed(1_000 + video as u64);
        let topic = Space::topic(&mut random);
        let spoken = self.text.of_video(&mut random);
        let shown = self.image.of_video(&mut random);
        let reference = VideoRef {
            workspace: Tenant::of_video(video).workspace().as_str().into(),
            video_id: format!("0197a000-0000-7000-8000-{video:012}")
                .as_str()
                .into(),
            generation: 1,
            attempt: 1,
        };
        let count = OF_VIDEO.min(self.segments - video * OF_VIDEO);
        let documents = (0..count).map(|position| {
            // Most of a video is about one thing.
            let topic = if random.u8(..) < 230 {
                topic
            } else {
                Space::topic(&mut random)
            };
            let mut document = blank(&reference, position);
            match document.channel {
                Channel::Title => document.text = Some(self.words(TITLE_WORDS, &mut random)),
                Channel::Visual => {
                    document.labels = vec![self.words(1..=2, &mut random)];
                    document.image_vector = Some(self.image.passage(topic, &shown, &mut random));
                    document.image_model = Some(IMAGE_MODEL.to_owned());
                }
                Channel::Speech | Channel::Subtitle | Channel::ScreenText => {
                    let words = if document.channel == Channel::ScreenText {
                        WRITTEN_WORDS
                    } else {
                        SPOKEN_WORDS
                    };
                    document.text = Some(self.words(words, &mut random));
                    document.text_vector = Some(self.text.passage(topic, &spoken, &mut random));
                    document.text_model = Some(TEXT_MODEL.to_owned());
                }
            }
            (document.id(position), document)
        });
        documents.collect()
    }

    /// So many queries, each near to a passage and a picture of one of the tenant's videos.
    pub fn queries(&self, tenant: Tenant, count: usize) -> Vec<Query> {
        let mut random = Rng::with_seed(QUERY_SEED);
        let whole = self.segments / OF_VIDEO;
        let videos: Vec<usize> = (0..whole)
            .filter(|video| Tenant::of_video(*video) == tenant)
            .collect();
        let queries = (0..count).map(|_| {
            let video = self.video(videos[random.usize(..videos.len())]);
            let (_, passage) = &video[1 + random.usize(..SPOKEN)];
            let (_, picture) = &video[random.usize(FIRST_SHOWN..OF_VIDEO)];
            let words = random.usize(QUERY_WORDS);
            let text = passage.text.as_deref().unwrap_or_default();
            Query {
                tenant,
                text: some_of(text, words, &mut random),
                text_vector: self.text.query(vector(&passage.text_vector), &mut random),
                image_vector: self.image.query(vector(&picture.image_vector), &mut random),
            }
        });
        queries.collect()
    }

    fn words(&self, count: std::ops::RangeInclusive<usize>, random: &mut Rng) -> String {
        self.words.text(random.usize(count), random)
    }
}

/// A document's vector; empty where it has none.
pub fn vector(of: &Option<Vec<f32>>) -> &[f32] {
    of.as_deref().unwrap_or_default()
}

/// The document at a position of a video, without what it says or shows.
fn blank(video: &VideoRef, position: usize) -> SegmentDocument {
    let channel = match position {
        0 => Channel::Title,
        1..=SPOKEN => Channel::Speech,
        FIRST_WRITTEN..FIRST_SHOWN => Channel::ScreenText,
        _ => Channel::Visual,
    };
    let start_ms = position as u64 * SEGMENT_MS;
    let range = TimeRange {
        start_ms,
        end_ms: start_ms + SEGMENT_MS,
    };
    let has_picture = channel == Channel::Visual;
    SegmentDocument {
        chunk: (channel != Channel::Title).then_some(0),
        thumbnail_key: has_picture.then(|| {
            format!(
                "videos/{}/1/thumbnails/00000-{position:05}.jpg",
                video.video_id
            )
        }),
        language: (!has_picture).then(|| "en".to_owned()),
        tags: vec!["made-up".to_owned()],
        created_at: Some("2026-01-02T03:04:05Z".to_owned()),
        duration_ms: Some(OF_VIDEO as u64 * SEGMENT_MS),
        ..SegmentDocument::empty(video, channel, range)
    }
}
