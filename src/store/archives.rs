//! Archives of output feeds: where each document ends, and its text once it was served.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sqlx::AssertSqlSafe;

use super::db::{on, read};
use super::{Store, StoreError, millis, time};
use crate::model::Time;

/// Documents ended by one statement.
const AT_ONCE: usize = 200;

/// A document of an archive: it holds what was published at positions above `after`, up to `upto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveRange {
    /// Number of the document, from 1.
    pub number: i64,
    /// Last position of the document before it; 0 for the first.
    pub after: i64,
    /// Its last position.
    pub upto: i64,
}

/// A document's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveText {
    /// XML.
    pub body: String,
    /// When it was made, or last changed for a withdrawal.
    pub made: Time,
}

/// A withdrawn group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Its published id.
    pub id: String,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: String,
}

impl Store {
    /// The last complete document of a feed's archive.
    pub async fn last_archive(&self, feed: &str) -> Result<Option<ArchiveRange>, StoreError> {
        let number: Option<i64> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT MAX(number) FROM archives WHERE feed = $1").bind(feed).fetch_one(p).await)?;
        match number {
            Some(number) => self.archive(feed, number).await,
            None => Ok(None),
        }
    }

    /// A complete document of a feed's archive.
    pub async fn archive(
        &self,
        feed: &str,
        number: i64,
    ) -> Result<Option<ArchiveRange>, StoreError> {
        let ends: Vec<(i64, i64)> = read!(&self.db, p => sqlx::query_as(
            "SELECT number, last_position FROM archives WHERE feed = $1 AND number IN ($2, $3)
             ORDER BY number").bind(feed).bind(number).bind(number - 1).fetch_all(p).await)?;
        Ok(match ends[..] {
            [(_, after), (_, upto)] => Some(ArchiveRange { number, after, upto }),
            [(found, upto)] if found == number => Some(ArchiveRange { number, after: 0, upto }),
            _ => None,
        })
    }

    /// Ends documents of a feed's archive at these positions, the first of them as number `first`.
    /// Where another process did so before, its ends count.
    pub async fn close_archives(
        &self,
        feed: &str,
        first: i64,
        ends: &[i64],
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let numbered: Vec<(i64, i64)> = (first..).zip(ends.iter().copied()).collect();
        // Whoever ends the first of them ends them all: the others wait for its row.
        let (one, rest) = numbered.split_at(numbered.len().min(1));
        for part in [one].into_iter().chain(rest.chunks(AT_ONCE)) {
            let rows: Vec<String> =
                part.iter().map(|(number, end)| format!("($1, {number}, {end}, $2)")).collect();
            let sql = format!(
                "INSERT INTO archives (feed, number, last_position, closed_at) VALUES {}
                 ON CONFLICT (feed, number) DO NOTHING",
                rows.join(", ")
            );
            let rows = on!(&mut tx, c => sqlx::query(AssertSqlSafe(sql))
                .bind(feed).bind(millis(now))
                .execute(c).await.map(|done| done.rows_affected()))?;
            if rows == 0 {
                break;
            }
        }
        tx.commit().await
    }

    /// A document's text, where it was served before.
    pub async fn archive_text(
        &self,
        feed: &str,
        number: i64,
        form: &str,
    ) -> Result<Option<ArchiveText>, StoreError> {
        let row: Option<(Vec<u8>, i64)> = read!(&self.db, p => sqlx::query_as(
            "SELECT body, made_at FROM archive_documents
             WHERE feed = $1 AND number = $2 AND form = $3")
            .bind(feed).bind(number).bind(form).fetch_optional(p).await)?;
        let text = row.map(|(body, made)| {
            let mut text = String::new();
            GzDecoder::new(&body[..]).read_to_string(&mut text)?;
            Ok(ArchiveText { body: text, made: time(made) })
        });
        text.transpose().map_err(|error: std::io::Error| serde_json::Error::io(error).into())
    }

    /// Keeps a document's text. Unless it `replaces` one, the text that was kept first stays.
    pub async fn keep_archive_text(
        &self,
        feed: &str,
        number: i64,
        form: &str,
        text: &ArchiveText,
        replaces: bool,
    ) -> Result<(), StoreError> {
        let mut body = GzEncoder::new(Vec::new(), Compression::default());
        let packed = body.write_all(text.body.as_bytes()).and_then(|()| body.finish());
        let packed = packed.expect("a vector takes every byte");
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "INSERT INTO archive_documents (feed, number, form, body, made_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (feed, number, form) DO UPDATE SET
                body = CASE WHEN $6 THEN excluded.body ELSE archive_documents.body END,
                made_at = CASE WHEN $6 THEN excluded.made_at ELSE archive_documents.made_at END")
            .bind(feed).bind(number).bind(form).bind(packed).bind(millis(text.made))
            .bind(replaces).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// What was withdrawn of the groups published at positions above `after`, up to `upto`.
    pub async fn withdrawals(&self, after: i64, upto: i64) -> Result<Vec<Withdrawal>, StoreError> {
        let rows: Vec<(String, i64, Option<String>)> = read!(&self.db, p => sqlx::query_as(
            "SELECT g.tag, g.withdrawn_at, g.withdrawn_reason FROM groups g
             JOIN publications p ON p.group_id = g.id
             WHERE g.withdrawn_at IS NOT NULL AND p.position > $1 AND p.position <= $2
             ORDER BY p.position").bind(after).bind(upto).fetch_all(p).await)?;
        let withdrawal = |(id, at, reason): (String, i64, Option<String>)| Withdrawal {
            id,
            at: time(at),
            reason: reason.unwrap_or_default(),
        };
        Ok(rows.into_iter().map(withdrawal).collect())
    }
}
