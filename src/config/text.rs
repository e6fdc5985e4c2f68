//! Values that are written as a string and checked: words, durations, sizes, addresses.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::advice::{advise, one_of};
use super::value::{Node, Value, expected, quoted};
use crate::model::{ContentPolicy, Problem, ScrapePolicy, SourceFormat, SourceKind, SourceMode};

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, a whole sentence.
    pub message: String,
    /// What is allowed, a whole sentence.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without advice.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The fault at its place.
    pub fn at(self, span: std::ops::Range<usize>) -> Problem {
        Problem { span, message: self.message, help: self.help }
    }
}

/// A value that is written as a string and checked.
pub trait Text: Sized + Clone {
    /// What is allowed, as a phrase.
    fn what() -> String;
    /// Reads it.
    fn parse(text: &str) -> Result<Self, Fault>;
    /// Writes it.
    fn text(&self) -> String;
    /// The JSON Schema of it.
    fn text_schema() -> serde_json::Value {
        json!({ "type": "string" })
    }
}

impl<T: Text> Value for T {
    fn allowed() -> String {
        T::what()
    }
    fn schema() -> serde_json::Value {
        T::text_schema()
    }
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.get_ref().as_str() else {
            problems.push(expected::<Self>(node));
            return None;
        };
        T::parse(text)
            .map_err(|fault| {
                let help = fault.help.clone().unwrap_or_else(|| format!("Write {}.", T::what()));
                problems.push(fault.help(help).at(node.span()));
            })
            .ok()
    }
    fn to_toml(&self) -> String {
        quoted(&self.text())
    }
}

macro_rules! words {
    ($($word:ty),+ $(,)?) => { $(
        impl Text for $word {
            fn what() -> String {
                format!("one of {}", one_of(Self::WORDS))
            }
            fn parse(text: &str) -> Result<Self, Fault> {
                <$word>::parse(text).ok_or_else(|| {
                    Fault::new(format!("`{text}` is not one of the words allowed here."))
                        .help(format!("{} Allowed: {}.", advise(text, Self::WORDS), one_of(Self::WORDS)))
                })
            }
            fn text(&self) -> String {
                self.as_str().to_owned()
            }
            fn text_schema() -> serde_json::Value {
                json!({ "type": "string", "enum": Self::WORDS })
            }
        }
    )+ };
}
words!(SourceKind, SourceFormat, SourceMode, ContentPolicy, ScrapePolicy, super::LogFormat);

impl Text for Duration {
    fn what() -> String {
        "a duration such as `30s`, `5m`, `1h 30m` or `7d`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        humantime::parse_duration(text.trim())
            .map_err(|_| Fault::new(format!("`{text}` is not a duration.")))
    }
    fn text(&self) -> String {
        const UNITS: [(u128, &str); 4] =
            [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        let millis = self.as_millis();
        if millis == 0 {
            return "0s".into();
        }
        let unit = UNITS.into_iter().find(|(size, _)| millis.is_multiple_of(*size));
        unit.map_or_else(
            || format!("{millis}ms"),
            |(size, name)| format!("{}{name}", millis / size),
        )
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    const UNITS: [(&str, u64); 7] = [
        ("GiB", 1 << 30),
        ("GB", 1_000_000_000),
        ("MiB", 1 << 20),
        ("MB", 1_000_000),
        ("KiB", 1 << 10),
        ("KB", 1_000),
        ("B", 1),
    ];

    /// `number` million bytes.
    pub const fn megabytes(number: u64) -> Self {
        Self(number * 1_000_000)
    }

    /// `number` thousand bytes.
    pub const fn kilobytes(number: u64) -> Self {
        Self(number * 1_000)
    }
}

impl Text for Size {
    fn what() -> String {
        "a size such as `500KB`, `10MB` or `1GiB`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        let trimmed = text.trim();
        let digits = trimmed.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
        let (number, unit) = trimmed.split_at(digits);
        let factor = Self::UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()));
        factor
            .and_then(|(_, factor)| number.parse::<u64>().ok()?.checked_mul(*factor))
            .map(Self)
            .ok_or_else(|| Fault::new(format!("`{text}` is not a size.")))
    }
    fn text(&self) -> String {
        let unit =
            Self::UNITS.into_iter().find(|(_, size)| self.0 > 0 && self.0.is_multiple_of(*size));
        unit.map_or_else(|| "0B".into(), |(name, size)| format!("{}{name}", self.0 / size))
    }
}

impl Text for SocketAddr {
    fn what() -> String {
        "an address and a port, such as `127.0.0.1:8080` or `[::]:8080`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        text.parse().map_err(|_| Fault::new(format!("`{text}` is not an address to listen at.")))
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Text for PathBuf {
    fn what() -> String {
        "the path of a file".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        if text.is_empty() { Err(Fault::new("A path is missing here.")) } else { Ok(text.into()) }
    }
    fn text(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_what_they_write() {
        for text in ["0s", "500ms", "30s", "5m", "90m", "36h", "7d"] {
            assert_eq!(<Duration as Text>::parse(text).unwrap().text(), text);
        }
        assert_eq!(<Duration as Text>::parse("1h 30m").unwrap().as_secs(), 5400);
        for (text, bytes) in [("10MB", 10_000_000), ("64KiB", 65_536), ("1GiB", 1 << 30), ("7B", 7)]
        {
            assert_eq!(Size::parse(text).unwrap(), Size(bytes));
            assert_eq!(Size(bytes).text(), text);
        }
    }

    #[test]
    fn sizes_without_a_unit_or_beyond_the_machine_are_refused() {
        for text in ["10", "MB", "-1MB", "10XB", "1.5MB", "99999999999GiB", "", "٣MB"] {
            assert!(Size::parse(text).is_err(), "{text}");
        }
    }
}
