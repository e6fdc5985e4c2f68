//! What can go wrong in the store.

use std::path::PathBuf;

use sqlx::error::ErrorKind;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no engine that we know.
    #[error("`database.url` must begin with `sqlite:` or `postgres://`.")]
    UnknownEngine,
    /// The folder of the database file, or a file in it, cannot be made.
    #[error("{} cannot be made beside the database: {source}.", folder.display())]
    Folder {
        /// The folder or file.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("The database cannot be opened: {0}. Check `database.url`.")]
    Open(sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("The database schema cannot be brought up to date: {0}.")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A query failed.
    #[error("The database failed: {0}.")]
    Query(#[from] sqlx::Error),
    /// JSON in the database is not what this version writes.
    #[error("The database holds a damaged value: {0}.")]
    Damaged(#[from] serde_json::Error),
    /// It was to be recorded together with others.
    #[error(transparent)]
    Together(std::sync::Arc<StoreError>),
    /// The database is not a file of ours, so it cannot be copied as one.
    #[error(
        "The database is a PostgreSQL server, which has its own tools: back it up with `pg_dump --format=custom --file=FILE DATABASE_URL`."
    )]
    NoFile,
    /// A copy of the database is not sound.
    #[error(
        "The copy is damaged ({0}), so it was removed. Check the disk, and the database itself."
    )]
    BadCopy(String),
    /// The claim expired and another worker may hold the work now.
    #[error("The claim on this work expired; another worker may have it.")]
    ClaimLost,
}

impl StoreError {
    pub(super) fn open(error: sqlx::Error) -> Self {
        Self::Open(error)
    }

    /// A stable word for logs and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownEngine => "unknown_engine",
            Self::Folder { .. } => "folder",
            Self::Open(_) => "open",
            Self::Migrate(_) => "migrate",
            Self::Query(_) if self.is_outage() => "outage",
            Self::Query(_) => "query",
            Self::Damaged(_) => "damaged",
            Self::Together(error) => error.kind(),
            Self::NoFile => "no_file",
            Self::BadCopy(_) => "bad_copy",
            Self::ClaimLost => "claim_lost",
        }
    }

    /// True where the same work may well be recorded when it is done once more.
    pub fn passes(&self) -> bool {
        match self {
            Self::Together(error) => error.passes(),
            _ => self.is_outage() || matches!(self, Self::ClaimLost),
        }
    }

    /// True where waiting may help: the server is gone, the disk is full, a lock is held.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Open(error) | Self::Query(error) => outage(error),
            Self::Together(error) => error.is_outage(),
            _ => false,
        }
    }
}

fn outage(error: &sqlx::Error) -> bool {
    match error {
        // A connection that is cut in the middle of an answer looks like bad protocol.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed => true,
        // Constraint violations are bugs; the rest of what an engine reports (full disk, busy,
        // shutting down, too many connections) passes.
        sqlx::Error::Database(error) => {
            matches!(error.kind(), ErrorKind::Other) && !is_mistake(error.code().as_deref())
        }
        _ => false,
    }
}

/// PostgreSQL's class 42 and SQLite's 1: the query itself is wrong.
fn is_mistake(code: Option<&str>) -> bool {
    code.is_some_and(|code| code == "1" || code.starts_with("42") || code.starts_with("22"))
}
