//! What may stand before and after a stem within one written word.
//!
//! Clitics and endings are alternatives, never stripped: the word keeps its
//! form, and a stem in it is accepted when what is left over is one of these.
//! All of them are folded.

/// What Arabic writes together with the next word: `و ف`, `ب ك ل`, the article.
const ARABIC_CLITICS: &[&str] = &[
    "", "ال", "لل", "و", "ف", "ب", "ك", "ل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وب", "ول",
    "وك", "فب", "فل", "وبال", "وكال", "فبال", "لال", "س", "وس",
];
/// Clitics with the article: safe before a stem of any length.
const ARABIC_ARTICLES: &[&str] =
    &["", "ال", "لل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وبال", "وكال", "فبال"];
/// Stems shorter than this take clitics only with the article: `ف` + `رق` would read `فرق`.
const SHORT_STEM_BYTES: usize = 6;

/// What is longer than this is neither clitic nor ending, and need not be looked up.
const LONGEST_BYTES: usize = 8;

const ARABIC_ENDINGS: &[&str] = &[
    "", "ا", "ه", "ت", "ي", "و", "وا", "ات", "ان", "ون", "ين", "يه", "يا", "يات", "يون", "يين",
    "ها", "هم", "هن", "هما", "نا", "ته", "تها", "تهم", "تا", "تان", "تين", "اته", "اتها", "اتهم",
    "وه", "وها", "وهم", "وهن", "ونه", "ونها", "ونهم", "تهما", "تهن", "ني",
];

/// True when `before` is what Arabic may write before a stem of `stem_bytes` bytes.
pub fn is_arabic_clitic(before: &str, stem_bytes: usize) -> bool {
    let allowed = if stem_bytes < SHORT_STEM_BYTES { ARABIC_ARTICLES } else { ARABIC_CLITICS };
    before.is_empty() || before.len() <= LONGEST_BYTES && allowed.contains(&before)
}

/// True when `after` is nothing, the accusative's alif or a possessive pronoun.
pub fn is_arabic_enclitic(after: &str) -> bool {
    matches!(after, "" | "ا" | "هم" | "ها" | "هن" | "هما" | "نا" | "كم")
}

/// The usual endings of a language.
#[derive(Debug, Clone, Copy)]
pub struct Endings(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Listed(&'static [&'static str]),
    UpTo(usize),
}

/// The usual endings of `lang`; other languages than those listed know none.
pub fn endings(lang: &str) -> Endings {
    Endings(Kind::Listed(match lang {
        "ar" => ARABIC_ENDINGS,
        "en" => &["", "s", "es", "ed", "d", "ing"],
        "fr" => &["", "s", "e", "es", "x", "ee", "ees"],
        "es" | "pt" => &["", "s", "es", "a", "as", "o", "os"],
        "it" => &["", "a", "e", "i", "o", "hi", "he"],
        "de" => &["", "e", "n", "en", "er", "es", "s", "ern", "em", "innen", "in"],
        "tr" => return Endings(Kind::UpTo(TURKISH_ENDING_BYTES)),
        _ => &[""],
    }))
}

impl Endings {
    /// True when `after` is one of them, or nothing.
    pub fn hold(self, after: &str) -> bool {
        after.is_empty()
            || match self.0 {
                Kind::Listed(endings) => after.len() <= LONGEST_BYTES && endings.contains(&after),
                Kind::UpTo(bytes) => after.len() <= bytes,
            }
    }
}

/// Turkish joins endings freely; a long rest is another word.
const TURKISH_ENDING_BYTES: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clitics_are_accepted_and_other_letters_are_not() {
        let stem = "مهاجر".len();
        for before in ["", "ال", "لل", "وال", "بال", "و", "ب"] {
            assert!(is_arabic_clitic(before, stem), "{before}");
        }
        assert!(!is_arabic_clitic("مت", stem));
        assert!(!is_arabic_clitic("ا", "عمال".len()), "اعمال is no عمال that is asked about");
    }

    #[test]
    fn a_short_stem_takes_no_bare_clitic() {
        assert!(is_arabic_clitic("ال", "رق".len()));
        assert!(!is_arabic_clitic("ف", "رق".len()));
    }

    #[test]
    fn endings_belong_to_their_language() {
        let is_ending = |after, lang| endings(lang).hold(after);
        assert!(is_ending("ين", "ar") && is_ending("s", "en") && is_ending("lerin", "tr"));
        assert!(!is_ending("tion", "en") && !is_ending("s", "ja"));
    }

    #[test]
    fn none_is_longer_than_what_is_looked_up() {
        let all = ARABIC_CLITICS.iter().chain(ARABIC_ENDINGS);
        assert_eq!(all.map(|form| form.len()).max(), Some(LONGEST_BYTES));
        for lang in ["en", "fr", "es", "it", "de"] {
            let Kind::Listed(list) = endings(lang).0 else { panic!("{lang}") };
            assert!(list.iter().all(|form| form.len() <= LONGEST_BYTES), "{lang}");
        }
    }
}
