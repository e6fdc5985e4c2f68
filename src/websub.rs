//! WebSub (W3C Recommendation, 23 January 2018): news without asking for it.
//!
//! The subscriber's half, towards the sources' hubs, is here as pure decisions over a
//! [`Subscription`]: find the hub ([`discover`]), ask it ([`Subscription::form`]), confirm that we
//! meant it ([`Subscription::verify`]), accept its content ([`Subscription::accept`]), renew in
//! good time ([`Subscription::action`]). Requests go out through `fetch` (`Kind::Hub`), the hub's
//! come in through `web`. Polling goes on meanwhile as a slow safety net
//! (`schedule::Wishes::pushed`).
//!
//! The hub's half, towards those who subscribe to our feeds, is as pure: read a request
//! ([`HubRequest`]), ask whether it was meant ([`question`]), say what news is sent with
//! ([`headers`]) and when to try again ([`pause`]). `web` keeps the requests and delivers.
//!
//! [`sign`] and [`check`] make and check signatures, for both halves.

mod hub;
mod signature;
mod subscriber;

pub use hub::{
    BadRequest, HubRequest, Mode, asks_again, confirms, headers, links, pause, question,
};
pub use signature::{SignatureError, check, sign};
pub use subscriber::{Action, Intent, Offer, Rejected, Subscription, Verified, discover, token};
