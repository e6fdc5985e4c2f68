//! What was learnt of each source's pages, at hand for the next page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::article::{PageBlocks, SiteTemplate};
use crate::model::Time;
use crate::store::{Store, StoreError};

/// Pages after which a template is written back: what a crash forgets is learnt again.
const WRITE_EVERY: u32 = 10;

/// Site templates of this process, read from the store when first needed.
#[derive(Default)]
pub(super) struct Templates {
    known: Mutex<HashMap<String, Learnt>>,
}

#[derive(Clone, Default)]
struct Learnt {
    template: Arc<SiteTemplate>,
    pages: u32,
}

impl Templates {
    /// The template of a source, as far as it is known.
    pub(super) async fn get(
        &self,
        store: &Store,
        source: &str,
    ) -> Result<Arc<SiteTemplate>, StoreError> {
        if let Some(learnt) = self.lock().get(source) {
            return Ok(learnt.template.clone());
        }
        let stored = store.template(source).await?;
        // A template of another version is learnt anew.
        let template: SiteTemplate =
            stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let learnt = Learnt { template: Arc::new(template), pages: 0 };
        Ok(self.lock().entry(source.to_owned()).or_insert(learnt).template.clone())
    }

    /// Learns from a page; now and then writes the template back.
    pub(super) async fn learn(
        &self,
        store: &Store,
        source: &str,
        blocks: &PageBlocks,
        now: Time,
    ) -> Result<(), StoreError> {
        let (due, layout_changed) = {
            let mut known = self.lock();
            let learnt = known.entry(source.to_owned()).or_default();
            let changed = Arc::make_mut(&mut learnt.template).learn(blocks, Some(now));
            learnt.pages += 1;
            // Early pages teach most, and a process may end after a few.
            let due = learnt.pages.is_power_of_two()
                || learnt.pages.is_multiple_of(WRITE_EVERY)
                || changed;
            (due.then(|| learnt.template.clone()), changed)
        };
        let Some(template) = due else { return Ok(()) };
        if layout_changed {
            tracing::warn!(
                source,
                "the layout of the source's pages has changed; it is learnt anew"
            );
        }
        let text = serde_json::to_string(&*template)?;
        store.set_template(source, &text, layout_changed.then_some(now)).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Learnt>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
