//! A page as a whole: what is computed once and used by the rows of all blocks.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::junk;
use super::likeness::Windows;
use super::sums::{Share, Sums, linked};
use super::tags::heading;
use super::text_stats::{Counts, letters, push_letters};
use super::tree::{FAR, NONE, Tree};

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

/// Sums over blocks with the same path.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kin {
    pub blocks: f32,
    pub chars: f32,
    pub linked: f32,
}

/// A page with everything that its rows are computed from.
pub(crate) struct Page<'t> {
    pub tree: &'t Tree<'t>,
    pub counts: Vec<Counts>,
    /// What each block announces: see [`junk::label`].
    pub labels: Vec<u8>,
    pub sums: Sums,
    pub core: u32,
    pub all: Share,
    pub paths: Vec<u64>,
    pub kin: FxHashMap<u64, Kin>,
    pub shape_kin: FxHashMap<u64, Kin>,
    pub shapes: Vec<u64>,
    pub repeats: FxHashMap<u64, (u32, u32)>,
    pub hashes: Vec<u64>,
    pub title_at: Option<usize>,
    pub title: Windows,
    pub descriptions: Windows,
    pub body: Windows,
    pub kind: u8,
    pub og_article: bool,
    pub title_script: u8,
    pub page_script: u8,
    pub heads: Vec<(u32, u32, u32)>,
    pub articles: Vec<u32>,
    pub article_of: Vec<u32>,
    pub first_long: usize,
    pub last_long: usize,
    pub core_first: usize,
}

impl<'t> Page<'t> {
    /// Looks at the page as a whole.
    pub(crate) fn new(tree: &'t Tree<'t>, claims: &Claims<'_>, counts: Vec<Counts>) -> Self {
        let sums = Sums::new(&tree.blocks, &counts);
        let core = core(tree, &counts, &sums);
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
            labels: tree.blocks.iter().map(|b| junk::label(&b.text)).collect(),
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
        let mut own = String::new();
        let mut score = |at: usize| -> f32 {
            let block = &self.tree.blocks[at];
            if block.text.len() > title.len() * 2 + 60
                || linked(block) > 0.9 && at > self.first_long
            {
                return 0.0;
            }
            own.clear();
            push_letters(&mut own, &block.text, true, usize::MAX);
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
}

/// The element whose paragraphs weigh most: each paragraph counts for its
/// parent fully, for the element above by half, above that by a third.
pub(crate) fn core(tree: &Tree<'_>, counts: &[Counts], sums: &Sums) -> u32 {
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
