//! The numbers that describe a block: what it is, where it stands, what surrounds it.
//!
//! No feature knows a language or a site. Training (`tools/blocks`) and
//! extraction both call [`rows`], so they cannot drift apart.

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Facts;
use super::junk;
use super::text_stats::{Counts, is_stop};
use super::tree::{Block, FAR, NONE, STRUCTURES, Tree};
use super::words;

/// Features of one block.
pub(crate) const WIDTH: usize = OWN + AROUND * 3 + words::GROUPS + STRUCTURES.len() + PLACE;
/// Features of the block's own text and tag.
const OWN: usize = 40;
/// Features of each neighbour.
const AROUND: usize = 6;
/// Features of the block's place in the page.
const PLACE: usize = 74;

/// What the page says about the article, for comparison with the blocks.
#[derive(Debug, Default)]
pub(crate) struct Claims<'a> {
    /// Title without the site's name.
    pub title: &'a str,
    /// `meta description`, `og:description`.
    pub descriptions: Vec<&'a str>,
    /// `articleBody` of the JSON-LD.
    pub body: &'a str,
    /// What the structured data calls the page: 0 nothing, 1 an article of some kind, 2 news.
    pub kind: u8,
    /// `og:type` is `article`.
    pub og_article: bool,
}

impl<'a> Claims<'a> {
    /// Collects the claims of a page.
    pub(crate) fn new(facts: &Facts<'a>, title: &'a str, body: Option<&'a str>) -> Self {
        Self {
            title,
            descriptions: facts.descriptions(),
            body: body.unwrap_or_default(),
            kind: facts.kind(),
            og_article: facts.first(&["og:type"]) == Some("article"),
        }
    }
}

/// The blocks' numbers and what was computed on the way.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// `WIDTH` numbers a block.
    pub values: Vec<f32>,
    /// Counts of each block.
    pub counts: Vec<Counts>,
    /// Hash of the tags and classes from the block three levels up.
    pub paths: Vec<u64>,
    /// Index of the block that carries the title.
    pub title_at: Option<usize>,
}

/// Running sums over blocks: the sums of any element are a difference.
struct Sums {
    chars: Vec<u32>,
    linked: Vec<u32>,
    stops: Vec<u32>,
    long: Vec<u32>,
}

/// Sums of one element.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    blocks: f32,
    chars: f32,
    linked: f32,
    stops: f32,
    long: f32,
}

impl Sums {
    fn new(blocks: &[Block], counts: &[Counts]) -> Self {
        let mut sums = Self { chars: vec![0], linked: vec![0], stops: vec![0], long: vec![0] };
        let push = |sum: &mut Vec<u32>, n: u32| sum.push(sum[sum.len() - 1].saturating_add(n));
        for (block, n) in blocks.iter().zip(counts) {
            push(&mut sums.chars, n.chars);
            push(&mut sums.linked, (linked(block) * n.chars as f32) as u32);
            push(&mut sums.stops, n.stops + n.commas);
            push(&mut sums.long, u32::from(n.chars >= 80 && linked(block) < 0.4));
        }
        sums
    }

    fn of(&self, first: u32, last: u32) -> Share {
        let (a, b) = (first as usize, (last as usize).min(self.chars.len() - 1));
        let diff = |sum: &[u32]| (sum[b.max(a)] - sum[a]) as f32;
        Share {
            blocks: b.saturating_sub(a) as f32,
            chars: diff(&self.chars),
            linked: diff(&self.linked),
            stops: diff(&self.stops),
            long: diff(&self.long),
        }
    }
}

impl Share {
    fn link_density(self) -> f32 {
        self.linked / self.chars.max(1.0)
    }
}

fn linked(block: &Block) -> f32 {
    block.link_bytes as f32 / block.text.len().max(1) as f32
}

/// Describes every block of the page.
pub(crate) fn rows(tree: &Tree<'_>, claims: &Claims<'_>) -> Rows {
    let counts: Vec<Counts> = tree.blocks.iter().map(|b| Counts::of(&b.text)).collect();
    let sums = Sums::new(&tree.blocks, &counts);
    let core = core(tree, &counts, &sums);
    let page = Page::new(tree, claims, counts, sums, core);
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
    Rows { values, counts: page.counts, paths: page.paths, title_at: page.title_at }
}

/// The element whose paragraphs weigh most: each paragraph counts for its
/// parent fully, for the element above by half, above that by a third.
fn core(tree: &Tree<'_>, counts: &[Counts], sums: &Sums) -> u32 {
    let mut scores: FxHashMap<u32, f32> = FxHashMap::default();
    for (block, n) in tree.blocks.iter().zip(counts) {
        let density = linked(block);
        if n.chars < 25 || density > 0.6 {
            continue;
        }
        let score = (1.0 + n.commas as f32 + (n.chars as f32 / 100.0).min(6.0)) * (1.0 - density);
        let holder = match tree.elems[block.elem as usize].tag {
            "div" | "section" | "article" | "td" | "main" | "body" => block.elem,
            _ => tree.elems[block.elem as usize].parent,
        };
        for (level, elem) in tree.upward(holder).take(4).enumerate() {
            *scores.entry(elem).or_default() += score / (1.0 + level as f32);
        }
    }
    let weigh = |(elem, score): (&u32, &f32)| {
        let e = &tree.elems[*elem as usize];
        (*elem, score * (1.0 - sums.of(e.first, e.last).link_density()))
    };
    let best = scores.iter().map(weigh).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map_or(0, |b| b.0)
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

/// Sums over blocks with the same path.
#[derive(Debug, Clone, Copy, Default)]
struct Kin {
    blocks: f32,
    chars: f32,
    linked: f32,
}

struct Page<'t> {
    tree: &'t Tree<'t>,
    counts: Vec<Counts>,
    sums: Sums,
    core: u32,
    all: Share,
    paths: Vec<u64>,
    kin: FxHashMap<u64, Kin>,
    shape_kin: FxHashMap<u64, Kin>,
    shapes: Vec<u64>,
    repeats: FxHashMap<u64, (u32, u32)>,
    hashes: Vec<u64>,
    title_at: Option<usize>,
    title: Windows,
    descriptions: Windows,
    body: Windows,
    kind: u8,
    og_article: bool,
    title_script: u8,
    page_script: u8,
    heads: Vec<(u32, u32, u32)>,
    articles: Vec<u32>,
    article_of: Vec<u32>,
    first_long: usize,
    last_long: usize,
    core_first: usize,
}

impl<'t> Page<'t> {
    fn new(
        tree: &'t Tree<'t>,
        claims: &Claims<'_>,
        counts: Vec<Counts>,
        sums: Sums,
        core: u32,
    ) -> Self {
        let all = sums.of(0, tree.blocks.len() as u32);
        let paths: Vec<u64> = tree.blocks.iter().map(|b| path(tree, b.elem, 3)).collect();
        let shapes: Vec<u64> = tree.blocks.iter().map(|b| path(tree, b.elem, 1)).collect();
        let hashes: Vec<u64> = tree.blocks.iter().map(|b| hash(&b.text)).collect();
        let mut repeats: FxHashMap<u64, (u32, u32)> = FxHashMap::default();
        for (at, hash) in hashes.iter().enumerate() {
            repeats.entry(*hash).or_insert((0, at as u32)).0 += 1;
        }
        let is_long = |at: &usize| {
            let at: usize = *at;
            counts[at].chars >= 120 && linked(&tree.blocks[at]) < 0.3
        };
        let first_long = (0..tree.blocks.len()).find(is_long).unwrap_or(0);
        let last_long = (0..tree.blocks.len()).rfind(is_long).unwrap_or(tree.blocks.len());
        let mut page = Self {
            kin: kin(tree, &counts, &paths),
            shape_kin: kin(tree, &counts, &shapes),
            tree,
            sums,
            core,
            all,
            paths,
            shapes,
            repeats,
            hashes,
            title_at: None,
            title: Windows::of([claims.title]),
            descriptions: Windows::of(claims.descriptions.iter().copied()),
            body: Windows::of([claims.body]),
            kind: claims.kind,
            og_article: claims.og_article,
            title_script: Counts::of(claims.title).script(),
            page_script: page_script(&counts),
            counts,
            heads: Vec::new(),
            articles: Vec::new(),
            article_of: Vec::new(),
            first_long,
            last_long,
            core_first: tree.elems.get(core as usize).map_or(0, |e| e.first as usize),
        };
        page.title_at = page.find_title(claims.title);
        page.heads = page.headings();
        page.find_articles();
        page
    }

    /// The block that carries the title: a heading if possible, the nearest before the text.
    fn find_title(&self, title: &str) -> Option<usize> {
        let wanted = letters(title);
        if wanted.is_empty() {
            return self.first_heading();
        }
        let score = |at: usize| -> f32 {
            let block = &self.tree.blocks[at];
            if block.text.len() > title.len() * 2 + 60
                || linked(block) > 0.9 && at > self.first_long
            {
                return 0.0;
            }
            let own = letters(&block.text);
            let like = if own == wanted {
                3.0
            } else if own.len() > 12 && (own.contains(&wanted) || wanted.contains(&own)) {
                2.0
            } else {
                return 0.0;
            };
            let tag = self.tag_above(at, &["h1", "h2"]);
            like + f32::from(u8::from(tag)) * 2.0 - linked(block)
        };
        let best = (0..self.tree.blocks.len()).map(|at| (score(at), at)).filter(|s| s.0 > 1.0);
        best.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|b| b.1)
            .or_else(|| self.first_heading())
    }

    fn first_heading(&self) -> Option<usize> {
        (0..self.tree.blocks.len()).find(|&at| self.tag_above(at, &["h1"]))
    }

    fn tag_above(&self, at: usize, tags: &[&str]) -> bool {
        let elem = self.tree.blocks[at].elem;
        self.tree.upward(elem).take(3).any(|e| tags.contains(&self.tree.elems[e as usize].tag))
    }

    /// For each block: blocks and characters since the last heading, and its link density.
    fn headings(&self) -> Vec<(u32, u32, u32)> {
        let (mut blocks, mut chars, mut last) = (0, 0, NONE);
        let mut heads = Vec::with_capacity(self.tree.blocks.len());
        for at in 0..self.tree.blocks.len() {
            heads.push((blocks, chars, last));
            if heading(self.tree.elems[self.tree.blocks[at].elem as usize].tag) > 0 {
                (blocks, chars, last) = (0, 0, at as u32);
            }
            blocks += 1;
            chars += self.counts[at].chars;
        }
        heads
    }

    /// The outermost `article` elements, and which of them each block is in.
    fn find_articles(&mut self) {
        let elems = &self.tree.elems;
        let outer = |(at, e): (usize, &super::tree::Elem<'_>)| {
            let above = elems.get(e.parent as usize).is_none_or(|p| p.near[0] >= FAR);
            (e.near[0] == 0 && above).then_some(at as u32)
        };
        self.articles = elems.iter().enumerate().filter_map(outer).take(64).collect();
        self.article_of = vec![NONE; self.tree.blocks.len()];
        for (n, at) in self.articles.iter().enumerate() {
            let e = &elems[*at as usize];
            for of in self.article_of.iter_mut().take(e.last as usize).skip(e.first as usize) {
                *of = n as u32;
            }
        }
    }

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
        row.add(f32::from(junk::label(&block.text)));
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
        let head = self.tree.blocks.get(head as usize);
        row.add(head.map_or(-1.0, linked));
        row.add(head.map_or(0.0, |h| f32::from(junk::label(&h.text))));
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
        row.add(self.title.share(text));
        row.add(self.descriptions.share(text));
        row.add(if self.body.is_empty() { -1.0 } else { self.body.share(text) });
        row.add((1.0 + self.body.len() as f32).ln());
        row.add(self.body.len() as f32 / self.all.chars.max(1.0));
        row.add(f32::from(self.kind));
        row.flag(self.og_article);
    }
}

fn kin(tree: &Tree<'_>, counts: &[Counts], paths: &[u64]) -> FxHashMap<u64, Kin> {
    let mut map: FxHashMap<u64, Kin> = FxHashMap::default();
    for ((block, n), path) in tree.blocks.iter().zip(counts).zip(paths) {
        let kin = map.entry(*path).or_default();
        kin.blocks += 1.0;
        kin.chars += n.chars as f32;
        kin.linked += n.chars as f32 * linked(block);
    }
    map
}

fn page_script(counts: &[Counts]) -> u8 {
    let mut by_script = [0_u32; 4];
    counts.iter().for_each(|n| by_script[usize::from(n.script())] += n.letters);
    (0..4_u8).max_by_key(|s| by_script[usize::from(*s)]).unwrap_or(0)
}

/// Hash of tags and classes of an element and those above it.
pub(crate) fn path(tree: &Tree<'_>, elem: u32, levels: usize) -> u64 {
    tree.upward(elem)
        .take(levels)
        .fold(0, |hash: u64, e| hash.rotate_left(7) ^ tree.elems[e as usize].sign)
}

fn hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Runs of digits that look like parts of a date or a time, up to 8.
fn dates(text: &str) -> f32 {
    if text.len() > 200 {
        return 0.0;
    }
    let groups = text.split(|c: char| !c.is_numeric()).filter(|g| !g.is_empty());
    groups.filter(|g| matches!(g.chars().count(), 1 | 2 | 4)).count().min(8) as f32
}

fn heading(tag: &str) -> u8 {
    match tag {
        "h1" => 1,
        "h2" => 2,
        "h3" => 3,
        "h4" => 4,
        "h5" | "h6" => 5,
        _ => 0,
    }
}

/// A number for each tag that matters, ordered so that a threshold separates kinds.
fn tag_code(tag: &str) -> u8 {
    match tag {
        "p" => 1,
        "blockquote" | "q" | "cite" => 2,
        "pre" | "code" => 3,
        "div" => 4,
        "section" => 5,
        "article" => 6,
        "main" => 7,
        "body" | "html" => 8,
        "h1" => 9,
        "h2" => 10,
        "h3" => 11,
        "h4" | "h5" | "h6" => 12,
        "li" => 13,
        "ul" | "ol" => 14,
        "dd" | "dt" | "dl" => 15,
        "td" => 16,
        "th" | "tr" | "table" | "tbody" | "thead" | "caption" => 17,
        "figcaption" => 18,
        "figure" | "picture" | "img" => 19,
        "header" | "hgroup" => 20,
        "aside" => 21,
        "footer" | "address" => 22,
        "nav" => 23,
        "form" | "fieldset" | "legend" | "button" | "label" => 24,
        "details" | "summary" | "dialog" => 25,
        "a" => 26,
        "b" | "strong" | "em" | "i" => 27,
        "time" | "small" => 28,
        "span" | "font" => 29,
        _ => 30,
    }
}

/// Windows of letters and digits over a text: likeness without words, so in any script.
#[derive(Debug, Default)]
struct Windows(FxHashSet<u64>);

/// Letters and digits of one window.
const WINDOW: usize = 9;
/// Characters of a claim that are compared.
const MAX_CLAIM: usize = 120_000;

impl Windows {
    fn of<'x>(texts: impl IntoIterator<Item = &'x str>) -> Self {
        let mut set = FxHashSet::default();
        for text in texts {
            each_window(text, 1, |hash| {
                set.insert(hash);
            });
        }
        Self(set)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// The share of the text's windows that are among these.
    fn share(&self, text: &str) -> f32 {
        if self.0.is_empty() {
            return 0.0;
        }
        let (mut all, mut met) = (0.0, 0.0);
        each_window(text, 3, |hash| {
            all += 1.0;
            met += f32::from(u8::from(self.0.contains(&hash)));
        });
        if all == 0.0 { 0.0 } else { met / all }
    }
}

/// Calls `see` with the rolling hash of every `step`-th window.
fn each_window(text: &str, step: usize, mut see: impl FnMut(u64)) {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let top = (1..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut ring = [0_u64; WINDOW];
    let (mut hash, mut n) = (0_u64, 0_usize);
    let chars = text.chars().take(MAX_CLAIM).filter(|c| c.is_alphanumeric());
    for c in chars {
        let c = if c.is_ascii() { c.to_ascii_lowercase() } else { c };
        let c = u64::from(u32::from(c));
        let slot = n % WINDOW;
        hash = hash.wrapping_sub(ring[slot].wrapping_mul(top)).wrapping_mul(BASE).wrapping_add(c);
        ring[slot] = c;
        n += 1;
        if n >= WINDOW && (n - WINDOW).is_multiple_of(step) {
            see(hash ^ (hash >> 29));
        }
    }
}
