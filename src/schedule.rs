//! When a source is asked next, and why. Pure.
//!
//! [`next`] weighs, in this order: what the admin wants ([`Schedule`]), how often the source
//! publishes, how often it failed, and what it asks for itself (`Cache-Control`, `Expires`,
//! `Retry-After`, `ttl`, `skipHours`, `skipDays`), which is never undercut. Failures lengthen the
//! interval step by step; no source is ever given up, except one that says it is gone (410).
//! Chance comes in as a number and only ever adds time.
//!
//! Beside it: [`moved`] (when to believe a permanent redirect), [`network_is_down`] (them or us),
//! [`full_fetch_is_due`] (when to stop believing a 304).

mod crontab;
mod moved;
mod network;
mod next;
mod plan;
mod rhythm;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use crontab::Crontab;
pub use moved::{Found, Moved, address, moved};
pub use network::{Attempt, Sign, network_is_down};
pub use next::{Decision, Outcome, Policy, Streak, Wishes, first, next};
pub use plan::Schedule;

use crate::model::Time;

/// How long a feed may be "not changed" before it is fetched whole: servers lie.
const BELIEVE_UNCHANGED: Duration = Duration::from_secs(7 * 86400);

/// True where a feed was last received whole so long ago that it should be asked for without
/// conditions once. `jitter` spreads these over a further half of the time.
pub fn full_fetch_is_due(last_whole: Time, now: Time, jitter: f64) -> bool {
    let wait = BELIEVE_UNCHANGED.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 2.0);
    now - last_whole >= next::delta(wait)
}
