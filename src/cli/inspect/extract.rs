//! `rasad inspect extract`: HTML to article.

use std::collections::HashMap;
use std::panic::catch_unwind;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use url::Url;

use super::FileArgs;
use super::input::{self, FileInput, Line};
use super::run::{Failure, parallel};
use crate::article::{self, ArticleError, Extraction, Page, SiteTemplate};

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
    /// What stands before the article, if anything does.
    wall: Option<&'static str>,
}

/// Pages of one host from which on its template is learnt within the call.
const SEVERAL: usize = 3;

/// Reads each file as an article page and prints the article. Several pages of one host teach
/// its template first, as a source's pages do in the store.
pub fn run(args: FileArgs) -> Result<()> {
    let inputs = input::files(&args)?;
    let templates = templates(&inputs);
    let id = |input: &FileInput| input.id.clone();
    parallel(inputs.into_iter().map(Ok), id, |input| one(input, &templates))
}

/// Templates by host, of hosts with several pages.
fn templates(inputs: &[Line<FileInput>]) -> HashMap<String, SiteTemplate> {
    let mut hosts: HashMap<String, Vec<&FileInput>> = HashMap::new();
    for input in inputs.iter().flatten() {
        if let Some(host) = host(input) {
            hosts.entry(host).or_default().push(input);
        }
    }
    hosts.retain(|_, pages| pages.len() >= SEVERAL);
    hosts.into_par_iter().map(|(host, pages)| (host, learn(&pages))).collect()
}

fn host(input: &FileInput) -> Option<String> {
    Url::parse(input.url.as_deref()?).ok()?.host_str().map(str::to_owned)
}

fn learn(pages: &[&FileInput]) -> SiteTemplate {
    let mut template = SiteTemplate::default();
    for input in pages {
        let Ok(bytes) = std::fs::read(&input.path) else { continue };
        // A page that breaks the stage is reported when its own turn comes.
        let found = catch_unwind(|| extract(input, &bytes, None));
        if let Ok(Ok(found)) = found {
            template.learn(&found.blocks, None);
        }
    }
    template
}

fn extract(
    input: &FileInput,
    bytes: &[u8],
    template: Option<&SiteTemplate>,
) -> Result<Extraction, ArticleError> {
    let url = input.url.as_deref().and_then(|u| Url::parse(u).ok());
    let page = Page {
        bytes,
        url: url.as_ref(),
        content_type: input.content_type.as_deref(),
        ..Page::default()
    };
    article::extract(&page, None, template)
}

fn one(input: FileInput, templates: &HashMap<String, SiteTemplate>) -> Result<Answer, Failure> {
    let bytes = std::fs::read(&input.path).map_err(|error| {
        Failure::new("unreadable", format!("{} cannot be read: {error}.", input.path.display()))
    })?;
    let template = host(&input).and_then(|host| templates.get(&host));
    let extraction =
        extract(&input, &bytes, template).map_err(|error| Failure::new(error.kind(), &error))?;
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
        wall: found.wall.map(|wall| wall.as_str()),
    })
}
