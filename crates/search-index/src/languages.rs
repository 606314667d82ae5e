//! Words of languages other than English, each stemmed by its own rules.

use contracts::segments::{Channel, SegmentDocument};
use serde_json::{Map, Value, json};

/// The object that holds the text once more, in the field of its language.
pub(crate) const WORDS: &str = "words";
/// All of these fields.
pub(crate) const ALL_WORDS: &str = "words.*";

/// Fields with the server's analyser for them.
const ANALYZERS: [(&str, &str); 10] = [
    ("ar", "arabic"),
    ("cjk", "cjk"),
    ("de", "german"),
    ("es", "spanish"),
    ("fr", "french"),
    ("hi", "hindi"),
    ("it", "italian"),
    ("nl", "dutch"),
    ("pt", "portuguese"),
    ("ru", "russian"),
];

/// The mapping of [`WORDS`].
pub(crate) fn mapping() -> Value {
    let fields: Map<String, Value> = ANALYZERS
        .iter()
        .map(|(field, analyzer)| {
            let field = (*field).to_owned();
            (field, json!({"type": "text", "analyzer": analyzer}))
        })
        .collect();
    json!({"properties": fields})
}

/// Whether an index has all of these fields. `mappings` is what the server says.
pub(crate) fn are_in(mappings: &Value) -> bool {
    let fields = &mappings["properties"][WORDS]["properties"];
    ANALYZERS.iter().all(|(field, _)| !fields[*field].is_null())
}

/// The document's text in the field of its language; `None` for English, which `text` is for, for languages without an
/// analyser, and where none is known. Titles have none: a new title is written to `text` alone.
pub(crate) fn words(document: &SegmentDocument) -> Option<Value> {
    if document.channel == Channel::Title {
        return None;
    }
    words_in(document.language.as_ref()?, document.text.as_ref()?)
}

/// A text in the field of a language; `None` where the language has none.
pub(crate) fn words_in(language: &str, text: &str) -> Option<Value> {
    let field = field(language)?;
    Some(json!({field: text}))
}

/// The field of a language (BCP 47); region and script don't matter.
fn field(language: &str) -> Option<&'static str> {
    let primary = language.split(['-', '_']).next()?.to_lowercase();
    let name = match primary.as_str() {
        "zh" | "ja" | "ko" => "cjk",
        other => other,
    };
    let mut fields = ANALYZERS.iter().map(|(field, _)| *field);
    fields.find(|field| *field == name && primary != "cjk")
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::{artifacts::TimeRange, tasks::VideoRef};

    #[test]
    fn a_language_has_its_field_whatever_its_region_and_script() {
        for (language, expected) in [
            ("de", Some("de")),
            ("pt-BR", Some("pt")),
            ("zh-Hant-TW", Some("cjk")),
            ("ja", Some("cjk")),
            ("RU", Some("ru")),
            ("en", None),
            ("sv", None),
            ("cjk", None),
            ("", None),
        ] {
            assert_eq!(field(language), expected, "{language}");
        }
    }

    #[test]
    fn words_are_written_once_more_but_for_titles() {
        let video = VideoRef {
            workspace: "w".into(),
            video_id: "v".into(),
            generation: 1,
            attempt: 1,
        };
        let range = TimeRange {
            start_ms: 0,
            end_ms: 1,
        };
        for (channel, expected) in [
            (Channel::Speech, Some(json!({"de": "Hunde"}))),
            (Channel::ScreenText, Some(json!({"de": "Hunde"}))),
            (Channel::Title, None),
        ] {
            let document = SegmentDocument {
                text: Some("Hunde".to_owned()),
                language: Some("de-CH".to_owned()),
                ..SegmentDocument::empty(&video, channel, range)
            };
            assert_eq!(words(&document), expected, "{channel:?}");
        }
    }
}
