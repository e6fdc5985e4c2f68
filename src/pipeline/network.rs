//! Our own network: when many hosts are lost at once, it is not their fault.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    /// Since when it is gone.
    down: Option<Time>,
}

impl Network {
    /// Somebody answered.
    pub(super) fn answered(&self, url: &str, now: Time) {
        self.note(url, Sign::Answered, now);
    }

    /// An attempt failed. Where our own network seems to be gone, which is said once in the log:
    /// how long to wait before this source is tried again, the longer the longer it is gone.
    pub(super) fn failed(&self, url: &str, error: &FetchError, now: Time) -> Option<Duration> {
        let sign = if error.reason.may_be_our_network() {
            Sign::Lost
        } else if somebody_answered(error) {
            Sign::Answered
        } else {
            Sign::Nothing
        };
        let down = self.note(url, sign, now).filter(|_| sign != Sign::Answered)?;
        Some((now - down).to_std().unwrap_or_default() / 2)
    }

    fn note(&self, url: &str, sign: Sign, now: Time) -> Option<Time> {
        let host = Url::parse(url).map(|url| host_key(&url)).unwrap_or_default();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.attempts.push_back(Attempt { host, at: now, sign });
        if state.attempts.len() > REMEMBERED {
            state.attempts.pop_front();
        }
        // Tried rarely, it may be gone for longer than attempts count: only an answer ends it.
        let down = network_is_down(state.attempts.make_contiguous(), now)
            || state.down.is_some() && sign != Sign::Answered;
        if down != state.down.is_some() {
            state.down = down.then_some(now);
            if down {
                tracing::error!(
                    "many hosts are lost at once: our own network seems to be gone; nothing is counted against the sources"
                );
            } else {
                tracing::info!("the network is back");
            }
        }
        state.down
    }
}

/// Be it with an error: the network is there.
fn somebody_answered(error: &FetchError) -> bool {
    error.status().is_some()
        || matches!(error.kind(), "tls" | "bad_http" | "too_large" | "truncated" | "bad_encoding")
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::*;
    use crate::fetch::Reason;

    #[test]
    fn a_lost_network_is_tried_less_and_less_often() {
        let network = Network::default();
        let begin = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a date");
        let lose = |minutes: i64| {
            let now = begin + TimeDelta::minutes(minutes);
            (0..40).fold(None, |_, n| {
                let url = format!("https://host{n}.example/feed");
                let error = FetchError {
                    reason: Reason::Dns("host".into(), "gone".into()),
                    url: url.as_str().into(),
                    redirects: Box::default(),
                    retry_after: None,
                    elapsed: Duration::ZERO,
                };
                network.failed(&url, &error, now)
            })
        };
        assert_eq!(lose(0), Some(Duration::ZERO));
        assert_eq!(lose(1), Some(Duration::from_secs(30)));
        assert_eq!(lose(4), Some(Duration::from_secs(120)));
        network.answered("https://host1.example/feed", begin + TimeDelta::minutes(5));
        assert_eq!(lose(6), Some(Duration::ZERO));
    }
}
