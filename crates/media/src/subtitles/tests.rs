use proptest::prelude::*;

use super::*;

fn parse_all(bytes: &[u8]) -> Result<ParsedSubtitles, SubtitleError> {
    parse(bytes, &SubtitleLimits::default())
}

/// Start, end and text of each caption, and the number of skipped ones.
fn check(file: impl AsRef<[u8]>, expected: &[(u64, u64, &str)], skipped: usize) {
    let parsed = parse_all(file.as_ref()).unwrap();
    let cues: Vec<_> = parsed
        .cues
        .iter()
        .map(|cue| (cue.start_ms, cue.end_ms, cue.text.as_str()))
        .collect();
    assert_eq!(cues, expected);
    assert_eq!(parsed.skipped, skipped);
}

#[test]
fn subrip_is_read() {
    check(
        "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello,\r\nworld\r\n\r\n2\r\n01:02:03,004 --> 01:02:04,000\r\nBye\r\n",
        &[(1000, 2500, "Hello,\nworld"), (3_723_004, 3_724_000, "Bye")],
        0,
    );
}

#[test]
fn webvtt_is_read() {
    check(
        "\u{feff}WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:x\n\n\
         NOTE a --> b is no timing\nof a caption\n\nintro\n00:01.500 --> 00:02.000 align:start position:10%\n\
         <v Anna>Tom &amp; <c.red>Jerry</c> &lt;3\n\n00:03.000 --> 00:04.000\n5 < 6 &unknown; a & b\n",
        &[
            (1500, 2000, "Tom & Jerry <3"),
            (3000, 4000, "5 < 6 &unknown; a & b"),
        ],
        0,
    );
}

#[test]
fn sloppy_files_are_read() {
    // No numbers, a dot, short fractions, no empty line between captions, an override, old line ends.
    check(
        "00:01.5 --> 0:00:02,25\n{\\an8}One\n2\n00:00:03.0005 --> 00:00:04\n\n00:00:05,000-->00:00:06,000\nThree",
        &[(1500, 2250, "One"), (5000, 6000, "Three")],
        1,
    );
    check(
        "1\r00:00:01,000 --> 00:00:02,000\rOld Mac\r\r",
        &[(1000, 2000, "Old Mac")],
        0,
    );
}

#[test]
fn line_ends_that_were_converted_twice_are_no_empty_lines() {
    check(
        "1\r\r\n00:00:01,000 --> 00:00:02,000\r\r\nHello\r\r\n\r\r\n2\r\r\n00:03.000 --> 00:04.000\r\r\nBye\r\r\n",
        &[(1000, 2000, "Hello"), (3000, 4000, "Bye")],
        0,
    );
}

#[test]
fn an_arrow_in_a_caption_is_text() {
    check(
        "1\n00:01.000 --> 00:02.000\nA --> B\nand back\n2\n00:03.000 --> 00:04.000\nx\n--> y\n",
        &[(1000, 2000, "A --> B\nand back"), (3000, 4000, "x\n--> y")],
        0,
    );
    // After an empty line or a number it is a mangled timing line.
    check(
        "00:01.000 --> 00:02.000\none\n2\n00:03.o00 --> 00:04.000\ntwo\n\n00:05.000 -> --> 6\nthree\n",
        &[(1000, 2000, "one")],
        2,
    );
}

#[test]
fn only_tags_are_removed() {
    for (text, expected) in [
        ("if x <5 and y >3", "if x <5 and y >3"),
        ("I <3 you\na -> b", "I <3 you\na -> b"),
        ("if a <b\nor c> d", "if a <b\nor c> d"),
        ("a <b <i>or</i> c", "a <b or c"),
        ("Vec<u8> <html>", "Vec<u8> <html>"),
        (
            "<I>Yes</I> <font color=\"#ffffff\">no</font><br/>",
            "Yes no",
        ),
        ("<v.loud Anna>Hi <c.yellow.bg_blue>you</c></v>", "Hi you"),
        (
            "one <00:00:01.500>two <00:02.000><lang en>three</lang>",
            "one two three",
        ),
    ] {
        check(
            format!("00:01.000 --> 00:02.000\n{text}\n"),
            &[(1000, 2000, expected)],
            0,
        );
    }
}

#[test]
fn ends_that_are_far_too_late_are_moved_back() {
    check(
        "00:01:05,000 --> 01:01:07,000\na\n\n00:01:08,000 --> 00:02:08,000\nb\n\n00:05:00,000 --> 99:59:59,000\nc\n",
        &[
            (65_000, 125_000, "a"),
            (68_000, 128_000, "b"),
            (300_000, 360_000, "c"),
        ],
        0,
    );
    // Of two that start together and stand until the next one, neither changes.
    check(
        "00:01.000 --> 05:00.000\na\n\n00:01.000 --> 05:00.000\nb\n\n05:00.000 --> 05:02.000\nc\n",
        &[
            (1000, 300_000, "a"),
            (1000, 300_000, "b"),
            (300_000, 302_000, "c"),
        ],
        0,
    );
    let speech = "x".repeat(500);
    check(
        format!("00:00.000 --> 03:00.000\n{speech}\n"),
        &[(0, 180_000, &speech)],
        0,
    );
}

#[test]
fn captions_are_sorted_by_their_start() {
    check(
        "00:05.000 --> 00:06.000\nlater\n\n00:01.000 --> 00:02.000\nsooner\n",
        &[(1000, 2000, "sooner"), (5000, 6000, "later")],
        0,
    );
}

#[test]
fn broken_captions_are_skipped_and_counted() {
    check(
        "00:00:01,000 --> 00:00:00,500\nbackwards\n\n00:99:00,000 --> 00:99:01,000\nno such minute\n\n\
         nonsense --> more\ntext\n\n00:00:02,000 --> 00:00:03,000\n<i></i>\n\n00:00:04,000 --> 00:00:05,000\ngood\n",
        &[(4000, 5000, "good")],
        4,
    );
}

#[test]
fn other_encodings_are_read() {
    let cue = "00:01.000 --> 00:02.000\n";
    let mut latin = cue.as_bytes().to_vec();
    latin.extend(b"Gr\xfc\xdfe \x96 \x80 5");
    check(latin, &[(1000, 2000, "Grüße – € 5")], 0);
    let text = format!("\u{feff}{cue}Grüße");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(little, &[(1000, 2000, "Grüße")], 0);
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(big, &[(1000, 2000, "Grüße")], 0);
}

#[test]
fn a_damaged_byte_leaves_the_rest_in_its_encoding() {
    let mut damaged = "00:01.000 --> 00:02.000\nGrüße an ".as_bytes().to_vec();
    damaged.extend(b"\xffAnna");
    check(damaged, &[(1000, 2000, "Grüße an \u{fffd}Anna")], 0);
    // As many valid sequences as other bytes may be chance.
    let mut latin = b"00:01.000 --> 00:02.000\n\xc3\x9c ".to_vec();
    latin.extend(b"\xfc");
    check(latin, &[(1000, 2000, "Ãœ ü")], 0);
}

#[test]
fn useless_files_are_refused() {
    assert_eq!(parse_all(b""), Err(SubtitleError::NoCues { skipped: 0 }));
    assert_eq!(
        parse_all(b"WEBVTT\n\n"),
        Err(SubtitleError::NoCues { skipped: 0 })
    );
    let broken = parse_all(b"x --> y\ntext\n");
    assert_eq!(broken, Err(SubtitleError::NoCues { skipped: 1 }));
    assert_eq!(
        broken.unwrap_err().to_string(),
        "no captions could be read (1 unreadable ones were skipped)"
    );
}

#[test]
fn limits_are_kept() {
    let limits = SubtitleLimits {
        max_size_bytes: 60,
        max_cues: 1,
    };
    let two = "00:01.000 --> 00:02.000\na\n\n00:01.000 --> 00:02.000\nb\n";
    assert_eq!(
        parse(two.as_bytes(), &limits),
        Err(SubtitleError::TooManyCues { limit: 1 })
    );
    let large = [b'x'; 61];
    assert_eq!(
        parse(&large, &limits),
        Err(SubtitleError::TooLarge {
            size_bytes: 61,
            limit_bytes: 60
        })
    );
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_all(&bytes);
    }

    #[test]
    fn no_mangled_file_causes_a_panic(text in "(00:0[0-9]|-->|<|>|&|;|\\{\\\\|\\}|#|x|[.,]|\r|\n| |ü|NOTE){0,80}") {
        if let Ok(parsed) = parse_all(text.as_bytes()) {
            for cue in parsed.cues {
                prop_assert!(cue.end_ms >= cue.start_ms && !cue.text.trim().is_empty());
            }
        }
    }
}
