//! Going through what the store holds, batch by batch, on all cores, with a sign of progress.

use anyhow::Result;
use chrono::TimeDelta;
use rayon::prelude::*;

use super::show::Progress;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{SourceMode, Time};
use crate::store::{Store, StoredText};
use crate::topics::{Document, Hint};

/// Texts taken together: enough to keep all cores busy, few enough to keep memory flat.
const BATCH: u32 = 256;

/// The moment so many days ago; the beginning of time for none.
pub fn since(days: Option<u32>) -> Time {
    let ago = |days: u32| SystemClock.now() - TimeDelta::days(days.into());
    days.map_or(Time::UNIX_EPOCH, ago)
}

/// A stored text as the rules judge it.
pub fn document(text: &StoredText) -> Document<'_> {
    Document {
        title: &text.title,
        text: &text.text,
        lang: text.lang.as_deref(),
        url: Some(&text.url),
    }
}

/// What its source adds to the verdict; nothing for one that is configured no more.
pub fn hint(config: &Config, source: &str) -> Hint {
    config.source(source).map_or_else(Hint::default, |source| Hint {
        weight: source.weight,
        trusted: source.mode == SourceMode::Trusted,
    })
}

/// Does `work` on every text processed since `since`, on all cores and off the async threads, and
/// hands each batch with its results to `then`, in order.
pub async fn each<T: Send + 'static>(
    store: &Store,
    (what, since): (&'static str, Time),
    work: impl Fn(&StoredText) -> T + Clone + Send + Sync + 'static,
    mut then: impl AsyncFnMut(Vec<StoredText>, Vec<T>) -> Result<()>,
) -> Result<()> {
    let mut progress = Progress::new(what, store.count_texts(since).await?);
    let mut after = 0;
    loop {
        let texts = store.stored_texts(after, since, BATCH).await?;
        let Some(last) = texts.last() else { return Ok(()) };
        after = last.id;
        let work = work.clone();
        let (texts, done) = tokio::task::spawn_blocking(move || {
            let done: Vec<T> = texts.par_iter().map(work).collect();
            (texts, done)
        })
        .await?;
        progress.step(texts.len());
        then(texts, done).await?;
    }
}
