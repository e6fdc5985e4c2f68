//! HTML to plain text.

use super::entities;
use super::scan::{self, Token};

/// True when `text` holds what a browser would read as markup or a character reference.
pub fn has_markup(text: &str) -> bool {
    let b = text.as_bytes();
    let mut from = 0;
    while let Some(n) = memchr::memchr2(b'<', b'&', &b[from..]) {
        let i = from + n;
        let next = b.get(i + 1).copied().unwrap_or(b' ');
        let starts = match b[i] {
            b'<' => next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'),
            _ => next.is_ascii_alphabetic() || next == b'#',
        };
        if starts {
            return true;
        }
        from = i + 1;
    }
    false
}

/// The text of `html`: no tags, references decoded, white space collapsed, blocks on lines of
/// their own, paragraphs separated by a blank line. Scripts and styles are left out.
pub fn plain_text(html: &str) -> String {
    let mut out = Plain { text: String::with_capacity(html.len()), gap: Gap::None };
    let mut hidden = false;
    for token in scan::tokens(html) {
        match token {
            Token::Text(text) => out.push(&entities::decode(text)),
            Token::Raw(text) if !hidden => out.push(&entities::decode(text)),
            Token::Start(tag) => {
                hidden = is_hidden(tag.name);
                out.gap(gap_of(tag.name));
            }
            Token::End(name) => {
                hidden = false;
                out.gap(gap_of(name));
            }
            Token::Raw(_) | Token::Comment | Token::CutOff => {}
        }
    }
    out.text
}

fn is_hidden(name: &str) -> bool {
    ["script", "style", "iframe", "noembed", "noframes"]
        .iter()
        .any(|h| name.eq_ignore_ascii_case(h))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

fn gap_of(name: &str) -> Gap {
    const LINES: [&str; 9] =
        ["br", "li", "tr", "dt", "dd", "option", "caption", "title", "summary"];
    const SPACES: [&str; 2] = ["td", "th"];
    const BLOCKS: [&str; 27] = [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "figure",
        "figcaption",
        "hr",
        "main",
        "nav",
        "aside",
        "address",
        "form",
        "center",
    ];
    let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
    if is(&BLOCKS) {
        Gap::Paragraph
    } else if is(&LINES) {
        Gap::Line
    } else if is(&SPACES) {
        Gap::Space
    } else {
        Gap::None
    }
}

struct Plain {
    text: String,
    gap: Gap,
}

impl Plain {
    fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn push(&mut self, text: &str) {
        for (n, word) in text.split(char::is_whitespace).enumerate() {
            if n > 0 {
                self.gap(Gap::Space);
            }
            if word.is_empty() {
                continue;
            }
            if !self.text.is_empty() {
                self.text.push_str(match self.gap {
                    Gap::None => "",
                    Gap::Space => " ",
                    Gap::Line => "\n",
                    Gap::Paragraph => "\n\n",
                });
            }
            self.gap = Gap::None;
            self.text.push_str(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lines_and_words_stay_apart() {
        assert_eq!(
            plain_text("<p>خبر <b>عا</b>جل</p>\n<p>b<br>c</p><ul><li>d<li>e</ul>"),
            "خبر عاجل\n\nb\nc\n\nd\ne"
        );
    }

    #[test]
    fn scripts_styles_and_comments_are_no_text() {
        assert_eq!(plain_text("a<script>x<y</script><style>z</style><!-- c -->b"), "ab");
    }

    #[test]
    fn references_are_decoded_once() {
        assert_eq!(plain_text("a&nbsp;&amp;lt; 3 < 4"), "a &lt; 3 < 4");
    }

    #[test]
    fn markup_is_told_from_signs() {
        assert!(has_markup("a <b>"));
        assert!(has_markup("a &amp; b"));
        assert!(!has_markup("1 < 2 & 3"));
    }
}
