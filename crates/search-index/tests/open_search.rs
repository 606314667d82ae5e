//! The index on a real OpenSearch. Every test has an alias of its own and removes its index.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use contracts::{
    VideoId, Workspace,
    artifacts::TimeRange,
    segments::{Channel, SegmentDocument},
    tasks::VideoRef,
};
use futures::FutureExt;
use moments::{Hit, RankedHits, Retriever};
use search_index::{
    Filters, Place, QueryPlan, SearchIndex, SearchIndexError, VectorSpace, VectorSpaces,
};
use std::{future::Future, panic::AssertUnwindSafe};

const DIMENSIONS: usize = 4;

fn vectors(model: &str) -> VectorSpaces {
    let space = |model: &str, dimensions| VectorSpace {
        model: model.to_owned(),
        dimensions,
    };
    VectorSpaces {
        text: space(model, DIMENSIONS),
        image: space("i", 2),
    }
}

fn connect(name: &str) -> SearchIndex {
    let url = std::env::var("VINDEX_OPENSEARCH_URL")
        .expect("VINDEX_OPENSEARCH_URL is not set: run through `cargo xtask test`");
    let config = aws_config::SdkConfig::builder().build();
    SearchIndex::new(&url, &config)
        .unwrap()
        .with_alias(format!("test-{name}-{}", std::process::id()))
}

/// Runs a test on an index of its own, which goes also when the test fails.
async fn with_index<Test: Future<Output = ()>>(name: &str, test: impl FnOnce(SearchIndex) -> Test) {
    let index = connect(name);
    index.prepare(&vectors("m"), 0).await.unwrap();
    let outcome = AssertUnwindSafe(test(index.clone())).catch_unwind().await;
    index.remove().await.unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn document(
    workspace: &str,
    video: &str,
    generation: u32,
    start_ms: u64,
    text: &str,
) -> SegmentDocument {
    let video = VideoRef {
        workspace: workspace.into(),
        video_id: video.into(),
        generation,
        attempt: 1,
    };
    let range = TimeRange {
        start_ms,
        end_ms: start_ms + 4000,
    };
    SegmentDocument {
        chunk: Some(0),
        text: Some(text.to_owned()),
        text_vector: Some(vec![1.0, 0.0, 0.0, 0.0]),
        text_model: Some("m".to_owned()),
        thumbnail_key: Some("t.jpg".to_owned()),
        language: Some("en".to_owned()),
        created_at: Some("2026-01-02T03:04:05Z".to_owned()),
        duration_ms: Some(60_000),
        ..SegmentDocument::empty(&video, Channel::Subtitle, range)
    }
}

async fn write(index: &SearchIndex, documents: &[SegmentDocument]) -> Result<(), SearchIndexError> {
    let named: Vec<_> = documents
        .iter()
        .enumerate()
        .map(|(position, document)| (document.id(position), document.clone()))
        .collect();
    index.write(&named).await?;
    index.refresh().await
}

fn plan(workspace: &str, text: &str, vector: [f32; DIMENSIONS]) -> QueryPlan {
    QueryPlan {
        workspace: workspace.into(),
        text: text.to_owned(),
        phrases: Vec::new(),
        excluded: Vec::new(),
        text_vector: Some(vector.to_vec()),
        image_vector: None,
        filters: Filters::default(),
        candidates: 100,
        counted_words: Vec::new(),
        except: None,
    }
}

/// What every retriever finds, read.
async fn ask(index: &SearchIndex, plan: &QueryPlan) -> Vec<RankedHits> {
    let answers = index.search(plan).await.unwrap();
    assert!(answers.failed.is_empty(), "{:?}", answers.failed);
    index.read(plan, &answers.found).await.unwrap()
}

fn hits(found: &[RankedHits], retriever: Retriever) -> &[Hit] {
    let list = found.iter().find(|list| list.retriever == retriever);
    list.map_or(&[], |list| &list.hits)
}

fn videos(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.video_id.as_str()).collect()
}

fn ids() -> (Workspace, VideoId) {
    ("w".into(), "v".into())
}

/// Where the query's words stand in the hit.
async fn marked(index: &SearchIndex, plan: &QueryPlan, hit: &Hit) -> Vec<[u32; 2]> {
    let mut highlights = index.highlights(plan, &[hit.id.as_str()]).await.unwrap();
    highlights.remove(&hit.id).unwrap()
}

const NEAR: [f32; DIMENSIONS] = [1.0, 0.0, 0.0, 0.0];

#[tokio::test]
async fn many_callers_prepare_one_index() {
    let index = connect("prepare");
    let model = vectors("m");
    let calls = (0..4).map(|_| index.prepare(&model, 0));
    let prepared: Vec<_> = futures::future::join_all(calls).await;
    let created = prepared
        .iter()
        .filter(|prepared| prepared.as_ref().unwrap().created)
        .count();
    let again = index.prepare(&model, 0).await;
    let other = index.prepare(&vectors("other"), 0).await;
    index.remove().await.unwrap();
    assert_eq!(created, 1);
    let again = again.unwrap();
    assert!(!again.created && again.index.ends_with("-000001"));
    // It serves on with the vectors that it has, whoever deploys what.
    let other = other.unwrap();
    assert_eq!((other.index, other.vectors), (again.index, model));
}

#[tokio::test]
async fn a_write_never_makes_an_index() {
    let index = connect("missing");
    let error = write(&index, &[document("w", "v", 1, 0, "words")])
        .await
        .unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Incompatible { .. }),
        "{error}"
    );
    let error = index.search(&plan("w", "words", NEAR)).await.unwrap_err();
    assert!(
        matches!(error, SearchIndexError::Incompatible { .. }),
        "{error}"
    );
    assert!(index.prepare(&vectors("m"), 0).await.unwrap().created);
    index.remove().await.unwrap();
}

#[tokio::test]
async fn writing_twice_leaves_one_of_each() {
    with_index("twice", |index| async move {
        let documents: Vec<_> = (0..30)
            .map(|at| document("w", "v", 1, at * 5000, "words"))
            .collect();
        let (left, right) = tokio::join!(write(&index, &documents), write(&index, &documents));
        left.unwrap();
        right.unwrap();
        let (workspace, video_id) = ids();
        assert_eq!(index.count(&workspace, &video_id, 1).await.unwrap(), 30);
        assert_eq!(index.count(&workspace, &video_id, 2).await.unwrap(), 0);
        assert_eq!(index.count(&"x".into(), &video_id, 1).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn vectors_of_another_model_or_length_are_refused() {
    with_index("refused", |index| async move {
        let other_model = SegmentDocument {
            text_model: Some("other".to_owned()),
            ..document("w", "v", 1, 0, "words")
        };
        let too_long = SegmentDocument {
            text_vector: Some(vec![1.0; 5]),
            ..document("w", "v", 1, 0, "words")
        };
        for refused in [other_model, too_long] {
            let error = write(&index, &[refused]).await.unwrap_err();
            assert!(
                matches!(error, SearchIndexError::Rejected { .. }),
                "{error}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn tenants_never_see_each_other() {
    with_index("tenants", |index| async move {
        let mut documents: Vec<_> = (0..20)
            .map(|at| {
                document(
                    "theirs",
                    "their-video",
                    1,
                    at * 5000,
                    "the dogs are running",
                )
            })
            .collect();
        documents.push(SegmentDocument {
            // Farther from the query than everything of the other tenant.
            text_vector: Some(vec![0.0, 1.0, 0.0, 0.0]),
            ..document("ours", "our-video", 1, 0, "the dogs are running")
        });
        documents.push(SegmentDocument {
            channel: Channel::Title,
            text_vector: None,
            text_model: None,
            ..document("theirs", "their-video", 1, 0, "Dogs")
        });
        write(&index, &documents).await.unwrap();
        let narrow = QueryPlan {
            candidates: 2,
            ..plan("ours", "dogs", NEAR)
        };
        let found = ask(&index, &narrow).await;
        assert_eq!(videos(hits(&found, Retriever::Words)), ["our-video"]);
        assert_eq!(videos(hits(&found, Retriever::Meaning)), ["our-video"]);
        assert!(hits(&found, Retriever::TitleWords).is_empty());
        let theirs = QueryPlan {
            filters: Filters {
                videos: vec!["their-video".into()],
                ..Filters::default()
            },
            ..plan("ours", "dogs", NEAR)
        };
        let found = ask(&index, &theirs).await;
        assert!(found.iter().all(|list| list.hits.is_empty()));
    })
    .await;
}

#[tokio::test]
async fn hits_carry_cosine_highlights_and_fields() {
    with_index("hits", |index| async move {
        let text = "😀 The dogs were running, 2.5 km";
        write(&index, &[document("w", "v", 3, 7000, text)])
            .await
            .unwrap();
        let found = ask(&index, &plan("w", "the running dog", [0.6, 0.8, 0.0, 0.0])).await;
        let near = &hits(&found, Retriever::Meaning)[0];
        assert!((near.score - 0.6).abs() < 1e-3, "{}", near.score);
        let words = &hits(&found, Retriever::Words)[0];
        let asked = plan("w", "the running dog", NEAR);
        assert_eq!(marked(&index, &asked, words).await, [[7, 11], [17, 24]]);
        let of_another = plan("x", "the running dog", NEAR);
        let ids = [words.id.as_str()];
        assert!(
            index
                .highlights(&of_another, &ids)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            (words.generation, words.start_ms, words.end_ms),
            (3, 7000, 11_000)
        );
        assert_eq!(words.thumbnail_key.as_deref(), Some("t.jpg"));
        assert_eq!(words.text, text);
        let found = ask(&index, &plan("w", "2.5", NEAR)).await;
        assert_eq!(hits(&found, Retriever::Words).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_changed_since_it_was_found_is_left_out() {
    with_index("changed", |index| async move {
        let said = |start_ms| document("w", "v", 1, start_ms, "the dogs ran");
        let documents = [said(0), said(5000)];
        write(&index, &documents).await.unwrap();
        let dogs = plan("w", "dogs", NEAR);
        let found = index.search(&dogs).await.unwrap().found;
        let of_another = plan("x", "dogs", NEAR);
        let read = index.read(&of_another, &found).await.unwrap();
        assert!(read.iter().all(|list| list.hits.is_empty()));
        // The same again, under its id, has another number.
        write(&index, &documents[..1]).await.unwrap();
        let read = index.read(&dogs, &found).await.unwrap();
        let words = hits(&read, Retriever::Words);
        let left: Vec<_> = words.iter().map(|hit| (hit.start_ms, hit.rank)).collect();
        assert_eq!(left, [(5000, 2)]);
    })
    .await;
}

#[tokio::test]
async fn phrases_and_exclusions_bind_words_and_meaning() {
    with_index("phrases", |index| async move {
        let said = |video: &str, text: &str| document("w", video, 1, 0, text);
        let documents = [
            said("phrase", "We go to the moon today"),
            said("apart", "The moon is where we go to"),
            said("stemmed", "We are going to the moons"),
            said("excluded", "We go to the moon tomorrow"),
        ];
        write(&index, &documents).await.unwrap();
        let bound = QueryPlan {
            phrases: vec!["go to the moon".into()],
            excluded: vec!["Tomorrow".into()],
            ..plan("w", "go to the moon", NEAR)
        };
        let found = ask(&index, &bound).await;
        assert_eq!(videos(hits(&found, Retriever::Words)), ["phrase"]);
        assert_eq!(videos(hits(&found, Retriever::Meaning)), ["phrase"]);
        let marked = marked(&index, &bound, &hits(&found, Retriever::Words)[0]).await;
        let of_text = |[from, to]: &[u32; 2]| from >= &3 && to <= &17;
        assert!(marked.iter().all(of_text), "{marked:?}");
        assert_eq!((marked[0][0], marked[marked.len() - 1][1]), (3, 17));
        let without = QueryPlan {
            excluded: vec!["the moon".into()],
            ..plan("w", "moon", NEAR)
        };
        let found = ask(&index, &without).await;
        assert_eq!(videos(hits(&found, Retriever::Words)), ["stemmed"]);
        assert_eq!(videos(hits(&found, Retriever::Meaning)), ["stemmed"]);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_found_in_digits_and_in_words() {
    with_index("numbers", |index| async move {
        let said = |video: &str, text: &str| document("w", video, 1, 0, text);
        let documents = [
            said("year", "The bridge opened in 1963"),
            said("spoken-year", "It was nineteen sixty-three when she left"),
            said(
                "other-year",
                "The bridge opened in 1973, or was it sixty three people",
            ),
            said("count", "There were twelve hundred of them"),
            said("grouped", "There were 1,200 boats"),
            said("half", "It took two and a half hours"),
        ];
        write(&index, &documents).await.unwrap();
        let check = async |text: &str, expected: &[&str]| {
            let found = ask(&index, &plan("w", text, NEAR)).await;
            let mut first = videos(hits(&found, Retriever::Words));
            first.truncate(expected.len());
            first.sort_unstable();
            assert_eq!(first, expected, "{text}");
        };
        check(
            "the bridge of nineteen sixty-three",
            &["spoken-year", "year"],
        )
        .await;
        check("1963", &["spoken-year", "year"]).await;
        check("nineteen sixty three", &["spoken-year", "year"]).await;
        check("1200", &["count", "grouped"]).await;
        check("2.5 hours", &["half"]).await;
        let asked = plan("w", "left in 1963", NEAR);
        let found = ask(&index, &asked).await;
        let words = hits(&found, Retriever::Words);
        let spoken = words
            .iter()
            .find(|hit| hit.video_id.as_str() == "spoken-year");
        let marked = marked(&index, &asked, spoken.unwrap()).await;
        assert_eq!((marked[0][0], marked[marked.len() - 1]), (7, [37, 41]));
    })
    .await;
}

#[tokio::test]
async fn words_of_other_languages_are_stemmed_by_their_own_rules() {
    with_index("languages", |index| async move {
        let said = |language: &str, text: &str| SegmentDocument {
            language: Some(language.to_owned()),
            ..document("w", language, 1, 0, text)
        };
        let sign = SegmentDocument {
            channel: Channel::ScreenText,
            ..said("de-AT", "Alte Häuser")
        };
        let documents = [
            said("en", "The houses were sold"),
            said("de-AT", "😀 Die alten Häuser wurden verkauft"),
            said("fr", "Les chevaux couraient"),
            said("ru", "Он видел книги"),
            said("ja", "東京都に住んでいます"),
            said("sv", "Husen är sålda"),
            sign,
        ];
        write(&index, &documents).await.unwrap();
        let check = async |text: &str, expected: &[&str]| {
            let found = ask(&index, &plan("w", text, NEAR)).await;
            assert_eq!(videos(hits(&found, Retriever::Words)), expected, "{text}");
            found
        };
        check("house", &["en"]).await;
        check("cheval", &["fr"]).await;
        check("книга", &["ru"]).await;
        check("東京", &["ja"]).await;
        check("husen", &["sv"]).await;
        let found = check("altes Haus", &["de-AT"]).await;
        let said = &hits(&found, Retriever::Words)[0];
        let asked = plan("w", "altes Haus", NEAR);
        assert_eq!(marked(&index, &asked, said).await, [[7, 12], [13, 19]]);
        assert_eq!(hits(&found, Retriever::WrittenWords).len(), 1);
        let id = &hits(&found, Retriever::WrittenWords)[0].id;
        let segment = index.segment(&"w".into(), id).await.unwrap().unwrap();
        assert_eq!(segment.text.as_deref(), Some("Alte Häuser"));
    })
    .await;
}

#[tokio::test]
async fn the_longest_queries_are_answered() {
    with_index("long", |index| async move {
        write(&index, &[document("w", "v", 1, 0, "a dog 🐶 at 7 in 東京")])
            .await
            .unwrap();
        let check = async |word: &str| {
            let text: String = word.chars().cycle().take(1000).collect();
            let found = ask(&index, &plan("w", &text, NEAR)).await;
            assert_eq!(hits(&found, Retriever::Words).len(), 1, "{word}");
        };
        for word in ["dog ", "x dog y ", "dog 7 ", "東京", "🐶", "dog-"] {
            check(word).await;
        }
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_every_retriever() {
    with_index("filters", |index| async move {
        write(&index, &of_two_videos()).await.unwrap();
        let check = async |filters: Filters, expected: &[&str]| {
            let narrowed = QueryPlan {
                image_vector: Some(vec![1.0, 0.0]),
                filters: filters.clone(),
                ..plan("w", "dogs", NEAR)
            };
            let found = ask(&index, &narrowed).await;
            for retriever in Retriever::ALL {
                let mut found = videos(hits(&found, *retriever));
                found.sort_unstable();
                assert_eq!(found, expected, "{filters:?} {retriever:?}");
            }
        };
        let all = Filters::default;
        check(all(), &["long", "short"]).await;
        let videos = vec!["short".into(), "unknown".into()];
        check(Filters { videos, ..all() }, &["short"]).await;
        for (tags, expected) in [
            (vec!["a"], &["long", "short"][..]),
            (vec!["a", "b"], &["long"]),
        ] {
            let tags = tags.into_iter().map(str::to_owned).collect();
            check(Filters { tags, ..all() }, expected).await;
        }
        for (languages, expected) in [
            (vec!["pt"], &["long"][..]),
            (vec!["de", "en"], &["short"]),
            (vec!["e"], &[]),
        ] {
            let languages = languages.into_iter().map(str::to_owned).collect();
            check(Filters { languages, ..all() }, expected).await;
        }
        let noon = || Some("2026-01-02T12:00:00.000Z".to_owned());
        let (after, before) = (noon(), noon());
        check(Filters { after, ..all() }, &["long"]).await;
        check(Filters { before, ..all() }, &["short"]).await;
        let (min_duration_ms, max_duration_ms) = (Some(60_000), Some(60_000));
        check(
            Filters {
                min_duration_ms,
                ..all()
            },
            &["long", "short"],
        )
        .await;
        check(
            Filters {
                max_duration_ms,
                ..all()
            },
            &["short"],
        )
        .await;
    })
    .await;
}

/// A document for each retriever of two videos: `short` in English, and `long`, which became known at noon.
fn of_two_videos() -> Vec<SegmentDocument> {
    let short = |channel, text: &str| SegmentDocument {
        channel,
        tags: vec!["a".to_owned()],
        language: Some("EN-us".to_owned()),
        ..document("w", "short", 1, 0, text)
    };
    let of_short = [
        SegmentDocument {
            text_vector: None,
            text_model: None,
            ..short(Channel::Title, "Dogs")
        },
        short(Channel::Subtitle, "dogs"),
        short(Channel::ScreenText, "dogs"),
        SegmentDocument {
            image_vector: Some(vec![1.0, 0.0]),
            image_model: Some("i".to_owned()),
            text: None,
            text_vector: None,
            text_model: None,
            ..short(Channel::Visual, "")
        },
    ];
    let of_long = of_short.clone().map(|document| SegmentDocument {
        video_id: "long".into(),
        tags: vec!["a".to_owned(), "b".to_owned()],
        language: Some("pt".to_owned()),
        created_at: Some("2026-01-02T12:00:00.000Z".to_owned()),
        duration_ms: Some(60_001),
        ..document
    });
    of_short.into_iter().chain(of_long).collect()
}

#[tokio::test]
async fn channels_narrow_what_is_said() {
    with_index("channels", |index| async move {
        let spoken = SegmentDocument {
            channel: Channel::Speech,
            ..document("w", "spoken", 1, 0, "dogs")
        };
        let documents = [document("w", "written", 1, 0, "dogs"), spoken];
        write(&index, &documents).await.unwrap();
        for (channel, expected) in [
            (Channel::Speech, &["spoken"][..]),
            (Channel::Subtitle, &["written"]),
            (Channel::Visual, &[]),
        ] {
            let filters = Filters {
                channels: vec![channel],
                ..Filters::default()
            };
            let narrowed = QueryPlan {
                filters,
                ..plan("w", "dogs", NEAR)
            };
            let found = ask(&index, &narrowed).await;
            for retriever in [Retriever::Words, Retriever::Meaning] {
                assert_eq!(videos(hits(&found, retriever)), expected, "{channel:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_is_meant_is_deleted() {
    with_index("delete", |index| async move {
        for (workspace, video, generation) in [
            ("w", "v", 1),
            ("w", "v", 2),
            ("w", "v", 3),
            ("w", "other", 1),
            ("x", "v", 1),
        ] {
            let documents: Vec<_> = (0..3)
                .map(|at| document(workspace, video, generation, at * 5000, "words"))
                .collect();
            let named: Vec<_> = documents
                .iter()
                .enumerate()
                .map(|(position, document)| {
                    (
                        format!("{workspace}:{}", document.id(position)),
                        document.clone(),
                    )
                })
                .collect();
            // No refresh: what was written a moment ago must go all the same.
            index.write(&named).await.unwrap();
        }
        let (workspace, video_id) = ids();
        let count = async |workspace: &str, video: &str, generation| {
            index
                .count(&workspace.into(), &video.into(), generation)
                .await
                .unwrap()
        };
        assert_eq!(
            index
                .delete_generation(&workspace, &video_id, 3)
                .await
                .unwrap(),
            3
        );
        assert_eq!(
            index
                .delete_generations_below(&workspace, &video_id, 2)
                .await
                .unwrap(),
            3
        );
        assert_eq!(count("w", "v", 1).await + count("w", "v", 3).await, 0);
        assert_eq!(count("w", "v", 2).await, 3);
        assert_eq!(index.delete_video(&workspace, &video_id).await.unwrap(), 3);
        assert_eq!(index.delete_video(&workspace, &video_id).await.unwrap(), 0);
        assert_eq!(count("w", "other", 1).await, 3);
        assert_eq!(count("x", "v", 1).await, 3);
    })
    .await;
}

#[tokio::test]
async fn tags_and_title_change_where_they_stand() {
    with_index("update", |index| async move {
        let title = SegmentDocument {
            channel: Channel::Title,
            chunk: None,
            text_vector: None,
            text_model: None,
            ..document("w", "v", 1, 0, "Old name")
        };
        let spoken = document("w", "v", 1, 0, "name");
        let other = SegmentDocument {
            video_id: "other".into(),
            ..title.clone()
        };
        write(&index, &[title, spoken, other]).await.unwrap();
        let (workspace, video_id) = ids();
        let tags = ["new".to_owned()];
        let changed = index
            .update_video_fields(&workspace, &video_id, Some(&tags), Some("Fresh name"))
            .await;
        assert_eq!(changed.unwrap(), 2);
        let again = index
            .update_video_fields(&workspace, &video_id, Some(&tags), Some("Fresh name"))
            .await;
        assert_eq!(again.unwrap(), 0);
        let tagged = QueryPlan {
            filters: Filters {
                tags: tags.to_vec(),
                ..Filters::default()
            },
            ..plan("w", "name", NEAR)
        };
        let found = ask(&index, &tagged).await;
        assert_eq!(hits(&found, Retriever::TitleWords)[0].text, "Fresh name");
        assert_eq!(hits(&found, Retriever::TitleWords).len(), 1);
        let spoken = &hits(&found, Retriever::Words)[0];
        assert_eq!(spoken.text, "name");
        assert_eq!(hits(&found, Retriever::Meaning).len(), 1);
        let whole = index.segment(&workspace, &spoken.id).await.unwrap();
        let vector = whole.unwrap().text_vector;
        assert_eq!(vector.as_deref(), Some(&[1.0, 0.0, 0.0, 0.0][..]));
    })
    .await;
}

/// A document whose vector no other has.
fn turned(at: u16) -> SegmentDocument {
    let angle = f32::from(at) / 1000.0;
    SegmentDocument {
        text_vector: Some(vec![angle.cos(), angle.sin(), 0.0, 0.0]),
        ..document("w", "v", 1, u64::from(at) * 5000, "words")
    }
}

#[tokio::test]
async fn many_documents_change_page_by_page_and_keep_their_vectors() {
    with_index("pages", |index| async move {
        index.begin_next(&vectors("m"), 0).await.unwrap();
        let documents: Vec<_> = (0..450).map(turned).collect();
        for place in [Place::Serving, Place::Next] {
            write(&index.at(place), &documents).await.unwrap();
        }
        let (workspace, video_id) = ids();
        let tags = ["new".to_owned()];
        let changed = index.update_video_fields(&workspace, &video_id, Some(&tags), None);
        assert_eq!(changed.await.unwrap(), 900);
        let tagged = QueryPlan {
            filters: Filters {
                tags: tags.to_vec(),
                ..Filters::default()
            },
            candidates: 1000,
            ..plan("w", "words", NEAR)
        };
        let found = index.search(&tagged).await.unwrap().found;
        let near = found
            .iter()
            .find(|list| list.retriever == Retriever::Meaning);
        assert_eq!(near.unwrap().documents.len(), 450);
        for (position, document) in documents.iter().enumerate().step_by(20) {
            let id = document.id(position);
            for place in [Place::Serving, Place::Next] {
                let whole = index.at(place).segment(&workspace, &id).await.unwrap();
                let whole = whole.unwrap();
                assert_eq!(whole.tags, tags, "{id}");
                assert_eq!(whole.text_vector, document.text_vector, "{id}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_language_goes_to_documents_that_have_none() {
    with_index("language", |index| async move {
        let silent = |video: &str, generation| SegmentDocument {
            language: None,
            ..document("w", video, generation, 5000, "die Hunde")
        };
        let documents = [
            document("w", "v", 2, 0, "words"),
            silent("v", 2),
            silent("v", 1),
            silent("other", 2),
        ];
        write(&index, &documents).await.unwrap();
        let video = VideoRef {
            workspace: "w".into(),
            video_id: "v".into(),
            generation: 2,
            attempt: 1,
        };
        assert_eq!(index.give_language(&video, "de").await.unwrap(), 1);
        assert_eq!(index.give_language(&video, "fr").await.unwrap(), 0);
        let in_german = QueryPlan {
            filters: Filters {
                languages: vec!["de".to_owned()],
                ..Filters::default()
            },
            ..plan("w", "Hund", NEAR)
        };
        let found = ask(&index, &in_german).await;
        // Found by its stem, as German has it.
        let found = hits(&found, Retriever::Words);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].generation, found[0].start_ms), (2, 5000));
    })
    .await;
}

/// A shot that looks like this.
fn shot(workspace: &str, start_ms: u64, looks: [f32; 2]) -> SegmentDocument {
    SegmentDocument {
        channel: Channel::Visual,
        text: None,
        text_vector: None,
        text_model: None,
        image_vector: Some(looks.to_vec()),
        image_model: Some("i".to_owned()),
        labels: vec!["macaw".to_owned()],
        ..document(workspace, "v", 1, start_ms, "")
    }
}

#[tokio::test]
async fn shots_are_found_by_their_looks() {
    with_index("looks", |index| async move {
        let documents = [
            shot("w", 0, [0.6, 0.8]),
            shot("w", 5000, [1.0, 0.0]),
            shot("x", 0, [1.0, 0.0]),
            document("w", "v", 1, 0, "words"),
        ];
        write(&index, &documents).await.unwrap();
        let looks = QueryPlan {
            text: String::new(),
            text_vector: None,
            image_vector: Some(vec![1.0, 0.0]),
            ..plan("w", "", NEAR)
        };
        let found = ask(&index, &looks).await;
        let found = hits(&found, Retriever::Looks);
        let starts: Vec<u64> = found.iter().map(|hit| hit.start_ms).collect();
        assert_eq!(starts, [5000, 0]);
        assert!((found[0].score - 1.0).abs() < 1e-3, "{}", found[0].score);
        assert!((found[1].score - 0.6).abs() < 1e-3, "{}", found[1].score);
        assert_eq!(found[0].labels, ["macaw"]);

        let id = &found[0].id;
        let segment = index.segment(&"w".into(), id).await.unwrap().unwrap();
        assert_eq!(segment.image_vector.as_deref(), Some(&[1.0, 0.0][..]));
        assert_eq!(index.segment(&"x".into(), id).await.unwrap(), None);
        let others = QueryPlan {
            except: Some(id.clone()),
            ..looks
        };
        let found = ask(&index, &others).await;
        let starts = hits(&found, Retriever::Looks)
            .iter()
            .map(|hit| hit.start_ms);
        assert_eq!(starts.collect::<Vec<_>>(), [0]);
    })
    .await;
}

#[tokio::test]
async fn an_index_from_before_there_were_pictures_gets_their_fields() {
    let index = connect("older");
    let body = serde_json::json!({
        "settings": {"index.knn": true, "number_of_shards": 1, "number_of_replicas": 0},
        "aliases": {index.alias(): {}},
        "mappings": {
            "dynamic": "strict",
            "_meta": {"schema_version": 1, "text_model": "m", "text_dimensions": DIMENSIONS},
            "properties": {
                "text_vector": {
                    "type": "knn_vector", "dimension": DIMENSIONS,
                    "method": {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"},
                },
            },
        },
    });
    let url = std::env::var("VINDEX_OPENSEARCH_URL").unwrap();
    let address = format!("{url}/{}-000001", index.alias());
    let made = reqwest::Client::new().put(address).json(&body).send().await;
    made.unwrap().error_for_status().unwrap();
    let prepared = index.prepare(&vectors("m"), 0).await;
    let again = index.prepare(&vectors("m"), 0).await;
    index.remove().await.unwrap();
    assert!(!prepared.unwrap().created);
    again.unwrap();
}
