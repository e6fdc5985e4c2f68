//! What pages count: groups by topic, language, country, source and day.

use sqlx::AssertSqlSafe;

use super::db::read;
use super::selection::{Shelf, on_shelf};
use super::{Store, StoreError, millis};
use crate::model::{DayCount, Facets, Time};

impl Store {
    /// How many groups published since `since` share each value, the most frequent first.
    pub async fn facets(&self, since: Time) -> Result<Facets, StoreError> {
        let shown = on_shelf(Shelf::Published);
        let count = |columns: &str, from: &str| {
            format!(
                "SELECT {columns}, COUNT(*) FROM {from} WHERE {shown} AND g.published_at >= $1
                 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 300"
            )
        };
        let topics = count("t.topic", "group_topics t JOIN groups g ON g.id = t.group_id");
        let countries = count("c.country", "group_countries c JOIN groups g ON g.id = c.group_id");
        Ok(Facets {
            topics: self.counts(topics, since).await?,
            langs: self.counts(count("COALESCE(g.lang, '')", "groups g"), since).await?,
            countries: self.counts(countries, since).await?,
            sources: self.counts(count("g.source", "groups g"), since).await?,
        })
    }

    async fn counts(&self, sql: String, since: Time) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = read!(&self.db, p =>
            sqlx::query_as(AssertSqlSafe(sql)).bind(millis(since)).fetch_all(p).await)?;
        let filled = rows.into_iter().filter(|(value, _)| !value.is_empty());
        Ok(filled.map(|(value, count)| (value, u64::try_from(count).unwrap_or(0))).collect())
    }

    /// Groups published per day and topic since `since`.
    pub async fn topic_days(&self, since: Time) -> Result<Vec<DayCount>, StoreError> {
        self.days("t.topic", "group_topics t JOIN groups g ON g.id = t.group_id", since).await
    }

    /// Groups published per day and source of their lead since `since`.
    pub async fn source_days(&self, since: Time) -> Result<Vec<DayCount>, StoreError> {
        self.days("g.source", "groups g", since).await
    }

    async fn days(&self, of: &str, from: &str, since: Time) -> Result<Vec<DayCount>, StoreError> {
        let sql = format!(
            "SELECT g.published_at / 86400000, {of}, COUNT(*) FROM {from}
             WHERE {} AND g.published_at >= $1 GROUP BY 1, 2",
            on_shelf(Shelf::Published)
        );
        let rows: Vec<(i64, String, i64)> = read!(&self.db, p =>
            sqlx::query_as(AssertSqlSafe(sql)).bind(millis(since)).fetch_all(p).await)?;
        let counts = rows.into_iter().map(|(day, of, count)| DayCount {
            day,
            of,
            count: u64::try_from(count).unwrap_or(0),
        });
        Ok(counts.collect())
    }
}
