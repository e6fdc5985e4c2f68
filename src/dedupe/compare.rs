//! What two texts have in common, word by word.

use rustc_hash::FxHashMap;

use super::align::align;
use super::token::{Kind, Token};

/// Half the width of the window in which aligned words must be dense.
const REACH: usize = 5;
/// Share of a window's words that must be aligned for it to be copied text: words
/// that just happen to stand in the same order (of, the, said) are sparser.
const DENSE: f32 = 0.55;
/// A gap between aligned words that is longer holds a passage of its own, and
/// facts in it contradict nothing.
const GAP: usize = 5;

/// Words of a text's first sentence or two.
const BEGINNING: usize = 40;

/// What two texts have in common. Words of recurring phrases count nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overlap {
    /// Words of the shorter text.
    pub words: u32,
    /// Words of the shorter text that lie in copied passages.
    pub shared: u32,
    /// Words of the shorter text that stand in the longer one, in the same order.
    pub same: u32,
    /// Words before the first copied passage, in the shorter text.
    pub before: u32,
    /// Words before the first copied passage, in the longer text.
    pub before_long: u32,
    /// Words of the longer text.
    pub words_long: u32,
    /// Facts (numbers, weekdays, months) that agree in copied passages.
    pub agree: u32,
    /// Different figures among those that agree, dates and years apart: what a paper
    /// does not repeat by habit.
    pub figures: u32,
    /// Facts that differ at the same place of the same sentence.
    pub differ: u32,
    /// Whether one of them stands where the text begins: the news itself.
    pub differ_first: bool,
    /// Places where one word of the shorter text is another throughout the longer text.
    pub swapped: u32,
}

impl Overlap {
    /// Share of the shorter text that is copied, 0 to 1.
    pub fn share(&self) -> f32 {
        part(self.shared, self.words)
    }

    /// Share of the shorter text that stands in the longer one word for word, 0 to 1.
    pub fn verbatim(&self) -> f32 {
        part(self.same, self.words)
    }
}

fn part(some: u32, all: u32) -> f32 {
    if all == 0 { 0.0 } else { some as f32 / all as f32 }
}

/// Compares two token sequences. `dull(i, j)`… words of recurring phrases, by position in `a` and in `b`.
pub(super) fn compare(a: &[u16], b: &[u16], dull_a: &[bool], dull_b: &[bool]) -> Overlap {
    if a.len() > b.len() {
        return compare(b, a, dull_b, dull_a);
    }
    let aligned = align(a, b);
    let copied = copied(a, b, &aligned);
    let lively = |i: &usize| {
        !dull_a.get(*i).copied().unwrap_or(false)
            && !aligned[*i].is_some_and(|j| dull_b.get(j as usize).copied().unwrap_or(false))
    };
    let words = (0..a.len()).filter(lively).count() as u32;
    let shared = (0..a.len()).filter(lively).filter(|i| copied[*i]).count() as u32;
    let same =
        (0..a.len()).filter(lively).filter(|i| copied[*i] && aligned[*i].is_some()).count() as u32;
    let first = (0..a.len()).filter(lively).find(|i| copied[*i] && aligned[*i].is_some());
    let (agree, figures, differ, differ_first) = facts(a, b, &aligned, &copied);
    let before_long = first.and_then(|i| aligned[i]).unwrap_or(b.len() as u32);
    Overlap {
        words,
        shared,
        same,
        before: first.unwrap_or(a.len()) as u32,
        before_long,
        words_long: b.len() as u32,
        agree,
        figures,
        differ,
        differ_first,
        swapped: swapped(a, b, &aligned, &copied),
    }
}

/// Which words of `a` lie in passages that `b` has too: where aligned words are
/// dense on both sides, or four words in a row stand anywhere in `b` (paragraphs
/// that changed places).
fn copied(a: &[u16], b: &[u16], aligned: &[Option<u32>]) -> Vec<bool> {
    let mut copied = vec![false; a.len()];
    let mut before = vec![0u32; a.len() + 1];
    for (i, place) in aligned.iter().enumerate() {
        before[i + 1] = before[i] + u32::from(place.is_some());
    }
    for (i, mark) in copied.iter_mut().enumerate() {
        let (from, to) = (i.saturating_sub(REACH), (i + REACH + 1).min(a.len()));
        let hits = (before[to] - before[from]) as f32;
        let mut inside = aligned[from..to].iter().flatten();
        let span = match (inside.next(), inside.next_back()) {
            (Some(first), Some(last)) => (last - first + 1) as f32,
            _ => continue,
        };
        let width = (to - from) as f32;
        *mark = hits >= DENSE * width && hits >= DENSE * 0.8 * span.min(4.0 * width);
    }
    let grams: rustc_hash::FxHashSet<u64> = b.windows(4).map(gram).collect();
    for (i, window) in a.windows(4).enumerate() {
        if grams.contains(&gram(window)) {
            copied[i..i + 4].fill(true);
        }
    }
    copied
}

fn gram(words: &[u16]) -> u64 {
    words.iter().fold(0, |gram, word| gram << 16 | u64::from(*word))
}

/// Gaps between aligned words of copied passages, as ranges of `a` and of `b`.
fn gaps<'x>(
    aligned: &'x [Option<u32>],
    copied: &'x [bool],
) -> impl Iterator<Item = (std::ops::Range<usize>, std::ops::Range<usize>)> + 'x {
    let mut last: Option<(usize, usize)> = None;
    aligned.iter().enumerate().filter_map(move |(i, place)| {
        let j = (*place)? as usize;
        if !copied[i] {
            return None;
        }
        let gap = last.map(|(li, lj)| (li + 1..i, lj + 1..j));
        last = Some((i, j));
        gap.filter(|(x, y)| (1..=GAP).contains(&x.len()) && (1..=GAP).contains(&y.len()))
    })
}

/// Facts that agree, different figures among them, facts that differ, and whether
/// one of these stands in the beginning of both.
fn facts(a: &[u16], b: &[u16], aligned: &[Option<u32>], copied: &[bool]) -> (u32, u32, u32, bool) {
    let stated: Vec<usize> = (0..a.len())
        .filter(|i| copied[*i] && aligned[*i].is_some() && Token(a[*i]).kind().is_some())
        .collect();
    let mut figures: Vec<u16> =
        stated.iter().filter(|i| is_figure(a, **i)).map(|i| a[*i]).collect();
    figures.sort_unstable();
    figures.dedup();
    let (mut differ, mut first) = (0, false);
    for (x, y) in gaps(aligned, copied) {
        let found = contradictions(&a[x.clone()], &b[y.clone()]);
        differ += found;
        first |= found > 0 && x.start < BEGINNING && y.start < BEGINNING;
    }
    (stated.len() as u32, figures.len() as u32, differ as u32, first)
}

/// A number that is not part of a date.
fn is_figure(words: &[u16], i: usize) -> bool {
    let around = &words[i.saturating_sub(2)..(i + 3).min(words.len())];
    let token = Token(words[i]);
    token.kind() == Some(Kind::Number)
        && !token.is_year()
        && around.iter().all(|word| Token(*word).kind() != Some(Kind::Month))
}

/// Kinds of facts that both gaps state and none of them alike.
fn contradictions(x: &[u16], y: &[u16]) -> usize {
    let of = |words: &[u16], kind| -> Vec<u16> {
        words.iter().copied().filter(|word| Token(*word).kind() == Some(kind)).collect()
    };
    [Kind::Number, Kind::Weekday, Kind::Month]
        .into_iter()
        .map(|kind| (of(x, kind), of(y, kind)))
        .filter(|(x, y)| !x.is_empty() && !y.is_empty() && x.iter().all(|word| !y.contains(word)))
        .count()
}

/// The most places where one word of `a` is another word throughout `b`.
fn swapped(a: &[u16], b: &[u16], aligned: &[Option<u32>], copied: &[bool]) -> u32 {
    let mut pairs: FxHashMap<(u16, u16), u32> = FxHashMap::default();
    for (x, y) in gaps(aligned, copied) {
        for x in &a[x.clone()] {
            for y in &b[y.clone()] {
                *pairs.entry((*x, *y)).or_default() += 1;
            }
        }
    }
    pairs
        .into_iter()
        .filter(|((x, y), n)| *n > 1 && !b.contains(x) && !a.contains(y))
        .map(|(_, n)| n)
        .max()
        .unwrap_or(0)
}
