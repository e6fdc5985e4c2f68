//! From a filter to the conditions of a query.

use std::fmt::Write as _;

use super::db::Db;
use super::{Store, StoreError, search};
use crate::model::Filter;
use crate::text::question::Question;

/// Groups that are many for a search.
const MUCH: i64 = 3_000;
/// Texts with all words of a phrase that are many for PostgreSQL: it reads in each where they stand.
const MUCH_TO_READ: i64 = 6_000;
/// How a search of PostgreSQL begins: what it finds is looked up before anything else.
const FOUND_FIRST: &str = "g.id = ANY (ARRAY (SELECT f.group_id FROM search f";
/// The same along the list: whether each group is among those found.
const FOUND_ALONG: &str =
    "EXISTS (SELECT 1 FROM search f WHERE f.group_id = g.id AND EXISTS (SELECT 1";
/// What PostgreSQL's `tsquery` has between the words of a phrase.
const NEXT_TO: &str = "<->";
/// How SQLite's condition for what a search found begins.
const FOUND_ROW: &str = "g.id IN (SELECT rowid FROM search";

/// A filter with what the configuration adds to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// What is asked. A root topic stands here with all its leaves.
    pub filter: Filter,
    /// Sources whose publishers sit in the countries of the filter.
    pub country_sources: Vec<String>,
    /// Sources of the kinds of the filter.
    pub kind_sources: Vec<String>,
}

/// Which of the groups are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Published.
    Published,
    /// Close to it: a person should look.
    Review,
    /// Withdrawn after they were published.
    Withdrawn,
    /// Published, whether withdrawn since or not.
    Ever,
}

/// A value bound to a query.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    Real(f64),
}

/// Conditions with their values.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    /// Whether words are looked for.
    pub(super) is_search: bool,
    /// The place of a `tsquery` with phrases.
    phrases: Option<String>,
}

impl Conditions {
    /// The placeholder of one more value.
    pub(super) fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(super) fn and(&mut self, condition: &str) {
        let _ = write!(self.sql, " AND {condition}");
    }

    /// Goes along the list and looks whether each group is among those found, instead of sorting
    /// all that is found.
    pub(super) fn look_along_the_list(&mut self) {
        self.sql = self.sql.replace(FOUND_ROW, &format!("+{FOUND_ROW}"));
        self.sql = self.sql.replace(FOUND_FIRST, FOUND_ALONG);
        // Where words stand is looked up for each text, their being there at once for all: only
        // the texts that hold all words of a phrase, the newest first, are read for it. (Without
        // `IS TRUE` the planner makes a join of it that reads all.)
        if let Some(place) = self.phrases.clone() {
            self.and(&format!(
                "(g.id IN (SELECT w.group_id FROM search w
                  WHERE w.words @@ replace({place}::text, '{NEXT_TO}', '&')::tsquery)) IS TRUE"
            ));
        }
    }

    /// `column IN (…)`.
    pub(super) fn among(&mut self, column: &str, values: &[String]) -> String {
        let places: Vec<String> =
            values.iter().map(|value| self.value(Value::Text(value.clone()))).collect();
        if places.is_empty() {
            "FALSE".to_owned()
        } else {
            format!("{column} IN ({})", places.join(", "))
        }
    }
}

/// Binds values to a query of either engine.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::store::selection::Value::Text(text) => query.bind(text.clone()),
                $crate::store::selection::Value::Int(number) => query.bind(*number),
                $crate::store::selection::Value::Real(number) => query.bind(*number),
            };
        }
        query
    }};
}

pub(super) use bound;

impl Store {
    /// The conditions of a selection; none where nothing can meet them.
    pub(super) fn conditions(&self, selection: &Selection, shelf: Shelf) -> Option<Conditions> {
        let filter = &selection.filter;
        let mut conditions = Conditions::default();
        if !filter.topics.is_empty() {
            let among = conditions.among("t.topic", &filter.topics);
            conditions.and(&format!(
                "EXISTS (SELECT 1 FROM group_topics t WHERE t.group_id = g.id AND {among})"
            ));
        }
        if !filter.langs.is_empty() {
            let among = conditions.among("g.lang", &filter.langs);
            conditions.and(&among);
        }
        if !filter.countries.is_empty() {
            let about = conditions.among("c.country", &filter.countries);
            let from = conditions.among("g.source", &selection.country_sources);
            conditions.and(&format!(
                "({from} OR EXISTS (SELECT 1 FROM group_countries c
                 WHERE c.group_id = g.id AND {about}))"
            ));
        }
        if !filter.sources.is_empty() {
            let among = conditions.among("x.source", &filter.sources);
            conditions.and(&format!(
                "EXISTS (SELECT 1 FROM articles x WHERE x.group_id = g.id AND {among})"
            ));
        }
        if !filter.kinds.is_empty() {
            let among = conditions.among("g.source", &selection.kind_sources);
            conditions.and(&among);
        }
        if let Some(score) = filter.min_score {
            let place = conditions.value(Value::Real(score));
            conditions.and(&format!("g.score >= {place}"));
        }
        if !filter.words.is_empty() {
            // Only what is published is indexed.
            let questions: Vec<Question> =
                filter.words.iter().map(|words| Question::parse(words)).collect();
            if questions.iter().all(Question::is_empty)
                || !matches!(shelf, Shelf::Published | Shelf::Ever)
            {
                return None;
            }
            self.search_condition(&mut conditions, &questions);
        }
        Some(conditions)
    }

    /// Whether a search finds so much that sorting it takes longer than going along the list until
    /// a page is full. (PostgreSQL supposes that any search finds the same share of all.)
    pub(super) async fn finds_much(&self, selection: &Selection) -> Result<bool, StoreError> {
        let questions: Vec<Question> =
            selection.filter.words.iter().map(|words| Question::parse(words)).collect();
        let (found, much): (i64, i64) = match &self.db {
            Db::Sqlite { read, .. } => {
                let count = sqlx::query_scalar(
                    "SELECT COUNT(*) FROM
                     (SELECT rowid FROM search WHERE search MATCH $1 LIMIT $2)",
                );
                let query = search::fts5(&questions);
                (count.bind(query).bind(MUCH).fetch_one(read).await?, MUCH)
            }
            Db::Postgres(pool) => {
                let count = sqlx::query_scalar(
                    "SELECT COUNT(*) FROM
                     (SELECT 1 FROM search WHERE words @@ $1::tsquery LIMIT $2) AS found",
                );
                // To count phrases takes as long as to find them: what is counted is the texts
                // that hold their words.
                let query = search::tsquery(&questions);
                let much = if query.contains(NEXT_TO) { MUCH_TO_READ } else { MUCH };
                let query = query.replace(NEXT_TO, "&");
                (count.bind(query).bind(much).fetch_one(pool).await?, much)
            }
        };
        Ok(found == much)
    }

    fn search_condition(&self, conditions: &mut Conditions, questions: &[Question]) {
        conditions.is_search = true;
        match &self.db {
            Db::Sqlite { .. } => {
                let place = conditions.value(Value::Text(search::fts5(questions)));
                conditions.and(&format!("{FOUND_ROW} WHERE search MATCH {place})"));
            }
            Db::Postgres(_) => {
                let query = search::tsquery(questions);
                let has_phrases = query.contains(NEXT_TO);
                let place = conditions.value(Value::Text(query));
                conditions.phrases = has_phrases.then(|| place.clone());
                conditions.and(&format!("{FOUND_FIRST} WHERE words @@ {place}::tsquery))"));
            }
        }
    }
}

/// The condition of a shelf.
pub(super) fn on_shelf(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Published => "g.relevant AND g.withdrawn_at IS NULL",
        Shelf::Review => "g.review AND g.withdrawn_at IS NULL",
        Shelf::Withdrawn => "g.relevant AND g.withdrawn_at IS NOT NULL",
        Shelf::Ever => "g.relevant",
    }
}
