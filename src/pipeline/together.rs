//! Work that is done together: a transaction costs as much for one piece as for many, so whoever has
//! a piece ready lays it down and waits a moment; the first whose moment is over does all that lies
//! there. No task of its own, and nothing to stop: where who leads is stopped, nothing is done, and
//! the claims expire.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{MutexGuard, oneshot};

/// How long a piece waits for others.
const MOMENT: Duration = Duration::from_millis(30);

/// A piece of work.
pub(super) trait Piece {
    /// How much of a transaction it takes.
    fn size(&self) -> usize {
        1
    }
}

/// Pieces `P` that wait to become results `D`, one lot at a time, over a state `S` that lasts.
pub(super) struct Together<P, D, S> {
    waiting: Mutex<Vec<(P, oneshot::Sender<D>)>>,
    state: tokio::sync::Mutex<S>,
    /// Size from which on nobody waits, and about which is done at once.
    full: usize,
}

/// A piece that was laid down.
pub(super) struct LaidDown<D> {
    done: oneshot::Receiver<D>,
    wait: Duration,
}

/// What comes of waiting.
pub(super) enum Turn<'a, P, D, S> {
    /// Another did it; nothing where that one was stopped.
    Done(Option<D>),
    /// This one leads.
    Lead(Lot<'a, P, D, S>),
}

/// Pieces that are to be done now.
pub(super) struct Lot<'a, P, D, S> {
    pub pieces: Vec<P>,
    pub state: MutexGuard<'a, S>,
    waiting: Vec<oneshot::Sender<D>>,
}

impl<P: Piece, D, S> Together<P, D, S> {
    pub(super) fn new(full: usize, state: S) -> Self {
        Self { waiting: Mutex::default(), state: tokio::sync::Mutex::new(state), full }
    }

    /// Lays a piece down.
    pub(super) fn lay_down(&self, piece: P) -> LaidDown<D> {
        let (tell, done) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((piece, tell));
        let ready: usize = waiting.iter().map(|(piece, _)| piece.size()).sum();
        LaidDown { done, wait: if ready < self.full { MOMENT } else { Duration::ZERO } }
    }

    /// Waits until the piece is done, or until it is this one's turn to do all that lies there:
    /// then again, for it may not be among the first.
    pub(super) async fn turn(&self, laid_down: &mut LaidDown<D>) -> Turn<'_, P, D, S> {
        let LaidDown { done, wait } = laid_down;
        let lead = async {
            tokio::time::sleep(std::mem::take(wait)).await;
            self.state.lock().await
        };
        tokio::select! {
            biased;
            done = done => Turn::Done(done.ok()),
            state = lead => {
                let (pieces, waiting) = self.first().into_iter().unzip();
                Turn::Lead(Lot { pieces, state, waiting })
            }
        }
    }

    /// The state, when nobody leads.
    pub(super) async fn state(&self) -> MutexGuard<'_, S> {
        self.state.lock().await
    }

    /// Who has waited longest, until a transaction is full.
    fn first(&self) -> Vec<(P, oneshot::Sender<D>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut size = 0;
        let full = waiting.iter().position(|(piece, _)| {
            size += piece.size();
            size >= self.full
        });
        let length = full.map_or(waiting.len(), |last| last + 1);
        waiting.drain(..length).collect()
    }
}

impl<P, D, S> Lot<'_, P, D, S> {
    /// Tells everybody what came of the pieces, in their order.
    pub(super) fn tell(self, results: impl IntoIterator<Item = D>) {
        for (waiting, result) in self.waiting.into_iter().zip(results) {
            // Nobody waits any more where its task was stopped.
            let _heard = waiting.send(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Piece for u32 {}

    /// Doubles a number; the state counts how often anything was done.
    async fn double(together: &Together<u32, u32, usize>, number: u32) -> u32 {
        let mut laid_down = together.lay_down(number);
        loop {
            match together.turn(&mut laid_down).await {
                Turn::Done(done) => return done.expect("nobody was stopped"),
                Turn::Lead(mut lot) => {
                    *lot.state += 1;
                    let doubled: Vec<u32> = lot.pieces.iter().map(|piece| piece * 2).collect();
                    lot.tell(doubled);
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_are_done_together_and_each_gets_its_own() {
        let together = Together::new(8, 0);
        let doubled = futures::future::join_all((0..20).map(|n| double(&together, n))).await;
        assert_eq!(doubled, (0..20).map(|n| n * 2).collect::<Vec<_>>());
        let lots = *together.state().await;
        assert!((3..=5).contains(&lots), "{lots} lots of at most 8");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_alone_waits_a_moment_only() {
        let together = Together::new(8, 0);
        let begun = tokio::time::Instant::now();
        assert_eq!(double(&together, 4).await, 8);
        assert!(begun.elapsed() < 2 * MOMENT);
    }

    #[tokio::test]
    async fn where_the_leader_is_stopped_the_others_learn_of_it() {
        let together: Together<u32, u32, usize> = Together::new(1, 0);
        let (mut first, mut second) = (together.lay_down(1), together.lay_down(2));
        for _ in 0..2 {
            match together.turn(&mut first).await {
                Turn::Lead(lot) => drop(lot),
                Turn::Done(done) => assert_eq!(done, None),
            }
        }
        assert!(matches!(together.turn(&mut second).await, Turn::Lead(lot) if lot.pieces == [2]));
    }
}
