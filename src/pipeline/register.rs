//! The register of polls: several are recorded in one transaction.

use std::sync::Arc;

use super::together::{Piece, Together, Turn};
use crate::store::{Inserted, Poll, Store, StoreError};

/// Polls of one transaction at most.
const BATCH: usize = 32;

/// What came of a poll, with the poll.
type Recorded = (Poll, Result<Inserted, StoreError>);

/// Records polls. Cheap to clone.
#[derive(Clone)]
pub(super) struct Register {
    store: Store,
    together: Arc<Together<Poll, Recorded, ()>>,
}

impl Piece for Poll {}

impl Register {
    pub(super) fn new(store: Store) -> Self {
        Self { store, together: Arc::new(Together::new(BATCH, ())) }
    }

    /// Records a poll of a source that this worker holds, together with others that are ready.
    ///
    /// # Errors
    /// [`StoreError::ClaimLost`] where nothing is known of the outcome. What the store says of the
    /// poll comes with it.
    pub(super) async fn record(&self, worker: &str, poll: Poll) -> Result<Recorded, StoreError> {
        let mut laid_down = self.together.lay_down(poll);
        loop {
            match self.together.turn(&mut laid_down).await {
                Turn::Done(recorded) => return recorded.ok_or(StoreError::ClaimLost),
                Turn::Lead(mut lot) => {
                    let polls = std::mem::take(&mut lot.pieces);
                    let results = self.record_or_each(worker, &polls).await;
                    lot.tell(polls.into_iter().zip(results));
                }
            }
        }
    }

    /// Records these polls in one transaction; where the database does not take one of them, each
    /// in its own, so that none keeps the others out.
    async fn record_or_each(
        &self,
        worker: &str,
        polls: &[Poll],
    ) -> Vec<Result<Inserted, StoreError>> {
        let all: Vec<&Poll> = polls.iter().collect();
        let error = match self.store.record_polls(worker, &all).await {
            Ok(inserted) => return inserted.into_iter().map(held).collect(),
            Err(error) => error,
        };
        if polls.len() == 1 {
            return vec![Err(error)];
        }
        if error.passes() {
            let error = Arc::new(error);
            return polls.iter().map(|_| Err(StoreError::Together(error.clone()))).collect();
        }
        tracing::warn!(polls = polls.len(), kind = error.kind(), %error,
            "the database does not take these polls together; each is recorded alone");
        let mut results = Vec::with_capacity(polls.len());
        for poll in polls {
            let alone = self.store.record_polls(worker, &[poll]).await;
            results.push(alone.and_then(|mut done| held(done.pop().flatten())));
        }
        results
    }
}

fn held(inserted: Option<Inserted>) -> Result<Inserted, StoreError> {
    inserted.ok_or(StoreError::ClaimLost)
}
