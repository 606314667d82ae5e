//! `cargo xtask eval --feedback`: what the moments that people opened say of the weights of signs, and what other
//! weights would have done. It asks the running stack, prints, and writes nothing: queries are private.

mod kept;
mod weighing;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use contracts::feedback::Opened;

use self::weighing::Asked;
use super::asking::Searcher;
use crate::checkout::Checkout;
use crate::env_file;

/// Moments that were opened, by query.
type ByQuery<'a> = BTreeMap<&'a str, Vec<&'a Opened>>;

/// Reads what was opened on the checkout's stack, asks each query again and gives what to print.
///
/// # Errors
/// When the stack does not run or does not answer.
pub fn feedback(checkout: &Checkout) -> Result<String> {
    let opened = kept::read(checkout)?;
    if opened.is_empty() {
        let way =
            "record it with `cargo xtask up --record-feedback`, then `vindex opened QUERY NUMBER`";
        return Ok(format!("no moment was opened yet: {way}\n"));
    }
    let values = env_file::read(&checkout.home);
    let setting = |name: &str| {
        let value = values.get(name).cloned();
        value.with_context(|| format!("`up` wrote no {name}"))
    };
    let searcher = Searcher {
        api_url: setting("VINDEX_API_URL")?,
        token: setting("VINDEX_TOKEN")?,
        names: BTreeMap::new(),
    };
    let queries = by_query(&opened);
    println!("asking {} queries again", queries.len());
    let mut asked = Vec::new();
    for (query, opened) in &queries {
        let answer = searcher.ask_if_valid(query)?;
        asked.extend(answer.and_then(|answer| Asked::new(query, &answer, opened)));
    }
    let left_out = queries.len() - asked.len();
    Ok(format!(
        "{}{}",
        summary(&opened, queries.len(), left_out),
        weighing::report(&asked)
    ))
}

fn by_query(opened: &[Opened]) -> ByQuery<'_> {
    let mut queries = ByQuery::new();
    for one in opened {
        queries.entry(one.query.trim()).or_default().push(one);
    }
    queries
}

fn summary(opened: &[Opened], queries: usize, left_out: usize) -> String {
    let first = opened.iter().filter(|one| one.position == 1).count();
    let mut text = format!(
        "\nmoments opened: {}, of them as the first of an answer: {first}; queries: {queries}\n",
        opened.len()
    );
    if left_out > 0 {
        text.push_str(&format!(
            "queries left out, since they are refused or nothing of their answers can be weighed: {left_out}\n"
        ));
    }
    text.push_str(
        "Opened is not right: people open what stands first, and never see what was not shown. So the present\n\
         weights look better here than they are, and a query whose first moment was wrong may count as right.\n\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(query: &str, position: u32) -> Opened {
        Opened {
            query: query.to_owned(),
            video_id: "v".into(),
            start_ms: 0,
            end_ms: 1,
            position,
        }
    }

    #[test]
    fn several_who_asked_the_same_are_one_query() {
        let opened = [opened("ice", 1), opened(" ice", 2), opened("fire", 1)];
        let queries = by_query(&opened);
        assert_eq!(queries.len(), 2);
        assert_eq!(queries["ice"].len(), 2);
        let text = summary(&opened, queries.len(), 1);
        assert!(
            text.contains("opened: 3, of them as the first of an answer: 2; queries: 2\n"),
            "{text}"
        );
        assert!(
            text.contains("queries left out") && text.contains(": 1\n"),
            "{text}"
        );
        assert!(!text.contains("fire") && !summary(&opened, 2, 0).contains("left out"));
    }
}
