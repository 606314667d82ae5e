//! Requests that make sense, and those that don't.

use super::*;
use contracts::api::{Grouping, Order};

fn request(text: &str) -> SearchRequest {
    SearchRequest {
        q: text.into(),
        ..SearchRequest::default()
    }
}

fn check_refused(request: &SearchRequest, expected: &str) {
    let problem = Search::read(request).expect_err("it makes no sense");
    assert_eq!(problem.status.as_u16(), 400);
    assert!(problem.detail.contains(expected), "{}", problem.detail);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_limit() {
    check_refused(&request(" \n "), "q is empty");
    check_refused(
        &request(&"x".repeat(10_000)),
        "10000 characters and may have 1000",
    );
    for limit in [0, 51] {
        check_refused(
            &SearchRequest {
                limit: Some(limit),
                ..request("x")
            },
            "limit is",
        );
        check_refused(
            &SearchRequest {
                per_video: Some(limit),
                ..request("x")
            },
            "1 to 50",
        );
    }
    check_refused(
        &SearchRequest {
            cursor: Some("x".into()),
            ..request("x")
        },
        "cursor",
    );
}

#[test]
fn one_thing_is_looked_for_at_a_time() {
    let picture = |bytes: &[u8]| SearchRequest {
        image: Some(STANDARD.encode(bytes)),
        ..SearchRequest::default()
    };
    let read = Search::read(&picture(b"JPEG")).expect("it makes sense");
    assert_eq!(read.wanted, Wanted::Picture(b"JPEG".to_vec()));
    let both = SearchRequest {
        q: "dogs".into(),
        ..picture(b"JPEG")
    };
    check_refused(&both, "exclude each other");
    let no_base64 = SearchRequest {
        image: Some("*".into()),
        ..SearchRequest::default()
    };
    check_refused(&no_base64, "not base64");
    let large = Search::read(&picture(&vec![0; MAX_IMAGE_BYTES + 1]));
    let problem = large.expect_err("it is too large");
    assert_eq!(problem.status.as_u16(), 413);
    assert!(problem.detail.contains("4000000"), "{}", problem.detail);
}

#[test]
fn characters_are_counted_and_not_bytes() {
    assert!(Search::read(&request(&"ü".repeat(1000))).is_ok());
}

fn words(words: &str) -> Text {
    Text {
        words: words.to_owned(),
        ..Text::default()
    }
}

#[test]
fn operators_are_taken_out_of_the_words() {
    let check = |q: &str, wanted: Text, then: Option<(Text, u64)>| {
        let search = Search::read(&request(q)).expect("it makes sense");
        let then = then.map(|(text, within_ms)| Then {
            wanted: Wanted::Text(text),
            within_ms,
        });
        assert_eq!((search.wanted, search.then), (Wanted::Text(wanted), then));
    };
    check(" dogs ", words("dogs"), None);
    let phrase = Text {
        phrases: vec!["hot dogs".into()],
        excluded: vec!["mustard".into()],
        ..words("hot dogs")
    };
    check("\"hot dogs\" -mustard channel:speech", phrase, None);
    let then = Some((words("cats"), 30_000));
    check("tag:a dogs then cats within 30 s", words("dogs"), then);
}

#[test]
fn operators_without_words_find_nothing_to_look_for() {
    for q in ["channel:speech", "-dogs", "tag:a -\"hot dogs\""] {
        check_refused(&request(q), "no words");
    }
    check_refused(
        &request("dogs channel:smell after:now"),
        "the channels are title, speech, subtitle, visual, screen-text; after:",
    );
}

#[test]
fn a_cursor_belongs_to_its_list_of_moments() {
    let first = request("dogs");
    let cursor = Some(cursor(&first, 10));
    let check = |change: fn(&mut SearchRequest), expected: Option<usize>| {
        let mut next = SearchRequest {
            cursor: cursor.clone(),
            ..first.clone()
        };
        change(&mut next);
        let read = Search::read(&next).map(|search| search.offset);
        assert_eq!(read.ok(), expected, "{next:?}");
    };
    check(|_| (), Some(10));
    check(|next| next.q = " dogs".into(), Some(10));
    check(|next| next.limit = Some(50), Some(10));
    check(|next| next.facets = Some(true), Some(10));
    check(|next| next.q = "cats".into(), None);
    check(|next| next.tags = Some("a".into()), None);
    check(|next| next.languages = Some("en".into()), None);
    check(|next| next.after = Some("2026-11-26".into()), None);
    check(|next| next.max_duration_s = Some(60), None);
    check(|next| next.order = Some(Order::Newest), None);
    check(|next| next.group = Some(Grouping::Video), None);
    check(|next| next.per_video = Some(1), None);
}
