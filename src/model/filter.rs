//! Which published entries a feed, a page or a search shows.

use super::{SourceKind, Time};
use serde::{Deserialize, Serialize};

/// Different criteria must all hold; within one, any value will do; an empty one asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// Topic ids; a root stands for all its leaves.
    pub topics: Vec<String>,
    /// Languages of the lead, BCP 47 primary subtags.
    pub langs: Vec<String>,
    /// Countries of the publisher or of the text, ISO 3166-1.
    pub countries: Vec<String>,
    /// Sources of any copy.
    pub sources: Vec<String>,
    /// Kinds of the lead's source.
    pub kinds: Vec<SourceKind>,
    /// Searches, one of which title or text must satisfy: all its words, in any spelling, in any
    /// order; side by side where they stand between double quotes.
    pub words: Vec<String>,
    /// The least score.
    pub min_score: Option<f64>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A place in the order of entries: newest first, then the greater group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    /// Date of publication.
    pub published: Time,
    /// Row id of the group.
    pub group: i64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.published.timestamp_millis(), self.group)
    }
}

impl std::str::FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = "a cursor is two whole numbers joined by a hyphen";
        let (millis, group) = text.rsplit_once('-').ok_or(shape)?;
        let published =
            Time::from_timestamp_millis(millis.parse().map_err(|_| shape)?).ok_or(shape)?;
        Ok(Self { published, group: group.parse().map_err(|_| shape)? })
    }
}

/// How many entries share each value of a criterion, the most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By topic id.
    pub topics: Vec<(String, u64)>,
    /// By language of the lead.
    pub langs: Vec<(String, u64)>,
    /// By country.
    pub countries: Vec<(String, u64)>,
    /// By source of the lead.
    pub sources: Vec<(String, u64)>,
}

/// How many entries fell on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// Days since the epoch, UTC.
    pub day: i64,
    /// What is counted: a topic id, a source id.
    pub of: String,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor { published: "2026-02-03T10:05:00.123Z".parse().unwrap(), group: 42 };
        assert_eq!(cursor.to_string(), "1770113100123-42");
        assert_eq!("1770113100123-42".parse(), Ok(cursor));
        for bad in ["", "1", "x-1", "1-x", "99999999999999999999-1", "9223372036854775807-1"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
