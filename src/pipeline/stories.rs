//! Stories: which groups tell of one event. What is rare is learnt from the latest texts.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::dedupe::{
    Frequencies, StoryFeatures, StoryText, story_features, story_keys, story_vector,
};
use crate::model::{StoryVector, Verdict};
use crate::store::{Store, StoreError};
use crate::topics::{Document, Hint, Topics};

/// Texts from which the rarity of features is learnt at start.
const PAST_TEXTS: u32 = 2000;

/// In how many of the latest texts each feature occurs. Of this process; learnt anew at start,
/// from the examples of the topics too: what the first texts of a new installation have in common
/// would else be taken for everybody's, and their story not be seen.
#[derive(Default)]
pub(super) struct Rarity {
    frequencies: Mutex<Frequencies>,
    warmed: OnceCell<()>,
}

impl Rarity {
    /// Learns from the examples and what the store holds, once.
    pub(super) async fn warm_up(
        &self,
        store: &Store,
        topics: &Arc<Topics>,
    ) -> Result<(), StoreError> {
        let warm_up = async || -> Result<(), StoreError> {
            let past = store.past_texts(PAST_TEXTS).await?;
            let topics = Arc::clone(topics);
            let learn = move || {
                let examples = topics.examples().filter_map(|e| example(&topics, &e));
                let past = past.iter().map(|p| features(&p.title, &p.text, &p.verdict));
                examples.chain(past).collect::<Vec<_>>()
            };
            // A panic in it would be a bug; stories do without the past then.
            let learnt = tokio::task::spawn_blocking(learn).await.unwrap_or_default();
            learnt.iter().for_each(|features| self.add(features));
            Ok(())
        };
        self.warmed.get_or_try_init(warm_up).await?;
        Ok(())
    }

    /// Counts a text.
    pub(super) fn add(&self, features: &StoryFeatures) {
        self.frequencies.lock().unwrap_or_else(PoisonError::into_inner).add(features);
    }

    /// The vector of a text with the keys by which its kin is found.
    pub(super) fn vector(&self, features: &StoryFeatures) -> (StoryVector, Vec<u32>) {
        let frequencies = self.frequencies.lock().unwrap_or_else(PoisonError::into_inner);
        let vector = story_vector(features, &frequencies);
        let keys = story_keys(&vector, &frequencies);
        (vector, keys)
    }
}

/// Takes a relevant example apart: of the others no story is told.
fn example(topics: &Topics, example: &Document<'_>) -> Option<StoryFeatures> {
    let verdict = topics.classify(example, &Hint::default());
    verdict.relevant.then(|| features(example.title, example.text, &verdict))
}

/// Takes a text apart, with what its verdict found.
pub(super) fn features(title: &str, text: &str, verdict: &Verdict) -> StoryFeatures {
    story_features(&StoryText {
        title,
        text,
        lang: verdict.lang.as_deref(),
        countries: &verdict.countries,
        concepts: &verdict.concepts,
    })
}
