//! What subscribers, admins and ops see over HTTP.
//!
//! [`Web`] holds what handlers share. A request goes through `guard` (time limit, headers),
//! `routes` (reads the address with `query`, asks the store) and ends as a page (`home`, `entry`,
//! `lists`, each with its template) or as a feed (`feeds`, kept per version of the content).
//! `http` answers with validators and encodings. Pages are pure: a `page::Visit` and what the
//! store said go in, HTML comes out; every word of theirs is in `texts` and `say`.
//!
//! Errors: [`errors`] says in one place what a reader is told and what is logged.

mod admin;
mod archives;
mod ask;
mod assets;
mod card;
mod catalog;
mod entry;
mod errors;
mod feeds;
mod guard;
mod home;
mod http;
mod hub;
mod lists;
mod marks;
mod ops;
mod page;
mod plot;
#[cfg(test)]
mod preview;
mod query;
mod routes;
#[cfg(test)]
mod samples;
mod say;
mod server;
mod state;
mod texts;
mod wanted;
mod websub;

pub use catalog::{Catalog, Localised, OutputFeed, TopicInfo};
pub use state::{Decide, Decision, Settings, Web};

pub use server::serve;
