//! Settings, sources, topics and feeds: types, defaults, load, validate, reload.
//!
//! Four files that admins write (`rasad.toml`, `sources.toml`, `topics.toml`,
//! `feeds.toml`) become one [`Config`]. [`load`] reports every mistake of every file
//! at once, each at its line and column; [`watch`] keeps the configuration current
//! while the program runs, and keeps the old one when the new one is wrong.
//!
//! Only `app` and `cli` use this room: every other one takes its own small settings.
//! `generate` writes what can be derived from the readers: the default `rasad.toml`,
//! the JSON Schemas, the reference documentation.

mod advice;
mod checked;
mod codes;
mod edit;
mod env;
mod errors;
mod feeds;
pub mod generate;
mod load;
mod names;
mod settings;
mod sources;
mod table;
mod text;
mod topics;
mod value;
mod watch;

use crate::model::Source;

pub use checked::{Contact, DatabaseUrl, HeaderName, Language, LogFilter, TagAuthority};
pub use edit::{EditError, NewSource, Written, add_sources, is_source_id, source_block};
pub use errors::{ConfigErrors, Located, Report};
pub use feeds::OutputFeed;
pub use load::{DEFAULT_DIR, FILES, load};
pub use settings::{Database, Fetch, Log, LogFormat, Publish, Settings, Web, WebSub, Worker};
pub use text::Size;
pub use topics::TopicTree;
pub use value::Labels;
pub use watch::{Reloads, Watch, watch};

/// A whole configuration, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `rasad.toml` and the environment.
    pub settings: Settings,
    /// `sources.toml`, in order, with the disabled ones.
    pub sources: Vec<Source>,
    /// `topics.toml`.
    pub topics: TopicTree,
    /// `feeds.toml`, in order.
    pub feeds: Vec<OutputFeed>,
    /// Files that were missing and replaced by those that the program was built with.
    pub built_in: Vec<&'static str>,
}

impl Config {
    /// The source with this id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The output feed with this id.
    pub fn feed(&self, id: &str) -> Option<&OutputFeed> {
        self.feeds.iter().find(|feed| feed.id == id)
    }
}
