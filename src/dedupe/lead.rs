//! The lead: which copy of a group is shown.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::model::Time;
use crate::text::fold::fold_str;

/// A copy may lead with this share of the fullest copy's length.
const FULL: f64 = 0.9;
/// Words at either end of a text in which an agency is credited: "(AFP)", "Tunis, 3 May (TAP) –".
const CREDIT_WORDS: usize = 12;
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
    let folded = fold_str(text);
    let letters = |c: char| !c.is_alphanumeric();
    let first: Vec<&str> =
        folded.split(letters).filter(|w| !w.is_empty()).take(CREDIT_WORDS).collect();
    let mut last: Vec<&str> =
        folded.rsplit(letters).filter(|w| !w.is_empty()).take(CREDIT_WORDS).collect();
    last.reverse();
    names_agency(&first) || names_agency(&last)
}

static AGENCIES: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    include_str!("agencies.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split('|'))
        .map(|name| {
            fold_str(name)
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|name| !name.is_empty())
        .collect()
});

fn names_agency(words: &[&str]) -> bool {
    (1..=NAME_WORDS).any(|n| words.windows(n).any(|name| AGENCIES.contains(&name.join(" "))))
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
