//! One thing that was looked at.

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Well,
    /// It works, and yet somebody should look.
    Odd,
    /// It keeps Rasad from doing its job.
    Fails,
}

/// One thing that was looked at, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub level: Level,
    /// What was looked at, a word.
    pub subject: &'static str,
    /// Whole sentences.
    pub sentence: String,
}

impl Finding {
    /// As it should be.
    pub fn well(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { level: Level::Well, subject, sentence: sentence.into() }
    }

    /// Somebody should look.
    pub fn odd(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { level: Level::Odd, subject, sentence: sentence.into() }
    }

    /// It must be mended.
    pub fn fails(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { level: Level::Fails, subject, sentence: sentence.into() }
    }

    /// On one line.
    pub fn line(&self, color: bool) -> String {
        let (word, code) = match self.level {
            Level::Well => ("ok  ", "32"),
            Level::Odd => ("look", "33"),
            Level::Fails => ("FAIL", "31;1"),
        };
        let Self { subject, sentence, .. } = self;
        if color {
            format!("\u{1B}[{code}m{word}\u{1B}[0m  {subject:<9} {sentence}")
        } else {
            format!("{word}  {subject:<9} {sentence}")
        }
    }
}
