//! WebSub (W3C Recommendation, 23 January 2018): news without asking for it.
//!
//! The subscriber's half, towards the sources' hubs, is here as pure decisions over a
//! [`Subscription`]: find the hub ([`discover`]), ask it ([`Subscription::form`]), confirm that we
//! meant it ([`Subscription::verify`]), accept its content ([`Subscription::accept`]), renew in
//! good time ([`Subscription::action`]). Requests go out through `fetch` (`Kind::Hub`), the hub's
//! come in through `web`. Polling goes on meanwhile as a slow safety net
//! (`schedule::Wishes::pushed`).
//!
//! [`sign`] and [`check`] make and check signatures, for both halves.

mod signature;
mod subscriber;

pub use signature::{SignatureError, check, sign};
pub use subscriber::{Action, Intent, Offer, Rejected, Subscription, Verified, discover, token};
