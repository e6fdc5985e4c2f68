//! A condition that grows, with the values bound in it.

use sqlx::Database;
use sqlx::query::{QueryAs, QueryScalar};

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Int(i64),
    Real(f64),
}

/// Conditions that must all hold; values are numbered from `$1`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Clause {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Clause {
    /// Adds a condition.
    pub(super) fn and(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    /// The whole condition.
    pub(super) fn sql(&self) -> String {
        if self.conditions.is_empty() { "TRUE".to_owned() } else { self.conditions.join(" AND ") }
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// Binds a text and returns its placeholder.
    pub(super) fn text(&mut self, text: String) -> String {
        self.value(Value::Text(text))
    }

    /// Binds a whole number and returns its placeholder.
    pub(super) fn int(&mut self, number: i64) -> String {
        self.value(Value::Int(number))
    }

    /// Binds a number and returns its placeholder.
    pub(super) fn real(&mut self, number: f64) -> String {
        self.value(Value::Real(number))
    }

    /// Binds texts and returns them as a list; one that matches nothing where there are none.
    pub(super) fn texts(&mut self, texts: &[String]) -> String {
        if texts.is_empty() {
            return "(NULL)".to_owned();
        }
        let list: Vec<String> = texts.iter().map(|text| self.text(text.clone())).collect();
        format!("({})", list.join(", "))
    }
}

macro_rules! binder {
    ($(#[$doc:meta])* $name:ident, $query:ident) => {
        impl Clause {
            $(#[$doc])*
            pub(super) fn $name<'q, DB, T>(
                &self,
                mut query: $query<'q, DB, T, DB::Arguments>,
            ) -> $query<'q, DB, T, DB::Arguments>
            where
                DB: Database,
                String: sqlx::Type<DB> + sqlx::Encode<'q, DB> + 'q,
                i64: sqlx::Type<DB> + sqlx::Encode<'q, DB> + 'q,
                f64: sqlx::Type<DB> + sqlx::Encode<'q, DB> + 'q,
            {
                for value in &self.values {
                    query = match value {
                        Value::Text(text) => query.bind(text.clone()),
                        Value::Int(number) => query.bind(*number),
                        Value::Real(number) => query.bind(*number),
                    };
                }
                query
            }
        }
    };
}
binder!(
    /// Binds all values to a query of rows.
    bind_as, QueryAs
);
binder!(
    /// Binds all values to a query of single values.
    bind, QueryScalar
);
