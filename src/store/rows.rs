//! Lists in statements: few different texts of statements, so that each is prepared once.

use super::StoreError;
use super::db::Tx;

/// Rows of one statement at most: both engines allow some 32,000 bound values.
pub(super) const MOST: usize = 64;

/// Cuts a list into runs whose lengths are powers of two, at most [`MOST`].
pub(super) fn runs<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let length = MOST.min(1 << rest.len().checked_ilog2()?);
        let (run, others) = rest.split_at(length);
        rest = others;
        Some(run)
    })
}

/// A list filled up with its last item to a length that is a power of two; empty for an empty one.
pub(super) fn filled<T: Copy>(items: &[T]) -> impl ExactSizeIterator<Item = T> {
    let length = if items.is_empty() { 0 } else { items.len().next_power_of_two() };
    (0..length).map(|n| items[n.min(items.len() - 1)])
}

/// `($from, $from+1, …), (…)`: so many rows of so many values.
pub(super) fn values(from: usize, rows: usize, columns: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(rows * (columns * 6 + 4));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}${}", from + row * columns + column);
        }
        text.push(')');
    }
    text
}

/// The next ids of a table, in order: rows that are written with them need not tell theirs. The
/// table numbers its rows itself where they are written without.
pub(super) async fn next_ids(
    tx: &mut Tx,
    table: &'static str,
    count: usize,
) -> Result<Vec<i64>, StoreError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = super::sources::count(count);
    match tx {
        // Nobody else writes while this transaction does.
        Tx::Sqlite(tx) => {
            let last: Option<i64> =
                sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = $1")
                    .bind(table)
                    .fetch_optional(&mut **tx)
                    .await?;
            let last = last.unwrap_or_default();
            Ok((last + 1..=last + count).collect())
        }
        Tx::Postgres(tx) => {
            let ids: Option<Vec<i64>> = sqlx::query_scalar(
                "SELECT ARRAY_AGG(NEXTVAL(PG_GET_SERIAL_SEQUENCE($1, 'id')))
                 FROM GENERATE_SERIES(1, $2)",
            )
            .bind(table)
            .bind(count)
            .fetch_one(&mut **tx)
            .await?;
            Ok(ids.unwrap_or_default())
        }
    }
}

/// A statement whose values are bound in order, each once, as the engine reads it fastest. SQLite
/// takes `$1` for a name, and looks a statement's names through for each value.
pub(super) fn in_order(tx: &Tx, sql: String) -> String {
    if tx.skips_locked() { sql } else { unnumbered(&sql) }
}

fn unnumbered(sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut text = String::with_capacity(sql.len());
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push('?');
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_into_few_lengths() {
        let items = [0; 151];
        let lengths: Vec<usize> = runs(&items).map(<[_]>::len).collect();
        assert_eq!(lengths, [64, 64, 16, 4, 2, 1]);
        assert_eq!(runs::<u8>(&[]).count(), 0);
    }

    #[test]
    fn a_list_is_filled_up() {
        assert_eq!(filled(&[1, 2, 3]).collect::<Vec<_>>(), [1, 2, 3, 3]);
        assert_eq!(filled::<u8>(&[]).len(), 0);
        assert_eq!(values(2, 2, 2), "($2, $3), ($4, $5)");
        assert_eq!(unnumbered("a > $1 AND b IN ($2, $13)"), "a > ? AND b IN (?, ?)");
    }
}
