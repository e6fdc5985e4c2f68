//! Judging what is stored anew: changed verdicts, and what becomes of their groups.

use std::collections::BTreeSet;

use super::group::state;
use super::{Catalog, Pipeline, Recorder};
use crate::model::{Time, Verdict};
use crate::store::{GroupRow, Recording, StoreError};

/// A stored article with the verdict of the present rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejudged {
    /// Its row.
    pub article: i64,
    /// The revision of its text that was judged.
    pub revision: i64,
    /// The verdict.
    pub verdict: Verdict,
}

/// What came of new verdicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Verdicts stored.
    pub verdicts: usize,
    /// Articles whose text changed meanwhile: whoever changed it has judged it.
    pub overtaken: usize,
    /// Groups that subscribers see from now on.
    pub published: usize,
    /// Groups that left the feeds.
    pub removed: usize,
    /// Groups among them that an admin has decided on: they stay as decided.
    pub decided: usize,
}

impl Settled {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            verdicts: self.verdicts + other.verdicts,
            overtaken: self.overtaken + other.overtaken,
            published: self.published + other.published,
            removed: self.removed + other.removed,
            decided: self.decided + other.decided,
        }
    }
}

impl Pipeline {
    /// Stores new verdicts, see [`Recorder::rejudge`].
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing has changed.
    pub async fn rejudge(
        &self,
        changed: &[Rejudged],
        unchanged: &[i64],
    ) -> Result<Settled, StoreError> {
        self.recorder.rejudge(&self.catalog(), changed, unchanged, self.now()).await
    }

    /// Keeps an admin's word on a group, see [`Recorder::decide`].
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing has changed.
    pub async fn decide(
        &self,
        group: i64,
        accept: Option<bool>,
        topics: &[String],
    ) -> Result<bool, StoreError> {
        self.recorder.decide(&self.catalog(), group, (accept, topics), self.now()).await
    }
}

impl Recorder {
    /// Stores new verdicts and what becomes of their groups, in one transaction that no other
    /// recording overlaps: a group that is relevant now is published under the id that it has had
    /// all the time, one that is not any more leaves the feeds. What an admin decided or withdrew
    /// stays. `unchanged` were judged by the present rules too, which changed nothing.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing has changed.
    pub async fn rejudge(
        &self,
        catalog: &Catalog,
        changed: &[Rejudged],
        unchanged: &[i64],
        now: Time,
    ) -> Result<Settled, StoreError> {
        self.rarity.warm_up(&self.store, &catalog.topics).await?;
        let mut recording = self.store.begin_recording(now).await?;
        let mut settled = Settled::default();
        let mut judged = Vec::new();
        recording.note_rules(unchanged, &catalog.rules).await?;
        for new in changed {
            let place = (new.article, new.revision);
            if recording.write_verdict(place, &new.verdict, &catalog.rules).await? {
                settled.verdicts += 1;
                judged.push(new.article);
            } else {
                settled.overtaken += 1;
            }
        }
        let groups: BTreeSet<i64> = recording.groups_of(&judged).await?.into_values().collect();
        for group in groups {
            if let Some((before, after)) =
                self.resettle(&mut recording, catalog, group, now).await?
            {
                settled.note(&before, after);
            }
        }
        recording.commit().await?;
        Ok(settled)
    }

    /// Keeps an admin's word on a group, relevant or not and about what, and does at once what
    /// follows from it. `None` leaves it to the verdicts of its copies again. False where there
    /// is no such group.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing has changed.
    pub async fn decide(
        &self,
        catalog: &Catalog,
        group: i64,
        (accept, topics): (Option<bool>, &[String]),
        now: Time,
    ) -> Result<bool, StoreError> {
        self.rarity.warm_up(&self.store, &catalog.topics).await?;
        let mut recording = self.store.begin_recording(now).await?;
        let known = recording.decide(group, accept, topics).await?;
        if known {
            self.resettle(&mut recording, catalog, group, now).await?;
        }
        recording.commit().await?;
        Ok(known)
    }

    /// Makes a group what the verdicts of its copies say. The group before, and whether it is
    /// relevant now.
    async fn resettle(
        &self,
        recording: &mut Recording,
        catalog: &Catalog,
        group: i64,
        now: Time,
    ) -> Result<Option<(GroupRow, bool)>, StoreError> {
        let copies = recording.copies(&[group]).await?;
        let Some(row) = recording.groups(&[group]).await?.pop().filter(|_| !copies.is_empty())
        else {
            return Ok(None);
        };
        let state = state(&row, &copies, &[], catalog, now);
        let relevant = state.relevant;
        if relevant && !row.relevant {
            self.link_lead(recording, catalog, state.lead).await?;
        }
        recording.write_group(group, &state).await?;
        recording.show(&[group]).await?;
        Ok(Some((row, relevant)))
    }
}

impl Settled {
    fn note(&mut self, before: &GroupRow, relevant: bool) {
        self.decided += usize::from(before.decision.is_some());
        if before.withdrawn {
            return;
        }
        self.published += usize::from(relevant && !before.relevant);
        self.removed += usize::from(!relevant && before.relevant);
    }
}
