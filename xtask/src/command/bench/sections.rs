//! Sections of the document that are measured by themselves, and replaced by themselves.

/// The section of `document` under `head`, a line of its own; empty where it has none.
pub fn section_of<'a>(document: &'a str, head: &str) -> &'a str {
    let Some(start) = document.find(head) else {
        return "";
    };
    let behind_head = start + head.len();
    let end = document[behind_head..].find("\n## ");
    &document[start..end.map_or(document.len(), |end| behind_head + end + 1)]
}

/// `document` with `section` instead of its own under `head`; where it has none, before the last one, which says how
/// the rest is measured.
pub fn replace_section(document: &str, head: &str, section: &str) -> String {
    let next = |text: &str| text.find("\n## ").map(|at| at + 1);
    let (before, after) = match document.find(head) {
        Some(start) => {
            let rest = &document[start + head.len()..];
            (
                &document[..start],
                &rest[next(rest).unwrap_or(rest.len())..],
            )
        }
        None => document.split_at(document.rfind("\n## ").map_or(document.len(), |at| at + 1)),
    };
    let gap = if after.is_empty() { "" } else { "\n" };
    format!("{before}{section}{gap}{after}")
}

/// What follows a section's tables: which of its promises are not kept.
pub fn kept(broken: &[&str]) -> String {
    if broken.is_empty() {
        "Every promise holds.".to_owned()
    } else {
        format!("Not kept: {}.", broken.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "## Speech recognition\n";

    #[test]
    fn a_section_takes_its_place() {
        let check = |document: &str, expected: &str| {
            let new = "## Speech recognition\nnew\n";
            assert_eq!(replace_section(document, HEAD, new), expected);
        };
        check(
            "# B\n\nx\n\n## How\n\ny\n",
            "# B\n\nx\n\n## Speech recognition\nnew\n\n## How\n\ny\n",
        );
        check(
            "# B\n\n## Speech recognition\n\nold\n\n## How\n\ny\n",
            "# B\n\n## Speech recognition\nnew\n\n## How\n\ny\n",
        );
        check(
            "# B\n\n## Speech recognition\nold\n",
            "# B\n\n## Speech recognition\nnew\n",
        );
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let document = "# B\n\n## Speech recognition\n\nold\n\n## How\n\ny\n";
        assert_eq!(
            section_of(document, HEAD),
            "## Speech recognition\n\nold\n\n"
        );
        assert_eq!(section_of(document, "## Pictures\n"), "");
    }
}
