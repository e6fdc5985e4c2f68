//! Where articles belong: the groups of a batch of new texts, found among those in the store, those
//! of the latest recordings, and those of the batch itself.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxHashMap;

use super::catalog::Catalog;
use super::group::grams_of;
use super::process::Prepared;
use super::recent::Recent;
use crate::dedupe::{self, Candidate, MAX_POSTINGS, Phrase, Posting, Shortlist};
use crate::model::Fingerprint;
use crate::store::{self, Kept, PhraseHit, Recording, StoreError};

/// Where an article belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its group: a row, or a negative number for one that is to be opened.
    pub group: i64,
    /// It stood in the store before.
    pub revised: bool,
    /// It is a further copy.
    pub copy: bool,
}

/// What the store knows of a batch.
struct Known {
    /// Groups of articles that are recorded again.
    groups: HashMap<i64, i64>,
    /// Articles and groups by address, the earliest first; those of the batch are added.
    addresses: HashMap<String, Vec<(i64, i64)>>,
    /// Where the batch's phrases were seen.
    hits: FxHashMap<u32, Vec<Posting>>,
    /// Fingerprints that were asked for.
    kept: FxHashMap<i64, Kept>,
    /// What the admin said is not of which group's text.
    splits: HashSet<(i64, i64)>,
}

/// Finds the place of each article of a batch, in their order, and adds them to `recent`.
pub(super) async fn find_places(
    recording: &mut Recording,
    recent: &mut Recent,
    batch: &[&Prepared],
    catalog: &Catalog,
) -> Result<Vec<Place>, StoreError> {
    let phrases: Vec<Vec<Phrase>> =
        batch.iter().map(|prepared| dedupe::phrases(&prepared.fingerprint.tokens)).collect();
    let mut known = Known::look_up(recording, recent, batch, &phrases, catalog).await?;
    let mut places = Vec::with_capacity(batch.len());
    for (at, (prepared, phrases)) in batch.iter().zip(&phrases).enumerate() {
        let (id, fingerprint) = (prepared.article.id, &prepared.fingerprint);
        let shortlist = known.shortlist(recent, prepared, phrases, catalog);
        let place = match known.groups.get(&id) {
            // A revised article stays where it is: its published id must not change.
            Some(group) => Place { group: *group, revised: true, copy: false },
            None => match known.find_group(recording, recent, prepared, &shortlist).await? {
                Some(group) => Place { group, revised: false, copy: true },
                None => Place { group: -1 - at as i64, revised: false, copy: false },
            },
        };
        recent.add(id, place.group, fingerprint.clone(), &shortlist.enter);
        let address = known.addresses.entry(prepared.article.url_key.clone()).or_default();
        address.push((id, place.group));
        places.push(place);
    }
    Ok(places)
}

impl Known {
    async fn look_up(
        recording: &mut Recording,
        recent: &Recent,
        batch: &[&Prepared],
        phrases: &[Vec<Phrase>],
        catalog: &Catalog,
    ) -> Result<Self, StoreError> {
        let ids: Vec<i64> = batch.iter().map(|prepared| prepared.article.id).collect();
        let groups = recording.groups_of(&ids).await?;
        let keys: Vec<&str> = batch.iter().map(|p| p.article.url_key.as_str()).collect();
        let mut addresses: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
        for (key, article, group) in recording.articles_at(&keys).await? {
            addresses.entry(key).or_default().push((article, group));
        }
        let mut known = Self {
            groups,
            addresses,
            hits: look_up_phrases(recording, recent, batch, phrases, catalog).await?,
            kept: FxHashMap::default(),
            splits: recording.splits().await?.into_iter().collect(),
        };
        known.forget_revised(recording).await?;
        let wanted: HashSet<i64> = batch
            .iter()
            .zip(phrases)
            .flat_map(|(prepared, phrases)| {
                known.shortlist(recent, prepared, phrases, catalog).articles
            })
            .collect();
        known.fetch(recording, recent, wanted).await?;
        Ok(known)
    }

    /// Takes the old phrases of articles that are recorded again out of the store.
    async fn forget_revised(&mut self, recording: &mut Recording) -> Result<(), StoreError> {
        let revised: Vec<i64> = self.groups.keys().copied().collect();
        for kept in recording.fingerprints(&revised).await? {
            recording.forget_phrases(kept.article, &grams_of(&kept)).await?;
            for hits in self.hits.values_mut() {
                hits.retain(|hit| hit.article != kept.article);
            }
        }
        Ok(())
    }

    /// What of a text was seen before, in the window.
    fn shortlist(
        &self,
        recent: &Recent,
        prepared: &Prepared,
        phrases: &[Phrase],
        catalog: &Catalog,
    ) -> Shortlist {
        let (id, fingerprint) = (prepared.article.id, &prepared.fingerprint);
        let (since, until) = window(fingerprint, catalog);
        let mut postings = Vec::new();
        for phrase in phrases {
            let stored = self.hits.get(&phrase.gram).map(Vec::as_slice).unwrap_or_default();
            let seen = stored.iter().copied().chain(recent.postings(phrase.gram));
            let near = |posting: &Posting| (since..=until).contains(&i64::from(posting.hour));
            let others = seen.filter(|posting| posting.article != id && near(posting));
            postings.extend(others.take(MAX_POSTINGS));
        }
        Shortlist::new(fingerprint, phrases, &postings)
    }

    /// The group of a new text where there is one: at its address, else by its words.
    async fn find_group(
        &mut self,
        recording: &mut Recording,
        recent: &Recent,
        prepared: &Prepared,
        shortlist: &Shortlist,
    ) -> Result<Option<i64>, StoreError> {
        let (article, fingerprint) = (&prepared.article, &prepared.fingerprint);
        self.fetch(recording, recent, shortlist.articles.iter().copied()).await?;
        let candidates: Vec<Candidate<'_>> =
            shortlist.articles.iter().filter_map(|id| self.candidate(recent, *id)).collect();
        // What the admin said of an article holds for the same text when its source brings it again.
        let same = |candidate: &&Candidate<'_>| {
            let kept = candidate.fingerprint;
            kept.exact == fingerprint.exact && kept.source == fingerprint.source
        };
        let mut same: Vec<i64> =
            candidates.iter().filter(same).map(|found| found.article).collect();
        same.push(article.id);
        let open =
            |group: i64| !same.iter().any(|article| self.splits.contains(&(*article, group)));
        let here = self.addresses.get(&article.url_key).map(Vec::as_slice).unwrap_or_default();
        if let Some((_, group)) = here.iter().find(|(id, group)| *id != article.id && open(*group))
        {
            return Ok(Some(*group));
        }
        let candidates: Vec<Candidate<'_>> =
            candidates.into_iter().filter(|candidate| open(candidate.group)).collect();
        Ok(shortlist.decide(fingerprint, &candidates).map(|found| found.group))
    }

    fn candidate<'a>(&'a self, recent: &'a Recent, article: i64) -> Option<Candidate<'a>> {
        let (group, fingerprint) = recent
            .kept(article)
            .or_else(|| self.kept.get(&article).map(|kept| (kept.group, &kept.fingerprint)))?;
        Some(Candidate { article, group, fingerprint })
    }

    /// Reads the fingerprints of these articles where they are not at hand.
    async fn fetch(
        &mut self,
        recording: &mut Recording,
        recent: &Recent,
        articles: impl IntoIterator<Item = i64>,
    ) -> Result<(), StoreError> {
        let lacking: Vec<i64> = articles
            .into_iter()
            .filter(|id| !recent.holds(*id) && !self.kept.contains_key(id))
            .collect();
        let found = recording.fingerprints(&lacking).await?;
        self.kept.extend(found.into_iter().map(|kept| (kept.article, kept)));
        Ok(())
    }
}

/// Where the phrases of a batch were seen in articles that stand not in `recent`.
async fn look_up_phrases(
    recording: &mut Recording,
    recent: &Recent,
    batch: &[&Prepared],
    phrases: &[Vec<Phrase>],
    catalog: &Catalog,
) -> Result<FxHashMap<u32, Vec<Posting>>, StoreError> {
    let mut grams: Vec<u32> = phrases.iter().flatten().map(|phrase| phrase.gram).collect();
    grams.sort_unstable();
    grams.dedup();
    let windows = batch.iter().map(|prepared| window(&prepared.fingerprint, catalog));
    let window = windows.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
    let mut hits: FxHashMap<u32, Vec<Posting>> = FxHashMap::default();
    for hit in recording.phrase_hits(&grams, window).await? {
        if !recent.holds(hit.article) {
            hits.entry(hit.gram as u32).or_default().push(posting(&hit));
        }
    }
    Ok(hits)
}

/// The hours in which copies of a text are looked for.
fn window(fingerprint: &Fingerprint, catalog: &Catalog) -> (i64, i64) {
    let window = catalog.settings.dedupe_window;
    (store::hour(fingerprint.time - window), store::hour(fingerprint.time + window))
}

fn posting(hit: &PhraseHit) -> Posting {
    Posting {
        gram: hit.gram as u32,
        article: hit.article,
        group: hit.group_id,
        source: hit.source as u32,
        hour: hit.hour as i32,
    }
}
