//! Numbers said and written, by example and by property.

use super::*;
use proptest::prelude::*;

/// The text has one number, and these are all its forms.
fn check(text: &str, expected: &[&str]) {
    assert_eq!(number_forms(text), [expected], "{text:?}");
}

/// The text has one number, and this is how it is written.
fn check_digits(text: &str, expected: &str) {
    let forms = number_forms(text);
    let digits: Vec<&String> = forms.iter().map(|forms| &forms[0]).collect();
    assert_eq!(digits, [expected], "{text:?}");
}

#[test]
fn a_year_is_said_in_three_ways() {
    check(
        "in 1963,",
        &[
            "1963",
            "1,963",
            "one thousand nine hundred and sixty three",
            "one thousand nine hundred sixty three",
            "nineteen hundred and sixty three",
            "nineteen hundred sixty three",
            "nineteen sixty three",
            "a thousand nine hundred and sixty three",
            "a thousand nine hundred sixty three",
        ],
    );
    for text in [
        "in nineteen sixty-three",
        "nineteen hundred and sixty three",
        "Nineteen hundred sixty-three.",
        "one thousand nine hundred and sixty-three",
    ] {
        check_digits(text, "1963");
    }
    for (text, expected) in [
        ("twenty oh five", "2005"),
        ("two thousand and five", "2005"),
        ("ten sixty-six", "1066"),
        ("twenty twenty five", "2025"),
        ("flight three seventy", "370"),
    ] {
        check_digits(text, expected);
    }
}

#[test]
fn large_numbers_are_said_by_hundreds_and_thousands() {
    let twelve_hundred = [
        "1200",
        "1,200",
        "one thousand two hundred",
        "twelve hundred",
        "a thousand two hundred",
    ];
    for text in [
        "1,200",
        "1200",
        "twelve hundred",
        "(one thousand two hundred)",
    ] {
        check(text, &twelve_hundred);
    }
    check("a hundred dogs", &["100", "one hundred", "a hundred"]);
    for (text, expected) in [
        ("two million three hundred thousand and five", "2300005"),
        (
            "three hundred and eighty four thousand four hundred kilometres",
            "384400",
        ),
        ("$25,000", "25000"),
        ("one billion", "1000000000"),
    ] {
        check_digits(text, expected);
    }
}

#[test]
fn small_numbers_and_parts_of_them() {
    check("25%", &["25", "twenty five"]);
    check("twenty-five", &["25", "twenty five"]);
    check("three dogs", &["3", "three"]);
    check("2.5 km", &["2.5", "two point five", "two and a half"]);
    check(
        "two and a half years",
        &["2.5", "two point five", "two and a half"],
    );
    check("zero point two five", &["0.25", "zero point two five"]);
    check(
        "three point one four and",
        &["3.14", "three point one four"],
    );
}

#[test]
fn ordinals_have_their_own_forms() {
    for (written, said) in [
        ("3rd", "third"),
        ("12th", "twelfth"),
        ("20th", "twentieth"),
        ("21st", "twenty first"),
        ("22nd", "twenty second"),
        ("45th", "forty fifth"),
    ] {
        check(written, &[written, said]);
        check(said, &[written, said]);
    }
}

#[test]
fn numbers_beside_each_other_stay_apart() {
    let forms = number_forms("3 dogs, five cats and one hundred and two 1st prizes on the 4th");
    let digits: Vec<&str> = forms.iter().map(|forms| forms[0].as_str()).collect();
    assert_eq!(digits, ["3", "5", "102", "1st", "4th"]);
    let forms = number_forms("four nineteen sixty thousand");
    let digits: Vec<&str> = forms.iter().map(|forms| forms[0].as_str()).collect();
    assert_eq!(digits, ["419", "60000"]);
    assert_eq!(number_forms(&"7 ".repeat(99)).len(), MAX_NUMBERS);
}

#[test]
fn what_is_no_number_has_no_forms() {
    for text in [
        "",
        "the one who came first, a second later",
        "and a half",
        "hundred points",
        "007",
        "1.2.3",
        "1,20",
        "10:30",
        "B52 4K 12st",
        "12345678901",
        "north eighty7",
        "- , .",
    ] {
        assert_eq!(number_forms(text), Vec::<Vec<String>>::new(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_form_of_a_number_is_read_as_that_number(value in prop_oneof![0u64..3000, 0u64..1_000_000_000]) {
        let forms = number_forms(&value.to_string());
        for form in &forms[0] {
            // A lone one is no number.
            if form != "one" {
                prop_assert_eq!(number_forms(form), forms.clone(), "{}", form);
            }
        }
    }

    #[test]
    fn every_form_of_an_ordinal_is_read_as_that_ordinal(value in 3u64..100) {
        let forms = number_forms(&format!("{value}{}", spell::suffix(value)));
        for form in &forms[0] {
            prop_assert_eq!(number_forms(form), forms.clone(), "{}", form);
        }
    }

    #[test]
    fn any_text_is_read(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec![
        "a", "and", "half", "oh", "one", "ten", "sixty", "hundred", "thousand", "million", "point", "third", "1,000", "2.5",
    ]), 0..12)) {
        let _ = number_forms(&text);
        for forms in number_forms(&words.join(" ")) {
            prop_assert!(forms.len() >= 2);
        }
    }
}
