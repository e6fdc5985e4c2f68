//! A table of a TOML document, read field by field.
//!
//! serde stops at the first mistake and knows no documentation; an admin wants
//! every mistake at once, each with its place. So a [`Table`] is asked for its
//! fields: it reads what is there, collects what is wrong, and remembers what
//! was asked for, which makes it also the source of "unknown key" errors (with a
//! suggestion) and, through [`describe`], of the JSON Schemas and the reference
//! documentation. What is read and what is documented cannot drift apart.

use std::ops::{Range, RangeInclusive};

use toml::de::DeTable;

use super::advice::advise;
use super::value::{Node, Value, kind_of};
use crate::model::Problem;

/// One field of a table, as documented.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// What it means, in lines.
    pub docs: Vec<&'static str>,
    /// What may stand there.
    pub shape: Shape,
    /// The default as written in TOML; none where the field may be left out or must be given.
    pub default: Option<String>,
    /// True where leaving it out is a mistake.
    pub required: bool,
}

/// What may stand in a field.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One value: what is allowed in words, and its JSON Schema.
    Value(String, serde_json::Value),
    /// A table with fields.
    Table(Vec<Field>),
    /// An array of tables.
    Tables(Vec<Field>),
}

/// A table while it is read.
#[derive(Debug)]
pub struct Table<'d, 'p> {
    data: &'d DeTable<'d>,
    span: Range<usize>,
    problems: &'p mut Vec<Problem>,
    asked: Vec<&'static str>,
    fields: Option<Vec<Field>>,
}

/// Reads a table with `read` and reports the keys that `read` did not ask for.
pub fn read<T>(
    data: &DeTable<'_>,
    span: Range<usize>,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut Table<'_, '_>) -> T,
) -> T {
    let mut table = Table { data, span, problems, asked: Vec::new(), fields: None };
    let value = read(&mut table);
    table.refuse_unknown_keys();
    value
}

/// The fields that `read` asks for, with their documentation.
pub fn describe<T>(read: impl FnOnce(&mut Table<'_, '_>) -> T) -> Vec<Field> {
    let (data, mut problems) = (DeTable::new(), Vec::new());
    let mut table = Table {
        data: &data,
        span: 0..0,
        problems: &mut problems,
        asked: Vec::new(),
        fields: Some(Vec::new()),
    };
    read(&mut table);
    table.fields.unwrap_or_default()
}

impl<'d> Table<'d, '_> {
    /// A field that must be there. A mistake is reported and the type's default returned:
    /// what was read counts only where nothing was reported.
    pub fn required<T: Value + Default>(&mut self, key: &'static str, docs: &[&'static str]) -> T {
        self.note(key, docs, true, None, || Shape::Value(T::allowed(), T::schema()));
        if let Some(node) = self.get(key) {
            return T::read(node, self.problems).unwrap_or_default();
        }
        self.missing(key, &T::allowed());
        T::default()
    }

    /// A field that may be left out.
    pub fn optional<T: Value>(&mut self, key: &'static str, docs: &[&'static str]) -> Option<T> {
        self.note(key, docs, false, None, || Shape::Value(T::allowed(), T::schema()));
        T::read(self.get(key)?, self.problems)
    }

    /// A field with a default.
    pub fn or<T: Value>(&mut self, key: &'static str, docs: &[&'static str], default: &T) -> T {
        let written = Some(default.to_toml());
        self.note(key, docs, false, written, || Shape::Value(T::allowed(), T::schema()));
        self.get(key)
            .and_then(|node| T::read(node, self.problems))
            .unwrap_or_else(|| default.clone())
    }

    /// A field with a default and a range.
    pub fn or_in<T: Value + PartialOrd>(
        &mut self,
        key: &'static str,
        docs: &[&'static str],
        default: &T,
        range: RangeInclusive<T>,
    ) -> T {
        let bare = |value: &T| value.to_toml().trim_matches('"').to_owned();
        let (least, most) = (bare(range.start()), bare(range.end()));
        let allowed = || format!("{}, from `{least}` to `{most}`", T::allowed());
        let schema = || T::schema_in(&range);
        self.note(key, docs, false, Some(default.to_toml()), || Shape::Value(allowed(), schema()));
        let Some(node) = self.get(key) else { return default.clone() };
        match T::read(node, self.problems) {
            Some(value) if range.contains(&value) => value,
            Some(value) => {
                let (bound, word) =
                    if value < *range.start() { (&least, "small") } else { (&most, "large") };
                let message = format!("`{}` is too {word} for `{key}`.", bare(&value));
                let advice = format!("Write {}; `{bound}` would be allowed.", allowed());
                self.problems.push(Problem::new(node.span(), message).help(advice));
                default.clone()
            }
            None => default.clone(),
        }
    }

    /// A table inside this one, which may be left out.
    pub fn table<T>(
        &mut self,
        key: &'static str,
        docs: &[&'static str],
        read_fields: impl FnOnce(&mut Table<'_, '_>) -> T,
    ) -> Option<T> {
        if self.fields.is_some() {
            let fields = describe(read_fields);
            self.note(key, docs, false, None, || Shape::Table(fields));
            return None;
        }
        self.asked.push(key);
        let node = self.get(key)?;
        let Some(data) = node.get_ref().as_table() else {
            self.wrong_kind(node, "a table");
            return None;
        };
        Some(read(data, node.span(), self.problems, read_fields))
    }

    /// An array of tables (`[[key]]`), which may be left out.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        docs: &[&'static str],
        mut read_fields: impl FnMut(&mut Table<'_, '_>) -> T,
    ) -> Vec<T> {
        if self.fields.is_some() {
            let fields = describe(read_fields);
            self.note(key, docs, false, None, || Shape::Tables(fields));
            return Vec::new();
        }
        self.asked.push(key);
        let Some(node) = self.get(key) else { return Vec::new() };
        let Some(items) = node.get_ref().as_array() else {
            self.wrong_kind(node, &format!("a list of tables, each under `[[{key}]]`"));
            return Vec::new();
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_table() {
                Some(data) => {
                    values.push(read(data, item.span(), self.problems, &mut read_fields));
                }
                None => self.wrong_kind(item, &format!("a table under `[[{key}]]`")),
            }
        }
        values
    }

    /// Where a field's value stands; where the table stands, when the field is not there.
    pub fn span(&self, key: &str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span.clone(), Node::span)
    }

    /// Reports a mistake found by the reader of this table.
    pub fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn get(&self, key: &str) -> Option<&'d Node<'d>> {
        self.data.get(key)
    }

    fn note(
        &mut self,
        key: &'static str,
        docs: &[&'static str],
        required: bool,
        default: Option<String>,
        shape: impl FnOnce() -> Shape,
    ) {
        self.asked.push(key);
        if let Some(fields) = &mut self.fields {
            let docs = docs.iter().map(|line| line.trim()).collect();
            fields.push(Field { key, docs, shape: shape(), default, required });
        }
    }

    fn missing(&mut self, key: &str, allowed: &str) {
        let problem = Problem::new(self.span.clone(), format!("`{key}` is missing here."));
        self.problems.push(problem.help(format!("Add `{key} = …`: {allowed}.")));
    }

    fn wrong_kind(&mut self, node: &Node<'_>, expected: &str) {
        let message = format!("Expected {expected}, found {}.", kind_of(node.get_ref()));
        self.problems.push(Problem::new(node.span(), message));
    }

    fn refuse_unknown_keys(&mut self) {
        for (key, _) in self.data {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let problem = Problem::new(key.span(), format!("The key `{name}` is not known here."));
            self.problems.push(problem.help(advise(name, &self.asked)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str, reader: impl FnOnce(&mut Table<'_, '_>)) -> Vec<Problem> {
        let document = DeTable::parse(text).unwrap();
        let mut problems = Vec::new();
        read(document.get_ref(), document.span(), &mut problems, reader);
        problems
    }

    #[test]
    fn collects_every_mistake_instead_of_stopping_at_the_first() {
        let text = "count = \"many\"\nnmae = \"x\"\n[inner]\nflag = 3\n";
        let found = problems_of(text, |t| {
            t.or::<u32>("count", &[], &1);
            t.required::<String>("name", &[]);
            t.table("inner", &[], |t| t.or("flag", &[], &true));
        });
        let messages: Vec<_> = found.iter().map(|p| (&text[p.span.clone()], &*p.message)).collect();
        assert_eq!(
            messages,
            [
                ("\"many\"", "Expected a whole number, found a string."),
                ("", "`name` is missing here."),
                ("3", "Expected `true` or `false`, found a whole number."),
                ("nmae", "The key `nmae` is not known here."),
            ]
        );
        assert_eq!(found[3].help.as_deref(), Some("Did you mean `name`?"));
    }

    #[test]
    fn a_value_out_of_range_names_the_bound() {
        let found = problems_of("n = 0", |t| {
            t.or_in("n", &[], &5_u32, 1..=9);
        });
        assert_eq!(found[0].message, "`0` is too small for `n`.");
        assert!(found[0].help.as_ref().unwrap().contains("from `1` to `9`"));
    }
}
