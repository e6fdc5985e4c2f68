//! The short syntax in which an admin writes when a rule applies.
//!
//! ```text
//! boat                          the concept occurs
//! boat ~ migrants               near each other, in one sentence, in any order
//! sell > newborn                near each other, in this order
//! (boat|ship) ~ rescue          either concept
//! boat ~ rescue & migrants      and, anywhere in title and lead
//! boat & !tourists              and not, anywhere in title and lead
//! ```

use std::ops::Range;

use crate::model::Problem;

/// A number that stands for a concept of the file.
pub type ConceptId = u16;

/// What a name in a condition stands for: a concept, or the concepts of a set.
pub type Resolve<'a> = dyn Fn(&str) -> Option<&'a [ConceptId]> + 'a;

/// When a rule applies: all clauses hold and no forbidden concept occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// What must occur.
    pub clauses: Vec<Clause>,
    /// What must not occur in title and lead.
    pub without: Vec<Vec<ConceptId>>,
}

/// Concepts near each other. Each link after the first tells whether order matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The places of the chain.
    pub links: Vec<Link>,
}

/// One place of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Any of these concepts.
    pub any: Vec<ConceptId>,
    /// Must stand after the link before it.
    pub ordered: bool,
}

/// Reads a condition; `at` is its place in the file, `resolve` knows the concepts and the sets.
pub fn parse(
    text: &str,
    at: usize,
    resolve: &Resolve<'_>,
    problems: &mut Vec<Problem>,
) -> Condition {
    let mut condition = Condition::default();
    for (start, piece) in split(text, &['&']) {
        let place = at + start;
        let trimmed = piece.trim();
        if let Some(not) = trimmed.strip_prefix('!') {
            condition.without.push(concepts(not, place, resolve, problems));
        } else if trimmed.is_empty() {
            problems.push(empty(place..place + piece.len().max(1)));
        } else {
            condition.clauses.push(clause(piece, place, resolve, problems));
        }
    }
    if condition.clauses.is_empty() && problems.is_empty() {
        problems.push(
            Problem::new(at..at + text.len(), "The condition only says what must not occur.")
                .help("Name at least one concept that must occur."),
        );
    }
    condition
}

fn clause(text: &str, at: usize, resolve: &Resolve<'_>, problems: &mut Vec<Problem>) -> Clause {
    let mut ordered = false;
    let mut links = Vec::new();
    for (start, piece) in split(text, &['~', '>']) {
        links.push(Link { any: concepts(piece, at + start, resolve, problems), ordered });
        ordered = text[start + piece.len()..].starts_with('>');
    }
    Clause { links }
}

/// Reads alternatives, as in `(boat|ship)`; the brackets may be left out.
pub fn concepts(
    text: &str,
    at: usize,
    resolve: &Resolve<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<ConceptId> {
    let mut any = Vec::new();
    for (start, piece) in split(text, &['|']) {
        let name = piece.trim().trim_start_matches('(').trim_end_matches(')').trim();
        let from = at + start + (piece.len() - piece.trim_start_matches([' ', '(']).len());
        if name.is_empty() {
            problems.push(empty(from..from + 1));
            continue;
        }
        match resolve(name) {
            Some(ids) => any.extend(ids),
            None => problems.push(Problem::new(
                from..from + name.len(),
                format!("There is no concept or set \"{name}\"."),
            )),
        }
    }
    any
}

fn empty(span: Range<usize>) -> Problem {
    Problem::new(span, "A concept is missing here.")
        .help("Write conditions as in \"boat ~ (migrants|people) & rescue & !tourists\".")
}

/// Splits at the signs, keeping each piece's place.
fn split<'a>(text: &'a str, signs: &'a [char]) -> impl Iterator<Item = (usize, &'a str)> {
    let mut start = 0;
    text.split(signs).map(move |piece| {
        let at = start;
        start += piece.len() + 1;
        (at, piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Condition, Vec<Problem>) {
        let resolve = |name: &str| -> Option<&[ConceptId]> {
            match name {
                "boat" => Some(&[0]),
                "migrants" => Some(&[1]),
                "people" => Some(&[2]),
                "rescue" => Some(&[3]),
                "tourists" => Some(&[4]),
                "leisure" => Some(&[4, 5]),
                _ => None,
            }
        };
        let mut problems = Vec::new();
        let condition = parse(text, 10, &resolve, &mut problems);
        (condition, problems)
    }

    #[test]
    fn chains_alternatives_and_exclusions() {
        let (condition, problems) = read("boat ~ (migrants|people) > rescue & people & !tourists");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(condition.clauses.len(), 2);
        let links = &condition.clauses[0].links;
        assert_eq!(links[1], Link { any: vec![1, 2], ordered: false });
        assert_eq!(links[2], Link { any: vec![3], ordered: true });
        assert_eq!(condition.without, [vec![4]]);
    }

    #[test]
    fn a_set_stands_for_its_concepts() {
        let (condition, problems) = read("(boat|leisure) & !(rescue|leisure)");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(condition.clauses[0].links[0].any, [0, 4, 5]);
        assert_eq!(condition.without, [vec![3, 4, 5]]);
    }

    #[test]
    fn an_unknown_concept_is_reported_where_it_stands() {
        let (_, problems) = read("boat ~ ( migrants | shp )");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].span, 30..33);
    }

    #[test]
    fn holes_are_reported() {
        for text in ["", "boat ~ ", "boat & & rescue", "!boat"] {
            assert_eq!(read(text).1.len(), 1, "{text}");
        }
    }
}
