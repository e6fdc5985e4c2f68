//! The evidence for a verdict, in the words of the article, and what would have changed the outcome.

use std::fmt::Write;
use std::io::IsTerminal;

use anyhow::Result;

use crate::cli::difference::grounds_of;
use crate::cli::show::{isolated, table};
use crate::cli::stored;
use crate::model::{Evidence, Verdict, Zone};
use crate::store::StoredText;
use crate::topics::{Ground, Hint, Topics, WhatIf};

/// Characters of a sentence shown on each side of the words that matched.
const AROUND: usize = 60;
/// Pieces of evidence shown: the weightiest.
const MOST: usize = 25;

/// The verdict that is stored, its evidence, and what the present rules say.
pub fn explain(
    topics: &Topics,
    article: &StoredText,
    hint: &Hint,
    text: &mut String,
) -> Result<()> {
    let stored = &article.verdict;
    let whatif = topics.whatif(&stored::document(article), hint);
    let present = topics.classify(&stored::document(article), hint);
    let threshold = whatif.threshold;
    writeln!(text, "  verdict    {}, score {:.2} of {threshold}", word(stored), stored.score)?;
    if let Some(decided) = &stored.decided_by {
        writeln!(text, "  decided by {decided}")?;
    }
    for topic in &stored.topics {
        writeln!(text, "  topic      {} ({:.2})", topic.id, topic.score)?;
    }
    if !stored.countries.is_empty() {
        writeln!(text, "  countries  {}", stored.countries.join(", "))?;
    }
    // What is irrelevant keeps no evidence: the present rules find it again.
    let kept = grounds_of(stored);
    let forgotten = article.is_forgotten();
    let (grounds, by) = if kept.is_empty() && !forgotten {
        (whatif.grounds.clone(), " (by the present rules)")
    } else {
        (kept, "")
    };
    if grounds.is_empty() {
        writeln!(text, "  evidence   no term or rule says anything about this text")?;
    } else {
        writeln!(text, "  evidence{by}")?;
        writeln!(text, "{}", indented(&evidence_table(&grounds, article)))?;
    }
    if forgotten {
        writeln!(
            text,
            "  text       forgotten after `worker.keep_rejected`: it cannot be judged again"
        )?;
        return Ok(());
    }
    if present != *stored && (present.relevant, present.review) != (stored.relevant, stored.review)
    {
        writeln!(
            text,
            "  by now     the present rules say: {}, score {:.2}. `rasad replay` shows all that they change",
            word(&present),
            present.score
        )?;
    }
    changes(&whatif, text)
}

fn changes(whatif: &WhatIf, text: &mut String) -> Result<()> {
    if whatif.changes.is_empty() {
        writeln!(text, "  what if    nothing near would have changed the outcome")?;
    }
    for (n, change) in whatif.changes.iter().enumerate() {
        let label = if n == 0 { "what if " } else { "        " };
        writeln!(text, "  {label}   {change}")?;
    }
    Ok(())
}

fn word(verdict: &Verdict) -> &'static str {
    match (verdict.relevant, verdict.review) {
        (true, _) => "relevant",
        (false, true) => "review: close, a person should look",
        (false, false) => "irrelevant",
    }
}

fn evidence_table(grounds: &[Ground], article: &StoredText) -> String {
    let mut table =
        table(&["weight", "where", "topic", "term or rule, and the words that it found"], &[0]);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    for ground in grounds.iter().take(MOST) {
        let Evidence { weight, field, term, .. } = &ground.evidence;
        let found = in_sentence(&ground.evidence, article);
        let found = found.map_or(String::new(), |sentence| format!("\n{sentence}"));
        table.add_row([
            format!("{weight:+.2}"),
            field.as_str().to_owned(),
            ground.topic.clone().unwrap_or_else(|| "against".to_owned()),
            format!("{}{found}", isolated(term)),
        ]);
    }
    table.to_string()
}

fn indented(block: &str) -> String {
    block.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// The sentence in which something was found, cut to what stands around it, with it marked.
fn in_sentence(evidence: &Evidence, article: &StoredText) -> Option<String> {
    let field = if evidence.field == Zone::Title { &article.title } else { &article.text };
    let (start, end) = evidence.span?;
    let (start, end) = (start as usize, end as usize);
    let found = field.get(start..end).filter(|found| !found.is_empty())?;
    let before = one_line(after_last_stop(&field[..start]));
    let after = one_line(to_first_stop(&field[end..]));
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let found = marked(&one_line(found), color);
    Some(isolated(&format!("{}{found}{}", last_chars(&before), first_chars(&after))))
}

/// Bold on a terminal, between stars elsewhere.
fn marked(words: &str, color: bool) -> String {
    let words = words.trim();
    if color { format!("\u{1B}[1m{words}\u{1B}[0m") } else { format!("*{words}*") }
}

fn is_stop(c: char) -> bool {
    matches!(c, '\n' | '!' | '?' | '؟' | '۔' | '…')
}

fn after_last_stop(text: &str) -> &str {
    let line = text
        .rfind(is_stop)
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let stop = text.rfind(". ").map_or(0, |at| at + 2);
    &text[line.max(stop)..]
}

fn to_first_stop(text: &str) -> &str {
    let line = text.find(is_stop).unwrap_or(text.len());
    let stop = text.find(". ").map_or(text.len(), |at| at + 1);
    &text[..line.min(stop)]
}

/// Spaces are one space each, kept at the ends too.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_whitespace() {
            line.push(c);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
}

fn last_chars(text: &str) -> String {
    let text = text.trim_start();
    let cut = text.char_indices().rev().nth(AROUND).map(|(at, _)| at);
    let Some(at) = cut else { return text.to_owned() };
    // Cut between words.
    let at = text[at..].find(' ').map_or(at, |space| at + space + 1);
    format!("… {}", &text[at..])
}

fn first_chars(text: &str) -> String {
    let text = text.trim_end();
    let cut = text.char_indices().nth(AROUND).map(|(at, _)| at);
    let Some(at) = cut else { return text.to_owned() };
    let at = text[..at].rfind(' ').unwrap_or(at);
    format!("{} …", &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(title: &str, text: &str) -> StoredText {
        StoredText {
            id: 1,
            source: "a".into(),
            url: "https://a.example/1".into(),
            title: title.into(),
            text: text.into(),
            chars: 10,
            lang: None,
            revision: 0,
            verdict: Verdict::default(),
            rules: String::new(),
        }
    }

    fn found(field: Zone, of: &StoredText, words: &str) -> Option<String> {
        let place = if field == Zone::Title { &of.title } else { &of.text };
        let start = place.find(words).expect("it is there");
        let span = Some((start as u32, (start + words.len()) as u32));
        in_sentence(&Evidence { term: "t".into(), field, weight: 1.0, span }, of)
    }

    #[test]
    fn the_words_are_marked_in_their_own_sentence() {
        let text = "Nothing here. The boat with\n40 people sank. Another sentence.";
        let article = article("إنقاذ مهاجرين قبالة المدينة", text);
        assert_eq!(found(Zone::Body, &article, "40 people").unwrap(), "*40 people* sank.");
        assert_eq!(found(Zone::Lead, &article, "boat").unwrap(), "The *boat* with");
        assert_eq!(
            found(Zone::Title, &article, "مهاجرين").unwrap(),
            "إنقاذ *مهاجرين* قبالة المدينة"
        );
    }

    #[test]
    fn a_long_sentence_is_cut_between_words() {
        let text = format!("{} قارب {}", "كلمة ".repeat(40), "أخرى ".repeat(40));
        let sentence = found(Zone::Body, &article("", &text), "قارب").unwrap();
        assert!(sentence.starts_with("… كلمة") && sentence.ends_with("أخرى …"), "{sentence}");
        assert!(sentence.contains(" *قارب* ") && sentence.chars().count() < 150);
    }

    #[test]
    fn a_place_that_is_not_in_the_text_shows_nothing() {
        for span in [Some((3, 900)), Some((1, 2)), None, Some((0, 0))] {
            let evidence = Evidence { term: "t".into(), field: Zone::Body, weight: 1.0, span };
            assert_eq!(in_sentence(&evidence, &article("", "قارب")), None);
        }
    }

    #[test]
    fn what_stands_out_is_bold_where_there_is_colour() {
        assert_eq!(marked(" boat ", true), "\u{1B}[1mboat\u{1B}[0m");
    }
}
