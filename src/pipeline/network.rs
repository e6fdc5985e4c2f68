//! Our own network: when many hosts are lost at once, it is not their fault.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use url::Url;

use crate::fetch::{FetchError, host_key};
use crate::model::Time;
use crate::schedule::{Attempt, Sign, network_is_down};

/// Attempts that are remembered; more than come in the window that counts.
const REMEMBERED: usize = 500;

/// The latest attempts of this process.
#[derive(Debug, Default)]
pub(super) struct Network(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    attempts: VecDeque<Attempt>,
    down: bool,
}

impl Network {
    /// Somebody answered.
    pub(super) fn answered(&self, url: &str, now: Time) {
        self.note(url, Sign::Answered, now);
    }

    /// An attempt failed. True where our own network seems to be gone; said once in the log.
    pub(super) fn failed(&self, url: &str, error: &FetchError, now: Time) -> bool {
        let sign = if error.reason.may_be_our_network() {
            Sign::Lost
        } else if somebody_answered(error) {
            Sign::Answered
        } else {
            Sign::Nothing
        };
        let down = self.note(url, sign, now);
        down && sign != Sign::Answered
    }

    fn note(&self, url: &str, sign: Sign, now: Time) -> bool {
        let host = Url::parse(url).map(|url| host_key(&url)).unwrap_or_default();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.attempts.push_back(Attempt { host, at: now, sign });
        if state.attempts.len() > REMEMBERED {
            state.attempts.pop_front();
        }
        let down = network_is_down(state.attempts.make_contiguous(), now);
        if down != state.down {
            state.down = down;
            if down {
                tracing::error!(
                    "many hosts are lost at once: our own network seems to be gone; nothing is counted against the sources"
                );
            } else {
                tracing::info!("the network is back");
            }
        }
        down
    }
}

/// Be it with an error: the network is there.
fn somebody_answered(error: &FetchError) -> bool {
    error.status().is_some()
        || matches!(error.kind(), "tls" | "bad_http" | "too_large" | "truncated" | "bad_encoding")
}
