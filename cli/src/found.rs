//! Moments as lines for people.

use contracts::api::{Explanation, FacetCount, Facets, Moment, MomentGroup, SearchResponse};

use crate::{
    rows::joined,
    text::{highlighted, moment, printable, table},
    thumbnails::Pictures,
};

/// How many values of a facet are shown.
const SHOWN_VALUES: usize = 8;

/// A page of moments. The first has the number after `before`; `with_nearest` says whether those that don't match well
/// were asked for.
pub fn lines(
    page: &SearchResponse,
    before: usize,
    with_nearest: bool,
    bold: bool,
    pictures: &Pictures,
) -> Vec<String> {
    let mut lines: Vec<String> = page.facets.iter().flat_map(facet_lines).collect();
    let mut number = before;
    let picture = |found: &Moment| {
        let url = found.thumbnail_url.as_ref();
        url.and_then(|url| pictures.get(url)).cloned()
    };
    if page.no_confident_match {
        lines.push(nothing_matches(page, with_nearest).to_owned());
    }
    if page.groups.is_empty() {
        for found in &page.moments {
            number += 1;
            lines.extend(picture(found));
            lines.extend(moment_lines(number, Some(&found.title), found, bold));
        }
    }
    for group in &page.groups {
        let of_group = |found: &&Moment| found.video_id == group.video_id;
        let shown: Vec<&Moment> = page.moments.iter().filter(of_group).collect();
        lines.push(heading(group, shown.len()));
        for found in shown {
            number += 1;
            lines.extend(picture(found));
            lines.extend(moment_lines(number, None, found, bold));
        }
    }
    if !page.nearest.is_empty() && !page.no_confident_match {
        lines.push("Near, but no good match:".to_owned());
    }
    for found in &page.nearest {
        number += 1;
        lines.extend(picture(found));
        lines.extend(moment_lines(number, Some(&found.title), found, bold));
    }
    lines
}

fn nothing_matches(page: &SearchResponse, with_nearest: bool) -> &'static str {
    match (page.nearest.is_empty(), with_nearest) {
        (false, _) => "Nothing matches well. The nearest:",
        (true, true) => "Nothing matches well, and nothing comes near.",
        (true, false) => "Nothing matches well. --nearest shows what comes closest.",
    }
}

fn heading(group: &MomentGroup, shown: usize) -> String {
    let found = group.found as usize;
    let count = match found {
        1 => "1 moment".to_owned(),
        found if found > shown => format!("{found} moments, {shown} shown"),
        found => format!("{found} moments"),
    };
    format!("{}  ({count})", printable(&group.title))
}

fn moment_lines(number: usize, title: Option<&str>, found: &Moment, bold: bool) -> Vec<String> {
    let title = title.map_or_else(String::new, |title| format!("{}  ", printable(title)));
    let span = format!("{}–{}", moment(found.start_ms), moment(found.end_ms));
    let worth = found.confidence.map_or_else(
        || format!("score {:.3}", found.score),
        |confidence| format!("{:.0}%", confidence * 100.0),
    );
    let channels = joined(found.channels.iter().map(|channel| channel.as_str()));
    let mut lines = vec![format!("{number}. {title}{span}  {worth}  {channels}")];
    let labels = found.evidence.iter().map(|evidence| &evidence.labels);
    lines.extend(
        labels
            .filter(|labels| !labels.is_empty())
            .map(|labels| format!("   shows: {}", printable(&labels.join(", ")))),
    );
    let texts = found.evidence.iter();
    lines.extend(
        texts
            .filter(|evidence| !evidence.text.is_empty())
            .map(|evidence| {
                let text = highlighted(&evidence.text, &evidence.highlights, bold);
                format!("   {text}")
            }),
    );
    match found.repeats.len() {
        0 => {}
        1 => lines.push("   also in 1 other place".to_owned()),
        count => lines.push(format!("   also in {count} other places")),
    }
    lines.extend(found.explanation.iter().flat_map(explanation_lines));
    lines.extend(
        found
            .play_url
            .iter()
            .map(|url| format!("   {}", printable(url))),
    );
    lines
}

fn explanation_lines(explanation: &Explanation) -> Vec<String> {
    let found_by = explanation.found_by.iter().map(|found| {
        format!(
            "{} #{} (score {:.2}, counts {:.0}%)",
            printable(&found.retriever),
            found.rank,
            found.score,
            found.relevance * 100.0
        )
    });
    let found_by = found_by.collect::<Vec<_>>().join(", ");
    let signs = explanation.signs.iter();
    let signs = signs.map(|(name, value)| format!("{} {value:.2}", printable(name)));
    let signs = signs.collect::<Vec<_>>().join(", ");
    [("found by", found_by), ("signs", signs)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("   {name}: {text}"))
        .collect()
}

fn facet_lines(facets: &Facets) -> Vec<String> {
    let row = |(name, counts): (&str, &[FacetCount])| {
        let shown = counts.iter().take(SHOWN_VALUES);
        let mut values: Vec<String> = shown
            .map(|facet| format!("{} ({})", printable(&facet.value), facet.count))
            .collect();
        if counts.len() > SHOWN_VALUES {
            values.push(format!("{} more", counts.len() - SHOWN_VALUES));
        }
        vec![name.to_owned(), values.join(", ")]
    };
    let rows = [
        ("CHANNELS", &facets.channels[..]),
        ("TAGS", &facets.tags[..]),
        ("LANGUAGES", &facets.languages[..]),
        ("VIDEOS", &facets.videos[..]),
    ];
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .filter(|(_, counts)| !counts.is_empty())
        .map(row)
        .collect();
    table(&rows)
}
