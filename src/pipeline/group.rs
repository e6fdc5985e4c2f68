//! Recording an article: its group, the group's lead and what subscribers see of it.

use std::sync::Arc;

use chrono::Datelike;

use super::catalog::Catalog;
use super::process::{Prepared, is_body};
use super::stories::Rarity;
use crate::dedupe::{self, Candidate, CopyFacts, Posting, Shortlist, StoryFeatures};
use crate::model::{Method, SourceKind, Time, Verdict};
use crate::store::{
    self, Entered, GroupRow, GroupState, Kept, PhraseHit, Recorded, Recording, Store, StoreError,
};

/// Fingerprints that are forgotten in one transaction: others want to write too.
const FORGOTTEN_AT_ONCE: u32 = 200;

/// Puts articles into the store, and into their groups and stories. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    pub(super) store: Store,
    pub(super) rarity: Arc<Rarity>,
}

impl Recorder {
    /// A recorder over this store.
    pub fn new(store: Store) -> Self {
        Self { store, rarity: Arc::default() }
    }

    /// Records an article in one transaction, for a worker that holds a claim on its entry. True
    /// where it joined others as a further copy.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing is recorded.
    pub async fn record(
        &self,
        worker: &str,
        catalog: &Catalog,
        prepared: &Prepared,
        now: Time,
    ) -> Result<bool, StoreError> {
        self.rarity.warm_up(&self.store).await?;
        let (article, id) = (&prepared.article, prepared.article.id);
        let mut recording = self.store.begin_recording(now).await?;
        recording.finish_entry(worker, id).await?;
        let place = find_place(&mut recording, prepared, catalog).await?;
        let group = match place.group {
            Some(group) => group,
            None => {
                let tag = tag(&catalog.settings.tag_authority, now);
                recording.create_group(&tag, article, None).await?
            }
        };
        recording.write_article(article, group).await?;
        let fingerprint = &prepared.fingerprint;
        let source = dedupe::source_number(&fingerprint.source);
        let entered = Entered { article: id, group, fingerprint, source };
        recording.remember(&entered, &place.enter).await?;
        let copies = recording.copies(group).await?;
        if let Some(row) = recording.group(group).await? {
            let state = state(&row, &copies, Some(id), catalog, now);
            if state.relevant && !row.relevant {
                let (at, features) = (article.published, &prepared.features);
                self.link(&mut recording, catalog, features, (group, at)).await?;
            }
            recording.write_group(group, &state).await?;
        }
        recording.commit().await?;
        Ok(place.copy && copies.len() > 1)
    }

    /// Puts a group that subscribers are about to see into the story that it tells of.
    pub(super) async fn link(
        &self,
        recording: &mut Recording,
        catalog: &Catalog,
        features: &StoryFeatures,
        (group, at): (i64, Time),
    ) -> Result<(), StoreError> {
        // Only what subscribers see is linked, so what is rare is learnt from that alone: that a
        // text is about migrants tells nothing here.
        self.rarity.add(features);
        let (vector, keys) = self.rarity.vector(features);
        let window = catalog.settings.story_window;
        let near = (at - window, at + window);
        let kin = recording.story_kin(group, &keys, near, dedupe::MAX_KIN).await?;
        let story = dedupe::story_of(&vector, kin.iter().map(|(story, vector)| (*story, vector)));
        recording.remember_story(group, at, (&vector, &keys), story).await
    }

    /// Forgets the fingerprints of texts older than `before`.
    ///
    /// # Errors
    /// See [`StoreError`]; what was forgotten until then stays forgotten.
    pub async fn forget_fingerprints(&self, before: Time) -> Result<(), StoreError> {
        loop {
            let old = self.store.old_fingerprints(before, FORGOTTEN_AT_ONCE).await?;
            if old.is_empty() {
                return Ok(());
            }
            let named: Vec<_> = old.iter().map(|kept| (kept.article, grams_of(kept))).collect();
            self.store.forget_fingerprints(&named).await?;
        }
    }
}

/// Where an article belongs.
struct Place {
    /// Its group, where there is one.
    group: Option<i64>,
    /// It is new in that group.
    copy: bool,
    /// The phrases to enter for those that follow.
    enter: Vec<u32>,
}

async fn find_place(
    recording: &mut Recording,
    prepared: &Prepared,
    catalog: &Catalog,
) -> Result<Place, StoreError> {
    let (id, fingerprint) = (prepared.article.id, &prepared.fingerprint);
    let phrases = dedupe::phrases(&fingerprint.tokens);
    let grams: Vec<u32> = phrases.iter().map(|phrase| phrase.gram).collect();
    let window = catalog.settings.dedupe_window;
    let near = (store::hour(fingerprint.time - window), store::hour(fingerprint.time + window));
    let hits = recording.phrase_hits(&grams, id, near).await?;
    let postings: Vec<Posting> = hits.iter().map(posting).collect();
    let shortlist = Shortlist::new(fingerprint, &phrases, &postings);
    // A revised article stays where it is: its published id must not change.
    if let Some(group) = recording.group_of(id).await? {
        for kept in recording.fingerprints(&[id]).await? {
            recording.forget_phrases(id, &grams_of(&kept)).await?;
        }
        return Ok(Place { group: Some(group), copy: false, enter: shortlist.enter });
    }
    let group = find_group(recording, prepared, &shortlist).await?;
    Ok(Place { group, copy: group.is_some(), enter: shortlist.enter })
}

/// The group of a new text where there is one: at its address, else by its words.
async fn find_group(
    recording: &mut Recording,
    prepared: &Prepared,
    shortlist: &Shortlist,
) -> Result<Option<i64>, StoreError> {
    let (article, fingerprint) = (&prepared.article, &prepared.fingerprint);
    let at_address = recording.groups_at(&article.url_key, article.id).await?;
    let mut kept = recording.fingerprints(&shortlist.articles).await?;
    if at_address.is_empty() && kept.is_empty() {
        return Ok(None);
    }
    // What the admin said of an article holds for the same text when its source brings it again.
    let same = |kept: &&Kept| {
        kept.fingerprint.exact == fingerprint.exact && kept.fingerprint.source == fingerprint.source
    };
    let mut same: Vec<i64> = kept.iter().filter(same).map(|kept| kept.article).collect();
    same.push(article.id);
    let barred = recording.split_from(&same).await?;
    let open = |group: &i64| !barred.contains(group);
    if let Some((_, group)) = at_address.into_iter().find(|(_, group)| open(group)) {
        return Ok(Some(group));
    }
    kept.retain(|kept| open(&kept.group));
    let candidates: Vec<Candidate<'_>> = kept
        .iter()
        .map(|kept| Candidate {
            article: kept.article,
            group: kept.group,
            fingerprint: &kept.fingerprint,
        })
        .collect();
    Ok(shortlist.decide(fingerprint, &candidates).map(|found| found.group))
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

/// The phrases under which a text may have been entered.
pub(super) fn grams_of(kept: &Kept) -> Vec<u32> {
    dedupe::phrases(&kept.fingerprint.tokens).iter().map(|phrase| phrase.gram).collect()
}

/// A published id, made once (RFC 4151): authority, date, and a name that nobody else makes.
pub(super) fn tag(authority: &str, now: Time) -> String {
    let name = uuid::Uuid::new_v4().simple();
    if authority.contains(',') {
        format!("tag:{authority}:{name}")
    } else {
        format!("tag:{authority},{}:{name}", now.year())
    }
}

/// What a group becomes whose copies changed; `touched` is the copy that is new or revised.
pub(super) fn state<'a>(
    row: &GroupRow,
    copies: &'a [Recorded],
    touched: Option<i64>,
    catalog: &Catalog,
    now: Time,
) -> GroupState<'a> {
    let lead = lead(copies, catalog);
    let relevant = match row.decision.as_deref() {
        Some("accept") => true,
        Some("reject") => false,
        _ => copies.iter().any(|copy| copy.verdict.relevant),
    };
    let verdict = verdict(lead, copies);
    let new_to_readers = relevant && !row.relevant;
    let published = if new_to_readers { lead.published.min(now) } else { row.published };
    let changed = lead.id != row.lead || (touched == Some(lead.id) && row.relevant);
    let updated = match (new_to_readers, changed) {
        (true, _) => published,
        (false, true) => now,
        (false, false) => row.updated,
    };
    let review =
        !relevant && row.decision.is_none() && copies.iter().any(|copy| copy.verdict.review);
    GroupState { lead, published, updated, relevant, review, verdict }
}

/// The copy that is shown.
fn lead<'a>(copies: &'a [Recorded], catalog: &Catalog) -> &'a Recorded {
    let facts: Vec<CopyFacts> = copies.iter().map(|copy| facts(copy, catalog)).collect();
    &copies[dedupe::lead(&facts)]
}

fn facts(copy: &Recorded, catalog: &Catalog) -> CopyFacts {
    let kind = catalog.sources.get(&copy.source).map(|watched| watched.source.kind);
    CopyFacts {
        agency: kind == Some(SourceKind::Agency),
        credits: copy.credits,
        body: Method::parse(&copy.method).is_some_and(is_body),
        chars: copy.chars,
        published: copy.published,
    }
}

/// The lead's verdict where it is relevant, else that of the copy with the best score.
fn verdict<'a>(lead: &'a Recorded, copies: &'a [Recorded]) -> &'a Verdict {
    if lead.verdict.relevant {
        return &lead.verdict;
    }
    copies
        .iter()
        .map(|copy| &copy.verdict)
        .max_by(|a, b| {
            (a.relevant, a.score)
                .partial_cmp(&(b.relevant, b.score))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .unwrap_or(&lead.verdict)
}
