//! What a reader asks for, and where a text answers: one way for the search and for the marks in
//! what it finds.

use std::ops::Range;

use super::fold::{fold, fold_str};
use super::stem::stem;
use super::words::words;

/// Words that must all be there; those of one part stand side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Each part: one stem, or the stems of a phrase in their order.
    pub parts: Vec<Vec<String>>,
}

impl Question {
    /// Reads words and, between double quotes, phrases. A quote that is never closed holds to the
    /// end.
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        for (at, piece) in fold_str(text).split(['"', '«', '»']).enumerate() {
            let stems = stems(piece);
            if at % 2 == 1 && !stems.is_empty() {
                parts.push(stems);
            } else {
                parts.extend(stems.into_iter().map(|stem| vec![stem]));
            }
        }
        Self { parts }
    }

    /// Whether nothing is asked that a text could answer.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Byte ranges of the words of `text` that answer, in order, none overlapping.
    pub fn answers(&self, text: &str) -> Vec<Range<usize>> {
        let folded = fold(text);
        let found: Vec<_> = words(folded.as_str()).collect();
        let stems: Vec<&str> = found.iter().map(|word| stem(word.of(folded.as_str()))).collect();
        let mut hit = vec![false; found.len()];
        for part in self.parts.iter().filter(|part| !part.is_empty()) {
            for at in 0..(stems.len() + 1).saturating_sub(part.len()) {
                if stems[at..at + part.len()].iter().zip(part).all(|(stem, asked)| stem == asked) {
                    hit[at..at + part.len()].fill(true);
                }
            }
        }
        let hits = found.iter().zip(hit).filter(|(_, hit)| *hit);
        hits.map(|(word, _)| folded.original(word.start as usize..word.end as usize)).collect()
    }
}

/// The stems of a folded text, in order.
pub fn stems(folded: &str) -> Vec<String> {
    words(folded).map(|word| stem(word.of(folded)).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases_are_told_apart() {
        let question = Question::parse("قوارب \"الهجرة السرية\" Boats");
        assert_eq!(question.parts, [vec!["قوارب"], vec!["هجر", "سري"], vec!["boat"]]);
        assert!(Question::parse("\"\" !؟ ،").is_empty());
        assert_eq!(Question::parse("\"open phrase").parts.len(), 1);
    }

    #[test]
    fn answers_come_back_as_they_were_written() {
        let text = "«الهِجْرَةُ» غير النظامية: مُهاجِرٌ وهجرةٌ";
        let found = |asked: &str| -> Vec<&str> {
            Question::parse(asked).answers(text).into_iter().map(|range| &text[range]).collect()
        };
        assert_eq!(found("هجرة"), ["الهِجْرَةُ", "وهجرةٌ"]);
        assert_eq!(found("\"غير نظامية\""), ["غير", "النظامية"]);
        assert!(found("\"نظامية غير\"").is_empty());
        assert!(found("").is_empty());
    }
}
