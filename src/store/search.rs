//! Full-text search: what is kept of a published group's words, and how it is asked.
//!
//! We fold and stem; the engines keep lists of words and look them up. So both find the same,
//! whatever their own idea of Arabic.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use super::StoreError;
use super::db::{Tx, on};
use super::entries::placeholders;
use super::rows::{runs, values};
use crate::text::fold::fold_str;
use crate::text::question::{Question, stems};

/// Words of a text that are kept; PostgreSQL counts positions up to 16383.
const MAX_WORDS: usize = 16_000;
/// Longest word that is kept, in bytes. Longer ones are addresses and noise.
const MAX_WORD: usize = 120;
/// Positions between title and text, so that no phrase reaches from one into the other.
const GAP: usize = 100;

/// Forgets what is kept of groups' words.
pub(super) async fn forget(tx: &mut Tx, groups: &[i64]) -> Result<(), StoreError> {
    if groups.is_empty() {
        return Ok(());
    }
    let column = match tx {
        Tx::Sqlite(_) => "rowid",
        Tx::Postgres(_) => "group_id",
    };
    let sql = format!("DELETE FROM search WHERE {column} IN {}", placeholders(1, groups.len()));
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for group in groups { query = query.bind(*group); }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Keeps the words of groups of which nothing is kept: group, title, text.
pub(super) async fn index(tx: &mut Tx, texts: &[(i64, &str, &str)]) -> Result<(), StoreError> {
    for run in runs(texts) {
        match tx {
            Tx::Sqlite(tx) => {
                let sql = format!(
                    "INSERT INTO search (rowid, title, body) VALUES {}",
                    values(1, run.len(), 3)
                );
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (group, title, body) in run {
                    let [title, body] = [title, body].map(|text| words_of(text).join(" "));
                    query = query.bind(*group).bind(title).bind(body);
                }
                query.execute(&mut **tx).await?;
            }
            Tx::Postgres(tx) => {
                let rows: Vec<String> = (0..run.len())
                    .map(|row| format!("(${}, ${}::tsvector)", 2 * row + 1, 2 * row + 2))
                    .collect();
                let sql =
                    format!("INSERT INTO search (group_id, words) VALUES {}", rows.join(", "));
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (group, title, body) in run {
                    query = query.bind(*group).bind(vector(&words_of(title), &words_of(body)));
                }
                query.execute(&mut **tx).await?;
            }
        }
    }
    Ok(())
}

fn words_of(text: &str) -> Vec<String> {
    let mut words = stems(&fold_str(text));
    words.retain(|word| word.len() <= MAX_WORD);
    words.truncate(MAX_WORDS);
    words
}

/// A `tsvector` as PostgreSQL reads it: each word with its places.
fn vector(title: &[String], body: &[String]) -> String {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let title_places = title.iter().zip(1..);
    let body_places = body.iter().zip(title.len() + GAP..);
    for (word, at) in title_places.chain(body_places) {
        places.entry(word).or_default().push(at);
    }
    let mut vector = String::new();
    for (word, places) in places {
        let _ = write!(vector, "{}:", quoted(word, '\''));
        for (at, place) in places.iter().take(255).enumerate() {
            let _ = write!(vector, "{}{place}", if at == 0 { "" } else { "," });
        }
        vector.push(' ');
    }
    vector
}

/// Questions, one of which must be answered, as SQLite's FTS5 reads them.
pub(super) fn fts5(questions: &[Question]) -> String {
    joined(questions, " OR ", " AND ", |part| quoted(&part.join(" "), '"'))
}

/// Questions, one of which must be answered, as PostgreSQL reads a `tsquery`.
pub(super) fn tsquery(questions: &[Question]) -> String {
    joined(questions, " | ", " & ", |part| {
        let words: Vec<String> = part.iter().map(|word| quoted(word, '\'')).collect();
        format!("({})", words.join(" <-> "))
    })
}

fn joined(
    questions: &[Question],
    or: &str,
    and: &str,
    part: impl Fn(&[String]) -> String,
) -> String {
    let all: Vec<String> = questions
        .iter()
        .filter(|question| !question.is_empty())
        .map(|question| {
            let parts: Vec<String> = question.parts.iter().map(|words| part(words)).collect();
            format!("({})", parts.join(and))
        })
        .collect();
    all.join(or)
}

/// Words hold letters and digits alone; the quotes are doubled all the same.
fn quoted(word: &str, quote: char) -> String {
    let doubled = word.replace('\\', "").replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_become_what_each_engine_reads() {
        let asked = ["قارب \"free boats\"", "x"].map(Question::parse);
        assert_eq!(fts5(&asked), "(\"قارب\" AND \"free boat\") OR (\"x\")");
        assert_eq!(tsquery(&asked), "(('قارب') & ('free' <-> 'boat')) | (('x'))");
        assert_eq!(fts5(&[Question::parse("!")]), "");
    }

    #[test]
    fn a_vector_names_words_and_places() {
        let words = |text: &str| words_of(text);
        assert_eq!(vector(&words("A b"), &words("b")), "'a':1 'b':2,102 ");
    }
}
