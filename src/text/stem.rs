//! Words as a search compares them: without what grammar adds at their ends.
//!
//! Arabic: the light stemmer "light10" (Larkey, Ballesteros, Connell 2007), which takes off the
//! article with its particles and the usual endings and leaves the rest alone; it is the one that
//! keeps winning comparisons for retrieval. Elsewhere the plural *s* goes. Both are applied to
//! the text and to the question alike, so a wrong cut costs little.

/// Letters that must remain after the article.
const AFTER_ARTICLE: usize = 2;
/// Letters that must remain after a lone *wa* or an ending.
const REST: usize = 3;

const ARTICLES: [&str; 6] = ["وال", "بال", "كال", "فال", "لل", "ال"];
const ENDINGS: [&str; 8] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];

/// The stem of a folded word (see [`super::fold`]), a part of it.
pub fn stem(word: &str) -> &str {
    match word.chars().next() {
        Some('\u{620}'..='\u{64a}') => arabic(word),
        Some(first) if first.is_ascii_alphabetic() => plural(word),
        _ => word,
    }
}

fn arabic(word: &str) -> &str {
    let leaves = |rest: &str, least: usize| rest.chars().nth(least - 1).is_some();
    let mut stem = word;
    if let Some(rest) = stem.strip_prefix('و').filter(|rest| leaves(rest, REST)) {
        stem = rest;
    }
    let bare = ARTICLES
        .iter()
        .find_map(|article| stem.strip_prefix(article).filter(|rest| leaves(rest, AFTER_ARTICLE)));
    stem = bare.unwrap_or(stem);
    for ending in ENDINGS {
        if let Some(rest) = stem.strip_suffix(ending).filter(|rest| leaves(rest, REST)) {
            stem = rest;
        }
    }
    stem
}

fn plural(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(rest) if rest.len() >= REST && !rest.ends_with(['s', 'u', 'i']) => rest,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_str;

    #[test]
    fn forms_of_one_arabic_word_meet() {
        let stem_of = |word: &str| stem(&fold_str(word)).to_owned();
        for forms in [
            &["هجرة", "الهجرة", "والهجرة", "بالهجرة", "للهجرة", "هجرات"][..],
            &["مهاجر", "المهاجرين", "مهاجرون", "والمهاجرات", "للمهاجرين"],
            &["قارب", "القارب", "قاربين", "بالقارب"],
            &["لاجئ", "اللاجئين", "لاجئة", "لاجئون"],
            &["ضحية", "الضحية"],
        ] {
            let first = stem_of(forms[0]);
            for form in forms {
                assert_eq!(stem_of(form), first, "{form}");
            }
        }
    }

    #[test]
    fn short_words_stay_whole() {
        for word in ["بحر", "ولد", "الم", "ورق", "مدن"] {
            assert_eq!(stem(word), word);
        }
    }

    #[test]
    fn a_plural_s_goes() {
        assert_eq!(stem("migrants"), "migrant");
        assert_eq!(stem("migrantes"), "migrante");
        for word in ["crisis", "bus", "press", "gas", "42"] {
            assert_eq!(stem(word), word);
        }
    }
}
