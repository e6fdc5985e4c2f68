//! One pass over title and text: words, and the terms that stand in them.

use super::lexicon::{LangSet, Lexicon, Target};
use crate::model::Zone;
use crate::text::fold::{Folded, fold};
use crate::text::words::words;

/// The lead goes on to the end of its sentence, for at most this many characters.
const LEAD_REST_CHARS: usize = 100;

/// A word that counts (small words do not).
#[derive(Debug, Clone, Copy)]
pub struct Token {
    start: u32,
    end: u32,
    /// The small word right before it in its sentence, by number.
    before: u16,
    /// The small word right after it in its sentence, by number.
    after: u16,
    /// Number of its sentence; the whole title is sentence 0.
    pub sentence: u32,
    /// Where it stands.
    pub zone: Zone,
}

/// A term found: its words from `first` to `last`, counted over the words that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it stands for.
    pub target: Target,
    /// First word.
    pub first: u32,
    /// Last word.
    pub last: u32,
}

/// What stands where in a document.
pub struct Scan {
    title: Folded,
    text: Folded,
    /// The words that count, title first.
    pub tokens: Vec<Token>,
    /// The terms found, in order of their first word, masked ones left out.
    pub found: Vec<Found>,
}

/// How much of a text is read.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Characters that make the lead, which goes on to the end of its sentence.
    pub lead_chars: usize,
    /// Characters that are read at all.
    pub body_chars: usize,
}

/// A word in which a term's part was found.
struct Hit {
    token: u32,
    atom: u32,
}

impl Scan {
    /// Scans a document for the terms of `langs`.
    pub fn new(lexicon: &Lexicon, langs: LangSet, title: &str, text: &str, reach: Reach) -> Self {
        let (mut scan, hits) = Self::read_all(lexicon, langs, title, text, reach);
        let mut found = Vec::with_capacity(hits.len());
        chains(lexicon, &hits, &scan.tokens, |one, _| {
            if !found.contains_recent(&one) {
                found.push(one);
            }
        });
        scan.found = found;
        scan.unmask();
        scan
    }

    /// Tells the number of every term that stands in a document, masks and masked ones too.
    pub fn terms(
        lexicon: &Lexicon,
        langs: LangSet,
        (title, text): (&str, &str),
        reach: Reach,
        mut tell: impl FnMut(u32),
    ) {
        let (scan, hits) = Self::read_all(lexicon, langs, title, text, reach);
        chains(lexicon, &hits, &scan.tokens, |_, term| tell(term));
    }

    fn read_all(
        lexicon: &Lexicon,
        langs: LangSet,
        title: &str,
        text: &str,
        reach: Reach,
    ) -> (Self, Vec<Hit>) {
        let text = cut(text, reach.body_chars);
        let mut scan = Self {
            title: fold(title),
            text: fold(text),
            tokens: Vec::with_capacity(text.len() / 8 + 16),
            found: Vec::new(),
        };
        let mut hits = Vec::with_capacity(text.len() / 16 + 16);
        scan.read(lexicon, langs, None, &mut hits);
        let folded = scan.text.as_str();
        let lead = [reach.lead_chars, reach.lead_chars + LEAD_REST_CHARS];
        let [least, most] = lead.map(|chars| cut(folded, chars).len());
        scan.read(lexicon, langs, Some((least, most)), &mut hits);
        (scan, hits)
    }

    /// The bytes of the original title or text where a term stands.
    pub fn span(&self, first: u32, last: u32) -> Option<(u32, u32)> {
        let (first, last) = (self.tokens.get(first as usize)?, self.tokens.get(last as usize)?);
        let field = if first.zone == Zone::Title { &self.title } else { &self.text };
        let range = field.original(first.start as usize..last.end as usize);
        Some((u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?))
    }

    /// Reads the title (`lead_end` is `None`) or the text, whose lead has at least and at most so
    /// many bytes.
    fn read(
        &mut self,
        lexicon: &Lexicon,
        langs: LangSet,
        lead_end: Option<(usize, usize)>,
        hits: &mut Vec<Hit>,
    ) {
        let field = if lead_end.is_some() { &self.text } else { &self.title };
        let folded = field.as_str();
        let mut stems = lexicon.stems(folded, langs).peekable();
        let mut sentence = u32::from(lead_end.is_some());
        let of_field = self.tokens.len();
        let mut before = 0;
        let mut zone = if lead_end.is_some() { Zone::Lead } else { Zone::Title };
        for word in words(folded) {
            let opens = word.opens && lead_end.is_some();
            sentence += u32::from(opens);
            let (start, end) = (word.start as usize, word.end as usize);
            if let Some((least, most)) = lead_end
                && (start >= most || start >= least && opens)
            {
                zone = Zone::Body;
            }
            let text = &folded[start..end];
            let small = lexicon.small(text);
            let counts = small.langs & langs == 0;
            if opens {
                before = 0;
            }
            let token = u32::try_from(self.tokens.len()).unwrap_or(u32::MAX);
            while let Some((from, to, stem)) = stems.next_if(|(_, to, _)| *to <= end) {
                if counts && from >= start {
                    let (before, after) = (&folded[start..from], &folded[to..end]);
                    let atoms = lexicon.atoms(stem, to - from, before, after, langs);
                    hits.extend(atoms.map(|atom| Hit { token, atom }));
                }
            }
            if counts {
                let (start, end) = (word.start, word.end);
                self.tokens.push(Token { start, end, before, after: 0, sentence, zone });
                before = 0;
            } else {
                if before == 0
                    && !opens
                    && let Some(last) = self.tokens[of_field..].last_mut()
                {
                    last.after = small.id;
                }
                before = small.id;
            }
        }
    }

    /// Drops what a mask covers, and the masks.
    fn unmask(&mut self) {
        let masks: Vec<(u32, u32)> = self
            .found
            .iter()
            .filter(|f| f.target == Target::Mask)
            .map(|f| (f.first, f.last))
            .collect();
        if masks.is_empty() {
            return;
        }
        self.found.retain(|f| {
            f.target != Target::Mask
                && !masks.iter().any(|&(first, last)| f.first <= last && first <= f.last)
        });
    }
}

/// The first `chars` characters.
fn cut(text: &str, chars: usize) -> &str {
    const BLOCK: usize = 64;
    if text.len() <= chars {
        return text;
    }
    // The first bytes of characters are counted some at a time, as no loop over characters could.
    let mut left = chars;
    for (block, bytes) in text.as_bytes().chunks(BLOCK).enumerate() {
        let starts = bytes.iter().filter(|byte| (**byte).cast_signed() >= -64).count();
        if starts > left {
            let at = (block * BLOCK..).filter(|at| text.is_char_boundary(*at)).nth(left);
            return at.map_or(text, |at| &text[..at]);
        }
        left -= starts;
    }
    text
}

/// Follows every chain that begins at a hit, and tells what was found by which term. Hits are in
/// order of their words.
fn chains(lexicon: &Lexicon, hits: &[Hit], tokens: &[Token], mut tell: impl FnMut(Found, u32)) {
    let mut first_hit = vec![0u32; tokens.len() + 2];
    for hit in hits {
        first_hit[hit.token as usize + 1] += 1;
    }
    for n in 1..first_hit.len() {
        first_hit[n] += first_hit[n - 1];
    }
    let walk = Walk { hits, first_hit: &first_hit, tokens };
    for hit in hits {
        for chain in lexicon.chains(hit.atom) {
            let at = &tokens[hit.token as usize];
            if chain.stands(at.before, at.after)
                && let Some(last) = walk.last(&chain.rest, hit.token)
            {
                tell(Found { target: chain.target, first: hit.token, last }, chain.term);
            }
        }
    }
}

/// Terms repeat only among the last few found.
trait ContainsRecent {
    fn contains_recent(&self, one: &Found) -> bool;
}

impl ContainsRecent for Vec<Found> {
    fn contains_recent(&self, one: &Found) -> bool {
        self.iter().rev().take_while(|f| f.first == one.first).any(|f| f == one)
    }
}

struct Walk<'a> {
    hits: &'a [Hit],
    first_hit: &'a [u32],
    tokens: &'a [Token],
}

impl Walk<'_> {
    /// The last word of the chain whose rest follows `token`, within one sentence.
    fn last(&self, rest: &[(u32, u8)], token: u32) -> Option<u32> {
        let Some((&(atom, gap), rest)) = rest.split_first() else { return Some(token) };
        let sentence = self.tokens.get(token as usize)?.sentence;
        (token + 1..=token + 1 + u32::from(gap))
            .take_while(|&t| self.tokens.get(t as usize).is_some_and(|t| t.sentence == sentence))
            .filter(|&t| self.has(t, atom))
            .find_map(|t| self.last(rest, t))
    }

    fn has(&self, token: u32, atom: u32) -> bool {
        let range =
            self.first_hit[token as usize] as usize..self.first_hit[token as usize + 1] as usize;
        self.hits[range].iter().any(|hit| hit.atom == atom)
    }
}
