//! Is it them or us? Tells a lost network of our own from sources that fail.

use std::collections::BTreeSet;
use std::time::Duration;

use super::next::delta;
use crate::model::Time;

/// Hosts that must have been lost before our own network is suspected.
const HOSTS: usize = 3;
/// How far back attempts count.
const WINDOW: Duration = Duration::from_secs(120);

/// One attempt to reach a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The host.
    pub host: String,
    /// When the attempt ended.
    pub at: Time,
    /// What it says about the network.
    pub sign: Sign,
}

/// What an attempt says about our own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Somebody answered, be it with an error: the network is there.
    Answered,
    /// No name was resolved, no connection made.
    Lost,
    /// Neither nor (a hang after connecting, an address refused by the guard).
    Nothing,
}

/// True where our own network seems to be gone: several hosts were lost within the last minutes
/// and nobody has answered since the first of them.
pub fn network_is_down(attempts: &[Attempt], now: Time) -> bool {
    let recent = || attempts.iter().filter(|a| a.at <= now && now - a.at <= delta(WINDOW));
    let last_answer = recent().filter(|a| a.sign == Sign::Answered).map(|a| a.at).max();
    let lost: BTreeSet<&str> = recent()
        .filter(|a| a.sign == Sign::Lost && last_answer.is_none_or(|answer| a.at > answer))
        .map(|a| a.host.as_str())
        .collect();
    lost.len() >= HOSTS
}
