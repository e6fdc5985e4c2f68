//! The clock is passed in: this is the only module that reads it.

use std::sync::Mutex;

use crate::model::Time;

/// Tells the time. Everything that needs it takes one, so that tests decide what time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the ambient clock")]
    fn now(&self) -> Time {
        chrono::Utc::now()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock(Mutex<Time>);

impl FixedClock {
    /// A clock that shows `time`.
    pub fn at(time: Time) -> Self {
        Self(Mutex::new(time))
    }

    /// Moves the clock by `delta`, forwards or backwards.
    pub fn advance(&self, delta: chrono::Duration) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += delta;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
