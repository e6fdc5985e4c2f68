//! Same text or not: the decision, in three steps between which the caller looks
//! things up. The caller is the store, or the index in memory of `inspect group`.
//!
//! 1. [`phrases`](super::phrases) of the newcomer → the caller looks up their [`Posting`]s;
//! 2. [`Shortlist::new`] tells what recurs from what is the text's own and names
//!    the articles worth a comparison → the caller looks up their fingerprints;
//! 3. [`Shortlist::decide`] compares word by word and names the article whose
//!    text this is, if any.
//!
//! Two look-ups per article, both bounded.

use std::cmp::{Ordering, Reverse};

use rustc_hash::FxHashMap;

use super::compare::{Overlap, compare};
use super::fingerprint::{PHRASE, Phrase};
use crate::model::Fingerprint;

/// Postings that are kept for one phrase. A phrase in more articles either belongs
/// to one group, which is found through these, or recurs and finds nothing.
pub const MAX_POSTINGS: usize = 16;
/// Articles of one shortlist.
pub const MAX_CANDIDATES: usize = 8;
/// Articles of one group on a shortlist: cut and reworded copies may each be nearer to another copy.
const PER_GROUP: usize = 3;
/// Two days: a reprint follows within them (the wire, the evening site, the morning
/// paper); what reads alike later is the next occurrence or a recurring notice.
const NEWS_HOURS: i64 = 48;
/// Words that may stand before a text: the site's path, date line, byline, agency.
const OPENING: u32 = 40;
/// The window: nobody reprints a dispatch after a month.
pub const WINDOW_DAYS: i64 = 30;

/// Where a phrase was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The phrase.
    pub gram: u32,
    /// The article.
    pub article: i64,
    /// The article's group.
    pub group: i64,
    /// Number or hash of the article's source.
    pub source: u32,
    /// The article's time in hours since 1970.
    pub hour: i32,
}

/// An article to compare with.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The article.
    pub article: i64,
    /// Its group.
    pub group: i64,
    /// Its fingerprint.
    pub fingerprint: &'a Fingerprint,
}

/// The article whose text the newcomer is a copy of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The article.
    pub article: i64,
    /// Its group, which the newcomer joins.
    pub group: i64,
    /// What the texts have in common.
    pub overlap: Overlap,
}

/// What is worth a comparison, and what of the newcomer recurs elsewhere.
#[derive(Debug, Clone)]
pub struct Shortlist {
    /// Articles to compare with, most promising first.
    pub articles: Vec<i64>,
    /// Phrases to enter into the postings: those that have room.
    pub enter: Vec<u32>,
    /// For each word of the newcomer, whether it belongs to a recurring phrase.
    dull: Vec<bool>,
}

impl Shortlist {
    /// Sorts the postings found for a newcomer's phrases.
    pub fn new(newcomer: &Fingerprint, phrases: &[Phrase], postings: &[Posting]) -> Self {
        let mut by_gram: FxHashMap<u32, Vec<Posting>> = FxHashMap::default();
        for posting in postings {
            by_gram.entry(posting.gram).or_default().push(*posting);
        }
        let mut enter = Vec::with_capacity(phrases.len());
        let mut dull = vec![false; phrases.len()];
        let mut hits: FxHashMap<i64, Hit> = FxHashMap::default();
        for (i, phrase) in phrases.iter().enumerate() {
            let seen = by_gram.get_mut(&phrase.gram).map(Vec::as_mut_slice).unwrap_or_default();
            if seen.len() < MAX_POSTINGS {
                enter.push(phrase.gram);
            }
            dull[i] = recurs(seen);
            for posting in seen.iter() {
                let hit = hits.entry(posting.article).or_insert(Hit::of(posting.group));
                *(if dull[i] { &mut hit.dull } else { &mut hit.own }) += 1;
            }
        }
        // Recurring phrases lead nowhere, unless nearly the whole text is made of them.
        hits.retain(|_, hit| hit.own > 0 || hit.dull * 2 > phrases.len() as u32);
        Self {
            articles: most_promising(hits),
            enter,
            dull: dull_words(newcomer.tokens.len(), phrases, &dull),
        }
    }

    /// Names the article whose text the newcomer is, if it is one of the candidates.
    pub fn decide(&self, newcomer: &Fingerprint, candidates: &[Candidate<'_>]) -> Option<Match> {
        candidates
            .iter()
            .filter_map(|candidate| {
                let overlap = self.copy_of(newcomer, candidate.fingerprint)?;
                Some(Match { article: candidate.article, group: candidate.group, overlap })
            })
            .max_by(better)
    }

    fn copy_of(&self, newcomer: &Fingerprint, other: &Fingerprint) -> Option<Overlap> {
        let overlap = compare(&newcomer.tokens, &other.tokens, &self.dull, &[]);
        if same_text(newcomer, other, &overlap) {
            return Some(overlap);
        }
        // Where most of the text is a form, what is its own may be too little to judge by.
        let form = self.dull.iter().filter(|dull| **dull).count() * 2 > self.dull.len();
        let whole = form.then(|| compare(&newcomer.tokens, &other.tokens, &[], &[]))?;
        same_issue(newcomer, other, &whole).then_some(whole)
    }
}

/// How often an article was hit.
#[derive(Debug, Clone, Copy)]
struct Hit {
    group: i64,
    /// By the newcomer's own phrases.
    own: u32,
    /// By recurring phrases.
    dull: u32,
}

impl Hit {
    fn of(group: i64) -> Self {
        Self { group, own: 0, dull: 0 }
    }
}

/// A text that joins two dispatches is filed under the one it begins with; else
/// under the one it shares most of, and then under the earliest.
fn better(a: &Match, b: &Match) -> Ordering {
    let opens = |m: &Match| m.overlap.before_long <= OPENING;
    opens(a)
        .cmp(&opens(b))
        .then(a.overlap.share().total_cmp(&b.overlap.share()))
        .then(a.overlap.shared.cmp(&b.overlap.shared))
        .then(b.article.cmp(&a.article))
}

/// The articles that share most of the newcomer's own phrases.
fn most_promising(hits: FxHashMap<i64, Hit>) -> Vec<i64> {
    let mut ranked: Vec<(i64, Hit)> = hits.into_iter().collect();
    ranked.sort_unstable_by_key(|(article, hit)| (Reverse((hit.own, hit.dull)), *article));
    let mut of_group: FxHashMap<i64, usize> = FxHashMap::default();
    ranked
        .into_iter()
        .filter(|(_, hit)| {
            let n = of_group.entry(hit.group).or_default();
            *n += 1;
            *n <= PER_GROUP
        })
        .take(MAX_CANDIDATES)
        .map(|(article, _)| article)
        .collect()
}

/// True for a phrase that is not one text's own.
fn recurs(seen: &mut [Posting]) -> bool {
    // A title, an institution's name, a saying: many texts have it.
    const TEXTS: usize = 6;
    // A house's frame, its signature, its template: three texts of one source have it.
    const TEXTS_OF_SOURCE: usize = 3;
    // A notice that comes again: in three episodes, more than two days apart.
    const EPISODES: usize = 3;
    if seen.len() < EPISODES {
        return false;
    }
    seen.sort_unstable_by_key(|posting| (posting.hour, posting.article));
    let apart = |pair: &[Posting]| i64::from(pair[1].hour) - i64::from(pair[0].hour) > NEWS_HOURS;
    if 1 + seen.windows(2).filter(|pair| apart(pair)).count() >= EPISODES {
        return true;
    }
    let mut texts: Vec<(u32, i64)> = seen.iter().map(|p| (p.source, p.group)).collect();
    texts.sort_unstable();
    texts.dedup();
    let of_source = texts.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).max().unwrap_or(0);
    texts.sort_unstable_by_key(|(_, group)| *group);
    texts.dedup_by_key(|(_, group)| *group);
    of_source >= TEXTS_OF_SOURCE || texts.len() >= TEXTS
}

/// Spreads what is known of the sampled phrases over the words: those of a recurring
/// phrase, and those between two recurring phrases with nothing of its own between.
fn dull_words(words: usize, phrases: &[Phrase], dull: &[bool]) -> Vec<bool> {
    let mut marks = vec![false; words];
    let mut mark = |from: usize, to: usize| marks[from.min(words)..to.min(words)].fill(true);
    for (phrase, _) in phrases.iter().zip(dull).filter(|(_, dull)| **dull) {
        mark(phrase.at as usize, phrase.at as usize + PHRASE);
    }
    for (pair, dull) in phrases.windows(2).zip(dull.windows(2)) {
        if dull[0] && dull[1] {
            mark(pair[0].at as usize, pair[1].at as usize);
        }
    }
    marks
}

/// The rules of a news desk.
fn same_text(a: &Fingerprint, b: &Fingerprint, overlap: &Overlap) -> bool {
    let hours = hours_between(a, b);
    let soon = hours <= NEWS_HOURS && a.dated && b.dated;
    if hours > WINDOW_DAYS * 24 || overlap.words < 10 {
        return false;
    }
    if a.exact == b.exact {
        return soon || overlap.words >= 40;
    }
    let enough = match (soon, a.source == b.source) {
        (true, false) => reprinted(overlap, hours),
        (true, true) => printed_again(overlap, hours),
        (false, _) => returned(overlap),
    };
    enough && !contradicts(overlap) && leads(a, b, overlap)
}

/// Another paper has no reason to use the same words, except that it copied them.
fn reprinted(overlap: &Overlap, hours: i64) -> bool {
    // Figures are not repeated by habit: passages with several tell of one thing.
    let needed = if sure(overlap) { 0.6 } else { 0.65 };
    // Who puts a dispatch into a piece thrice as long takes the whole of it; of which
    // only parts are found, it is another writer's piece on the same matter.
    let needed = if overlap.words_long > 3 * overlap.words { 0.8 } else { needed };
    overlap.share() >= needed + lateness(hours)
}

/// One paper writes all its notices of a kind alike, on one day too.
fn printed_again(overlap: &Overlap, hours: i64) -> bool {
    let (share, verbatim) = if sure(overlap) { (0.7, 0.6) } else { (0.84, 0.8) };
    overlap.share() >= share + lateness(hours) / 2.0 && overlap.verbatim() >= verbatim
}

/// The later a text comes, the likelier it is the next of its kind.
fn lateness(hours: i64) -> f32 {
    0.2 * hours as f32 / NEWS_HOURS as f32
}

/// Two days on, or at an unknown date, forms return with some words changed, and one
/// name throughout; and old dispatches return as the background of new ones. Only what
/// is nearly word for word, and most of both texts, is still the same text.
fn returned(overlap: &Overlap) -> bool {
    overlap.share() >= 0.9
        && overlap.verbatim() >= 0.85
        && overlap.shared as f32 >= 0.6 * overlap.words_long as f32
        && overlap.swapped == 0
}

/// Several figures agree and none differs.
fn sure(overlap: &Overlap) -> bool {
    overlap.figures >= 4 && overlap.differ == 0
}

/// One issue of a form (weather, rates, a court's notices): within a day or two,
/// the whole text, with all its figures and days, and no name exchanged.
fn same_issue(a: &Fingerprint, b: &Fingerprint, whole: &Overlap) -> bool {
    hours_between(a, b) <= NEWS_HOURS
        && (a.dated && b.dated)
        && whole.share() >= 0.9
        && (whole.figures >= 2 && whole.differ == 0 && whole.swapped == 0)
        && leads(a, b, whole)
}

fn hours_between(a: &Fingerprint, b: &Fingerprint) -> i64 {
    (a.time - b.time).num_hours().abs()
}

/// "14 dead" is not "15 dead". One figure in many, further down, may be a slip of the copyist.
fn contradicts(overlap: &Overlap) -> bool {
    overlap.differ_first || overlap.differ as f32 > 0.15 * (overlap.agree + overlap.differ) as f32
}

/// A copy shows what the text begins with. What is copied from further down is
/// background: yesterday's dispatch as the last paragraph of today's. Only where
/// another paper afterwards prints a good part of the text, and nothing else, did it
/// leave out the beginning.
fn leads(a: &Fingerprint, b: &Fingerprint, overlap: &Overlap) -> bool {
    let (before, long) = (overlap.before_long as f32, overlap.words_long as f32);
    let (longer, shorter) = if a.tokens.len() > b.tokens.len() { (a, b) } else { (b, a) };
    let cut = a.source != b.source
        && shorter.time >= longer.time
        && overlap.verbatim() >= 0.97
        && overlap.shared as f32 >= 0.28 * long;
    overlap.before_long <= OPENING || before <= 0.3 * long || (cut && before <= 0.67 * long)
}

#[cfg(test)]
mod tests;
