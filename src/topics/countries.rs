//! Names of countries, so that a verdict can say where a text is about.

use super::lexicon::{Builder, Target};
use super::pattern;

/// One block per country: its code, then a line of names per language, written
/// as terms of `topics.toml` are.
const NAMES: &str = include_str!("countries.txt");

/// Adds the names of all countries; gives the codes in order of their numbers.
pub fn add(builder: &mut Builder) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for line in NAMES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match line.split_once(':') {
            None => codes.push(line.trim().to_owned()),
            Some((lang, names)) => add_names(builder, lang.trim(), names, codes.len()),
        }
    }
    codes
}

fn add_names(builder: &mut Builder, lang: &str, names: &str, count: usize) {
    let (Some(lang), Some(id)) =
        (builder.language(lang), count.checked_sub(1).and_then(|n| u16::try_from(n).ok()))
    else {
        return;
    };
    let small = |word: &str| builder.is_small(lang, word);
    let terms = pattern::terms(names, 0, &small, &mut Vec::new());
    for term in &terms {
        builder.add(term, lang, Target::Country(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_code_or_a_list_of_good_terms() {
        let mut problems = Vec::new();
        let mut codes = 0;
        for line in NAMES.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            match line.split_once(':') {
                None => {
                    codes += 1;
                    assert!(
                        line.len() == 2 && line.bytes().all(|b| b.is_ascii_uppercase()),
                        "{line}"
                    );
                }
                Some((lang, names)) => {
                    assert!((2..=3).contains(&lang.len()), "{line}");
                    pattern::terms(names, 0, &|_| false, &mut problems);
                }
            }
        }
        assert!(problems.is_empty(), "{problems:?}");
        assert!(codes > 190, "{codes}");
    }
}
