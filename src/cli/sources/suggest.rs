//! A CSS selector for the body of a site's pages, where the extraction finds little.
//!
//! The element that directly holds the most running text is likely to be the body. Its id or
//! classes become a selector, which counts only where it chooses that one element of the page.

use scraper::node::Node;
use scraper::{ElementRef, Html, Selector};

use crate::html;

/// Nesting and attributes beyond this are cut before parsing, as for the extraction.
const MAX_DEPTH: usize = 200;
const MAX_ATTRIBUTES: usize = 60;
/// Less text than this is no body.
const LEAST_CHARS: usize = 250;
/// Elements that are parts of a paragraph or paragraphs themselves: their text is their parent's.
const INSIDE: [&str; 22] = [
    "p",
    "a",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "span",
    "br",
    "font",
    "small",
    "sub",
    "sup",
    "mark",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "blockquote",
    "cite",
];
/// Elements whose text nobody reads.
const HIDDEN: [&str; 9] =
    ["script", "style", "noscript", "template", "nav", "footer", "form", "button", "select"];

/// The selector of the element with the most running text, where one can be written.
pub(super) fn body_selector(page: &str) -> Option<String> {
    let doc = Html::parse_document(&html::cap(page, MAX_DEPTH, MAX_ATTRIBUTES));
    let (densest, chars) = densest(&doc)?;
    (chars >= LEAST_CHARS).then_some(())?;
    selectors(densest).into_iter().find(|css| chooses(css, &doc, densest))
}

/// The element that holds the most text, and how much: one pass over the text nodes.
fn densest(doc: &Html) -> Option<(ElementRef<'_>, usize)> {
    let mut chars = std::collections::HashMap::new();
    for node in doc.tree.nodes() {
        let Node::Text(text) = node.value() else { continue };
        let length = text.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>();
        if length == 0 {
            continue;
        }
        let mut holder = None;
        let mut linked = false;
        for element in node.ancestors().filter_map(ElementRef::wrap) {
            let name = element.value().name();
            linked |= name == "a";
            if HIDDEN.contains(&name) {
                holder = None;
                break;
            }
            if holder.is_none() && !INSIDE.contains(&name) {
                holder = Some(element);
            }
        }
        if let Some(holder) = holder.filter(|_| !linked) {
            chars.entry(holder.id()).or_insert((holder, 0)).1 += length;
        }
    }
    chars.into_values().max_by_key(|(element, length)| (*length, std::cmp::Reverse(element.id())))
}

/// Ways to name an element, the shortest that is likely to last first.
fn selectors(element: ElementRef<'_>) -> Vec<String> {
    let own = names(element);
    let name = element.value().name().to_owned();
    let mut found: Vec<String> = own.clone();
    let own = if own.is_empty() { vec![name] } else { own };
    for above in element.ancestors().filter_map(ElementRef::wrap).take(3) {
        for outer in names(above) {
            found.extend(own.iter().map(|inner| format!("{outer} {inner}")));
        }
    }
    if own.len() == 1 && matches!(own[0].as_str(), "article" | "main") {
        found.push(own[0].clone());
    }
    found
}

/// `#id` and `tag.class` where they look written by people: no digits, which belong to one page.
fn names(element: ElementRef<'_>) -> Vec<String> {
    let value = element.value();
    let plain = |name: &&str| {
        !name.is_empty()
            && name.len() <= 40
            && name.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let id = value.id().into_iter().filter(plain).map(|id| format!("#{id}"));
    let classes = value.classes().filter(plain).take(4);
    let classes = classes.map(|class| format!("{}.{class}", value.name()));
    id.chain(classes).collect()
}

fn chooses(css: &str, doc: &Html, wanted: ElementRef<'_>) -> bool {
    let Ok(selector) = Selector::parse(css) else { return false };
    let mut chosen = doc.select(&selector);
    chosen.next().is_some_and(|first| first.id() == wanted.id()) && chosen.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> String {
        format!(
            "<html><body><nav class=menu>{}</nav>{body}<footer>{0}</footer></body></html>",
            "قائمة ".repeat(200)
        )
    }

    #[test]
    fn the_element_with_the_text_is_named() {
        let text = "<p>نص المقال الكامل كما يقرؤه الناس في <a href=/x>الصفحة</a>.</p>".repeat(12);
        for (body, expected) in [
            (
                format!("<div class='post x9 story-text'>{text}</div><div class=post>x</div>"),
                "div.story-text",
            ),
            (format!("<div id=content>{text}</div>"), "#content"),
            (format!("<section class=story><div>{text}</div></section>"), "section.story div"),
            (format!("<article>{text}</article>"), "article"),
        ] {
            assert_eq!(body_selector(&page(&body)).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn a_page_without_a_body_gets_no_advice() {
        let links = "<a href=/x>عنوان خبر آخر في القائمة</a> ".repeat(100);
        for body in
            ["", "<div class=a><p>short</p></div>", &format!("<div class=list>{links}</div>")]
        {
            assert_eq!(body_selector(&page(body)), None, "{body}");
        }
        assert_eq!(body_selector(&"<div>".repeat(50_000)), None);
    }

    #[test]
    fn names_of_one_page_only_are_not_used() {
        let text = "<p>words of an article that goes on for a while, sentence after sentence</p>"
            .repeat(9);
        assert_eq!(body_selector(&page(&format!("<div id=post-1234>{text}</div>"))), None);
    }
}
