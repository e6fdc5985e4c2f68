//! Tracing set-up, and every metric in one struct.

mod metrics;

pub use metrics::{Metrics, WorkLabels};

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One line of text each.
    Text,
    /// One JSON object each.
    Json,
}

/// The HTML parser warns of what it does not do with odd pages: nothing that anybody could mend.
const QUIET: &str = "html5ever=error";

/// Sends log lines to standard error. `level` is a level or directives (`info,rasad=debug`).
/// Does nothing where logging was set up before.
pub fn init(format: Format, level: &str) {
    let filter =
        EnvFilter::try_new(format!("{QUIET},{level}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = std::io::stderr().is_terminal();
    let json = match format {
        Format::Auto => !terminal,
        Format::Text => false,
        Format::Json => true,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // A second call (tests, several commands in one process) keeps the first set-up.
    let _kept = if json {
        registry.with(lines.json().flatten_event(true)).try_init()
    } else {
        registry.with(lines.with_ansi(terminal)).try_init()
    };
}
