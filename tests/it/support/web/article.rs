//! One article file: a head of `key: value` lines, an empty line, paragraphs.
//!
//! ```text
//! title: …                        title: …
//! age: 27h                        age: 25h
//! author: …                       copy of: site/article
//! about: ht | mig | nothing       before: a paragraph put in front
//!                                 says: words → other words
//! first paragraph                 without: the last paragraph
//!
//! second paragraph
//! ```

use std::collections::BTreeMap;
use std::path::Path;

/// What an article is about: a root of the topic tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Human trafficking.
    Trafficking,
    /// Migration.
    Migration,
    /// Something else, though its words may look alike.
    Nothing,
}

/// An article as its site prints it.
#[derive(Debug, Clone)]
pub struct Article {
    /// `site/file`.
    pub name: String,
    /// The article that this is a copy of; itself where it is none.
    pub original: String,
    /// Headline.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Its language: its site's.
    pub lang: String,
    /// How long ago it was published, in hours.
    pub age: i64,
    /// Its subject.
    pub about: About,
    /// Its text.
    pub paragraphs: Vec<String>,
}

impl Article {
    /// The file's name without folder and ending.
    pub fn slug(&self) -> &str {
        self.name.split('/').next_back().unwrap()
    }

    /// Whether a feed of ours shall carry it.
    pub fn is_relevant(&self) -> bool {
        self.about != About::Nothing
    }

    /// Whether it is printed from elsewhere.
    pub fn is_copy(&self) -> bool {
        self.original != self.name
    }

    /// What a feed says of it: the beginning of its text, which never holds the whole.
    pub fn summary(&self) -> String {
        let text = self.paragraphs.join(" ");
        let short: Vec<&str> = text.split(' ').take(22).collect();
        format!("{}…", short.join(" "))
    }
}

/// What a file says, before copies are made of what they copy.
pub struct File {
    name: String,
    lang: String,
    keys: BTreeMap<String, String>,
    paragraphs: Vec<String>,
}

impl File {
    pub fn read(path: &Path, site: &str, lang: &str) -> Self {
        let text = super::read(path);
        let name = format!("{site}/{}", path.file_stem().unwrap().to_string_lossy());
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let pair = |line: &str| {
            let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("{name}: {line}"));
            (key.to_owned(), value.trim().to_owned())
        };
        let keys = head.lines().map(pair).collect();
        let paragraphs = body.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
        let paragraphs = paragraphs.map(str::to_owned).collect();
        Self { name, lang: lang.to_owned(), keys, paragraphs }
    }

    /// The article that the file stands for, where `others` are all files.
    pub fn article(&self, others: &[File]) -> Article {
        let Some(original) = self.keys.get("copy of") else { return self.original() };
        let found = others.iter().find(|file| file.name == *original);
        let original = found.unwrap_or_else(|| panic!("{}: no {original}", self.name)).original();
        Article {
            name: self.name.clone(),
            title: self.key("title").to_owned(),
            age: self.age(),
            paragraphs: self.edited(&original.paragraphs),
            ..original
        }
    }

    fn original(&self) -> Article {
        let about = match self.key("about") {
            "ht" => About::Trafficking,
            "mig" => About::Migration,
            "nothing" => About::Nothing,
            other => panic!("{}: about {other}?", self.name),
        };
        assert!(self.paragraphs.len() > 3, "{} is too short for an article", self.name);
        Article {
            name: self.name.clone(),
            original: self.name.clone(),
            title: self.key("title").to_owned(),
            author: self.key("author").to_owned(),
            lang: self.lang.clone(),
            age: self.age(),
            about,
            paragraphs: self.paragraphs.clone(),
        }
    }

    fn edited(&self, original: &[String]) -> Vec<String> {
        let mut paragraphs = original.to_vec();
        if let Some(change) = self.keys.get("says") {
            let (from, to) = change.split_once(" → ").unwrap();
            assert!(original.join("\n").contains(from), "{}: nothing says {from}", self.name);
            paragraphs.iter_mut().for_each(|p| *p = p.replace(from, to));
        }
        if self.keys.get("without").is_some_and(|what| what == "the last paragraph") {
            paragraphs.pop();
        }
        paragraphs.splice(0..0, self.keys.get("before").cloned());
        paragraphs
    }

    fn age(&self) -> i64 {
        let hours = self.key("age").strip_suffix('h').and_then(|hours| hours.parse().ok());
        hours.unwrap_or_else(|| panic!("{}: an age is a number of hours", self.name))
    }

    fn key(&self, key: &str) -> &str {
        self.keys.get(key).unwrap_or_else(|| panic!("{}: no {key}", self.name))
    }
}
