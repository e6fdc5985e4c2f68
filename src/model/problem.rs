//! A mistake in a configuration text, with the place where it stands.

use std::ops::Range;

/// One mistake found in a configuration file. Pure stages report these; the
/// config module renders them as a snippet with a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Byte range in the text of the file. Empty at the file's start when the
    /// mistake is something missing.
    pub span: Range<usize>,
    /// What is wrong, a whole sentence.
    pub message: String,
    /// What is allowed or what to write instead, a whole sentence.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at `span` without advice.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    /// Adds advice: what is allowed or what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
