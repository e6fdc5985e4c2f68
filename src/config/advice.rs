//! What to write instead of an unknown word.

/// "Did you mean …?" where a word is near, else all words.
pub fn advise(word: &str, allowed: &[&str]) -> String {
    match nearest(word, allowed) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Allowed here: {}.", one_of(allowed)),
    }
}

/// The words, each in backticks.
pub fn one_of(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The word that a typo most probably meant: at most a third of its letters differ.
fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let near = words.iter().map(|known| (strsim::osa_distance(word, known), *known)).min()?;
    (near.0 <= (word.chars().count() / 3).max(1)).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_words_are_answered_with_all_that_is_allowed() {
        assert_eq!(advise("zzzzzz", &["url", "name"]), "Allowed here: `url`, `name`.");
        assert_eq!(advise("shcedule", &["url", "schedule"]), "Did you mean `schedule`?");
        assert_eq!(advise("ul", &["url", "name"]), "Did you mean `url`?");
    }
}
