//! Filters from parameters and operators.

use super::*;

fn read(request: &SearchRequest) -> Result<Filters, ProblemResponse> {
    super::read(request, &moments::parse_query(&request.q))
}

#[track_caller]
fn check(request: &SearchRequest, expected: &Filters) {
    assert_eq!(read(request).expect("it makes sense"), *expected);
}

#[track_caller]
fn check_refused(request: &SearchRequest, expected: &str) {
    let problem = read(request).expect_err("it makes no sense");
    assert_eq!(problem.status.as_u16(), 400);
    assert!(problem.detail.contains(expected), "{}", problem.detail);
}

fn request() -> SearchRequest {
    SearchRequest::default()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn lists_are_separated_by_commas() {
    let listed = SearchRequest {
        videos: text(",v"),
        tags: text("a, b,,"),
        channels: text("screen-text"),
        languages: text("EN,pt-BR, zh_Hans"),
        ..request()
    };
    let filters = Filters {
        videos: vec!["v".into()],
        tags: vec!["a".into(), "b".into()],
        channels: vec![Channel::ScreenText],
        languages: vec!["en".into(), "pt".into(), "zh".into()],
        ..Filters::default()
    };
    check(&listed, &filters);
    check(&request(), &Filters::default());
}

#[test]
fn lists_say_what_they_may_hold() {
    let channels = text("speech,smell");
    check_refused(
        &SearchRequest {
            channels,
            ..request()
        },
        "\"smell\": the channels are title, speech, subtitle, visual, screen-text",
    );
    let videos = Some(vec!["v"; 101].join(","));
    check_refused(
        &SearchRequest {
            videos,
            ..request()
        },
        "100 at most",
    );
    for language in ["english", "e", "1n", "-en"] {
        let languages = text(language);
        check_refused(
            &SearchRequest {
                languages,
                ..request()
            },
            "such as en or pt-BR",
        );
    }
}

#[test]
fn days_start_at_midnight_in_utc() {
    for (given, expected) in [
        ("2026-11-26", "2026-11-26T00:00:00.000Z"),
        (" 2026-11-26T10:00:00Z", "2026-11-26T10:00:00.000Z"),
        ("2026-11-26T10:00:00.1234+02:00", "2026-11-26T08:00:00.123Z"),
        ("0001-01-01", "1970-01-01T00:00:00.000Z"),
    ] {
        let after = SearchRequest {
            after: text(given),
            ..request()
        };
        let filters = Filters {
            after: text(expected),
            ..Filters::default()
        };
        check(&after, &filters);
    }
}

#[test]
fn what_is_no_time_is_refused_with_an_example() {
    for wrong in [
        "",
        "yesterday",
        "2026-13-01",
        "2026-11-26T10:00",
        "26.11.2026",
    ] {
        let before = SearchRequest {
            before: text(wrong),
            ..request()
        };
        check_refused(&before, "before is");
        let after = SearchRequest {
            after: text(wrong),
            ..request()
        };
        check_refused(&after, "such as 2026-11-26 or");
    }
    let nothing_between = SearchRequest {
        after: text("2026-11-26"),
        before: text("2026-11-26"),
        ..request()
    };
    check_refused(&nothing_between, "no time between");
}

#[test]
fn lengths_are_seconds() {
    let between = |min: u64, max: u64| SearchRequest {
        min_duration_s: Some(min),
        max_duration_s: Some(max),
        ..request()
    };
    let filters = |min: u64, max: u64| Filters {
        min_duration_ms: Some(min),
        max_duration_ms: Some(max),
        ..Filters::default()
    };
    check(&between(60, 60), &filters(60_000, 60_000));
    check(&between(0, u64::MAX), &filters(0, MAX_DURATION_MS + 1));
    check_refused(&between(61, 60), "no length is both");
}

#[test]
fn operators_hold_beside_parameters() {
    let both = SearchRequest {
        q: "dogs channel:speech video:v2 tag:b after:2026-11-02 before:2026-12-01".into(),
        videos: text("v1,v2"),
        tags: text("a"),
        after: text("2026-11-01"),
        before: text("2026-12-02"),
        ..request()
    };
    let filters = Filters {
        videos: vec!["v2".into()],
        tags: vec!["a".into(), "b".into()],
        channels: vec![Channel::Speech],
        after: text("2026-11-02T00:00:00.000Z"),
        before: text("2026-12-01T00:00:00.000Z"),
        ..Filters::default()
    };
    check(&both, &filters);
}

#[test]
fn operators_and_parameters_that_exclude_each_other_are_refused() {
    let said = |q: &str| SearchRequest {
        q: q.into(),
        videos: text("v"),
        channels: text("visual"),
        before: text("2026-11-01"),
        ..request()
    };
    check_refused(&said("dogs channel:speech"), "the parameter channels");
    check_refused(&said("dogs video:other"), "the parameter videos");
    check_refused(&said("dogs after:2026-11-02"), "no time between");
}
