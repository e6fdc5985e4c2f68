//! Marks in what is shown: where a search was answered, where a rule found its terms.

use std::ops::Range;

use crate::html::scan::{self, Token};
use crate::html::{decode_entities, escape};
use crate::text::question::Question;

/// How far the text of a page may run ahead of its HTML, in bytes without white space: images'
/// captions and lists that only one of them has.
const SLACK: usize = 4_000;
/// A snippet begins so many characters before the first answer.
const BEFORE: usize = 60;

/// `text` as HTML, with marks where one of the questions is answered.
pub(super) fn answered(text: &str, questions: &[Question]) -> String {
    let mut ranges: Vec<Range<usize>> =
        questions.iter().flat_map(|question| question.answers(text)).collect();
    ranges.sort_by_key(|range| range.start);
    with_marks(text, &ranges)
}

/// The part of `text` about its first answer; none where nothing answers.
pub(super) fn snippet(text: &str, questions: &[Question], chars: usize) -> Option<String> {
    let first = questions
        .iter()
        .filter_map(|question| question.answers(text).into_iter().map(|range| range.start).min())
        .min()?;
    let begin = text[..first].char_indices().rev().take(BEFORE).last().map_or(first, |(at, _)| at);
    // The snippet begins with a whole word.
    let begin = match begin {
        0 => 0,
        _ => text[begin..first].find(char::is_whitespace).map_or(first, |gap| begin + gap),
    };
    let end = text[begin..].char_indices().nth(chars).map_or(text.len(), |(at, _)| begin + at);
    let dots = |cut: bool| if cut { "…" } else { "" };
    Some(format!("{}{}{}", dots(begin > 0), text[begin..end].trim(), dots(end < text.len())))
}

/// `text` as HTML with marks around byte ranges, in order; what overlaps or does not fit is left.
fn with_marks(text: &str, ranges: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for range in ranges {
        if range.start < at || range.is_empty() {
            continue;
        }
        let (Some(before), Some(hit)) = (text.get(at..range.start), text.get(range.clone())) else {
            continue;
        };
        html.push_str(&escape(before));
        html.push_str("<mark>");
        html.push_str(&escape(hit));
        html.push_str("</mark>");
        at = range.end;
    }
    html.push_str(&escape(text.get(at..).unwrap_or_default()));
    html
}

/// A plain text without its white space, and which of its bytes are marked.
pub(super) struct Marked {
    text: String,
    marked: Vec<bool>,
    at: usize,
}

impl Marked {
    /// `spans` are byte ranges of `text`.
    pub fn new(text: &str, spans: &[Range<usize>]) -> Self {
        let mut inside = vec![false; text.len()];
        for span in spans {
            if let Some(span) = inside.get_mut(span.clone()) {
                span.fill(true);
            }
        }
        let mut squeezed = Self { text: String::new(), marked: Vec::new(), at: 0 };
        for (at, char) in text.char_indices().filter(|(_, char)| !char.is_whitespace()) {
            squeezed.text.push(char);
            squeezed.marked.resize(squeezed.text.len(), inside[at]);
        }
        squeezed
    }

    /// Sanitised HTML of the same text, with the marks in it. Text that is not found where it
    /// should be stays as it is.
    pub fn put_into(mut self, html: &str) -> String {
        if !self.marked.contains(&true) {
            return html.to_owned();
        }
        let mut out = String::with_capacity(html.len() + 64);
        for token in scan::tokens(html) {
            match token {
                Token::Text(text) => self.put_text(&decode_entities(text), &mut out),
                Token::Raw(text) => out.push_str(text),
                Token::Start(tag) => {
                    out.push('<');
                    out.push_str(tag.name);
                    out.push_str(tag.rest);
                    out.push('>');
                }
                Token::End(name) => {
                    out.push_str("</");
                    out.push_str(name);
                    out.push('>');
                }
                Token::Comment | Token::CutOff => {}
            }
        }
        out
    }

    fn put_text(&mut self, text: &str, out: &mut String) {
        let wanted: String = text.chars().filter(|char| !char.is_whitespace()).collect();
        let mut end = self.text.len().min(self.at + wanted.len() + SLACK);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let found = self.text[self.at..end].find(&wanted).filter(|_| !wanted.is_empty());
        let Some(found) = found else { return out.push_str(&escape(text)) };
        let mut at = self.at + found;
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (here, char) in text.char_indices().filter(|(_, char)| !char.is_whitespace()) {
            if self.marked[at] {
                let end = here + char.len_utf8();
                match ranges.last_mut() {
                    // White space between two marked words is part of the phrase.
                    Some(last) if text[last.end..here].chars().all(char::is_whitespace) => {
                        last.end = end;
                    }
                    _ => ranges.push(here..end),
                }
            }
            at += char.len_utf8();
        }
        self.at = at;
        out.push_str(&with_marks(text, &ranges));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(texts: &[&str]) -> Vec<Question> {
        texts.iter().map(|text| Question::parse(text)).collect()
    }

    #[test]
    fn a_search_is_marked_in_any_spelling() {
        assert_eq!(
            answered("إنقاذ المُهاجرين <قرب> القوارب", &questions(&["مهاجر", "قوارب"])),
            "إنقاذ <mark>المُهاجرين</mark> &lt;قرب&gt; <mark>القوارب</mark>"
        );
        assert_eq!(answered("a & b", &[]), "a &amp; b");
    }

    #[test]
    fn a_snippet_holds_the_first_answer_between_whole_words() {
        let text = format!("{}the boat sank {}", "word ".repeat(50), "more ".repeat(100));
        let found = snippet(&text, &questions(&["boats"]), 100).expect("an answer");
        assert!(found.starts_with("…word ") && found.ends_with('…'), "{found}");
        assert!(found.contains("the boat sank") && found.chars().count() <= 102);
        assert_eq!(snippet(&text, &questions(&["ship"]), 100), None);
        assert_eq!(snippet("boat", &questions(&["boat"]), 100).as_deref(), Some("boat"));
    }

    #[test]
    fn spans_of_the_text_are_marked_in_the_html() {
        let text = "العنوان\n\nضحايا الاتجار بالبشر & غيرهم.\n\nقال.";
        let start = text.find("الاتجار").expect("there");
        let end = start + "الاتجار بالبشر".len();
        let html = "<p>العنوان</p><p>ضحايا <b>الاتجار</b>\n بالبشر &amp; غيرهم.</p><p>قال.</p>";
        assert_eq!(
            Marked::new(text, std::slice::from_ref(&(start..end))).put_into(html),
            "<p>العنوان</p><p>ضحايا <b><mark>الاتجار</mark></b>\n <mark>بالبشر</mark> &amp; غيرهم.</p><p>قال.</p>"
        );
    }

    #[test]
    fn text_that_is_elsewhere_and_spans_that_do_not_fit_change_nothing() {
        let html =
            "<p>other words &lt;b&gt;</p><img src=\"https://x.example/a?b=1&amp;c\" alt=\"a>b\">";
        assert_eq!(Marked::new("some text", &[0..4, 5..9]).put_into(html), html);
        assert_eq!(Marked::new("é", &[0..1, 5..9]).put_into("<p>é</p>"), "<p><mark>é</mark></p>");
    }
}
