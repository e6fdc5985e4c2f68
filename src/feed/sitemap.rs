//! Sitemaps with the news extension: one `url` to one entry.

use super::names::Ns;
use super::tree::{Id, Tree};
use super::value::{Form, Values};
use crate::model::{Category, ParsedEntry};

/// Reads a `url` element; `None` when it has no address.
pub(super) fn read(tree: &Tree<'_>, id: Id, values: Values) -> Option<ParsedEntry> {
    let mut entry = ParsedEntry::default();
    for (child, element) in tree.children(id) {
        match (element.ns, &*element.name) {
            (Ns::Core, "loc") => entry.link = values.address(tree, child),
            (Ns::Core, "lastmod") => {
                entry.updated = date(tree, child, values, &mut entry.date_problem);
            }
            (Ns::News, "news") => news(tree, child, values, &mut entry),
            (Ns::Image, "image") => {
                let loc = tree.children(child).find(|(_, e)| e.name == "loc");
                entry.image = entry.image.or_else(|| values.address(tree, loc?.0));
            }
            _ => {}
        }
    }
    entry.id = entry.link.clone()?;
    Some(entry)
}

fn news(tree: &Tree<'_>, id: Id, values: Values, entry: &mut ParsedEntry) {
    for (child, element) in tree.children(id) {
        match &*element.name {
            "title" => {
                entry.title = values.html(tree, child, Form::Guess).unwrap_or_default();
            }
            "publication_date" => {
                entry.published = date(tree, child, values, &mut entry.date_problem);
            }
            "publication" => {
                let language = tree.children(child).find(|(_, e)| e.name == "language");
                entry.language = language.and_then(|(l, _)| values.text(tree, l));
            }
            "keywords" | "genres" => {
                let words = values.line(tree, child).unwrap_or_default();
                let words = words.split([',', '،']).map(str::trim).filter(|w| !w.is_empty());
                entry.categories.extend(words.take(64).map(|term| Category {
                    term: term.to_owned(),
                    scheme: None,
                    label: None,
                }));
            }
            _ => {}
        }
    }
}

fn date(
    tree: &Tree<'_>,
    id: Id,
    values: Values,
    problem: &mut Option<String>,
) -> Option<crate::model::Time> {
    match values.date(&values.text(tree, id)?) {
        Ok(time) => {
            *problem = values.oddity(time).or(problem.take());
            Some(time)
        }
        Err(sentence) => {
            problem.get_or_insert(sentence);
            None
        }
    }
}
