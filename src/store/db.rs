//! Two native pools behind one enum, and the macro that writes a query once for both.
//!
//! SQLite: one writer connection, whose transactions begin `IMMEDIATE` so that they never
//! fail half-way on a lock, and several readers. PostgreSQL: one pool; no session state.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, Postgres, Sqlite, Transaction};

use super::StoreError;

/// Limits of the connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Connections held open at most; of a SQLite file one writes and the others read.
    pub max: u32,
    /// How long a query waits for a free connection, or for a lock that another process holds.
    pub patience: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self { max: 10, patience: Duration::from_secs(10) }
    }
}

/// Pages of the file that the writer keeps in memory, in the form that SQLite wants: 64 MB. It comes
/// back to the same inner pages of the indexes with every article.
const WRITER_CACHE: &str = "-65536";
/// The same for each reader: 8 MB. There are several, and the system keeps the file in memory
/// for all of them.
const READER_CACHE: &str = "-8192";
/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 400;

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The database: one of the two engines.
#[derive(Debug, Clone)]
pub(super) enum Db {
    /// A file.
    Sqlite {
        /// Pool of readers.
        read: SqlitePool,
        /// The one writer.
        write: SqlitePool,
        /// Where it is; none for one in memory.
        file: Option<PathBuf>,
    },
    /// A server.
    Postgres(PgPool),
}

/// A write transaction on either engine.
pub(super) enum Tx {
    /// On the one writer of a file.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a server.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one query expression with an executor of either engine.
///
/// `read!(db, pool => query.fetch_all(pool).await)` on the database,
/// `on!(tx, conn => query.execute(conn).await)` inside a transaction.
macro_rules! read {
    ($db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite { read: $pool, .. } => $body,
            $crate::store::db::Db::Postgres($pool) => $body,
        }
    };
}
macro_rules! on {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::store::db::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::store::db::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
pub(super) use {on, read};

impl Db {
    /// Opens the database that `url` names, creating a SQLite file where there is none.
    pub(super) async fn open(url: &str, limits: Connections) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url, limits).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, limits).await
        } else {
            Err(StoreError::UnknownEngine)
        }
    }

    /// Opens the database that `url` names, which must be there.
    pub(super) async fn open_existing(url: &str, limits: Connections) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(StoreError::open)?;
            let file = options.get_filename();
            if !file.is_file() {
                return Err(StoreError::open(sqlx::Error::Io(std::io::Error::new(
                    std::io::ErrorKind::NotFound,
                    format!("there is no file {}", file.display()),
                ))));
            }
        }
        Self::open(url, limits).await
    }

    async fn open_sqlite(url: &str, limits: Connections) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(StoreError::open)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(limits.patience)
            .foreign_keys(true)
            .pragma("cache_size", WRITER_CACHE)
            // Pages that are written again and again are copied into the file once in a while.
            .pragma("wal_autocheckpoint", "8000")
            .pragma("temp_store", "memory")
            // Lists of different lengths are statements of their own.
            .statement_cache_capacity(STATEMENTS);
        let file = options.get_filename().to_owned();
        make_folder(&file)?;
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(limits.patience)
            // A full disk ends a transaction without sqlx's knowledge, which then begins none
            // on this connection any more.
            .before_acquire(|writer, _| Box::pin(async { Ok(!writer.is_in_transaction()) }))
            // Written into the file by each connection that asks for it: readers must not.
            .connect_with(options.clone().auto_vacuum(SqliteAutoVacuum::Incremental))
            .await
            .map_err(StoreError::open)?;
        let read = SqlitePoolOptions::new()
            .max_connections(limits.max.saturating_sub(1).max(1))
            .acquire_timeout(limits.patience)
            .connect_with(options.pragma("query_only", "on").pragma("cache_size", READER_CACHE))
            .await
            .map_err(StoreError::open)?;
        Ok(Self::Sqlite { read, write, file: Some(file).filter(|file| file.is_file()) })
    }

    async fn open_postgres(url: &str, limits: Connections) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(StoreError::open)?
            .application_name("rasad")
            .statement_cache_capacity(STATEMENTS);
        let pool = PgPoolOptions::new()
            .max_connections(limits.max)
            .acquire_timeout(limits.patience)
            .connect_with(options)
            .await
            .map_err(StoreError::open)?;
        Ok(Self::Postgres(pool))
    }

    /// Brings the schema up to date. Safe to call from several processes at once.
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => SQLITE_MIGRATIONS.run(write).await?,
            Self::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await?,
        }
        Ok(())
    }

    /// Begins a write transaction.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// The lock beside the database file, where nobody else holds it.
    pub(super) fn lock_file(&self) -> Result<Option<File>, StoreError> {
        let Self::Sqlite { file: Some(file), .. } = self else { return Ok(None) };
        let path = file.with_added_extension("lock");
        let lock = File::create(&path)
            .map_err(|source| StoreError::Folder { folder: path.clone(), source })?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StoreError::Folder { folder: path, source }),
        }
    }

    /// Closes all connections; a SQLite file is left without a write-ahead log.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything since `begin` visible at once.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Whether rows that another worker holds must be skipped by the query itself.
    pub(super) fn skips_locked(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Number and name of every migration of this program.
pub(super) fn migrations(db: &Db) -> Vec<(i64, String)> {
    let migrator = match db {
        Db::Sqlite { .. } => &SQLITE_MIGRATIONS,
        Db::Postgres(_) => &POSTGRES_MIGRATIONS,
    };
    migrator.iter().map(|step| (step.version, step.description.replace(' ', "_"))).collect()
}

fn make_folder(file: &Path) -> Result<(), StoreError> {
    let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| StoreError::Folder { folder: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_writer_survives_a_transaction_that_sqlite_ended_by_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("rasad.db").display());
        let db = Db::open(&url, Connections::default()).await.expect("it opens");
        let mut tx = db.begin().await.expect("a transaction");
        // What SQLite does on a full disk.
        on!(&mut tx, c => sqlx::query("ROLLBACK").execute(c).await.map(drop)).expect("it ends");
        assert!(tx.commit().await.is_err());
        let tx = db.begin().await.expect("another transaction");
        tx.commit().await.expect("which ends well");
        db.close().await;
    }
}
