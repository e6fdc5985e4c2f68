//! What the pages of one site have in common.
//!
//! Blocks that recur on several pages are not the article; the path where
//! bodies stood on earlier pages is where they stand now.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::features::Rows;
use super::page::path;
use super::text_stats::push_letters;
use super::tree::Tree;
use crate::model::Time;

/// Raised when what is stored can no longer be used.
const VERSION: u32 = 1;
/// Distinct texts remembered.
const MAX_TEXTS: usize = 1_500;
/// Distinct paths remembered.
const MAX_PATHS: usize = 300;
/// Pages that count in full; older ones fade.
const WINDOW: f32 = 60.0;
/// Pages that must be known before the template corrects anything.
const ENOUGH: f32 = 2.0;
/// Blocks scored lower are never kept: their texts need not be remembered.
const IN_QUESTION: f32 = 0.05;
/// A text of fewer characters may recur in articles (a standing subheading).
const SHORT: u32 = 50;
/// Pages in a row on unknown paths after which the template starts anew.
const PATIENCE: u32 = 3;

/// The blocks of one page as a template sees them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageBlocks {
    items: Vec<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Item {
    /// Hash of the text's letters (digits left out: counters and dates change).
    text: u64,
    /// Hash of tags and classes, three levels up.
    path: u64,
    /// Hash of the path and those above it, six levels.
    place: u64,
    chars: u32,
    score: f32,
}

impl PageBlocks {
    pub(crate) fn new(tree: &Tree<'_>, rows: &Rows, scores: &[f32]) -> Self {
        let mut letters = String::new();
        let items = tree.blocks.iter().zip(scores).enumerate().map(|(at, (block, score))| Item {
            text: text_hash(&block.text, &mut letters),
            path: rows.paths[at],
            place: path(tree, block.elem, 6),
            chars: rows.counts[at].chars,
            score: *score,
        });
        Self { items: items.collect() }
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True for a page without text.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The page's own article by the models: a hash of its kept texts.
    fn identity(&self) -> u64 {
        let kept = self.items.iter().filter(|i| i.score >= 0.5);
        kept.fold(0, |hash: u64, i| hash.rotate_left(5) ^ i.text)
    }
}

/// Hash of the text's first letters, which are gathered in `letters`.
fn text_hash(text: &str, letters: &mut String) -> u64 {
    letters.clear();
    push_letters(letters, text, false, 400);
    xxhash_rust::xxh3::xxh3_64(letters.as_bytes())
}

/// What was learnt from the pages of one site. Bounded; forgets what it no longer sees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteTemplate {
    version: u32,
    /// Pages learnt, fading.
    pages: f32,
    /// Texts: how many pages showed them.
    texts: FxHashMap<u64, f32>,
    /// Paths: how many pages had blocks there, characters, characters kept.
    paths: FxHashMap<u64, Path>,
    /// Articles learnt lately: the same page again teaches nothing.
    seen: Vec<u64>,
    /// Pages in a row that did not fit.
    strangers: u32,
    /// When a page was last learnt.
    learnt: Option<Time>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Path {
    pages: f32,
    chars: f32,
    kept: f32,
}

impl SiteTemplate {
    /// Adds one page; true where it is the last of several in a row that do not fit what was
    /// learnt: the site has a new layout, and learning starts anew. The same article again
    /// teaches nothing.
    pub fn learn(&mut self, page: &PageBlocks, now: Option<Time>) -> bool {
        if self.version != VERSION {
            *self = Self { version: VERSION, ..Self::default() };
        }
        let identity = page.identity();
        if page.is_empty() || self.seen.contains(&identity) || self.knows(page) {
            return false;
        }
        let changed = self.notice_change(page);
        self.seen.push(identity);
        if self.seen.len() > 64 {
            self.seen.remove(0);
        }
        self.fade();
        self.pages += 1.0;
        self.learnt = now.or(self.learnt);
        let asked = page.items.iter().filter(|i| i.score >= IN_QUESTION);
        let mut texts: Vec<u64> = asked.map(|i| i.text).collect();
        texts.sort_unstable();
        texts.dedup();
        for text in texts {
            *self.texts.entry(text).or_default() += 1.0;
        }
        let mut met: FxHashMap<u64, bool> = FxHashMap::default();
        for item in &page.items {
            let path = self.paths.entry(item.place).or_default();
            if met.insert(item.place, true).is_none() {
                path.pages += 1.0;
            }
            path.chars += item.chars as f32;
            path.kept += item.chars as f32 * f32::from(u8::from(item.score >= 0.5));
        }
        self.forget();
        changed
    }

    /// Several pages in a row whose body stands on unknown paths: the layout is new.
    fn notice_change(&mut self, page: &PageBlocks) -> bool {
        self.strangers = if self.fits(page) == Some(false) { self.strangers + 1 } else { 0 };
        let changed = self.strangers >= PATIENCE;
        if changed {
            *self = Self { version: VERSION, ..Self::default() };
        }
        changed
    }

    /// Old pages lose weight so that the sum stays within the window.
    fn fade(&mut self) {
        if self.pages < WINDOW {
            return;
        }
        let rate = (WINDOW - 1.0) / WINDOW;
        self.pages *= rate;
        self.texts.values_mut().for_each(|n| *n *= rate);
        for path in self.paths.values_mut() {
            (path.pages, path.chars, path.kept) =
                (path.pages * rate, path.chars * rate, path.kept * rate);
        }
    }

    fn forget(&mut self) {
        shrink(&mut self.texts, MAX_TEXTS, |n| *n);
        shrink(&mut self.paths, MAX_PATHS, |p| p.pages);
    }

    /// Whether the body of the page stands where bodies stood; `None` while too little is known.
    fn fits(&self, page: &PageBlocks) -> Option<bool> {
        if self.version != VERSION || self.pages < ENOUGH {
            return None;
        }
        // What the latest strangers taught does not make the next of them fit.
        let strangers = self.strangers as f32 + 0.5;
        let (mut known, mut all) = (0.0, 0.0);
        for item in page.items.iter().filter(|i| i.score >= 0.5) {
            all += item.chars as f32;
            if self.paths.get(&item.place).is_some_and(|p| p.kept > 0.0 && p.pages > strangers) {
                known += item.chars as f32;
            }
        }
        (all > 200.0).then_some(known >= 0.2 * all)
    }

    /// Most of the page's article was met before: it is a page that was learnt, or its twin.
    fn knows(&self, page: &PageBlocks) -> bool {
        let (mut met, mut all) = (0, 0);
        for item in page.items.iter().filter(|i| i.score >= 0.5) {
            all += item.chars;
            met += if self.texts.contains_key(&item.text) { item.chars } else { 0 };
        }
        met * 2 > all
    }

    /// Corrects the scores of a page; whether the page fits, `None` while too little is known.
    pub(crate) fn correct(&self, page: &PageBlocks, scores: &mut [f32]) -> Option<bool> {
        let fits = self.fits(page)?;
        let own = f32::from(u8::from(self.knows(page)));
        let others = self.pages - own;
        if others < 1.0 {
            return None;
        }
        for (item, score) in page.items.iter().zip(scores.iter_mut()) {
            let elsewhere = self.texts.get(&item.text).map_or(0.0, |n| n - own);
            // The same words on other pages are furniture.
            let often = if item.chars < SHORT { (0.3 * others).max(1.9) } else { 1.9 };
            if elsewhere >= often || elsewhere >= 0.9 && item.chars >= SHORT && others <= 6.0 {
                *score = 0.0;
            } else if fits {
                *score = self.nudge(item, *score);
            }
        }
        Some(fits)
    }

    /// Moves a doubtful score towards what its place held on other pages.
    fn nudge(&self, item: &Item, score: f32) -> f32 {
        let Some(path) = self.paths.get(&item.place).filter(|p| p.pages >= ENOUGH && p.chars > 0.0)
        else {
            return score;
        };
        let kept = (path.kept / path.chars).clamp(0.02, 0.98);
        let doubt = 1.0 - (2.0 * score - 1.0).abs();
        let weight = 0.6 * doubt * (path.pages / (path.pages + 2.0));
        score * (1.0 - weight) + kept * weight
    }
}

/// Drops the rarest until at most `limit` are left.
fn shrink<V>(map: &mut FxHashMap<u64, V>, limit: usize, worth: impl Fn(&V) -> f32) {
    if map.len() <= limit + limit / 4 {
        return;
    }
    let mut worths: Vec<(f32, u64)> = map.iter().map(|(k, v)| (worth(v), *k)).collect();
    worths.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, key) in &worths[limit..] {
        map.remove(key);
    }
}
