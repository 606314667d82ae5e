//! A model for several threads.

use crate::costs::{Clock, Meter, Spent};
use ort::session::Session;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A session that threads share, one running at a time, and that measures its runs.
#[derive(Debug)]
pub struct SharedSession(Mutex<MeteredSession>);

/// A session and what its runs took.
#[derive(Debug)]
pub struct MeteredSession {
    /// The model.
    pub session: Session,
    /// Measures what it is asked to; runs of the model, if callers do so.
    pub meter: Meter,
}

impl SharedSession {
    /// Counts runs from now on; it times none until it has a clock.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self(Mutex::new(MeteredSession {
            session,
            meter: Meter::default(),
        }))
    }

    /// The session for as long as it is held. A panic under the lock leaves no state behind that a later run could see.
    pub fn lock(&self) -> MutexGuard<'_, MeteredSession> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Measures by this clock from now on, from 0.
    pub fn set_clock(&self, clock: Clock) {
        self.lock().meter = Meter::new(clock);
    }

    /// What was measured since a clock was set, or since the beginning.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.lock().meter.spent()
    }
}
