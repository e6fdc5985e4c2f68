//! The short syntax in which an admin writes terms.
//!
//! ```text
//! migrant            the word, whatever its case, accents, vowel marks, hamza
//! migrant*           any ending;  *migrant any beginning;  *migrant* anywhere in a word
//! مهاجر~             the usual endings of the language
//! =الرق              exactly this form: no Arabic clitic, no possessive
//! forced labour      one after the other; small words between do not count
//! at sea             a word with its small word, which must stand beside it
//! a|b                either word
//! a .. b             up to three words between
//! remittance* (2.0)  with a weight of its own
//! ```

use std::ops::Range;

use crate::model::Problem;
use crate::text::fold::fold_str;
use crate::text::words::words;

/// Words that `..` lets stand between two parts of a phrase.
pub const GAP: u8 = 3;
/// Shortest stem, in letters, that may be left open.
const OPEN_STEM_LETTERS: usize = 3;

/// A word or phrase of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// As written, without its weight.
    pub text: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
    /// Its parts in order, small words left out.
    pub parts: Vec<Part>,
    /// Of a term with a single part: the small words that were written beside it, one of
    /// which must stand there. Without them `across the Mediterranean` would be any mention
    /// of the sea.
    pub beside: Beside,
    /// Its own weight.
    pub weight: Option<f64>,
}

/// Small words right before and right after a word; empty where anything may stand there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Folded small words, any of which stands before.
    pub before: Vec<String>,
    /// Folded small words, any of which stands after.
    pub after: Vec<String>,
}

/// One place of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    /// Any of these words.
    pub words: Vec<WordPattern>,
    /// How many other words may stand before it.
    pub gap: u8,
}

/// One word with what may stand around its stem.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordPattern {
    /// The folded letters that must be there.
    pub stem: String,
    /// What may stand before the stem.
    pub before: Edge,
    /// What may stand after the stem.
    pub after: Edge,
}

/// What may stand at one side of a stem, within the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// Nothing.
    Closed,
    /// What the language writes together without another meaning: clitics before,
    /// the Arabic accusative and possessives after.
    Joined,
    /// The usual endings of the language.
    Usual,
    /// Anything.
    Open,
}

/// Reads a list of terms parted by commas; a line that is not the last ends with one, or the
/// phrase that runs over its end would be another than it looks. `at` is the place of `list`
/// in the file; `small` tells the small words of the language.
pub fn terms(
    list: &str,
    at: usize,
    small: &dyn Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
) -> Vec<Term> {
    let mut start = 0;
    let mut terms = Vec::new();
    for item in list.split_inclusive([',', '،']) {
        let body = item.trim_end_matches([',', '،']);
        let lead = body.len() - body.trim_start().len();
        let text = body.trim();
        let from = at + start + lead;
        if let Some((line, rest)) = text.split_once('\n') {
            problems.push(broken(line.trim(), rest.trim(), from));
        } else if !text.is_empty() {
            match term(text, from..from + text.len(), small) {
                Ok(term) => terms.push(term),
                Err(problem) => problems.push(problem),
            }
        }
        start += item.len();
    }
    terms
}

/// A term that runs over the end of a line.
fn broken(line: &str, rest: &str, from: usize) -> Problem {
    let (last, next) = (line.split_whitespace().last(), rest.split_whitespace().next());
    let (last, next) = (last.unwrap_or(line), next.unwrap_or(rest));
    Problem::new(
        from..from + line.len(),
        format!("The term \"{line}\" runs over the end of its line."),
    )
    .help(format!(
        "Write a comma after \"{last}\", or put \"{next}\" on the same line where it belongs to it."
    ))
}

fn term(text: &str, span: Range<usize>, small: &dyn Fn(&str) -> bool) -> Result<Term, Problem> {
    let (phrase, weight) = split_weight(text, &span)?;
    let mut parts: Vec<Part> = Vec::new();
    let mut gap = 0;
    let mut beside = Beside::default();
    for piece in phrase.split_whitespace() {
        if piece == ".." {
            gap = gap.max(GAP);
            continue;
        }
        for words in alternatives(piece, &span)? {
            let all_small = words.iter().all(|w| w.is_whole() && small(&w.stem));
            if all_small {
                let stems = words.into_iter().map(|w| w.stem).collect();
                *(if parts.is_empty() { &mut beside.before } else { &mut beside.after }) = stems;
            } else {
                parts.push(Part { words, gap: std::mem::take(&mut gap) });
            }
        }
    }
    if gap > 0 {
        return Err(Problem::new(span, format!("The term \"{text}\" ends with \"..\"."))
            .help("Write a word after it, as in \"ring .. trafficking\"."));
    }
    match parts.first_mut() {
        Some(first) => first.gap = 0,
        None => {
            return Err(Problem::new(
                span,
                format!(
                    "The term \"{text}\" holds nothing but small words, which are never looked at."
                ),
            )
            .help("Add a word that carries the meaning, or take it out of small_words."));
        }
    }
    if parts.len() > 1 {
        beside = Beside::default();
    }
    Ok(Term { text: phrase.to_owned(), span, parts, beside, weight })
}

impl WordPattern {
    fn is_whole(&self) -> bool {
        self.before != Edge::Open && matches!(self.after, Edge::Closed | Edge::Joined)
    }
}

fn split_weight<'a>(text: &'a str, span: &Range<usize>) -> Result<(&'a str, Option<f64>), Problem> {
    let Some((phrase, weight)) = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')) else {
        return Ok((text, None));
    };
    match weight.trim().parse::<f64>() {
        Ok(weight) if (0.1..=10.0).contains(&weight) => Ok((phrase.trim(), Some(weight))),
        _ => Err(Problem::new(
            span.clone(),
            format!("The weight ({weight}) is not a number from 0.1 to 10."),
        )
        .help("Write it as in \"remittance* (2.0)\".")),
    }
}

/// The places of a phrase that one written piece fills: one, unless a hyphen or
/// an apostrophe parts it.
fn alternatives(piece: &str, span: &Range<usize>) -> Result<Vec<Vec<WordPattern>>, Problem> {
    if piece.contains('|') {
        let mut words = Vec::new();
        for alternative in piece.split('|').filter(|a| !a.is_empty()) {
            match <[_; 1]>::try_from(pieces(alternative, span)?) {
                Ok([word]) => words.push(word),
                Err(_) => {
                    return Err(Problem::new(
                        span.clone(),
                        format!(
                            "\"{alternative}\" is more than one word, which \"|\" cannot part."
                        ),
                    )
                    .help("Write the alternatives as terms of their own."));
                }
            }
        }
        return Ok(vec![words]);
    }
    Ok(pieces(piece, span)?.into_iter().map(|word| vec![word]).collect())
}

fn pieces(written: &str, span: &Range<usize>) -> Result<Vec<WordPattern>, Problem> {
    let (exact, rest) = written.strip_prefix('=').map_or((false, written), |rest| (true, rest));
    let (open_before, rest) = rest.strip_prefix('*').map_or((false, rest), |rest| (true, rest));
    let (after, rest) = match (rest.strip_suffix('*'), rest.strip_suffix('~')) {
        (Some(rest), _) => (Edge::Open, rest),
        (_, Some(rest)) => (Edge::Usual, rest),
        _ if exact => (Edge::Closed, rest),
        _ => (Edge::Joined, rest),
    };
    let before = match (open_before, exact) {
        (true, _) => Edge::Open,
        (false, true) => Edge::Closed,
        (false, false) => Edge::Joined,
    };
    let bad = |message: String, help: &str| Err(Problem::new(span.clone(), message).help(help));
    if rest.contains(['*', '~', '=', '(', ')']) {
        return bad(
            format!("\"{written}\" has a sign in the middle of a word."),
            "\"*\" stands before or after a word, \"~\" after it, \"=\" before it.",
        );
    }
    let folded = fold_str(rest);
    let stems: Vec<&str> = words(&folded).map(|word| word.of(&folded)).collect();
    let Some(last) = stems.len().checked_sub(1) else {
        return bad(format!("\"{written}\" holds no letter."), "Write a word.");
    };
    let open = before == Edge::Open || after == Edge::Open;
    if open && stems.iter().any(|stem| stem.chars().count() < OPEN_STEM_LETTERS) {
        return bad(
            format!("\"{written}\" leaves a stem of less than {OPEN_STEM_LETTERS} letters open."),
            "So short a stem with \"*\" is found in too many words: write them out.",
        );
    }
    let word = |(n, stem): (usize, &str)| WordPattern {
        stem: stem.to_owned(),
        before: if n == 0 { before } else { Edge::Joined },
        after: if n == last { after } else { Edge::Joined },
    };
    Ok(stems.into_iter().enumerate().map(word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> (Vec<Term>, Vec<Problem>) {
        let mut problems = Vec::new();
        let small = |word: &str| ["of", "the", "d", "des"].contains(&word);
        let terms = terms(list, 100, &small, &mut problems);
        (terms, problems)
    }

    #[test]
    fn a_list_is_parted_by_commas_with_spans() {
        let (terms, problems) = read("boat,  الهجرة،\n refugee* (2.5)");
        assert!(problems.is_empty());
        let got: Vec<_> = terms.iter().map(|t| (t.text.as_str(), t.span.start, t.weight)).collect();
        assert_eq!(got, [("boat", 100, None), ("الهجرة", 107, None), ("refugee*", 123, Some(2.5))]);
    }

    #[test]
    fn a_term_that_runs_over_a_line_is_reported_where_it_begins() {
        let (terms, problems) = read("boat,\nforced\nlabour, sea,\n");
        assert_eq!(terms.len(), 2);
        assert_eq!((problems.len(), problems[0].span.clone()), (1, 106..112));
        let help = problems[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("\"forced\"") && help.contains("\"labour\""), "{help}");
    }

    #[test]
    fn small_words_elision_and_gaps() {
        let (terms, _) = read("traite des êtres, droit d'asile, ring .. trafficking|trafic");
        let shape: Vec<Vec<(u8, usize)>> = terms
            .iter()
            .map(|t| t.parts.iter().map(|p| (p.gap, p.words.len())).collect())
            .collect();
        assert_eq!(shape, [vec![(0, 1), (0, 1)], vec![(0, 1), (0, 1)], vec![(0, 1), (3, 2)]]);
        assert_eq!(terms[0].parts[1].words[0].stem, "etres");
    }

    #[test]
    fn small_words_count_where_only_one_word_is_left() {
        let (terms, _) = read("of the sea, boat of, the boat people, sea");
        let beside: Vec<(usize, usize)> =
            terms.iter().map(|t| (t.beside.before.len(), t.beside.after.len())).collect();
        assert_eq!(beside, [(1, 0), (0, 1), (0, 0), (0, 0)]);
        assert_eq!(terms[0].beside.before, ["the"]);
    }

    #[test]
    fn signs_around_a_word() {
        let (terms, _) = read("*flüchtling*, مهاجر~, =الرق, boat");
        let edges: Vec<_> =
            terms.iter().map(|t| (t.parts[0].words[0].before, t.parts[0].words[0].after)).collect();
        assert_eq!(
            edges,
            [
                (Edge::Open, Edge::Open),
                (Edge::Joined, Edge::Usual),
                (Edge::Closed, Edge::Closed),
                (Edge::Joined, Edge::Joined)
            ]
        );
    }

    #[test]
    fn every_mistake_is_reported_where_it_stands() {
        let (terms, problems) = read("ok, mi*grant, a*, of the, x (99), ring .., a-b|c, !");
        assert_eq!(terms.len(), 1);
        assert_eq!(problems.len(), 7);
        assert_eq!(problems[0].span, 104..112);
        assert!(problems.iter().all(|p| p.message.ends_with('.') && p.help.is_some()));
    }
}
