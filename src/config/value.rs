//! Values of a TOML document: what is allowed, how it is read, how it is written.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::json;
use toml::Spanned;
use toml::de::DeValue;

use super::codes;
use crate::model::Problem;

/// A value with its place in the text.
pub type Node<'i> = Spanned<DeValue<'i>>;

/// A type that can stand in a config file.
pub trait Value: Sized + Clone {
    /// What is allowed, as a phrase: "a duration such as `5m`".
    fn allowed() -> String;
    /// The JSON Schema of it.
    fn schema() -> serde_json::Value;
    /// Reads it; reports what is wrong and returns nothing then.
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self>;
    /// Writes it as TOML.
    fn to_toml(&self) -> String;
    /// The JSON Schema of it within a range.
    fn schema_in(_range: &RangeInclusive<Self>) -> serde_json::Value {
        Self::schema()
    }
}

/// What a TOML value is, for people.
pub fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(super) fn expected<T: Value>(node: &Node<'_>) -> Problem {
    let found = kind_of(node.get_ref());
    Problem::new(node.span(), format!("Expected {}, found {found}.", T::allowed()))
}

pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Value for bool {
    fn allowed() -> String {
        "`true` or `false`".into()
    }
    fn schema() -> serde_json::Value {
        json!({ "type": "boolean" })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let value = node.get_ref().as_bool();
        if value.is_none() {
            problems.push(expected::<Self>(node));
        }
        value
    }
    fn to_toml(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    fn allowed() -> String {
        "a string".into()
    }
    fn schema() -> serde_json::Value {
        json!({ "type": "string" })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let value = node.get_ref().as_str().map(ToOwned::to_owned);
        if value.is_none() {
            problems.push(expected::<Self>(node));
        }
        value
    }
    fn to_toml(&self) -> String {
        quoted(self)
    }
}

macro_rules! whole_numbers {
    ($($int:ty),+) => { $(
        impl Value for $int {
            fn allowed() -> String {
                "a whole number".into()
            }
            fn schema() -> serde_json::Value {
                json!({ "type": "integer", "minimum": 0 })
            }
            fn schema_in(range: &RangeInclusive<Self>) -> serde_json::Value {
                json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() })
            }
            fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
                let Some(number) = node.get_ref().as_integer() else {
                    problems.push(expected::<Self>(node));
                    return None;
                };
                let value = Self::from_str_radix(number.as_str(), number.radix());
                if value.is_err() {
                    let message = format!("{number} is not a number that fits here.");
                    let help = format!("Write a whole number from 0 to {}.", Self::MAX);
                    problems.push(Problem::new(node.span(), message).help(help));
                }
                value.ok()
            }
            fn to_toml(&self) -> String {
                self.to_string()
            }
        }
    )+ };
}
whole_numbers!(u16, u32, u64, usize);

impl Value for f64 {
    fn allowed() -> String {
        "a number".into()
    }
    fn schema() -> serde_json::Value {
        json!({ "type": "number" })
    }
    fn schema_in(range: &RangeInclusive<Self>) -> serde_json::Value {
        json!({ "type": "number", "minimum": range.start(), "maximum": range.end() })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let written = match node.get_ref() {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            _ => "",
        };
        let value = written.parse::<f64>().ok().filter(|number| number.is_finite());
        if value.is_none() {
            problems.push(expected::<Self>(node));
        }
        value
    }
    fn to_toml(&self) -> String {
        format!("{self:?}")
    }
}

impl<T: Value> Value for Vec<T> {
    fn allowed() -> String {
        format!("a list, each item {}", T::allowed())
    }
    fn schema() -> serde_json::Value {
        json!({ "type": "array", "items": T::schema() })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(items) = node.get_ref().as_array() else {
            problems.push(expected::<Self>(node).help("Put it into brackets: `[…]`."));
            return None;
        };
        // Every item is read, so that every mistake is reported.
        let values: Vec<_> = items.iter().map(|item| T::read(item, problems)).collect();
        values.into_iter().collect()
    }
    fn to_toml(&self) -> String {
        format!("[{}]", self.iter().map(T::to_toml).collect::<Vec<_>>().join(", "))
    }
}

/// A setting that may be empty: an empty string means "none".
impl<T: Value> Value for Option<T> {
    fn allowed() -> String {
        format!("{}, or an empty string for none", T::allowed())
    }
    fn schema() -> serde_json::Value {
        json!({ "anyOf": [{ "const": "" }, T::schema()] })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.get_ref().as_str() {
            Some("") => Some(None),
            _ => T::read(node, problems).map(Some),
        }
    }
    fn to_toml(&self) -> String {
        self.as_ref().map_or_else(|| quoted(""), T::to_toml)
    }
}

/// A value that remembers where it stood.
impl<T: Value> Value for Spanned<T> {
    fn allowed() -> String {
        T::allowed()
    }
    fn schema() -> serde_json::Value {
        T::schema()
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        Some(Self::new(node.span(), T::read(node, problems)?))
    }
    fn to_toml(&self) -> String {
        self.get_ref().to_toml()
    }
}

/// One text for each language, by language code.
pub type Labels = BTreeMap<String, String>;

impl Value for Labels {
    fn allowed() -> String {
        "a text for each language, such as `{ ar = \"…\", en = \"…\" }`".into()
    }
    fn schema() -> serde_json::Value {
        json!({
            "type": "object",
            "propertyNames": codes::language_schema(),
            "additionalProperties": { "type": "string" },
        })
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            problems.push(expected::<Self>(node));
            return None;
        };
        let before = problems.len();
        let mut labels = Self::new();
        for (lang, text) in table {
            if let Err(fault) = codes::check_language(lang.get_ref()) {
                problems.push(fault.at(lang.span()));
            }
            let text = String::read(text, problems).unwrap_or_default();
            labels.insert(lang.get_ref().to_string(), text);
        }
        (problems.len() == before).then_some(labels)
    }
    fn to_toml(&self) -> String {
        let items: Vec<_> = self.iter().map(|(k, v)| format!("{k} = {}", quoted(v))).collect();
        format!("{{ {} }}", items.join(", "))
    }
}
