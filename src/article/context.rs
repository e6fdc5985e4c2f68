//! The second look at a block: what the first model said about the blocks around it.

use rustc_hash::FxHashMap;

use super::features::{Rows, WIDTH};
use super::page::path;
use super::tree::{NONE, Tree};

/// Numbers of the second look, behind the `WIDTH` numbers of the first.
pub(crate) const CONTEXT: usize = 44;
/// Numbers of a whole row.
pub(crate) const FULL: usize = WIDTH + CONTEXT;

struct View<'v> {
    tree: &'v Tree<'v>,
    rows: &'v Rows,
    scores: &'v [f32],
    /// Running sums of characters, and of characters weighted by score.
    chars: Vec<f32>,
    mass: Vec<f32>,
    /// The same over long blocks only.
    long_chars: Vec<f32>,
    long_mass: Vec<f32>,
    kin: FxHashMap<u64, (f32, f32)>,
    side_kin: FxHashMap<u64, (f32, f32)>,
    sides: Vec<u64>,
    /// Deepest element that holds most of the mass.
    heart: u32,
    best: f32,
}

/// Rows for the second model, for the `wanted` blocks: the first row and its context.
pub(crate) fn rows(tree: &Tree<'_>, rows: &Rows, scores: &[f32], wanted: &[usize]) -> Vec<f32> {
    let view = View::new(tree, rows, scores);
    let heads = view.sections();
    let mut values = Vec::with_capacity(wanted.len() * FULL);
    for &at in wanted {
        values.extend_from_slice(&rows.values[at * WIDTH..(at + 1) * WIDTH]);
        view.near(at, &mut values);
        view.holders(at, &mut values);
        view.reach(at, &mut values);
        view.section(at, &heads, &mut values);
    }
    debug_assert_eq!(values.len(), wanted.len() * FULL);
    values
}

impl<'v> View<'v> {
    fn new(tree: &'v Tree<'v>, rows: &'v Rows, scores: &'v [f32]) -> Self {
        let (mut chars, mut mass) = (vec![0.0], vec![0.0]);
        let (mut long_chars, mut long_mass) = (vec![0.0], vec![0.0]);
        let mut kin: FxHashMap<u64, (f32, f32)> = FxHashMap::default();
        let mut side_kin: FxHashMap<u64, (f32, f32)> = FxHashMap::default();
        let mut sides = Vec::with_capacity(scores.len());
        for (at, p) in scores.iter().enumerate() {
            let n = rows.counts[at].chars as f32;
            let long = if n >= 80.0 { n } else { 0.0 };
            chars.push(chars[at] + n);
            mass.push(mass[at] + n * p);
            long_chars.push(long_chars[at] + long);
            long_mass.push(long_mass[at] + long * p);
            let one = kin.entry(rows.paths[at]).or_default();
            *one = (one.0 + n, one.1 + n * p);
            let elem = &tree.elems[tree.blocks[at].elem as usize];
            let side = path(tree, elem.parent, 2);
            sides.push(side);
            let one = side_kin.entry(side).or_default();
            *one = (one.0 + n, one.1 + n * p);
        }
        let best = scores.iter().copied().fold(0.0, f32::max);
        let mut view = Self {
            tree,
            rows,
            scores,
            chars,
            mass,
            long_chars,
            long_mass,
            kin,
            side_kin,
            sides,
            heart: 0,
            best,
        };
        view.heart = view.find_heart();
        view
    }

    fn find_heart(&self) -> u32 {
        let whole = self.mass.last().copied().unwrap_or(0.0);
        let peak = (0..self.scores.len()).max_by(|a, b| {
            let weight = |at: usize| self.scores[at] * self.rows.counts[at].chars.min(400) as f32;
            weight(*a).total_cmp(&weight(*b)).then(b.cmp(a))
        });
        let Some(peak) = peak else { return 0 };
        let holds = |e: &u32| self.mean_of(*e, &self.mass).0 >= 0.75 * whole;
        self.tree.upward(self.tree.blocks[peak].elem).find(holds).unwrap_or(0)
    }

    /// Sum over an element's blocks, and the number of characters.
    fn mean_of(&self, elem: u32, sums: &[f32]) -> (f32, f32) {
        let e = &self.tree.elems[elem as usize];
        let last = (e.last as usize).min(sums.len() - 1);
        (sums[last] - sums[e.first as usize], self.chars[last] - self.chars[e.first as usize])
    }

    fn between(&self, from: usize, to: usize) -> f32 {
        let to = to.min(self.scores.len());
        let chars = self.chars[to] - self.chars[from];
        if chars > 0.0 { (self.mass[to] - self.mass[from]) / chars } else { -1.0 }
    }

    /// 13 numbers: scores of the block and those next to it.
    fn near(&self, at: usize, row: &mut Vec<f32>) {
        row.push(self.scores[at]);
        row.push(self.best);
        for offset in [-3_isize, -2, -1, 1, 2, 3] {
            let near = at.checked_add_signed(offset).and_then(|n| self.scores.get(n));
            row.push(near.copied().unwrap_or(-1.0));
        }
        let before = at.saturating_sub(5);
        row.push(self.between(before, at));
        row.push(self.between(at + 1, at + 6));
        row.push(self.between(at.saturating_sub(12), at + 13));
        let top = |scores: &[f32]| scores.iter().copied().fold(-1.0, f32::max);
        row.push(top(&self.scores[before..at]));
        row.push(top(&self.scores[at + 1..(at + 6).min(self.scores.len())]));
    }

    /// 15 numbers: mean score of the elements that hold the block, without the block itself.
    fn holders(&self, at: usize, row: &mut Vec<f32>) {
        let block = &self.tree.blocks[at];
        let (n, p) = (self.rows.counts[at].chars as f32, self.scores[at]);
        let rest = |mass: f32, chars: f32| {
            if chars - n > 0.5 { (mass - n * p) / (chars - n) } else { -1.0 }
        };
        for up in 1..=5 {
            let elem = self.tree.upward(block.elem).nth(up).unwrap_or(0);
            let (mass, chars) = self.mean_of(elem, &self.mass);
            row.push(rest(mass, chars));
        }
        for up in [1, 2, 3] {
            let elem = self.tree.upward(block.elem).nth(up).unwrap_or(0);
            let (long, _) = self.mean_of(elem, &self.long_mass);
            let (all, _) = self.mean_of(elem, &self.long_chars);
            row.push(if all > 0.0 { long / all } else { -1.0 });
        }
        let (all, mass) = self.kin[&self.rows.paths[at]];
        row.push(rest(mass, all));
        let (all, mass) = self.side_kin[&self.sides[at]];
        row.push(rest(mass, all));
        let meet = self.tree.common(block.elem, self.heart);
        let (heart, own) =
            (&self.tree.elems[self.heart as usize], &self.tree.elems[block.elem as usize]);
        let meets = &self.tree.elems[meet as usize];
        row.push(f32::from(heart.depth - meets.depth));
        row.push(f32::from(own.depth - meets.depth));
        let side = self.tree.upward(block.elem).take_while(|e| *e != meet).last();
        let (mass, chars) = side.map_or((n * p, n), |e| self.mean_of(e, &self.mass));
        row.push(rest(mass, chars));
        row.push(mass / chars.max(1.0));
        row.push(chars / self.mean_of(self.heart, &self.mass).1.max(1.0));
    }

    /// 10 numbers: how much of the article stands before and after the block.
    fn reach(&self, at: usize, row: &mut Vec<f32>) {
        let whole = self.mass.last().copied().unwrap_or(0.0).max(1.0);
        row.push(self.mass[at] / whole);
        row.push((whole - self.mass[at + 1]) / whole);
        row.push((1.0 + whole).ln());
        row.push(whole / self.chars.last().copied().unwrap_or(1.0).max(1.0));
        let good = |i: &usize| self.scores[*i] > 0.5 && self.rows.counts[*i].chars > 40;
        // A look of bounded length keeps the work linear.
        let back = (at.saturating_sub(60)..at).rev().find(good);
        let on = (at + 1..(at + 60).min(self.scores.len())).find(good);
        row.push(back.map_or(99.0, |b| (at - b) as f32));
        row.push(on.map_or(99.0, |o| (o - at) as f32));
        row.push(back.map_or(-1.0, |b| (1.0 + self.chars[at] - self.chars[b + 1]).ln()));
        row.push(on.map_or(-1.0, |o| (1.0 + self.chars[o] - self.chars[at + 1]).ln()));
        let same = |i: Option<usize>| {
            i.map_or(-1.0, |i| {
                let own = self.tree.elems[self.tree.blocks[at].elem as usize].depth;
                let meet = self.tree.common(self.tree.blocks[at].elem, self.tree.blocks[i].elem);
                f32::from(own - self.tree.elems[meet as usize].depth)
            })
        };
        row.push(same(back));
        row.push(same(on));
    }

    /// For each block the heading above it and the index of the next heading.
    fn sections(&self) -> Vec<(u32, u32)> {
        let is_head = |at: usize| {
            matches!(
                self.tree.elems[self.tree.blocks[at].elem as usize].tag,
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            )
        };
        let count = self.scores.len();
        let mut heads = vec![(NONE, count as u32); count];
        let (mut above, mut below) = (NONE, count as u32);
        for (at, head) in heads.iter_mut().enumerate() {
            head.0 = above;
            if is_head(at) {
                above = at as u32;
            }
        }
        for at in (0..count).rev() {
            heads[at].1 = below;
            if is_head(at) {
                below = at as u32;
            }
        }
        heads
    }

    /// 6 numbers: the section of the block.
    fn section(&self, at: usize, heads: &[(u32, u32)], row: &mut Vec<f32>) {
        let (above, below) = heads[at];
        row.push(self.scores.get(above as usize).copied().unwrap_or(-1.0));
        row.push(self.scores.get(below as usize).copied().unwrap_or(-1.0));
        row.push(self.between(at + 1, (below as usize).max(at + 1)));
        let from = if above == NONE { 0 } else { above as usize + 1 };
        row.push(self.between(from, at));
        row.push((below as usize - at) as f32);
        row.push(self.between((below as usize).min(self.scores.len()), below as usize + 4));
    }
}
