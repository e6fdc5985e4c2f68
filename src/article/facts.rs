//! What a page says about itself: `meta`, `link`, JSON-LD, `title`, `html lang`.

use rustc_hash::FxHashMap;
use scraper::{ElementRef, Html};
use serde_json::Value;

use crate::html::{has_markup, plain_text};

/// Bytes of JSON-LD read in one page.
const MAX_LD: usize = 1_500_000;
/// Objects of JSON-LD looked at.
const MAX_OBJECTS: usize = 2_000;
/// Bytes of one value of `meta` that are kept.
const MAX_VALUE: usize = 4_000;

/// Statements found in the markup, unchecked.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    /// `meta` by lower-cased name, property or itemprop; in document order.
    pub metas: FxHashMap<String, Vec<&'a str>>,
    /// `link` elements: lower-cased rel, href, media.
    pub links: Vec<(String, &'a str, &'a str)>,
    /// JSON-LD objects, outermost first.
    pub ld: Vec<Value>,
    /// Text of the first `title`.
    pub title: Option<String>,
    /// `lang` of the `html` element.
    pub lang: Option<&'a str>,
    /// `base href`.
    pub base: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// Collects the statements of a document.
    pub(crate) fn collect(doc: &'a Html) -> Self {
        let mut facts = Self::default();
        let mut budget = MAX_LD;
        facts.lang = doc.root_element().attr("lang").or(doc.root_element().attr("xml:lang"));
        for node in doc.tree.nodes() {
            let Some(element) = ElementRef::wrap(node) else { continue };
            match element.value().name() {
                "meta" => facts.meta(element),
                "link" => facts.link(element),
                "base" => facts.base = facts.base.or(element.attr("href")),
                "title" if facts.title.is_none() => {
                    let text = element.text().collect::<String>();
                    let text = squeeze(&text);
                    // An icon's title stands inside an `svg`.
                    let icon = element
                        .ancestors()
                        .filter_map(ElementRef::wrap)
                        .any(|e| e.value().name() == "svg");
                    facts.title = (!text.is_empty() && !icon).then_some(text);
                }
                "script" if is_ld(element) => {
                    let text = element.text().collect::<String>();
                    if let Some(left) = budget.checked_sub(text.len()) {
                        budget = left;
                        facts.json_ld(&text);
                    }
                }
                _ => {}
            }
        }
        facts
    }

    fn meta(&mut self, element: ElementRef<'a>) {
        let Some(content) = element.attr("content").map(str::trim).filter(|c| !c.is_empty()) else {
            return;
        };
        if content.len() > MAX_VALUE {
            return;
        }
        for attr in ["property", "name", "itemprop"] {
            if let Some(key) = element.attr(attr) {
                self.metas.entry(key.trim().to_lowercase()).or_default().push(content);
            }
        }
    }

    fn link(&mut self, element: ElementRef<'a>) {
        let (Some(rel), Some(href)) = (element.attr("rel"), element.attr("href")) else { return };
        if self.links.len() < 500 {
            self.links.push((rel.to_lowercase(), href, element.attr("media").unwrap_or_default()));
        }
    }

    fn json_ld(&mut self, text: &str) {
        let Some(value) = parse_json(text) else { return };
        let mut queue = std::collections::VecDeque::from([value]);
        while let Some(value) = queue.pop_front() {
            if self.ld.len() >= MAX_OBJECTS {
                return;
            }
            match value {
                Value::Array(items) => queue.extend(items),
                Value::Object(mut map) => {
                    for key in ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"] {
                        if let Some(inner @ (Value::Array(_) | Value::Object(_))) = map.remove(key)
                        {
                            queue.push_back(inner);
                        }
                    }
                    self.ld.push(Value::Object(map));
                }
                _ => {}
            }
        }
    }

    /// The first value of any of the named metas, in order of the names.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.metas.get(*name)?.first().copied())
    }

    /// What the page says in short.
    pub(crate) fn descriptions(&self) -> Vec<&'a str> {
        let names = ["description", "og:description", "twitter:description"];
        names.iter().filter_map(|name| self.metas.get(*name)?.first().copied()).collect()
    }

    /// The JSON-LD objects that describe an article (or video, or page, in that order).
    pub(crate) fn ld_articles(&self) -> impl Iterator<Item = &Value> {
        let of =
            |wanted: fn(&str) -> bool| self.ld.iter().filter(move |v| type_names(v).any(wanted));
        of(|t| t.ends_with("Article") || t.ends_with("Posting") || t.ends_with("Report"))
            .chain(of(|t| t == "Report" || t == "CreativeWork" || t == "Review" || t == "Recipe"))
            .chain(of(|t| t.ends_with("Page")))
    }

    /// The page says that it is news.
    pub(crate) fn is_news(&self) -> bool {
        self.is_live() || self.calls_itself(|t| t.ends_with("NewsArticle"))
    }

    /// The page says that it is a live blog.
    pub(crate) fn is_live(&self) -> bool {
        self.calls_itself(|t| t == "LiveBlogPosting")
    }

    fn calls_itself(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.ld.iter().any(|v| type_names(v).any(&wanted))
    }

    /// What the structured data calls the page: 0 nothing, 1 an article of some kind, 2 news.
    pub(crate) fn kind(&self) -> u8 {
        let some =
            |v: &Value| type_names(v).any(|t| t.ends_with("Article") || t.ends_with("Posting"));
        if self.is_news() { 2 } else { u8::from(self.ld.iter().any(some)) }
    }

    /// `articleBody` of the JSON-LD, plain text.
    pub(crate) fn ld_body(&self) -> Option<String> {
        let longest = self
            .ld_articles()
            .filter_map(|v| v.get("articleBody")?.as_str())
            .max_by_key(|body| body.len())?;
        let marked = has_markup(longest);
        let text = if marked { plain_text(longest) } else { longest.to_owned() };
        Some(text).filter(|t| !t.trim().is_empty())
    }
}

fn is_ld(element: ElementRef<'_>) -> bool {
    element.attr("type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json"))
}

/// The values of `@type`.
fn type_names(value: &Value) -> impl Iterator<Item = &str> {
    let types = value.get("@type");
    let one = types.and_then(Value::as_str);
    let many = types.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many)
}

/// JSON as found in pages: with comments or CDATA around it, raw line breaks inside strings.
fn parse_json(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[");
    let text = text.trim_start_matches("<![CDATA[").trim();
    let text = text.trim_end_matches("//]]>").trim_end_matches("]]>").trim_end_matches("-->");
    let text = text.trim().trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mended: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut values = serde_json::Deserializer::from_str(&mended).into_iter::<Value>();
    values.next()?.ok()
}

/// White space collapsed, ends trimmed.
pub(crate) fn squeeze(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '\u{200b}')
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
