//! The phrases of the latest articles, which the store has not entered into its index yet.
//!
//! Each phrase lies in another page of that index, so to enter every article's phrases at once
//! would write a hundred pages for each. They are gathered here and entered many at once, sorted.
//! Nothing is lost with the process: all of it is derived from the fingerprints, which stand in the
//! store, and every worker reads those of the others before it looks for copies.

use rustc_hash::FxHashMap;

use crate::dedupe::{self, MAX_POSTINGS, Posting};
use crate::model::{Fingerprint, Time};
use crate::store::{self, PhraseHit, Recording, StoreError};

/// The end of a chain.
const END: u32 = u32::MAX;

/// The latest articles.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Of the last recording that was read. None: nothing is known.
    seen: Option<i64>,
    /// The recording up to which phrases are entered in the store.
    entered: i64,
    articles: Vec<Article>,
    /// Where an article stands in `articles`.
    places: FxHashMap<i64, u32>,
    /// The last link of each phrase.
    heads: FxHashMap<u32, u32>,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Article {
    id: i64,
    group: i64,
    source: u32,
    fingerprint: Fingerprint,
}

/// One phrase of one article, and the phrase's link before it.
#[derive(Debug, Clone, Copy)]
struct Link {
    article: u32,
    before: u32,
}

impl Recent {
    /// Reads what other workers recorded since this was last done.
    pub(super) async fn catch_up(&mut self, recording: &mut Recording) -> Result<(), StoreError> {
        let entered = recording.entered().await?;
        if self.seen.is_none() || self.entered != entered {
            self.forget();
            self.entered = entered;
        }
        // Unknown again until this recording has ended well.
        let seen = self.seen.take().unwrap_or(entered);
        if recording.serial() > seen + 1 {
            for kept in recording.fingerprints_since(seen).await? {
                let phrases = dedupe::phrases(&kept.fingerprint.tokens);
                let grams: Vec<u32> = phrases.iter().map(|phrase| phrase.gram).collect();
                self.add(kept.article, kept.group, kept.fingerprint, &grams);
            }
        }
        Ok(())
    }

    /// The recording has ended well; `entered` where it entered all that stands here.
    pub(super) fn settle(&mut self, serial: i64, entered: bool) {
        if entered {
            self.forget();
            self.entered = serial;
        }
        self.seen = Some(serial);
    }

    /// Adds an article, in place of its earlier state, under these of its phrases.
    pub(super) fn add(&mut self, id: i64, group: i64, fingerprint: Fingerprint, grams: &[u32]) {
        let place = self.articles.len() as u32;
        let source = dedupe::source_number(&fingerprint.source);
        self.articles.push(Article { id, group, source, fingerprint });
        self.places.insert(id, place);
        for gram in grams {
            let head = self.heads.entry(*gram).or_insert(END);
            self.links.push(Link { article: place, before: *head });
            *head = (self.links.len() - 1) as u32;
        }
    }

    /// Gives the articles that were added last the rows of their groups.
    pub(super) fn regroup(&mut self, groups: &[i64]) {
        let first = self.articles.len().saturating_sub(groups.len());
        for (article, group) in self.articles[first..].iter_mut().zip(groups) {
            article.group = *group;
        }
    }

    /// Articles that stand here.
    pub(super) fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether an article stands here.
    pub(super) fn holds(&self, article: i64) -> bool {
        self.places.contains_key(&article)
    }

    /// An article that stands here.
    pub(super) fn kept(&self, article: i64) -> Option<(i64, &Fingerprint)> {
        let found = &self.articles[*self.places.get(&article)? as usize];
        Some((found.group, &found.fingerprint))
    }

    /// Where a phrase was seen, the latest first, at most as often as postings are kept.
    pub(super) fn postings(&self, gram: u32) -> impl Iterator<Item = Posting> {
        let mut at = self.heads.get(&gram).copied().unwrap_or(END);
        let links = std::iter::from_fn(move || {
            let link = *self.links.get(at as usize)?;
            at = link.before;
            Some(link)
        });
        links.filter_map(move |link| self.posting(gram, link)).take(MAX_POSTINGS)
    }

    /// None for an earlier state of an article.
    fn posting(&self, gram: u32, link: Link) -> Option<Posting> {
        let article = &self.articles[link.article as usize];
        (self.places.get(&article.id) == Some(&link.article)).then(|| Posting {
            gram,
            article: article.id,
            group: article.group,
            source: article.source,
            hour: store::hour(article.fingerprint.time) as i32,
        })
    }

    /// Enters all phrases of texts since `oldest` into the store. What is entered stands here
    /// until [`Recent::forget`].
    pub(super) async fn enter(
        &self,
        recording: &mut Recording,
        oldest: Time,
    ) -> Result<(), StoreError> {
        let oldest = store::hour(oldest);
        let mut rows: Vec<PhraseHit> = self
            .heads
            .keys()
            .flat_map(|gram| self.postings(*gram))
            .filter(|posting| i64::from(posting.hour) >= oldest)
            .map(|posting| PhraseHit {
                gram: i64::from(posting.gram),
                article: posting.article,
                group_id: posting.group,
                source: i64::from(posting.source),
                hour: i64::from(posting.hour),
            })
            .collect();
        rows.sort_unstable_by_key(|row| (row.gram, row.article));
        recording.enter(&rows).await
    }

    /// Forgets all: it is read again from the store when it is needed.
    pub(super) fn forget(&mut self) {
        let entered = self.entered;
        *self = Self { entered, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Fingerprint {
        Fingerprint {
            exact: 1,
            tokens: vec![1, 2],
            title: vec![],
            time: Time::default(),
            dated: true,
            source: source.into(),
        }
    }

    #[test]
    fn a_revised_article_is_found_by_its_new_phrases_alone() {
        let mut recent = Recent::default();
        recent.add(1, 10, text("a"), &[7, 8]);
        recent.add(2, 20, text("b"), &[8]);
        recent.add(1, 10, text("a"), &[9]);
        let articles =
            |gram| recent.postings(gram).map(|posting| posting.article).collect::<Vec<_>>();
        assert_eq!(articles(7), [] as [i64; 0]);
        assert_eq!(articles(8), [2]);
        assert_eq!(articles(9), [1]);
        assert_eq!(articles(5), [] as [i64; 0]);
    }

    #[test]
    fn groups_that_were_opened_get_their_rows() {
        let mut recent = Recent::default();
        recent.add(1, -1, text("a"), &[7]);
        recent.add(2, -1, text("a"), &[7]);
        recent.regroup(&[30]);
        assert_eq!(recent.kept(1).map(|(group, _)| group), Some(-1), "older than the batch");
        assert_eq!(recent.kept(2).map(|(group, _)| group), Some(30));
    }
}
