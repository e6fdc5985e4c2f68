//! Recording articles: several in one transaction, each into its group and story.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::catalog::Catalog;
use super::group::{grams_of, state, tag};
use super::place::{Place, find_places};
use super::process::Prepared;
use super::recent::Recent;
use super::stories::Rarity;
use super::together::{Piece, Together, Turn};
use crate::dedupe::{self, StoryFeatures};
use crate::model::Time;
use crate::store::{
    Entered, GroupRow, GroupState, NewArticle, NewGroup, Recorded, Recording, Store, StoreError,
};

/// Articles of one transaction at most.
pub const BATCH: usize = 256;
/// Articles whose phrases are kept in memory before they are entered in the store: some 20 MB.
const RECENT: usize = 8192;
/// Fingerprints that are forgotten in one transaction: others want to write too.
const FORGOTTEN_AT_ONCE: u32 = 200;

/// What became of articles: true for a further copy.
type Results = Vec<Result<bool, StoreError>>;

/// Puts articles into the store, and into their groups and stories. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    pub(super) store: Store,
    pub(super) rarity: Arc<Rarity>,
    together: Arc<Together<Vec<Prepared>, Results, Recent>>,
    most_recent: usize,
}

impl Piece for Vec<Prepared> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Recorder {
    /// A recorder over this store.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            rarity: Arc::default(),
            together: Arc::new(Together::new(BATCH, Recent::default())),
            most_recent: RECENT,
        }
    }

    /// The same, entering phrases into the store when so many articles have gathered.
    #[must_use]
    pub fn entering_after(mut self, articles: usize) -> Self {
        self.most_recent = articles;
        self
    }

    /// Records articles, for a worker that holds the claims on their entries, together with others
    /// that are ready. For each: true where it joined others as a further copy; why it is not
    /// recorded, see [`StoreError`].
    pub async fn record(
        &self,
        worker: &str,
        catalog: &Catalog,
        prepared: Vec<Prepared>,
        now: Time,
    ) -> Results {
        let length = prepared.len();
        let mut laid_down = self.together.lay_down(prepared);
        loop {
            match self.together.turn(&mut laid_down).await {
                Turn::Done(Some(results)) => return results,
                // Who led was stopped: the claims expire.
                Turn::Done(None) => {
                    return (0..length).map(|_| Err(StoreError::ClaimLost)).collect();
                }
                Turn::Lead(mut lot) => {
                    let articles: Vec<&Prepared> = lot.pieces.iter().flatten().collect();
                    let all =
                        self.record_or_each(&mut lot.state, worker, catalog, &articles, now).await;
                    let mut all = all.into_iter();
                    let lengths = lot.pieces.iter().map(Vec::len);
                    let results: Vec<_> =
                        lengths.map(|length| all.by_ref().take(length).collect()).collect();
                    lot.tell(results);
                }
            }
        }
    }

    /// Records these articles in one transaction, as [`Recorder::record`] does.
    pub async fn record_all(
        &self,
        worker: &str,
        catalog: &Catalog,
        batch: &[Prepared],
        now: Time,
    ) -> Results {
        let mut recent = self.together.state().await;
        let batch: Vec<&Prepared> = batch.iter().collect();
        self.record_or_each(&mut recent, worker, catalog, &batch, now).await
    }

    /// Records these articles in one transaction; where the database does not take one of them,
    /// each in its own, so that none keeps the others out.
    async fn record_or_each(
        &self,
        recent: &mut Recent,
        worker: &str,
        catalog: &Catalog,
        batch: &[&Prepared],
        now: Time,
    ) -> Results {
        if batch.is_empty() {
            return Vec::new();
        }
        match self.try_record(recent, worker, catalog, batch, now).await {
            Ok(done) => done.into_iter().map(|copy| copy.ok_or(StoreError::ClaimLost)).collect(),
            Err(error) if batch.len() == 1 => vec![Err(error)],
            Err(error) if error.passes() => {
                let error = Arc::new(error);
                batch.iter().map(|_| Err(StoreError::Together(error.clone()))).collect()
            }
            Err(error) => {
                tracing::warn!(articles = batch.len(), kind = error.kind(), %error,
                    "the database does not take these articles together; each is recorded alone");
                let mut results = Vec::with_capacity(batch.len());
                for prepared in batch {
                    let alone = self.try_record(recent, worker, catalog, &[*prepared], now).await;
                    results.push(alone.and_then(|done| {
                        done.first().copied().flatten().ok_or(StoreError::ClaimLost)
                    }));
                }
                results
            }
        }
    }

    /// All in one transaction. None for an article whose claim is lost, else whether it is a
    /// further copy.
    async fn try_record(
        &self,
        recent: &mut Recent,
        worker: &str,
        catalog: &Catalog,
        batch: &[&Prepared],
        now: Time,
    ) -> Result<Vec<Option<bool>>, StoreError> {
        self.rarity.warm_up(&self.store, &catalog.topics).await?;
        let mut recording = self.store.begin_recording(now).await?;
        let ids: Vec<i64> = batch.iter().map(|prepared| prepared.article.id).collect();
        let held = recording.finish_entries(worker, &ids).await?;
        let kept: Vec<&Prepared> =
            batch.iter().copied().filter(|p| held.contains(&p.article.id)).collect();
        if kept.is_empty() {
            return Ok(vec![None; batch.len()]);
        }
        recent.catch_up(&mut recording).await?;
        let mut places = find_places(&mut recording, recent, &kept, catalog).await?;
        let groups = Touched::gather(&mut recording, &kept, &places, now).await?;
        self.write(&mut recording, catalog, &kept, &mut places, groups, now).await?;
        recent.regroup(&places.iter().map(|place| place.group).collect::<Vec<_>>());
        let enters = recent.len() >= self.most_recent;
        if enters {
            recent.enter(&mut recording, now - catalog.settings.dedupe_window).await?;
        }
        let serial = recording.serial();
        recording.commit().await?;
        recent.settle(serial, enters);
        let copies: HashMap<i64, bool> =
            kept.iter().zip(&places).map(|(p, place)| (p.article.id, place.copy)).collect();
        Ok(ids.iter().map(|id| copies.get(id).copied()).collect())
    }

    /// Writes groups, articles and fingerprints; then what subscribers see of them.
    async fn write(
        &self,
        recording: &mut Recording,
        catalog: &Catalog,
        batch: &[&Prepared],
        places: &mut [Place],
        groups: BTreeMap<i64, Touched>,
        now: Time,
    ) -> Result<(), StoreError> {
        let states: Vec<(i64, &Touched, GroupState<'_>)> = groups
            .iter()
            .map(|(group, touched)| (*group, touched, touched.state(batch, catalog, now)))
            .collect();
        let mut rows: HashMap<i64, i64> = groups.keys().map(|group| (*group, *group)).collect();
        let (opened, changed): (Vec<_>, Vec<_>) = states.iter().partition(|(group, ..)| *group < 0);
        let new: Vec<NewGroup<'_>> = opened
            .iter()
            .map(|(_, _, state)| NewGroup {
                tag: tag(&catalog.settings.tag_authority, now),
                state: state.clone(),
            })
            .collect();
        let opened_rows = recording.open_groups(&new).await?;
        rows.extend(opened.iter().map(|(group, ..)| *group).zip(opened_rows));
        for (group, _, state) in changed {
            recording.write_group(*group, state).await?;
        }
        for place in places.iter_mut() {
            place.group = rows.get(&place.group).copied().unwrap_or(place.group);
        }
        write_articles(recording, batch, places).await?;
        let mut seen = Vec::new();
        for (group, touched, state) in &states {
            let row = rows[group];
            if state.relevant && !touched.row.relevant {
                let prepared = batch[touched.by[0]];
                let at = prepared.article.published;
                if *group >= 0 {
                    recording.forget_story_keys(row).await?;
                }
                self.link(recording, catalog, &prepared.features(), (row, at)).await?;
            }
            // A new group that is not shown: nobody has seen it, and nobody will.
            if *group >= 0 || state.relevant || state.review {
                seen.push(row);
            }
        }
        recording.show(&seen).await
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
        let nearest = (dedupe::SHARED_KEYS, dedupe::MAX_KIN);
        let kin = recording.story_kin(group, &keys, near, nearest).await?;
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

/// A group whose copies change.
struct Touched {
    row: GroupRow,
    copies: Vec<Recorded>,
    /// The articles of the batch that change it.
    by: Vec<usize>,
}

impl Touched {
    /// The groups of a batch with all their copies as they will be.
    async fn gather(
        recording: &mut Recording,
        batch: &[&Prepared],
        places: &[Place],
        now: Time,
    ) -> Result<BTreeMap<i64, Self>, StoreError> {
        let mut stored: Vec<i64> =
            places.iter().map(|place| place.group).filter(|group| *group >= 0).collect();
        stored.sort_unstable();
        stored.dedup();
        let mut groups = BTreeMap::new();
        if !stored.is_empty() {
            for row in recording.groups(&stored).await? {
                groups.insert(row.id, Self { row, copies: Vec::new(), by: Vec::new() });
            }
            for copy in recording.copies(&stored).await? {
                if let Some(touched) = groups.get_mut(&copy.group) {
                    touched.copies.push(copy);
                }
            }
        }
        for (at, (prepared, place)) in batch.iter().zip(places).enumerate() {
            let article = &prepared.article;
            if place.group < 0 {
                groups.entry(place.group).or_insert_with(|| Self::new(article, now));
            }
            if let Some(touched) = groups.get_mut(&place.group) {
                touched.join(Recorded::of(article, place.group), at);
            }
        }
        Ok(groups)
    }

    /// A group that is opened with this article.
    fn new(article: &NewArticle, now: Time) -> Self {
        let row = GroupRow {
            id: 0,
            tag: String::new(),
            lead: article.id,
            story: 0,
            published: article.published,
            updated: now,
            relevant: false,
            decision: None,
            withdrawn: false,
        };
        Self { row, copies: Vec::new(), by: Vec::new() }
    }

    fn join(&mut self, copy: Recorded, by: usize) {
        match self.copies.iter_mut().find(|earlier| earlier.id == copy.id) {
            // A revised article keeps its date.
            Some(earlier) => *earlier = Recorded { published: earlier.published, ..copy },
            None => {
                let place = self.copies.partition_point(|earlier| earlier.id < copy.id);
                self.copies.insert(place, copy);
            }
        }
        self.by.push(by);
    }

    fn state(&self, batch: &[&Prepared], catalog: &Catalog, now: Time) -> GroupState<'_> {
        let touched: Vec<i64> = self.by.iter().map(|at| batch[*at].article.id).collect();
        state(&self.row, &self.copies, &touched, catalog, now)
    }
}

async fn write_articles(
    recording: &mut Recording,
    batch: &[&Prepared],
    places: &[Place],
) -> Result<(), StoreError> {
    let (mut new, mut fingerprints) = (Vec::new(), Vec::new());
    for (prepared, place) in batch.iter().zip(places) {
        let article = &prepared.article;
        if place.revised {
            recording.revise_article(article, place.group).await?;
        } else {
            new.push((article, place.group));
        }
        let fingerprint = &prepared.fingerprint;
        fingerprints.push(Entered { article: article.id, group: place.group, fingerprint });
    }
    recording.insert_articles(&new).await?;
    recording.remember(&fingerprints).await
}
