//! What scraping made of an entry.

use super::Time;
use super::source::words;
use serde::{Deserialize, Serialize};

/// The article found in a page or in a feed's own content.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Address it was read from (after redirects).
    pub url: Option<String>,
    /// What the page says its address is, unchecked (`rel=canonical`, else `og:url`), absolute.
    pub canonical_url: Option<String>,
    /// Title without the site's name.
    pub title: Option<String>,
    /// Plain text; paragraphs separated by a blank line.
    pub text: String,
    /// Sanitised HTML with absolute addresses.
    pub html: String,
    /// Author as shown.
    pub author: Option<String>,
    /// Date of publication.
    pub date: Option<Time>,
    /// Language of the text itself, BCP 47 primary subtag.
    pub lang: Option<String>,
    /// Main image, absolute.
    pub image: Option<String>,
    /// Name of the site, where the page gives one.
    pub site_name: Option<String>,
    /// Where the body was found.
    pub method: Method,
    /// A wall that stands before the body: such a page is not an article.
    pub wall: Option<Wall>,
}

words! {
    /// Where an article's body was found.
    Method {
        /// The source's own selectors.
        Select = "select",
        /// The learnt template of the site.
        Template = "template",
        /// Scored blocks of the page.
        Blocks = "blocks",
        /// Structured data (JSON-LD, script state).
        Data = "data",
        /// The feed's own content.
        Feed = "feed",
        /// Nothing that deserves the name was found.
        None = "none",
    }
}
words! {
    /// What hides the article from a reader without an account.
    Wall {
        /// Cookie or privacy consent in place of the page.
        Consent = "consent",
        /// Login form in place of the page.
        Login = "login",
        /// Only a teaser, the rest is paid.
        Paywall = "paywall",
        /// Robot check in place of the page.
        Challenge = "challenge",
    }
}
