//! Growing pauses between attempts.

use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A bounded number of attempts with pauses that double.
pub struct Backoff {
    attempts_left: u32,
    pause: Duration,
}

impl Backoff {
    /// For so many attempts altogether; the first has been made.
    pub fn new(attempts: u32) -> Self {
        Self {
            attempts_left: attempts.saturating_sub(1),
            pause: FIRST_PAUSE,
        }
    }

    /// Pauses before the next attempt; false when there is none.
    pub async fn wait(&mut self) -> bool {
        if self.attempts_left == 0 {
            return false;
        }
        self.attempts_left -= 1;
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}
