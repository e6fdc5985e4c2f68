//! What every page has around its content: language, navigation, feeds, search.

use super::catalog::Catalog;
use super::query;
use super::texts::{Texts, texts};
use crate::model::{Direction, Filter, Time};
use crate::publish::Tongue;

/// Which part of the site a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Newest,
    Topics,
    Sources,
    Feeds,
    Other,
}

/// What every page has around its content.
pub(super) struct Page {
    pub t: &'static Texts,
    pub tongue: Tongue,
    /// Path of the front page, ending in a slash.
    pub root: String,
    pub site: String,
    /// Title of the document, without the site's name.
    pub title: String,
    pub nav: Vec<NavItem>,
    pub tongues: Vec<UiLink>,
    pub feeds: Vec<FeedLink>,
    /// What the search field holds.
    pub search: String,
    /// Criteria that a search keeps.
    pub kept: Vec<(&'static str, String)>,
    /// Whether search engines should leave the page alone.
    pub noindex: bool,
    /// `ui` for our own links, where the address chose a language: `?ui=ar`, else empty.
    pub ui: Option<Tongue>,
}

pub(super) struct NavItem {
    pub href: String,
    pub name: &'static str,
    pub current: bool,
}

/// The same page in another language of the interface.
pub(super) struct UiLink {
    pub href: String,
    pub tag: &'static str,
    pub dir: &'static str,
    pub name: &'static str,
    pub current: bool,
}

/// A feed that shows what the page shows.
pub(super) struct FeedLink {
    pub form: &'static str,
    pub mime: &'static str,
    /// Address without host.
    pub href: String,
    /// Whole address, for readers elsewhere.
    pub url: String,
}

/// Who is asking for which page.
pub(super) struct Visit<'a> {
    pub catalog: &'a Catalog,
    pub tongue: Tongue,
    /// The language that the address itself chose.
    pub ui: Option<Tongue>,
    pub now: Time,
    /// Address of the installation, ending in a slash.
    pub base_url: &'a str,
    /// Its path, ending in a slash.
    pub root: &'a str,
    /// Path of this page below the root, without query.
    pub path: &'a str,
    pub filter: Filter,
}

/// Feeds in their forms: ending, media type, name.
pub(super) const FORMS: [(&str, &str, &str); 3] = [
    ("atom", "application/atom+xml", "Atom"),
    ("rss", "application/rss+xml", "RSS"),
    ("json", "application/feed+json", "JSON Feed"),
];

impl Visit<'_> {
    /// The words of the interface.
    pub fn t(&self) -> &'static Texts {
        texts(self.tongue)
    }

    /// A link to `path` below the root that keeps the chosen interface language.
    pub fn link(&self, path: &str, query: &str) -> String {
        let ui = self.ui.map(|tongue| format!("ui={}", tongue.tag()));
        let parts: Vec<&str> = [Some(query), ui.as_deref()]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let mark = if parts.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{}", self.root, parts.join("&"))
    }

    /// A link to the front page that shows `filter`.
    pub fn filtered(&self, filter: &Filter) -> String {
        self.link("", &query::write(filter))
    }

    /// What stands around the content of a page called `title`.
    pub fn page(&self, section: Section, title: &str) -> Page {
        let t = self.t();
        let nav = [
            (Section::Newest, "", t.newest),
            (Section::Topics, "topics", t.topics),
            (Section::Sources, "sources", t.sources),
            (Section::Feeds, "feeds", t.feeds),
        ];
        Page {
            t,
            tongue: self.tongue,
            root: self.root.to_owned(),
            site: self.catalog.title.get(self.tongue).to_owned(),
            title: title.to_owned(),
            nav: nav
                .into_iter()
                .map(|(own, path, name)| NavItem {
                    href: self.link(path, ""),
                    name,
                    current: own == section,
                })
                .collect(),
            tongues: self.tongues(),
            feeds: self.feed_links(),
            search: self.filter.words.first().cloned().unwrap_or_default(),
            kept: query::pairs(&Filter { words: Vec::new(), ..self.filter.clone() }),
            noindex: false,
            ui: self.ui,
        }
    }

    fn tongues(&self) -> Vec<UiLink> {
        let query = query::write(&self.filter);
        let own = query.is_empty().then(String::new).unwrap_or_else(|| format!("{query}&"));
        let links = Tongue::ALL.into_iter().map(|tongue| UiLink {
            href: format!("{}{}?{own}ui={}", self.root, self.path, tongue.tag()),
            tag: tongue.tag(),
            dir: tongue.direction().as_str(),
            name: tongue.own_name(),
            current: tongue == self.tongue,
        });
        links.collect()
    }

    /// The feeds that show what this page's filter lets through.
    fn feed_links(&self) -> Vec<FeedLink> {
        let named = self.catalog.feeds.iter().find(|feed| feed.filter == self.filter);
        let links = FORMS.into_iter().map(|(ending, mime, form)| {
            let path = match (named, query::write(&self.filter)) {
                (Some(feed), _) => format!("feeds/{}.{ending}", feed.id),
                (None, query) if query.is_empty() => format!("feeds/custom.{ending}"),
                (None, query) => format!("feeds/custom.{ending}?{query}"),
            };
            FeedLink {
                form,
                mime,
                href: format!("{}{path}", self.root),
                url: format!("{}{path}", self.base_url),
            }
        });
        links.collect()
    }
}

impl Page {
    /// Address of a part of the program, which changes with it.
    pub fn asset(&self, file: &str) -> String {
        format!("{}assets/{file}?v={}", self.root, super::assets::VERSION.as_str())
    }

    /// Direction of the interface.
    pub fn dir(&self) -> &'static str {
        self.tongue.direction().as_str()
    }

    /// Link to a path below the root, keeping the chosen language.
    pub fn to(&self, path: &str) -> String {
        match self.ui {
            Some(tongue) => format!("{}{path}?ui={}", self.root, tongue.tag()),
            None => format!("{}{path}", self.root),
        }
    }
}

/// `dir` of a text in `lang`: what the language says, else what the browser finds.
pub(super) fn dir(lang: Option<&str>) -> &'static str {
    lang.map_or("auto", |lang| Direction::of_language(lang).as_str())
}
