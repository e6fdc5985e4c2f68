//! Writing direction of a text.

use crate::model::Direction;

/// Characters looked at: the direction of a text shows early.
const SAMPLE: usize = 400;

/// The direction that most letters of the text have; the language's where it has no letters.
pub fn direction(text: &str, lang: Option<&str>) -> Direction {
    let (mut right, mut left) = (0usize, 0usize);
    for c in text.chars().take(SAMPLE) {
        if is_right_to_left(c) {
            right += 1;
        } else if c.is_alphabetic() {
            left += 1;
        }
    }
    match right.cmp(&left) {
        std::cmp::Ordering::Greater => Direction::Rtl,
        std::cmp::Ordering::Less => Direction::Ltr,
        std::cmp::Ordering::Equal => of_language(lang),
    }
}

fn of_language(lang: Option<&str>) -> Direction {
    let primary = lang.unwrap_or("").split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    match primary.as_str() {
        "ar" | "fa" | "ur" | "he" | "iw" | "ckb" | "ps" | "sd" | "ug" | "yi" | "dv" | "syr" => {
            Direction::Rtl
        }
        _ => Direction::Ltr,
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_decide_then_the_language() {
        assert_eq!(direction("الهجرة إلى France", Some("fr")), Direction::Rtl);
        assert_eq!(direction("La hijra (الهجرة) en question", Some("ar")), Direction::Ltr);
        assert_eq!(direction("2024: 15 %", Some("ar-MA")), Direction::Rtl);
        assert_eq!(direction("", None), Direction::Ltr);
        assert_eq!(direction("הגירה", None), Direction::Rtl);
    }
}
