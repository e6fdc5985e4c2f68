//! What operators need of a database: what is pending, how large it is, a copy of it.

use std::path::{Path, PathBuf};

use sqlx::{Connection, Row, SqliteConnection};

use super::db::{self, Db, read};
use super::{Connections, Store, StoreError, time};
use crate::model::Time;

/// What a look at a database tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The engine with its version, for people.
    pub engine: String,
    /// Migrations of this program that the database has not seen, by name.
    pub pending: Vec<String>,
    /// Migrations that the database has seen and this program does not know: it is older.
    pub unknown: usize,
    /// Size in bytes.
    pub bytes: u64,
    /// The clock of a server; of a file, none.
    pub clock: Option<Time>,
}

impl Store {
    /// Opens a database as it is: nothing is made, nothing is brought up to date.
    ///
    /// # Errors
    /// Where there is none, or it does not answer.
    pub async fn open_as_is(url: &str, connections: Connections) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open_existing(url, connections).await? })
    }

    /// The file of the database; none on a server.
    pub fn file(&self) -> Option<&Path> {
        match &self.db {
            Db::Sqlite { file, .. } => file.as_deref(),
            Db::Postgres(_) => None,
        }
    }

    /// Looks at the database without changing it.
    pub async fn condition(&self) -> Result<Condition, StoreError> {
        let applied = self.applied_migrations().await?;
        let known = db::migrations(&self.db);
        let pending = known.iter().filter(|(version, _)| !applied.contains(version));
        let pending = pending.map(|(version, name)| format!("{version:04}_{name}")).collect();
        let unknown = applied.iter().filter(|v| !known.iter().any(|(known, _)| known == *v));
        let unknown = unknown.count();
        let (version, bytes, clock) = match &self.db {
            Db::Sqlite { read, .. } => {
                let (version, bytes): (String, i64) = sqlx::query_as(
                    "SELECT sqlite_version(), page_count * page_size
                     FROM pragma_page_count(), pragma_page_size()",
                )
                .fetch_one(read)
                .await?;
                (version, bytes, None)
            }
            Db::Postgres(pool) => {
                let (version, bytes, now): (String, i64, i64) = sqlx::query_as(
                    "SELECT current_setting('server_version'),
                            pg_database_size(current_database()),
                            CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
                )
                .fetch_one(pool)
                .await?;
                (version, bytes, Some(time(now)))
            }
        };
        let engine = format!("{} {version}", self.engine());
        let bytes = u64::try_from(bytes).unwrap_or(0);
        Ok(Condition { engine, pending, unknown, bytes, clock })
    }

    async fn applied_migrations(&self) -> Result<Vec<i64>, StoreError> {
        let applied: Result<Vec<i64>, sqlx::Error> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
            .fetch_all(p).await);
        match applied {
            Ok(applied) => Ok(applied),
            // A database that was never used has no such table.
            Err(sqlx::Error::Database(error)) if error.message().contains("_sqlx_migrations") => {
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// When anything last came in: the newest entry, and the newest poll.
    pub async fn newest(&self) -> Result<(Option<Time>, Option<Time>), StoreError> {
        let entry: Option<i64> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT MAX(first_seen_at) FROM entries").fetch_one(p).await)?;
        let poll: Option<i64> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT MAX(last_attempt_at) FROM sources").fetch_one(p).await)?;
        Ok((entry.map(time), poll.map(time)))
    }

    /// Writes a whole and consistent copy of a SQLite database, while others work on it. It is
    /// checked, and takes its name only then. Returns its size in bytes.
    ///
    /// # Errors
    /// On a server, or where the file is there already or cannot be written.
    pub async fn back_up(&self, to: &Path) -> Result<u64, StoreError> {
        let Db::Sqlite { write, .. } = &self.db else { return Err(StoreError::NoFile) };
        let unwritable = |source| StoreError::Folder { folder: to.to_owned(), source };
        if to.try_exists().map_err(unwritable)? {
            let source = std::io::ErrorKind::AlreadyExists.into();
            return Err(StoreError::Folder { folder: to.to_owned(), source });
        }
        let part = part_of(to);
        if part.try_exists().map_err(unwritable)? {
            // Left by a backup that was broken off.
            std::fs::remove_file(&part).map_err(unwritable)?;
        }
        let copied = async {
            sqlx::query("VACUUM INTO $1").bind(part.to_string_lossy()).execute(write).await?;
            check(&part).await
        };
        if let Err(error) = copied.await {
            let _gone_or_not = std::fs::remove_file(&part);
            return Err(error);
        }
        let file = std::fs::File::open(&part).map_err(unwritable)?;
        file.sync_all().map_err(unwritable)?;
        std::fs::rename(&part, to).map_err(unwritable)?;
        Ok(file.metadata().map_err(unwritable)?.len())
    }
}

fn part_of(to: &Path) -> PathBuf {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

/// Reads the whole copy once.
async fn check(file: &Path) -> Result<(), StoreError> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let said: String =
        sqlx::query("PRAGMA quick_check(1)").fetch_one(&mut connection).await?.get(0);
    connection.close().await?;
    if said == "ok" { Ok(()) } else { Err(StoreError::BadCopy(said)) }
}
