//! The numbers that describe a block: what it is, where it stands, what surrounds it.
//!
//! No feature knows a language or a site. Training (`tools/blocks`) and
//! extraction both call [`rows`], so they cannot drift apart.

use super::likeness::Windows;
use super::page::{Claims, Page};
use super::sums::{Share, linked};
use super::tags::{STRUCTURES, heading, tag_code};
use super::text_stats::{Counts, is_stop};
use super::tree::{FAR, NONE, Tree};
use super::words;

/// Features of one block.
pub(crate) const WIDTH: usize = OWN + AROUND * 3 + words::GROUPS + STRUCTURES.len() + PLACE;
/// Features of the block's own text and tag.
const OWN: usize = 40;
/// Features of each neighbour.
const AROUND: usize = 6;
/// Features of the block's place in the page.
const PLACE: usize = 74;

/// The blocks' numbers and what was computed on the way.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// `WIDTH` numbers a block.
    pub values: Vec<f32>,
    /// Counts of each block.
    pub counts: Vec<Counts>,
    /// What each block announces: 2 other articles, 1 a request, 0 nothing.
    pub labels: Vec<u8>,
    /// Hash of the tags and classes from the block three levels up.
    pub paths: Vec<u64>,
    /// Index of the block that carries the title.
    pub title_at: Option<usize>,
}

/// Describes every block of the page.
pub(crate) fn rows(tree: &Tree<'_>, claims: &Claims<'_>) -> Rows {
    let counts: Vec<Counts> = tree.blocks.iter().map(|b| Counts::of(&b.text)).collect();
    let page = Page::new(tree, claims, counts);
    let mut values = Vec::with_capacity(tree.blocks.len() * WIDTH);
    for at in 0..tree.blocks.len() {
        let mut row = Row(&mut values);
        page.own(at, &mut row);
        page.around(at, &mut row);
        page.names(at, &mut row);
        page.place(at, &mut row);
        page.structure(at, &mut row);
        page.likeness(at, &mut row);
    }
    debug_assert_eq!(values.len(), tree.blocks.len() * WIDTH);
    Rows {
        values,
        counts: page.counts,
        labels: page.labels,
        paths: page.paths,
        title_at: page.title_at,
    }
}

struct Row<'v>(&'v mut Vec<f32>);

impl Row<'_> {
    fn add(&mut self, value: f32) {
        self.0.push(if value.is_finite() { value } else { 0.0 });
    }
    fn flag(&mut self, value: bool) {
        self.0.push(f32::from(u8::from(value)));
    }
}

impl Page<'_> {
    /// 40 numbers: the block's own text and tag.
    fn own(&self, at: usize, row: &mut Row<'_>) {
        let (block, n) = (&self.tree.blocks[at], &self.counts[at]);
        let chars = n.chars.max(1) as f32;
        row.add((1.0 + chars).ln());
        row.add(n.words as f32);
        row.add(linked(block));
        row.add(f32::from(block.links));
        row.add(f32::from(block.links) * 100.0 / chars);
        row.add(n.stops as f32);
        row.add(n.stops as f32 * 100.0 / chars);
        row.add(n.commas as f32 * 100.0 / chars);
        row.add(n.digits as f32 / chars);
        row.add(n.upper as f32 / n.letters.max(1) as f32);
        row.add(n.letters as f32 / chars);
        row.add(n.quotes as f32 * 100.0 / chars);
        row.add(n.marks as f32);
        row.add(chars / n.words.max(1) as f32);
        row.add(block.strong_bytes as f32 / block.text.len().max(1) as f32);
        row.add(f32::from(block.breaks));
        row.add(f32::from(block.images));
        let last = block.text.chars().rfind(|c| !matches!(c, '"' | '”' | '»' | ')' | '’' | '\''));
        row.flag(last.is_some_and(is_stop));
        row.flag(last == Some(':'));
        row.flag(block.text.ends_with("...") || block.text.ends_with('…'));
        let first = block.text.chars().next().unwrap_or(' ');
        row.flag(first.is_lowercase());
        row.flag(first.is_numeric());
        row.flag(!first.is_alphanumeric());
        row.flag(block.text.contains('@'));
        row.flag(block.text.contains('©'));
        row.flag(block.text.contains("http") || block.text.contains("www."));
        row.add(f32::from(self.labels[at]));
        let elem = &self.tree.elems[block.elem as usize];
        row.add(f32::from(tag_code(elem.tag)));
        row.add(f32::from(heading(elem.tag)));
        row.add(f32::from(tag_code(self.parent_tag(block.elem, 1))));
        row.add(f32::from(tag_code(self.parent_tag(block.elem, 2))));
        row.add(f32::from(tag_code(self.tree.elems[block.inner as usize].tag)));
        row.flag(block.inner != block.elem);
        row.flag(elem.hidden);
        row.flag(elem.marked);
        row.add(f32::from(n.script()));
        row.flag(n.script() == self.title_script);
        row.flag(n.script() == self.page_script);
        row.flag(elem.value.attrs().next().is_none());
        row.add(dates(&block.text));
    }

    fn parent_tag(&self, elem: u32, up: usize) -> &str {
        self.tree.upward(elem).nth(up).map_or("", |e| self.tree.elems[e as usize].tag)
    }

    /// 6 numbers for each of: the block before, the one after, the one after that.
    fn around(&self, at: usize, row: &mut Row<'_>) {
        for offset in [-1_isize, 1, 2] {
            let Some(near) = at.checked_add_signed(offset).filter(|n| *n < self.counts.len())
            else {
                (0..AROUND).for_each(|_| row.add(-1.0));
                continue;
            };
            let (block, n) = (&self.tree.blocks[near], &self.counts[near]);
            row.add((1.0 + n.chars as f32).ln());
            row.add(linked(block));
            row.add(n.stops as f32);
            row.add(f32::from(tag_code(self.tree.elems[block.elem as usize].tag)));
            row.flag(self.paths[near] == self.paths[at]);
            let own = self.tree.elems[self.tree.blocks[at].elem as usize].parent;
            row.flag(self.tree.elems[block.elem as usize].parent == own);
        }
    }

    /// How far above the block each word group and each structure stands.
    fn names(&self, at: usize, row: &mut Row<'_>) {
        let elem = &self.tree.elems[self.tree.blocks[at].inner as usize];
        elem.word_at.iter().for_each(|d| row.add(f32::from(*d)));
        elem.near.iter().for_each(|d| row.add(f32::from(*d)));
    }

    /// 24 numbers: the place in the page.
    fn place(&self, at: usize, row: &mut Row<'_>) {
        let blocks = self.tree.blocks.len() as f32;
        let before = self.sums.chars[at] as f32;
        row.add(at as f32 / blocks);
        row.add(before / self.all.chars.max(1.0));
        row.add((1.0 + self.all.chars).ln());
        row.add(blocks.ln());
        row.add(self.all.link_density());
        row.add(self.all.long);
        let title = self.title_at.map_or(-1000.0, |t| at as f32 - t as f32);
        row.add(title.clamp(-1000.0, 1000.0));
        let since = self.title_at.map_or(0.0, |t| before - self.sums.chars[t] as f32);
        row.add(since);
        row.flag(self.title_at == Some(at));
        row.add((at as f32 - self.first_long as f32).clamp(-500.0, 500.0));
        row.add((self.last_long as f32 - at as f32).clamp(-500.0, 500.0));
        row.add((at as f32 - self.core_first as f32).clamp(-500.0, 500.0));
        let (count, first) = self.repeats[&self.hashes[at]];
        row.add(count as f32);
        row.flag(first as usize == at);
        let (since, chars, head) = self.heads[at];
        row.add(since as f32);
        row.add((1.0 + chars as f32).ln());
        let label = self.labels.get(head as usize).copied().unwrap_or(0);
        let head = self.tree.blocks.get(head as usize);
        row.add(head.map_or(-1.0, linked));
        row.add(f32::from(label));
        row.add(head.map_or(0.0, |h| f32::from(heading(self.tree.elems[h.elem as usize].tag))));
        row.add(self.articles.len() as f32);
        let article = self.article_of[at];
        row.add(if article == NONE { -1.0 } else { article as f32 });
        let share = self.articles.get(article as usize).map(|a| self.share(*a));
        row.add(share.map_or(-1.0, |s| s.chars / self.all.chars.max(1.0)));
        row.add(share.map_or(-1.0, |s| s.long));
        row.add(f32::from(self.tree.elems[self.tree.blocks[at].elem as usize].depth));
    }

    fn share(&self, elem: u32) -> Share {
        let e = &self.tree.elems[elem as usize];
        self.sums.of(e.first, e.last)
    }

    /// 43 numbers: the elements that hold the block, and its kin elsewhere.
    fn structure(&self, at: usize, row: &mut Row<'_>) {
        let block = &self.tree.blocks[at];
        for up in [1_usize, 2, 3, 5] {
            let share = self.tree.upward(block.elem).nth(up).map_or(self.all, |e| self.share(e));
            row.add((1.0 + share.chars).ln());
            row.add(share.link_density());
            row.add(share.blocks);
            row.add(share.long);
            row.add(share.chars / share.blocks.max(1.0));
        }
        // The nearest table and the nearest list.
        for structure in [7, 8] {
            let up = self.tree.elems[block.elem as usize].near[structure];
            let holder = self.tree.upward(block.elem).nth(usize::from(up)).filter(|_| up < FAR);
            let share = holder.map_or(Share::default(), |e| self.share(e));
            row.add(share.blocks);
            row.add(share.link_density());
            row.add(share.chars / share.blocks.max(1.0));
        }
        let meet = self.tree.common(block.elem, self.core);
        let (core, own) =
            (&self.tree.elems[self.core as usize], &self.tree.elems[block.elem as usize]);
        let top = &self.tree.elems[meet as usize];
        row.flag(meet == self.core);
        row.add(f32::from(core.depth - top.depth));
        row.add(f32::from(own.depth - top.depth));
        // The largest subtree that holds the block but not the whole core.
        let side = self.tree.upward(block.elem).take_while(|e| *e != meet).last();
        let share = side.map_or(Share { blocks: 1.0, ..Share::default() }, |e| self.share(e));
        row.add((1.0 + share.chars).ln());
        row.add(share.link_density());
        row.add(share.blocks);
        row.add(share.long);
        row.add(share.stops * 100.0 / share.chars.max(1.0));
        row.add(share.chars / self.share(self.core).chars.max(1.0));
        for (kin, path) in [(&self.kin, &self.paths), (&self.shape_kin, &self.shapes)] {
            let kin = kin.get(&path[at]).copied().unwrap_or_default();
            row.add(kin.blocks);
            row.add(kin.chars / self.all.chars.max(1.0));
            row.add(kin.linked / kin.chars.max(1.0));
            row.add(kin.chars / kin.blocks.max(1.0));
        }
    }

    /// 7 numbers: likeness to what the page says about the article.
    fn likeness(&self, at: usize, row: &mut Row<'_>) {
        let text = &self.tree.blocks[at].text;
        let [title, descriptions, body] =
            Windows::shares([&self.title, &self.descriptions, &self.body], text);
        row.add(title);
        row.add(descriptions);
        row.add(if self.body.is_empty() { -1.0 } else { body });
        row.add((1.0 + self.body.len() as f32).ln());
        row.add(self.body.len() as f32 / self.all.chars.max(1.0));
        row.add(f32::from(self.kind));
        row.flag(self.og_article);
    }
}

/// Runs of digits that look like parts of a date or a time, up to 8.
fn dates(text: &str) -> f32 {
    if text.len() > 200 {
        return 0.0;
    }
    let groups = text.split(|c: char| !c.is_numeric()).filter(|g| !g.is_empty());
    groups.filter(|g| matches!(g.chars().count(), 1 | 2 | 4)).count().min(8) as f32
}
