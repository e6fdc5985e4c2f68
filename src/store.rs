//! The store: SQLite or PostgreSQL behind one set of queries.
//!
//! Every query is written once, with `$1` placeholders and portable types, and expanded for
//! both engines by the macros of [`db`]. Where engines must differ (claiming, full-text
//! search) one function matches explicitly. Times are milliseconds since the epoch, UTC.
//!
//! The queue is a column: `next_fetch_at` on sources, `state` and `next_attempt_at` on
//! entries, `claimed_until` on both. A worker that dies loses nothing: its claims expire,
//! and what it says afterwards is refused ([`StoreError::ClaimLost`]).
//!
//! Errors: [`StoreError::is_outage`] tells whether waiting may help (lost connection, full
//! disk, lock); everything else is a bug or a damaged database and is reported as such.

mod admin;
mod archives;
mod articles;
mod copies;
mod counts;
mod db;
mod entries;
mod error;
mod groups;
mod hosts;
mod hub;
mod json;
mod polls;
mod publications;
mod published;
mod queue;
mod recording;
mod rows;
mod search;
mod selection;
mod sources;
mod stats;
mod stories;
mod subscriptions;
mod upkeep;
mod verdicts;

pub use admin::{Judged, Yield};
pub use archives::{ArchiveRange, ArchiveText, Withdrawal};
pub use articles::{Known, NewArticle, Recorded};
pub use copies::{Entered, Kept, PhraseHit, hour};
pub use db::Connections;
pub use entries::{EntryDetail, EntryRef, Inserted, NewEntry};
pub use error::StoreError;
pub use groups::{GroupRow, GroupState, NewGroup};
pub use hosts::Turn;
pub use hub::{Delivered, HubRequestRow, HubStats, HubSubscriber};
pub use polls::{ClaimedSource, NextTurn, Poll, PollOutcome, Polled, Validators};
pub use publications::{Along, Place};
pub use published::{Depth, LeadText};
pub use queue::ClaimedEntry;
pub use recording::Recording;
pub use selection::{Selection, Shelf};
pub use sources::{ConfiguredSource, FeedFacts, SourceState};
pub use stats::{QueueStats, SourceStats};
pub use stories::PastText;
pub use subscriptions::{Delivery, SubscriptionRow};
pub use upkeep::Condition;
pub use verdicts::{DecidedText, StoredText};

use crate::model::Time;

/// The store. Cheap to clone: clones share the pools.
#[derive(Debug, Clone)]
pub struct Store {
    db: db::Db,
}

/// A claim on work: who holds it and until when.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The worker's name, unique among all workers.
    pub worker: &'a str,
    /// The present moment.
    pub now: Time,
    /// When the claim expires.
    pub until: Time,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(url: &str, connections: Connections) -> Result<Self, StoreError> {
        let store = Self { db: db::Db::open(url, connections).await? };
        store.db.migrate().await?;
        Ok(store)
    }

    /// Takes the lock of the database file, which only one working process holds. Who gets it
    /// knows that every other worker is dead, and frees what they left claimed. None where another
    /// process holds it, or where the database is shared by machines.
    pub async fn become_sole_worker(&self) -> Result<Option<std::fs::File>, StoreError> {
        let Some(lock) = self.db.lock_file()? else { return Ok(None) };
        self.release_all().await?;
        Ok(Some(lock))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Fails unless the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        db::read!(&self.db, pool => sqlx::query("SELECT 1").execute(pool).await.map(drop))?;
        Ok(())
    }

    /// True where several processes on several machines may share the database.
    pub fn is_shared(&self) -> bool {
        matches!(self.db, db::Db::Postgres(_))
    }

    /// The name of the engine, for people.
    pub fn engine(&self) -> &'static str {
        match self.db {
            db::Db::Sqlite { .. } => "SQLite",
            db::Db::Postgres(_) => "PostgreSQL",
        }
    }
}

/// A moment as the store keeps it.
fn millis(time: Time) -> i64 {
    time.timestamp_millis()
}

/// A moment as the store kept it; the epoch where it is out of range.
fn time(millis: i64) -> Time {
    Time::from_timestamp_millis(millis).unwrap_or_default()
}
