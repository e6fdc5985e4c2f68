//! One folder: what the site is, its layout and its articles.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::article::{Article, File};
use super::feed::Form;

/// `site.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    name: String,
    lang: String,
    country: String,
    kind: String,
    feed: Form,
    #[serde(default = "utf8")]
    charset: String,
    #[serde(default)]
    carries: Carries,
    #[serde(default)]
    paragraphs: Paragraphs,
    #[serde(default = "plain_path")]
    path: String,
}

/// What a feed carries of its articles.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carries {
    #[default]
    Summaries,
    Articles,
}

/// How a page breaks its text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paragraphs {
    #[default]
    P,
    Br,
}

fn utf8() -> String {
    "utf-8".into()
}

fn plain_path() -> String {
    "/news/{slug}".into()
}

/// A site.
#[derive(Debug)]
pub struct Site {
    pub id: String,
    pub name: String,
    pub lang: String,
    pub country: String,
    pub kind: String,
    pub form: Form,
    pub charset: String,
    pub carries: Carries,
    pub path: String,
    paragraphs: Paragraphs,
    layout: String,
    pub articles: Vec<Article>,
}

impl Site {
    /// Every folder of `folder`, by name.
    pub fn read_all(folder: &Path) -> Vec<Self> {
        let mut read: Vec<(Self, Vec<File>)> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .map(|path| Self::read(&path))
            .collect();
        read.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let (mut sites, files): (Vec<Self>, Vec<Vec<File>>) = read.into_iter().unzip();
        let counts: Vec<usize> = files.iter().map(Vec::len).collect();
        let all: Vec<File> = files.into_iter().flatten().collect();
        let mut articles =
            all.iter().map(|file| file.article(&all)).collect::<Vec<_>>().into_iter();
        for (site, count) in sites.iter_mut().zip(counts) {
            site.articles = articles.by_ref().take(count).collect();
        }
        sites
    }

    fn read(folder: &Path) -> (Self, Vec<File>) {
        let id = folder.file_name().unwrap().to_string_lossy().into_owned();
        let facts: Facts = toml::from_str(&super::read(&folder.join("site.toml")))
            .unwrap_or_else(|error| panic!("{id}/site.toml: {error}"));
        let mut paths: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
        paths.sort();
        let files = paths.iter().map(|path| File::read(path, &id, &facts.lang)).collect();
        let site = Self {
            name: facts.name,
            lang: facts.lang,
            country: facts.country,
            kind: facts.kind,
            form: facts.feed,
            charset: facts.charset,
            carries: facts.carries,
            path: facts.path,
            paragraphs: facts.paragraphs,
            layout: super::read(&folder.join("page.html")),
            articles: Vec::new(),
            id,
        };
        (site, files)
    }

    /// The text as HTML.
    pub fn body(&self, article: &Article) -> String {
        let escaped = article.paragraphs.iter().map(|paragraph| escape(paragraph));
        match self.paragraphs {
            Paragraphs::P => escaped.map(|paragraph| format!("<p>{paragraph}</p>\n")).collect(),
            Paragraphs::Br => escaped.collect::<Vec<_>>().join("<br><br>\n"),
        }
    }

    /// The page of an article. `others` are the links to further articles: address and title.
    pub fn page(
        &self,
        article: &Article,
        url: &str,
        date: &str,
        others: &[(String, String)],
    ) -> String {
        let link = |(url, title): &(String, String)| {
            format!("<li><a href=\"{}\">{}</a></li>", escape(url), escape(title))
        };
        let related: String = others.iter().map(link).collect();
        let values = [
            ("title", escape(&article.title)),
            ("name", escape(&self.name)),
            ("author", escape(&article.author)),
            ("summary", escape(&article.summary())),
            ("url", escape(url)),
            ("date", date.to_owned()),
            ("day", date[..10].to_owned()),
            ("related", related),
            ("body", self.body(article)),
        ];
        values.iter().fold(self.layout.clone(), |page, (name, value)| {
            page.replace(&format!("{{{{{name}}}}}"), value)
        })
    }
}

/// A text inside HTML or XML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
