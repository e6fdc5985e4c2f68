//! An admin's word on a group, as `rasad judge` and the admin's page give it.

use std::sync::LazyLock;

use rasad::model::Time;
use rasad::pipeline::{Catalog, Recorder};
use rasad::store::Store;

use super::recording::catalog;

/// [`catalog`], made once.
pub fn built_in() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(catalog);
    &CATALOG
}

/// Whether there is such a group; what follows from the word is done.
pub async fn decide(store: &Store, group: i64, accept: Option<bool>, now: Time) -> bool {
    let recorder = Recorder::new(store.clone());
    recorder.decide(built_in(), group, (accept, &[]), now).await.expect("a word is kept")
}
