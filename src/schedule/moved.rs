//! Permanent redirects: when to believe them, and when to stop.

use serde::{Deserialize, Serialize};

/// Valid feeds in a row behind the same permanent redirect before it is believed. A server that
/// redirects for good by mistake rarely serves the right feed there, three times.
const BELIEVED_AFTER: u32 = 3;
/// Failures in a row at the new address before the configured one is asked again.
const FORGOTTEN_AFTER: u32 = 3;

/// A permanent redirect of a source, kept with its state. The config file is never changed: the
/// admin is shown the new address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The configured address that redirects. Another one in the config makes this void.
    pub from: String,
    /// Where it leads.
    pub to: String,
    /// Valid feeds (or 304s) seen behind the redirect in a row.
    pub seen: u32,
    /// Failures in a row since `to` is asked directly.
    pub failed: u32,
}

/// What a poll found, for the memory of redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// A valid feed, or a 304, behind this permanent redirect, if any.
    Feed {
        /// Target of the unbroken run of 301 and 308 from the address that was asked.
        permanent: Option<&'a str>,
    },
    /// Anything else.
    Failure,
}

impl Moved {
    /// True once it is to be asked directly.
    pub fn is_believed(&self) -> bool {
        self.seen >= BELIEVED_AFTER
    }
}

/// The address to ask for a source configured as `configured`.
pub fn address<'a>(configured: &'a str, memory: Option<&'a Moved>) -> &'a str {
    match memory {
        Some(moved) if moved.from == configured && moved.is_believed() => &moved.to,
        _ => configured,
    }
}

/// The memory after a poll of [`address`]`(configured, memory)`.
pub fn moved(configured: &str, memory: Option<Moved>, found: Found<'_>) -> Option<Moved> {
    let memory = memory.filter(|moved| moved.from == configured);
    let new = |to: &str, seen| Moved { from: configured.into(), to: to.into(), seen, failed: 0 };
    let direct = memory.as_ref().is_some_and(Moved::is_believed);
    match (found, memory) {
        // Asked directly: a feed confirms it, a further move begins anew from the configured
        // address, and repeated failures lead back to it.
        (Found::Feed { permanent: None }, Some(moved)) if direct => {
            Some(Moved { failed: 0, ..moved })
        }
        (Found::Feed { permanent: Some(to) }, _) if direct => Some(new(to, 1)),
        (Found::Failure, Some(moved)) if direct => {
            let failed = moved.failed + 1;
            (failed < FORGOTTEN_AFTER).then_some(Moved { failed, ..moved })
        }
        (Found::Feed { permanent: Some(to) }, Some(moved)) if moved.to == to => {
            Some(new(to, moved.seen + 1))
        }
        (Found::Feed { permanent: Some(to) }, _) => Some(new(to, 1)),
        // No redirect any more.
        (Found::Feed { permanent: None }, _) => None,
        (Found::Failure, memory) => memory,
    }
}
