//! Words as search compares them: what is indexed of a text, and what a query asks for.
//!
//! Both sides go through the same folding, and an Arabic word is also found without the small
//! words written together with it (`وللهجرة` by `هجرة`).

use super::fold::fold_str;
use super::forms::is_arabic_clitic;
use super::words::words;

/// Words of one text that are indexed.
const MAX_WORDS: usize = 6000;
/// Terms of one query that count.
const MAX_TERMS: usize = 16;
/// Shortest rest of a word without its clitics, in bytes: three Arabic letters.
const SHORTEST_STEM: usize = 6;

/// What is indexed of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Its folded words, parted by spaces.
    pub words: String,
    /// Arabic words without their clitics, parted by spaces, where that makes another word.
    pub stems: String,
}

/// One term of a query; all must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Any of these forms of one word.
    Word(Vec<String>),
    /// These words side by side.
    Phrase(Vec<String>),
}

/// The words of a title and a text, as they are indexed.
pub fn indexed(title: &str, text: &str) -> Indexed {
    let folded = fold_str(&format!("{title}\n{text}"));
    let mut out = Indexed::default();
    for word in words(&folded).take(MAX_WORDS).map(|word| word.of(&folded)) {
        push(&mut out.words, word);
        if let Some(stem) = stem(word) {
            push(&mut out.stems, stem);
        }
    }
    out
}

fn push(list: &mut String, word: &str) {
    if !list.is_empty() {
        list.push(' ');
    }
    list.push_str(word);
}

/// The terms of a query: words in any order, and phrases between double quotes.
pub fn terms(query: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    // Every second part stands between quotes.
    for (n, part) in query.split(['"', '«', '»', '“', '”']).enumerate() {
        let folded = fold_str(part);
        let list: Vec<String> = words(&folded).map(|word| word.of(&folded).to_owned()).collect();
        if n % 2 == 1 && list.len() > 1 {
            terms.push(Term::Phrase(list));
        } else {
            terms.extend(list.into_iter().map(|word| {
                let stem = stem(&word).map(str::to_owned);
                Term::Word(std::iter::once(word).chain(stem).collect())
            }));
        }
    }
    terms.truncate(MAX_TERMS);
    terms
}

/// The longest clitics off, where enough remains.
fn stem(word: &str) -> Option<&str> {
    word.char_indices().skip(1).take(5).map(|(at, _)| word.split_at(at)).filter_map(
        |(before, rest)| {
            (rest.len() >= SHORTEST_STEM && is_arabic_clitic(before, rest.len())).then_some(rest)
        },
    ).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_words_are_indexed_with_and_without_clitics() {
        let got = indexed("", "وللهجرةِ السرّية");
        assert!(got.words.contains(&fold_str("السرية")), "{got:?}");
        assert!(got.stems.split(' ').any(|stem| stem == fold_str("هجرة")), "{got:?}");
    }

    #[test]
    fn a_query_is_words_and_phrases() {
        let got = terms("\"human trafficking\" الهجرة");
        assert_eq!(got[0], Term::Phrase(vec!["human".into(), "trafficking".into()]));
        let Term::Word(forms) = &got[1] else { panic!("{got:?}") };
        assert!(forms.contains(&fold_str("هجرة")), "{forms:?}");
        assert!(terms("  \" \" ").is_empty());
    }
}
