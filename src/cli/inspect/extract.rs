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

#[cfg(test)]
mod tests {
    use super::*;

    const TOWNS: [&str; 10] =
        ["طنجة", "وهران", "عنابة", "بنزرت", "صفاقس", "جرجيس", "زوارة", "مصراتة", "دمياط", "صيدا"];
    /// It reads like a paragraph of the article, and stands in all of them.
    const APPEAL: &str = "تعتمد هذه الصحيفة على دعم قرائها، وكل مساهمة منكم، مهما كانت صغيرة، تساعد مراسلينا على \
                          مواصلة عملهم في الميدان ونقل أصوات الناس كما هي.";

    fn page(town: &str) -> String {
        let paragraph = |part: &str| {
            format!(
                "<p>قالت السلطات في {town} يوم الثلاثاء إن فرق الإنقاذ انتشلت عشرات المهاجرين من قارب مطاطي، وأضاف \
                 المتحدث باسم ميناء {town} أن البحث عن المفقودين متواصل، {part}.</p>"
            )
        };
        let (first, second, third) =
            (paragraph("وهذا أول الخبر"), paragraph("وهذا أوسطه"), paragraph("وهذا آخره"));
        format!(
            "<html lang=ar dir=rtl><head><meta charset=utf-8><title>إنقاذ مهاجرين قرب {town}</title></head><body>\
             <h1>إنقاذ مهاجرين قرب {town}</h1><div class=content>{first}{second}<p>{APPEAL}</p>{third}</div></body></html>"
        )
    }

    fn inputs(folder: &std::path::Path) -> Vec<FileInput> {
        let input = |(n, town): (usize, &&str)| {
            let path = folder.join(format!("{n}.html"));
            std::fs::write(&path, page(town)).unwrap();
            let url = Some(format!("https://paper.example/news/{n}"));
            FileInput { id: n.to_string(), path, url, content_type: None }
        };
        TOWNS.iter().enumerate().map(input).collect()
    }

    #[test]
    fn pages_of_one_host_teach_each_other_within_a_call() {
        let folder = tempfile::tempdir().unwrap();
        let texts = |templates: &HashMap<String, SiteTemplate>| -> Vec<String> {
            let read = |input| match one(input, templates) {
                Ok(answer) => answer.text,
                Err(_) => panic!("a page that cannot be read"),
            };
            inputs(folder.path()).into_iter().map(read).collect()
        };
        let known = templates(&inputs(folder.path()).into_iter().map(Ok).collect::<Vec<_>>());
        let (alone, together) = (texts(&HashMap::new()), texts(&known));
        let appeals = |texts: &[String]| texts.iter().filter(|t| t.contains(APPEAL)).count();
        assert_eq!((appeals(&alone), appeals(&together)), (10, 0));
        for text in &together {
            assert!(text.contains("أول الخبر") && text.contains("وهذا آخره"), "{text}");
        }
    }
}
