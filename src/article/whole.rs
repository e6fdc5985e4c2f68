//! Whether a feed's own text is the whole article.

/// Text of so many characters is a whole article, unless it ends like a teaser.
const CHARS: usize = 1_200;

/// How a teaser ends: cut off, or with the words of a link to the rest.
const TEASER_ENDS: [&str; 15] = [
    "…",
    "...",
    "[…]",
    "[...]",
    "Read more",
    "Continue reading",
    "Lire la suite",
    "Leer más",
    "Leggi tutto",
    "Weiterlesen",
    "Leia mais",
    "Devamını oku",
    "اقرأ المزيد",
    "إقرأ المزيد",
    "المزيد",
];

/// Whether `text`, the plain text that a feed carries for an entry, is the whole article, so that
/// its page need not be fetched.
#[must_use]
pub fn is_whole(text: &str) -> bool {
    let text = text.trim_end();
    text.chars().nth(CHARS - 1).is_some() && !TEASER_ENDS.iter().any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_whole_unless_they_break_off() {
        let long = "كلمة أخرى. ".repeat(150);
        assert!(is_whole(&long));
        assert!(!is_whole("خبر قصير."));
        for end in ["[…]", "اقرأ المزيد", "Lire la suite \n"] {
            assert!(!is_whole(&format!("{long} {end}")), "{end}");
        }
    }
}
