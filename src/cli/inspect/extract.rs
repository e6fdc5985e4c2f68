//! `rasad inspect extract`: HTML to article.

use anyhow::Result;
use serde::Serialize;
use url::Url;

use super::FileArgs;
use super::input::{self, FileInput};
use super::run::{Failure, parallel};
use crate::article::{self, Page};

/// What is printed for each page.
#[derive(Debug, Serialize)]
struct Answer {
    id: String,
    url: Option<String>,
    title: Option<String>,
    author: Option<String>,
    date: Option<String>,
    lang: Option<String>,
    text: String,
    html: String,
    image: Option<String>,
    canonical_url: Option<String>,
    method: &'static str,
}

/// Reads each file as an article page and prints the article.
pub fn run(args: FileArgs) -> Result<()> {
    let inputs = input::files(&args)?;
    parallel(inputs.into_iter().map(Ok), |input: &FileInput| input.id.clone(), one)
}

fn one(input: FileInput) -> Result<Answer, Failure> {
    let bytes = std::fs::read(&input.path).map_err(|error| {
        Failure::new("unreadable", format!("{} cannot be read: {error}.", input.path.display()))
    })?;
    let url = input.url.as_deref().and_then(|u| Url::parse(u).ok());
    let page = Page {
        bytes: &bytes,
        url: url.as_ref(),
        content_type: input.content_type.as_deref(),
        ..Page::default()
    };
    let extraction = article::extract(&page, None, None)
        .map_err(|error| Failure::new(error.kind(), &error))?;
    let date = extraction.date_as_stated;
    let found = extraction.article;
    Ok(Answer {
        id: input.id,
        url: input.url,
        title: found.title,
        author: found.author,
        date: date.map(|d| d.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        lang: found.lang,
        text: found.text,
        html: found.html,
        image: found.image,
        canonical_url: found.canonical_url,
        method: found.method.as_str(),
    })
}
