//! Labelled texts: JSON Lines, each checked, a bad one named by its line and left out.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

/// A text with what is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Its name.
    pub id: String,
    /// Its declared language.
    pub lang: Option<String>,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Its address.
    pub url: Option<String>,
    /// Whether it is relevant.
    pub relevant: bool,
    /// The leaves that it is about; none where nobody said.
    pub topics: Option<Vec<String>>,
    /// An irrelevant text that looks relevant, and by what.
    pub hard: Option<String>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    /// The good lines.
    pub texts: Vec<Labelled>,
    /// The bad ones, as `12: what is wrong`.
    pub mistakes: Vec<String>,
    /// Topics that labels name and the rules do not have, with how often.
    pub strangers: BTreeMap<String, usize>,
}

/// A line as it is written. Other keys are left alone.
#[derive(Deserialize)]
struct Line {
    id: Value,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    relevant: Option<bool>,
    #[serde(default)]
    topics: Option<Vec<String>>,
    #[serde(default)]
    hard: Option<Value>,
}

/// Reads a file whose labels should name topics of `known`.
pub fn read(file: impl BufRead, known: &[&str]) -> Read {
    let mut read = Read::default();
    for (n, line) in file.split(b'\n').enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                read.mistakes.push(format!("{}: The file breaks off here: {error}.", n + 1));
                break;
            }
        };
        let line = line.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&line);
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match one(line) {
            Ok(text) => read.texts.push(text),
            Err(mistake) => read.mistakes.push(format!("{}: {mistake}", n + 1)),
        }
    }
    for text in &mut read.texts {
        for topic in text.topics.iter().flatten().filter(|t| !known.contains(&t.as_str())) {
            *read.strangers.entry(topic.clone()).or_default() += 1;
        }
    }
    read
}

fn one(line: &[u8]) -> Result<Labelled, String> {
    let line: Line = serde_json::from_slice(line).map_err(|error| {
        format!("This is not a JSON object of the form of a labelled text: {error}.")
    })?;
    let relevant = match (line.relevant, &line.topics) {
        (Some(false), Some(topics)) if !topics.is_empty() => {
            return Err("The text is labelled irrelevant and yet has topics. Correct one.".into());
        }
        (Some(relevant), _) => relevant,
        (None, Some(topics)) => !topics.is_empty(),
        (None, None) => {
            return Err(
                "There is no label: give \"relevant\" (true or false), or \"topics\" (a list of ids, empty for an irrelevant text).".into(),
            );
        }
    };
    let (title, text) = (line.title.unwrap_or_default(), line.text.unwrap_or_default());
    if title.trim().is_empty() && text.trim().is_empty() {
        return Err("There is neither a title nor a text to judge.".into());
    }
    let hard = match line.hard {
        None | Some(Value::Null | Value::Bool(false)) => None,
        Some(Value::String(kind)) => Some(kind),
        Some(_) => Some("hard".to_owned()),
    };
    let id = line.id.as_str().map_or_else(|| line.id.to_string(), str::to_owned);
    let Line { lang, url, topics, .. } = line;
    Ok(Labelled { id, lang, title, text, url, relevant, topics, hard })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named_and_the_rest_goes_on() {
        let file = concat!(
            "\u{FEFF}{\"id\":\"a\",\"title\":\"t\",\"relevant\":true,\"topics\":[\"mig.sea\",\"mig.moon\"]}\n",
            "\n",
            "not json\n",
            "{\"id\":\"b\",\"title\":\"t\"}\n",
            "{\"id\":\"c\",\"title\":\"t\",\"relevant\":false,\"topics\":[\"mig.sea\"]}\n",
            "{\"id\":7,\"text\":\"t\",\"topics\":[],\"hard\":\"birds\",\"extra\":1}\n",
            "{\"id\":\"d\",\"relevant\":true}\n",
            "{\"id\":\"e\",\"title\":3,\"relevant\":true}",
        );
        let read = read(file.as_bytes(), &["mig.sea"]);
        let numbers: Vec<&str> =
            read.mistakes.iter().filter_map(|m| m.split_once(':')).map(|(n, _)| n).collect();
        assert_eq!(numbers, ["3", "4", "5", "7", "8"], "{:?}", read.mistakes);
        assert!(read.mistakes.iter().all(|mistake| mistake.ends_with('.')));
        let ids: Vec<&str> = read.texts.iter().map(|text| text.id.as_str()).collect();
        assert_eq!(ids, ["a", "7"]);
        assert!(read.texts[0].relevant && !read.texts[1].relevant);
        assert_eq!(read.texts[1].hard.as_deref(), Some("birds"));
        assert_eq!(read.strangers, BTreeMap::from([("mig.moon".to_owned(), 1)]));
    }
}
