//! Undoing a wrong merge: one copy leaves its group for a new one, for good.

use super::group::{grams_of, state, tag};
use super::stories;
use super::{Catalog, Pipeline, Recorder};
use crate::model::Time;
use crate::store::{Recorded, Recording, StoreError};

/// What came of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Published id of the group that the copy left, which keeps it.
    pub from: String,
    /// Copies that are left there.
    pub left: usize,
    /// The new group.
    pub group: i64,
    /// Its published id.
    pub tag: String,
    /// The new group is published.
    pub published: bool,
}

/// Why a copy cannot be split off.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The entry has no article.
    #[error("Entry {0} has not become an article yet, so it stands in no group.")]
    NoArticle(i64),
    /// It is the only copy.
    #[error("Article {0} is the only copy in its group: there is nothing to split it from.")]
    Alone(i64),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SplitError {
    /// A stable word for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoArticle(_) => "no_article",
            Self::Alone(_) => "alone",
            Self::Store(error) => error.kind(),
        }
    }
}

impl Pipeline {
    /// Moves a copy out of its group, see [`Recorder::split`].
    ///
    /// # Errors
    /// See [`SplitError`]; then nothing has changed.
    pub async fn split(&self, article: i64) -> Result<Split, SplitError> {
        self.recorder.split(&self.catalog(), article, self.now()).await
    }
}

impl Recorder {
    /// Moves a copy out of its group into a new one with a published id of its own. The two never
    /// become one again. All in one transaction.
    ///
    /// # Errors
    /// See [`SplitError`]; then nothing has changed.
    pub async fn split(
        &self,
        catalog: &Catalog,
        article: i64,
        now: Time,
    ) -> Result<Split, SplitError> {
        self.rarity.warm_up(&self.store, &catalog.topics).await?;
        let mut recording = self.store.begin_recording(now).await?;
        let from = recording.groups_of(&[article]).await?;
        let from = from.get(&article).copied().ok_or(SplitError::NoArticle(article))?;
        if recording.copies(&[from]).await?.len() < 2 {
            return Err(SplitError::Alone(article));
        }
        let kept = recording.fingerprints(&[article]).await?;
        let grams: Vec<u32> = kept.iter().flat_map(grams_of).collect();
        let tag = tag(&catalog.settings.tag_authority, now);
        let group = recording.split_off(article, &grams, &tag).await?;
        let (from_tag, left, _) = self.settle(&mut recording, catalog, from, now).await?;
        let (_, _, published) = self.settle(&mut recording, catalog, group, now).await?;
        recording.commit().await?;
        Ok(Split { from: from_tag, left, group, tag, published })
    }

    /// Chooses a group's lead and state anew; its published id, its number of copies, and whether
    /// it is published.
    async fn settle(
        &self,
        recording: &mut Recording,
        catalog: &Catalog,
        group: i64,
        now: Time,
    ) -> Result<(String, usize, bool), StoreError> {
        let copies = recording.copies(&[group]).await?;
        let Some(row) = recording.groups(&[group]).await?.pop() else {
            return Ok((String::new(), copies.len(), false));
        };
        let state = state(&row, &copies, &[], catalog, now);
        if state.relevant {
            self.link_lead(recording, catalog, state.lead).await?;
        }
        recording.write_group(group, &state).await?;
        recording.show(&[group]).await?;
        Ok((row.tag, copies.len(), state.relevant && !row.withdrawn))
    }

    /// Links a group by the text that is shown now.
    pub(super) async fn link_lead(
        &self,
        recording: &mut Recording,
        catalog: &Catalog,
        lead: &Recorded,
    ) -> Result<(), StoreError> {
        let text = recording.text(lead.id).await?;
        let features = stories::features(&lead.title, &text, &lead.verdict);
        recording.forget_story_keys(lead.group).await?;
        self.link(recording, catalog, &features, (lead.group, lead.published)).await
    }
}
