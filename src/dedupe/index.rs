//! Groups in memory: what the store does with tables, for `inspect group`.

use std::collections::VecDeque;

use chrono::TimeDelta;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::copies::{Candidate, MAX_POSTINGS, Match, Posting, Shortlist, WINDOW_DAYS};
use super::fingerprint::phrases;
use crate::model::{Fingerprint, Time};

/// Articles of the window with their groups.
#[derive(Debug, Default)]
pub struct Index {
    postings: FxHashMap<u32, Vec<u32>>,
    kept: VecDeque<Kept>,
    /// Number of the first article in `kept`.
    first: u32,
    newest: Option<Time>,
}

#[derive(Debug)]
struct Kept {
    fingerprint: Fingerprint,
    group: i64,
    source: u32,
}

impl Index {
    /// Finds or opens the group of an article, and remembers the article.
    /// A group is named by the number of its first article, from 0.
    pub fn add(&mut self, fingerprint: Fingerprint) -> (i64, Option<Match>) {
        self.expire(fingerprint.time);
        let phrases = phrases(&fingerprint.tokens);
        let postings: Vec<Posting> =
            phrases.iter().flat_map(|phrase| self.postings_of(phrase.gram)).collect();
        let shortlist = Shortlist::new(&fingerprint, &phrases, &postings);
        let number = self.first + self.kept.len() as u32;
        let candidates: Vec<Candidate<'_>> = shortlist
            .articles
            .iter()
            .filter_map(|article| {
                let kept = self.get(u32::try_from(*article).ok()?)?;
                Some(Candidate {
                    article: *article,
                    group: kept.group,
                    fingerprint: &kept.fingerprint,
                })
            })
            .collect();
        let found = shortlist.decide(&fingerprint, &candidates);
        let group = found.map_or(i64::from(number), |found| found.group);
        for gram in shortlist.enter {
            self.postings.entry(gram).or_default().push(number);
        }
        let source = xxh3_64(fingerprint.source.as_bytes()) as u32;
        self.kept.push_back(Kept { fingerprint, group, source });
        (group, found)
    }

    fn get(&self, article: u32) -> Option<&Kept> {
        self.kept.get(article.checked_sub(self.first)? as usize)
    }

    fn postings_of(&self, gram: u32) -> impl Iterator<Item = Posting> {
        let articles = self.postings.get(&gram).map(Vec::as_slice).unwrap_or_default();
        articles.iter().take(MAX_POSTINGS).filter_map(move |article| {
            let kept = self.get(*article)?;
            Some(Posting {
                gram,
                article: i64::from(*article),
                group: kept.group,
                source: kept.source,
                hour: (kept.fingerprint.time.timestamp() / 3600) as i32,
            })
        })
    }

    /// Forgets what left the window. Articles arrive nearly in order of time, so the
    /// oldest stand in front; one that came late stays a little longer.
    fn expire(&mut self, now: Time) {
        let newest = self.newest.map_or(now, |newest| newest.max(now));
        self.newest = Some(newest);
        let old = newest - TimeDelta::days(WINDOW_DAYS);
        while self.kept.front().is_some_and(|kept| kept.fingerprint.time < old) {
            let Some(kept) = self.kept.pop_front() else { break };
            for phrase in phrases(&kept.fingerprint.tokens) {
                if let Some(articles) = self.postings.get_mut(&phrase.gram) {
                    articles.retain(|article| *article != self.first);
                    if articles.is_empty() {
                        self.postings.remove(&phrase.gram);
                    }
                }
            }
            self.first += 1;
        }
    }
}
