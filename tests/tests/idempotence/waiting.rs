//! Waiting for a condition, and failing when it does not come.

use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(120);

/// Asks until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < LIMIT, "still waiting: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
