//! What can go wrong with a request, and how it is said: a status and whole sentences.
//!
//! A reader is told what to do next; what failed inside is logged here, once.

use axum::http::StatusCode;

use super::query::BadQuery;
use crate::publish::Tongue;
use crate::store::StoreError;
use crate::web::texts::texts;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Problem {
    /// The address asks for something that cannot be.
    BadQuery(BadQuery),
    /// There is nothing at this address.
    NotFound,
    /// It was there and was withdrawn.
    Gone,
    /// A form is not ours, is too old, or lacks something.
    BadForm,
    /// The client asks too often.
    TooMany,
    /// The answer took too long.
    Slow,
    /// The store failed.
    Store(StoreError),
    /// A page could not be written.
    Page(askama::Error),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::Page(error)
    }
}

impl From<BadQuery> for Problem {
    fn from(error: BadQuery) -> Self {
        Self::BadQuery(error)
    }
}

impl Problem {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadQuery(_) => StatusCode::BAD_REQUEST,
            Self::BadForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Slow | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Page(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Seconds after which it is worth trying again.
    pub fn retry_after(&self) -> Option<&'static str> {
        match self {
            Self::TooMany => Some("60"),
            Self::Slow | Self::Store(_) => Some("10"),
            _ => None,
        }
    }

    /// What happened, and what exactly.
    pub fn sentences(&self, tongue: Tongue) -> (&'static str, String) {
        let t = texts(tongue);
        match self {
            Self::BadQuery(bad) => (t.bad_request, bad.sentence(tongue)),
            Self::BadForm => (t.bad_form, String::new()),
            Self::NotFound => (t.not_found, String::new()),
            Self::Gone => (t.gone, String::new()),
            Self::TooMany => (t.busy, String::new()),
            Self::Slow | Self::Store(_) | Self::Page(_) => (t.unavailable, String::new()),
        }
    }

    /// Tells the admin what readers need not know.
    pub fn log(&self, path: &str) {
        match self {
            Self::Store(error) => {
                tracing::error!(path, kind = error.kind(), error = %error, "a request failed in the store");
            }
            Self::Page(error) => {
                tracing::error!(path, error = %error, "a page could not be written")
            }
            Self::Slow => tracing::warn!(path, "a request took too long"),
            _ => {}
        }
    }
}
