//! Runs the rows of a table a few at a time, and tells of every one that is wrong.

use futures::{StreamExt, stream};
use std::future::Future;

/// More would only wait for each other: ffmpeg runs for each.
const ROWS_AT_ONCE: usize = 4;

/// Checks every row; panics with the names of those whose check panicked.
pub async fn check_all<Row, Check, Checked>(rows: Vec<(&'static str, Row)>, check: Check)
where
    Row: Send + 'static,
    Check: Fn(Row) -> Checked,
    Checked: Future<Output = ()> + Send + 'static,
{
    let count = rows.len();
    let wrong: Vec<String> = stream::iter(rows)
        .map(|(name, row)| {
            let checking = tokio::spawn(check(row));
            async move { (name, checking.await) }
        })
        .buffer_unordered(ROWS_AT_ONCE)
        .filter_map(|(name, outcome)| async move {
            let panic = outcome.err()?.into_panic();
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Some(format!("{name}: {}", text.unwrap_or_default()))
        })
        .collect()
        .await;
    let list = wrong.join("\n\n");
    assert!(
        wrong.is_empty(),
        "{} of {count} rows are wrong:\n{list}",
        wrong.len()
    );
}
