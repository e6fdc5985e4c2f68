//! HTML that old readers and feed checkers know: the elements of HTML 4 alone.

use std::fmt::Write as _;

use crate::html::scan::{self, Token};

/// Rewrites sanitised HTML so that every element is one of HTML 4: newer ones become blocks or
/// spans, those that say nothing without the others are left out. Linear in its input.
pub(super) fn basic(html: &str) -> String {
    let mut basic = String::with_capacity(html.len());
    for token in scan::tokens(html) {
        // A vector of bytes takes everything: writing to a string cannot fail.
        let _ = match token {
            Token::Text(text) | Token::Raw(text) => {
                basic.push_str(text);
                Ok(())
            }
            Token::Start(tag) if tag.is("img") => write!(basic, "<img{}>", image(&tag)),
            Token::Start(tag) => match stand_in(tag.name) {
                StandIn::Itself => write!(basic, "<{}{}>", tag.name, tag.rest),
                StandIn::Nothing => Ok(()),
                StandIn::Element(name) => write!(basic, "<{name}{}>", kept(&tag)),
            },
            Token::End(name) => match stand_in(name) {
                StandIn::Itself => write!(basic, "</{name}>"),
                StandIn::Nothing => Ok(()),
                StandIn::Element(name) => write!(basic, "</{name}>"),
            },
            Token::Comment | Token::CutOff => Ok(()),
        };
    }
    basic
}

enum StandIn {
    Itself,
    Element(&'static str),
    Nothing,
}

/// What stands for an element in a feed.
fn stand_in(name: &str) -> StandIn {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "article" | "aside" | "details" | "figcaption" | "figure" | "footer" | "header"
        | "hgroup" | "main" | "nav" | "section" | "summary" => StandIn::Element("div"),
        "bdi" | "bdo" | "data" | "mark" | "rp" | "rt" | "rtc" | "ruby" | "time" => {
            StandIn::Element("span")
        }
        "area" | "map" | "wbr" => StandIn::Nothing,
        _ => StandIn::Itself,
    }
}

/// The attributes of an image. Checkers look for `src=` in the whole tag: what is said of it holds
/// no such thing.
fn image(tag: &scan::Tag<'_>) -> String {
    let mut image = String::new();
    for attribute in tag.attributes().filter(|one| !one.value.contains('"')) {
        let is_address = attribute.name.eq_ignore_ascii_case("src");
        let value = attribute.value.replace('=', if is_address { "=" } else { "&#61;" });
        let _ = write!(image, " {}=\"{value}\"", attribute.name);
    }
    image
}

/// The attributes that any element may have; an isolated text has a direction of its own.
fn kept(tag: &scan::Tag<'_>) -> String {
    let mut kept = String::new();
    let mut directed = false;
    for attribute in tag.attributes() {
        let name = attribute.name.to_ascii_lowercase();
        if matches!(name.as_str(), "lang" | "dir" | "title") && !attribute.value.contains('"') {
            let _ = write!(kept, " {name}=\"{}\"", attribute.value);
            directed |= name == "dir";
        }
    }
    if tag.is("bdi") && !directed {
        kept.push_str(" dir=\"auto\"");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_elements_become_blocks_and_spans() {
        assert_eq!(
            basic(
                "<figure lang=\"ar\"><img src=\"https://x.example/a.jpg\" alt=\"\"><figcaption>صورة <time datetime=\"2026\">أمس</time></figcaption></figure>"
            ),
            "<div lang=\"ar\"><img src=\"https://x.example/a.jpg\" alt=\"\"><div>صورة <span>أمس</span></div></div>"
        );
        assert_eq!(
            basic("<p>a<wbr>b <bdi>c</bdi> <bdi dir=\"ltr\">d</bdi> &lt;e&gt;</p>"),
            "<p>ab <span dir=\"auto\">c</span> <span dir=\"ltr\">d</span> &lt;e&gt;</p>"
        );
        assert_eq!(
            basic("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
            "<span>漢<span>(</span><span>kan</span><span>)</span></span>"
        );
        assert_eq!(
            basic(
                "<img src=\"https://x.example/?a=b\" alt=\"a &lt;img src=x &quot;\" width=\"2\">"
            ),
            "<img src=\"https://x.example/?a=b\" alt=\"a &lt;img src&#61;x &quot;\" width=\"2\">"
        );
        let old = "<table><tfoot><tr><td colspan=\"2\">x</td></tr></tfoot></table><br><hr>";
        assert_eq!(basic(old), old);
    }
}
