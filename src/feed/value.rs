//! What an element says: plain text, HTML, an address, a date.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono_tz::Tz;

use super::mojibake;
use super::tree::{Element, Id, Tree};
use crate::html::scan::{self, Token};
use crate::html::{self};
use crate::model::Time;
use crate::text::dates;

/// How the text of an element is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Plain text.
    Text,
    /// Plain text by default: HTML when it looks like it.
    Guess,
    /// HTML.
    Html,
    /// Markup as it stands.
    Markup,
    /// Base64 of a text of one of the other forms.
    Base64,
}

/// Reads the values of one feed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    /// Zone of dates that name none.
    pub zone: Option<Tz>,
    /// The present, to tell dates in the future.
    pub now: Time,
}

/// Dates further ahead than this are reported.
const AHEAD: chrono::Duration = chrono::Duration::days(1);

impl Values {
    /// The text of an element, trimmed; `None` where empty.
    pub fn text(&self, tree: &Tree<'_>, id: Id) -> Option<String> {
        let text = tree.text(id);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The text of an element, trimmed, white space made single spaces, references in it decoded.
    pub fn line(&self, tree: &Tree<'_>, id: Id) -> Option<String> {
        let text = tree.text(id);
        let line = html::plain_text(&text).split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    }

    /// Sanitised HTML of an element whose form is `default` unless it says otherwise.
    pub fn html(&self, tree: &Tree<'_>, id: Id, default: Form) -> Option<String> {
        let element = tree.element(id)?;
        let form = form(tree, element, default);
        let base = element.base.as_deref();
        let clean = |markup: &str| html::sanitize(markup, base).trim().to_owned();
        let html = if tree.has_elements(id) {
            clean(&tree.inner_html(id, form == Form::Html))
        } else {
            let text = mojibake::mend(tree.text(id));
            let text = text.trim();
            // Bodies are often labelled plain that are not; titles may speak about tags.
            let lenient = form == Form::Guess || element.name != "title";
            match form {
                Form::Html => clean(text),
                Form::Base64 => clean(&from_base64(text)?),
                _ if lenient && looks_like_html(text) => clean(text),
                Form::Text if has_references_only(text) => clean(text),
                Form::Text | Form::Guess | Form::Markup => html::escape(text).into_owned(),
            }
        };
        (!html.is_empty()).then_some(html)
    }

    /// The address that an element's text is, absolute.
    pub fn address(&self, tree: &Tree<'_>, id: Id) -> Option<String> {
        self.absolute(&self.text(tree, id)?, tree.element(id)?)
    }

    /// An address found at an element, made absolute against its base.
    pub fn absolute(&self, found: &str, at: &Element<'_>) -> Option<String> {
        let found: Cow<'_, str> =
            if found.contains("&amp;") { found.replace("&amp;", "&").into() } else { found.into() };
        html::absolute(&found, at.base.as_deref())
    }

    /// A date, or what is wrong with it.
    pub fn date(&self, text: &str) -> Result<Time, String> {
        let text = text.trim();
        let decoded = html::decode_entities(text);
        match dates::parse(&decoded, self.zone) {
            Some(found) => Ok(found.time),
            None => Err(format!("\"{}\" is not a date", shortened(text))),
        }
    }

    /// What is odd about a date that could be read.
    pub fn oddity(&self, time: Time) -> Option<String> {
        (time > self.now + AHEAD).then(|| format!("{} is in the future", time.to_rfc3339()))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

fn form(tree: &Tree<'_>, element: &Element<'_>, default: Form) -> Form {
    let mode = tree.attribute(element, "mode").unwrap_or_default().to_ascii_lowercase();
    if mode == "base64" {
        return Form::Base64;
    }
    let Some(written) = tree.attribute(element, "type") else { return default };
    let written = written.to_ascii_lowercase();
    match written.split(';').next().unwrap_or_default().trim() {
        "" => default,
        "text" | "plain" | "text/plain" => match default {
            Form::Html | Form::Guess if element.tag.name.contains(':') => Form::Guess,
            _ => Form::Text,
        },
        "html" | "text/html" | "text/x-html" => Form::Html,
        "xhtml" => Form::Markup,
        other if other.ends_with("html") || other.contains("html") => Form::Markup,
        other if other.ends_with("+xml") || other.ends_with("/xml") => Form::Markup,
        other if other.starts_with("text/") => Form::Guess,
        other if other.contains('/') && mode.is_empty() => Form::Base64,
        _ => default,
    }
}

fn from_base64(text: &str) -> Option<String> {
    let packed: String = text.split_whitespace().collect();
    String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()
}

/// True for a text without tags in which references were left: `AT&amp;T`.
fn has_references_only(text: &str) -> bool {
    html::has_markup(text)
        && !text.contains('<')
        && !html::decode_entities(text).contains('<')
        && html::decode_entities(text) != text
}

/// True for a text that holds complete, known HTML tags or character references.
pub(super) fn looks_like_html(text: &str) -> bool {
    if !html::has_markup(text) {
        return false;
    }
    let mut sure = false;
    for token in scan::tokens(text) {
        match token {
            Token::Start(tag) if !is_known(tag.name) => return false,
            Token::End(name) if !is_known(name) => return false,
            Token::Start(tag) => sure |= scan::is_void(tag.name),
            Token::End(_) => sure = true,
            Token::Text(text) => sure |= html::decode_entities(text) != text,
            Token::Raw(_) | Token::Comment | Token::CutOff => {}
        }
    }
    sure
}

fn is_known(name: &str) -> bool {
    const KNOWN: [&str; 78] = [
        "a",
        "abbr",
        "acronym",
        "address",
        "area",
        "article",
        "aside",
        "audio",
        "b",
        "big",
        "blockquote",
        "br",
        "button",
        "canvas",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "figcaption",
        "figure",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "nav",
        "noscript",
        "object",
        "ol",
        "p",
        "param",
        "picture",
        "pre",
        "q",
        "s",
        "script",
        "section",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "table",
        "time",
        "u",
        "ul",
        "video",
    ];
    const PARTS: [&str; 10] =
        ["tbody", "td", "tfoot", "th", "thead", "tr", "tt", "var", "wbr", "label"];
    KNOWN.iter().chain(&PARTS).any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_told_from_text_with_angles() {
        for html in ["a <b>c</b>", "x<br>y", "AT&amp;T", "قال &quot;نعم&quot;", "<p>a<img src=b>"]
        {
            assert!(looks_like_html(html), "{html}");
        }
        for text in ["1 < 2", "use Vec<T> here</T>", "a & b", "the <b> tag", "AT&T; x"] {
            assert!(!looks_like_html(text), "{text}");
        }
    }
}
