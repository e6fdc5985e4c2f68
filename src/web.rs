//! What subscribers, admins and ops see over HTTP.
//!
//! [`Web`] holds what handlers share. A request goes through `guard` (time limit, headers),
//! `routes` (reads the address with `query`, asks the store) and ends as a page (`home`, `entry`,
//! `lists`, each with its template) or as a feed (`feeds`, kept per version of the content).
//! `http` answers with validators and encodings. Pages are pure: a `page::Visit` and what the
//! store said go in, HTML comes out; every word of theirs is in `texts` and `say`.
//!
//! Errors: [`errors`] says in one place what a reader is told and what is logged.

mod assets;
mod card;
mod catalog;
mod entry;
mod errors;
mod feeds;
mod guard;
mod home;
mod http;
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
mod state;
mod texts;
mod websub;

pub use catalog::{Catalog, Localised, OutputFeed, TopicInfo};
pub use state::{Settings, Web};

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Answers requests until `stop` is cancelled, then finishes those under way.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}
