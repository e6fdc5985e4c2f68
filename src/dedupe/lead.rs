//! The lead: which copy of a group is shown.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::model::Time;
use crate::text::fold::fold_str;

/// A copy may lead with this share of the fullest copy's length.
const FULL: f64 = 0.9;
/// Words at either end of a text in which an agency is credited: "(AFP)", "Tunis, 3 May (TAP) –".
const CREDIT_WORDS: usize = 12;
/// Bytes at either end that hold so many words.
const CREDIT_BYTES: usize = 512;
/// Words of the longest agency's name.
const NAME_WORDS: usize = 5;

/// What is known of a copy for the choice of the lead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CopyFacts {
    /// The copy comes from the agency itself.
    pub agency: bool,
    /// The copy credits an agency, see [`credits_agency`].
    pub credits: bool,
    /// The copy has a body, not just a feed's summary.
    pub body: bool,
    /// Length of its text in characters.
    pub chars: u32,
    /// When it was published.
    pub published: Time,
}

/// The copy that is shown, as an index; 0 where there is none.
///
/// Of the copies with a body (where one has), those with at least 90 % of the
/// fullest length: the agency's own first, then one that credits an agency and is
/// as long (so it was not cut), else the earliest. Equal copies: the first of the list.
pub fn lead(copies: &[CopyFacts]) -> usize {
    let any_body = copies.iter().any(|copy| copy.body);
    let eligible = |copy: &CopyFacts| copy.body || !any_body;
    let fullest = copies.iter().filter(|c| eligible(c)).map(|c| c.chars).max().unwrap_or_default();
    let full = |copy: &CopyFacts| f64::from(copy.chars) >= FULL * f64::from(fullest);
    copies
        .iter()
        .enumerate()
        .filter(|(_, copy)| eligible(copy) && full(copy))
        .min_by_key(|(_, copy)| (!copy.agency, !copy.credits, copy.published))
        .map_or(0, |(index, _)| index)
}

/// Whether a text names a news agency where credits stand: at its beginning or end.
pub fn credits_agency(text: &str) -> bool {
    if text.len() <= 2 * CREDIT_BYTES {
        let folded = fold_str(text);
        return names_agency(&first_words(&folded)) || names_agency(&last_words(&folded));
    }
    let begins = fold_str(&text[..text.floor_char_boundary(CREDIT_BYTES)]);
    let ends = fold_str(&text[text.ceil_char_boundary(text.len() - CREDIT_BYTES)..]);
    names_agency(&first_words(&begins)) || names_agency(&last_words(&ends))
}

fn is_gap(c: char) -> bool {
    !c.is_alphanumeric()
}

fn first_words(folded: &str) -> Vec<&str> {
    folded.split(is_gap).filter(|word| !word.is_empty()).take(CREDIT_WORDS).collect()
}

fn last_words(folded: &str) -> Vec<&str> {
    let mut words: Vec<&str> =
        folded.rsplit(is_gap).filter(|word| !word.is_empty()).take(CREDIT_WORDS).collect();
    words.reverse();
    words
}

/// The names of agencies, and the words with which they begin.
static AGENCIES: LazyLock<(FxHashSet<String>, FxHashSet<String>)> = LazyLock::new(|| {
    let names: FxHashSet<String> = include_str!("agencies.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split('|'))
        .map(|name| first_words(&fold_str(name)).join(" "))
        .filter(|name| !name.is_empty())
        .collect();
    let begin = |name: &String| name.split(' ').next().unwrap_or_default().to_owned();
    let begins = names.iter().map(begin).collect();
    (names, begins)
});

fn names_agency(words: &[&str]) -> bool {
    let (names, begins) = &*AGENCIES;
    let begun = (0..words.len()).filter(|at| begins.contains(words[*at]));
    let name = |from: usize, length| words.get(from..from + length).map(|name| name.join(" "));
    begun
        .flat_map(|from| (1..=NAME_WORDS).filter_map(move |length| name(from, length)))
        .any(|name| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(minute: i64, chars: u32) -> CopyFacts {
        let published = Time::UNIX_EPOCH + chrono::TimeDelta::minutes(minute);
        CopyFacts { agency: false, credits: false, body: true, chars, published }
    }

    #[test]
    fn the_earliest_full_copy_leads() {
        assert_eq!(lead(&[copy(0, 500), copy(9, 1000), copy(5, 920)]), 2);
        assert_eq!(lead(&[]), 0);
    }

    #[test]
    fn the_agency_leads_and_then_who_credits_it() {
        let agency = CopyFacts { agency: true, ..copy(9, 1000) };
        let credits = CopyFacts { credits: true, ..copy(5, 1000) };
        assert_eq!(lead(&[copy(0, 1000), credits, agency]), 2);
        assert_eq!(lead(&[copy(0, 1000), credits]), 1);
        // Cut copies lead nowhere, whoever they credit.
        assert_eq!(lead(&[copy(0, 1000), CopyFacts { chars: 500, ..credits }]), 0);
    }

    #[test]
    fn a_summary_never_leads_where_there_is_a_body() {
        let summary = CopyFacts { body: false, agency: true, ..copy(0, 3000) };
        assert_eq!(lead(&[summary, copy(5, 300)]), 1);
        assert_eq!(lead(&[summary]), 0);
    }

    #[test]
    fn credits_stand_at_either_end() {
        assert!(credits_agency("تونس 3 مايو (وات) – قالت وزارة الداخلية اليوم إن خفر السواحل"));
        assert!(credits_agency("Le bateau a coulé mardi au large de Sfax. (AFP)"));
        assert!(credits_agency("أحبطت عناصر الدرك محاولة للهجرة.\n\nأ.ف.ب"));
        assert!(!credits_agency("Le bateau a coulé mardi au large de Sfax."));
    }
}
