//! The configuration as work needs it: compiled once, replaced whole on reload.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::article::Rules;
use crate::model::{Source, SourceMode};
use crate::schedule::Schedule;
use crate::topics::{Hint, Topics};

/// Everything that an admin decides about the work.
pub struct Catalog {
    /// The sources by id, the disabled ones too.
    pub sources: HashMap<String, Arc<Watched>>,
    /// The compiled topic rules.
    pub topics: Arc<Topics>,
    /// Names the version of the rules: a hash of their text.
    pub rules: String,
    /// Limits and times.
    pub settings: Settings,
}

/// A source with what was compiled from it.
pub struct Watched {
    /// As configured.
    pub source: Source,
    /// When it wants to be asked.
    pub schedule: Schedule,
    /// Its time zone, for dates without one.
    pub zone: Option<chrono_tz::Tz>,
    /// Its selectors for article pages.
    pub rules: Option<Rules>,
}

/// Limits and times of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// No source is polled sooner after its last poll.
    pub min_interval: TimeDelta,
    /// Every source is polled at least so often.
    pub max_interval: TimeDelta,
    /// Entries read of one feed.
    pub max_entries: usize,
    /// Pieces of work of each kind done at once.
    pub concurrency: usize,
    /// Requests to one host at once.
    pub per_host: u32,
    /// How often the store is asked for work when there was none.
    pub idle_wait: std::time::Duration,
    /// How long a claim holds.
    pub claim_time: TimeDelta,
    /// Attempts to get a page before the feed's own text is taken.
    pub attempts: u32,
    /// Wait after the first failed attempt; the n-th waits n times as long.
    pub retry_after: TimeDelta,
    /// Pages of one article that are read and joined.
    pub article_pages: u32,
    /// How long texts of irrelevant articles are kept.
    pub keep_rejected: TimeDelta,
    /// How far back copies are looked for.
    pub dedupe_window: TimeDelta,
    /// How far back articles about the same event are looked for.
    pub story_window: TimeDelta,
    /// Time to finish at shutdown.
    pub shutdown_time: std::time::Duration,
    /// Where hubs find us, up to the token; none where they cannot.
    pub callback: Option<url::Url>,
    /// How long we ask hubs to remember us.
    pub lease: std::time::Duration,
    /// Authority of published ids (RFC 4151), `domain,year`.
    pub tag_authority: String,
}

impl Watched {
    /// What the source adds to a verdict.
    pub fn hint(&self) -> Hint {
        Hint { weight: self.source.weight, trusted: self.source.mode == SourceMode::Trusted }
    }
}
