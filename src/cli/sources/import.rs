//! `rasad sources import FILE.opml`: the feeds of another reader's list. Nothing is fetched.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use url::Url;

use super::known::Known;
use super::{Failed, show};
use crate::app;
use crate::config::{self, NewSource};
use crate::feed::{Outline, read_opml};
use crate::html;
use crate::model::SourceFormat;
use crate::publish;
use crate::text::language;

/// Largest list that is read.
const MAX_FILE_SIZE: u64 = 16 << 20;
/// Longest cells and names, in characters.
const CELL_CHARS: usize = 60;
const NAME_CHARS: usize = 100;

/// What becomes of one feed of the list.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Added(NewSource),
    Watched(String),
    Refused(String),
}

/// Adds what is not yet watched, and shows what became of each feed of the list.
pub(super) fn run(dir: &Path, file: &Path) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let outlines = read_opml(&read(file)?);
    if outlines.is_empty() {
        return Err(anyhow!(
            "{} names no feeds: it is not an OPML list, or an empty one.",
            file.display()
        )
        .into());
    }
    let mut known = Known::of(&config.sources);
    let fates: Vec<Fate> = outlines.iter().map(|outline| fate(outline, &mut known)).collect();
    let added: Vec<NewSource> = fates
        .iter()
        .filter_map(|fate| match fate {
            Fate::Added(source) => Some(source.clone()),
            _ => None,
        })
        .collect();
    let mut whereto = None;
    if !added.is_empty() {
        whereto = Some(config::add_sources(dir, std::env::vars(), &added)?);
    }
    println!("{}", table(&outlines, &fates));
    if let Some(written) = &whereto {
        if written.from_built_in {
            println!(
                "There was no {}: the built-in list was written there.",
                written.path.display()
            );
        }
        println!("Added {} to {}.", feeds(added.len()), written.path.display());
    }
    let watched = fates.iter().filter(|fate| matches!(fate, Fate::Watched(_))).count();
    let refused = fates.iter().filter(|fate| matches!(fate, Fate::Refused(_))).count();
    println!("{} already watched, {refused} not usable.", feeds(watched));
    Ok(())
}

fn feeds(number: usize) -> String {
    show::count(show::number(number), "feed")
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let named = || format!("{} cannot be read", file.display());
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(named)?;
    opened.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).with_context(named)?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(anyhow!("{} is larger than 16 MiB.", file.display()));
    }
    Ok(bytes)
}

/// Decides about one feed; what is to be added is known from then on.
fn fate(outline: &Outline, known: &mut Known) -> Fate {
    let Some(url) = web_address(&outline.xml_url) else {
        return Fate::Refused("This is not a web address.".into());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Fate::Refused("An address with a user name or password is refused.".into());
    }
    if let Some(owner) = known.owner(url.as_str()) {
        return Fate::Watched(owner.to_owned());
    }
    let lang = outline.language.as_deref().and_then(language::primary);
    let site = outline.html_url.as_deref().and_then(web_address).unwrap_or_else(|| url.clone());
    let title = outline.title.as_deref().map(publish::line).filter(|title| !title.is_empty());
    let name = title.or_else(|| site.host_str().map(str::to_owned)).unwrap_or_default();
    let source = NewSource {
        id: known.new_id(&site, lang.as_deref()),
        name: show::line(&name, NAME_CHARS),
        url: url.into(),
        lang,
        format: SourceFormat::Feed,
    };
    known.add(&source.id, &source.url);
    Fate::Added(source)
}

/// An address as readers write it in their lists: `feed://host/…` and `feed:https://…` too.
fn web_address(written: &str) -> Option<Url> {
    let rest = written.trim();
    let http = match rest.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
        Some(rest) => rest.to_owned(),
        None => rest.to_owned(),
    };
    html::resolve_web(&http, None)
}

fn table(outlines: &[Outline], fates: &[Fate]) -> String {
    let mut table = show::table(["feed", "address", "id", "remark"]);
    for (outline, fate) in outlines.iter().zip(fates) {
        let (id, remark) = match fate {
            Fate::Added(source) => (source.id.clone(), "Added.".to_owned()),
            Fate::Watched(owner) => (owner.clone(), "Already watched.".to_owned()),
            Fate::Refused(why) => (String::new(), why.clone()),
        };
        let title = show::line(outline.title.as_deref().unwrap_or("–"), CELL_CHARS);
        table.add_row([title, show::line(&outline.xml_url, 2 * CELL_CHARS), id, remark]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(url: &str) -> Outline {
        Outline {
            xml_url: url.into(),
            title: Some(" صحيفة\nالمثال ".into()),
            html_url: None,
            language: Some("ar-MA".into()),
            folders: vec!["هجرة".into()],
        }
    }

    #[test]
    fn each_feed_is_added_once() {
        let mut known = Known::default();
        let Fate::Added(first) = fate(&outline("feed://www.a.example/f"), &mut known) else {
            panic!("not added")
        };
        assert_eq!((first.id.as_str(), first.url.as_str()), ("a-ar", "http://www.a.example/f"));
        assert_eq!((first.name.as_str(), first.lang.as_deref()), ("صحيفة المثال", Some("ar")));
        let again = fate(&outline("https://a.example/f/"), &mut known);
        assert_eq!(again, Fate::Watched("a-ar".into()));
        let Fate::Added(other) = fate(&outline("https://a.example/g"), &mut known) else {
            panic!("not added")
        };
        assert_eq!(other.id, "a-ar-2");
    }

    #[test]
    fn what_is_no_address_is_refused_in_a_sentence() {
        for wrong in ["", "javascript:alert(1)", "file:///etc/passwd", "http://u:p@a.example/f"] {
            let Fate::Refused(why) = fate(&outline(wrong), &mut Known::default()) else {
                panic!("{wrong}")
            };
            assert!(why.ends_with('.'));
        }
    }
}
