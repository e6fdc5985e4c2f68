//! Full-text search: what is kept of a published group's words, and how it is asked.
//!
//! We fold and stem; the engines keep lists of words and look them up. So both find the same,
//! whatever their own idea of Arabic.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::StoreError;
use super::db::Tx;
use crate::text::fold::fold_str;
use crate::text::question::{Question, stems};

/// Words of a text that are kept; PostgreSQL counts positions up to 16383.
const MAX_WORDS: usize = 16_000;
/// Longest word that is kept, in bytes. Longer ones are addresses and noise.
const MAX_WORD: usize = 120;
/// Positions between title and text, so that no phrase reaches from one into the other.
const GAP: usize = 100;

/// Replaces what is kept of a group's words; `None` forgets them.
pub(super) async fn index(
    tx: &mut Tx,
    group: i64,
    text: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    let words = text.map(|(title, body)| (words_of(title), words_of(body)));
    match tx {
        Tx::Sqlite(tx) => {
            sqlx::query("DELETE FROM search WHERE rowid = $1")
                .bind(group)
                .execute(&mut **tx)
                .await?;
            if let Some((title, body)) = words {
                sqlx::query("INSERT INTO search (rowid, title, body) VALUES ($1, $2, $3)")
                    .bind(group)
                    .bind(title.join(" "))
                    .bind(body.join(" "))
                    .execute(&mut **tx)
                    .await?;
            }
        }
        Tx::Postgres(tx) => {
            sqlx::query("DELETE FROM search WHERE group_id = $1")
                .bind(group)
                .execute(&mut **tx)
                .await?;
            if let Some((title, body)) = words {
                sqlx::query("INSERT INTO search (group_id, words) VALUES ($1, $2::tsvector)")
                    .bind(group)
                    .bind(vector(&title, &body))
                    .execute(&mut **tx)
                    .await?;
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
