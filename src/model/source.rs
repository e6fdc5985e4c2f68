//! Sources: what an admin says about one feed that is watched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One feed that we watch: an item of `config/sources.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Stable name; state in the store and published ids hang on it.
    pub id: String,
    /// Display name; the id where the admin gave none.
    pub name: String,
    /// Address of the feed (or sitemap, or page), http or https.
    pub url: String,
    /// Default language of undeclared text, BCP 47 primary subtag.
    pub lang: Option<String>,
    /// Country of the publisher, ISO 3166-1 alpha-2 (or `INT`, `EU`).
    pub country: Option<String>,
    /// What sort of publisher this is.
    pub kind: SourceKind,
    /// How the address is read.
    pub format: SourceFormat,
    /// Whether the whole source is on topic.
    pub mode: SourceMode,
    /// Factor on topic scores, 0.1 to 3.
    pub weight: f64,
    /// `adaptive`, `every 15m` or a crontab line.
    pub schedule: String,
    /// IANA time zone of the crontab line and of dates without a zone.
    pub timezone: Option<String>,
    /// How much of the text we may republish.
    pub content: ContentPolicy,
    /// Whether article pages are fetched.
    pub scrape: ScrapePolicy,
    /// CSS selectors that override extraction.
    pub select: Option<Select>,
    /// Selectors that read a page without a feed (`format = "page"`).
    pub list: Option<ListSelect>,
    /// False keeps the source in the list without fetching it.
    pub enabled: bool,
    /// A remark for people.
    pub note: Option<String>,
    /// Topic roots the source usually serves: a hint for people.
    pub topics: Vec<String>,
    /// Display names in other languages, by BCP 47 tag.
    pub names: BTreeMap<String, String>,
}

/// CSS selectors for the article pages of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// The body; several matches are joined in document order.
    pub body: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The author.
    pub author: Option<String>,
    /// The date (its `datetime` or `content` attribute, else its text).
    pub date: Option<String>,
    /// Parts removed from the body before anything else.
    pub remove: Vec<String>,
}

/// Selectors that make entries of a page's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSelect {
    /// One match for each entry.
    pub item: String,
    /// The link, inside the item; the first `a[href]` where empty.
    pub link: Option<String>,
    /// The title, inside the item; the link's text where empty.
    pub title: Option<String>,
    /// The date, inside the item.
    pub date: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word that config accepts.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word used in config, store and pages.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word used in config, store and pages.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What sort of publisher a source is.
    SourceKind {
        /// Newspaper, broadcaster, news site.
        Media = "media",
        /// News agency: its copy leads a group.
        Agency = "agency",
        /// Intergovernmental organisation.
        Igo = "igo",
        /// Government body.
        Government = "government",
        /// Non-governmental organisation.
        Ngo = "ngo",
        /// University, institute, think tank.
        Research = "research",
        /// Outlet specialised in migration or trafficking.
        Specialist = "specialist",
    }
}
words! {
    /// How a source's address is read.
    SourceFormat {
        /// RSS, Atom, RDF or JSON Feed.
        Feed = "feed",
        /// News sitemap.
        Sitemap = "sitemap",
        /// HTML page read through selectors.
        Page = "page",
    }
}
words! {
    /// Whether items must pass the whole topic filter.
    SourceMode {
        /// Relevant at the accept threshold.
        Filter = "filter",
        /// The source is on topic: relevant at the review threshold.
        Trusted = "trusted",
    }
}
words! {
    /// How much of an article's text is republished.
    ContentPolicy {
        /// The whole sanitised article.
        Full = "full",
        /// The first paragraphs.
        Excerpt = "excerpt",
        /// Title and link only.
        Link = "link",
    }
}
words! {
    /// Whether article pages are fetched.
    ScrapePolicy {
        /// Unless the feed carries the whole article.
        Auto = "auto",
        /// Every article.
        Always = "always",
        /// Never: the feed's own content is the article.
        Never = "never",
    }
}
