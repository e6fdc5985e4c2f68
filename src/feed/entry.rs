//! One entry: an `item` of RSS or an `entry` of Atom, whatever mixture it is.

use super::names::Ns;
use super::people;
use super::tree::{Element, Id, Tree};
use super::value::{Form, Values};
use crate::model::{AtomSource, Category, Enclosure, ParsedEntry, Time};

/// Attached media of one entry beyond this many are left out.
const MOST_ENCLOSURES: usize = 64;
/// Categories and authors of one entry beyond this many are left out.
const MOST_LABELS: usize = 128;

/// Reads an entry from its node.
pub(super) fn read(tree: &Tree<'_>, id: Id, values: Values) -> ParsedEntry {
    let mut draft = Draft::new(tree, values);
    if let Some(element) = tree.element(id) {
        draft.opening(element);
    }
    draft.children(id, false);
    draft.finish(tree.element(id).and_then(|e| e.lang))
}

/// An entry in the making.
struct Draft<'t, 'a> {
    tree: &'t Tree<'a>,
    values: Values,
    entry: ParsedEntry,
    media_title: Option<String>,
    contents: Vec<String>,
    has_content: bool,
    created: Option<Time>,
    /// An address that is not the page itself but better than none.
    other_link: Option<String>,
    guid_link: Option<String>,
    thumbnail: Option<String>,
}

impl<'t, 'a> Draft<'t, 'a> {
    fn new(tree: &'t Tree<'a>, values: Values) -> Self {
        Self {
            tree,
            values,
            entry: ParsedEntry::default(),
            media_title: None,
            contents: Vec::new(),
            has_content: false,
            created: None,
            other_link: None,
            guid_link: None,
            thumbnail: None,
        }
    }

    /// What the entry's own tag says: `rdf:about`, and CDF's `href` and `lastmod`.
    fn opening(&mut self, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        if let Some(about) = attribute("rdf:about").or_else(|| attribute("about")) {
            self.guid_link = self.values.absolute(&about, element);
            self.entry.id = about;
        }
        if let Some(href) = attribute("href") {
            self.entry.link = self.values.absolute(&href, element);
        }
        if let Some(date) = attribute("lastmod") {
            self.entry.updated = self.date(&date);
        }
    }

    /// Reads the children of a node; `deep` inside a group, where they count for less.
    fn children(&mut self, id: Id, deep: bool) {
        let tree = self.tree;
        for (child, element) in tree.children(id) {
            match element.ns {
                Ns::Core => self.core(child, element),
                Ns::Dc => self.dublin_core(child, &element.name),
                Ns::Content if element.name == "encoded" => self.content(child, Form::Html),
                Ns::Media => self.media(child, element, deep),
                Ns::Itunes => self.itunes(child, element),
                Ns::Xhtml if element.name == "body" => self.content(child, Form::Markup),
                Ns::Feedburner if element.name == "origlink" => {
                    self.entry.original = self.values.address(tree, child);
                }
                _ => {}
            }
        }
    }

    fn core(&mut self, id: Id, element: &Element<'a>) {
        match &*element.name {
            "title" => self.title(id),
            "link" => self.link(id, element),
            "guid" | "id" => self.guid(id, element),
            "description" => self.summary(id, Form::Html),
            "summary" | "abstract" => self.summary(id, Form::Guess),
            "content" => self.content(id, Form::Guess),
            "encoded" | "fullitem" => self.content(id, Form::Html),
            "body" => self.content(id, Form::Markup),
            "pubdate" | "published" | "issued" => {
                if let Some(time) = self.date_in(id) {
                    self.entry.published = Some(time);
                }
            }
            "updated" | "modified" | "lastbuilddate" => {
                if let Some(time) = self.date_in(id) {
                    self.entry.updated = Some(time);
                }
            }
            "created" => self.created = self.date_in(id),
            "date" => self.fallback_date(id),
            "author" | "creator" | "managingeditor" => self.author(id),
            "category" | "keywords" => self.category(id, element),
            "enclosure" => self.enclosure(element),
            "source" => self.source(id, element),
            "comments" => self.entry.comments = self.values.address(self.tree, id),
            "rights" | "copyright" => self.entry.rights = self.values.line(self.tree, id),
            "language" => self.entry.language = self.values.text(self.tree, id),
            "image" | "thumbnail" => self.image(id, element),
            _ => {}
        }
    }

    fn dublin_core(&mut self, id: Id, name: &str) {
        match name {
            "title" => self.title(id),
            "description" if self.entry.summary.is_none() || !self.has_content => {
                self.summary(id, Form::Html);
            }
            "abstract" if self.entry.summary.is_none() => self.summary(id, Form::Guess),
            "creator" | "author" => self.author(id),
            "date" | "modified" => {
                if let Some(time) = self.date_in(id) {
                    self.entry.updated = Some(time);
                }
            }
            "issued" => {
                if let Some(time) = self.date_in(id) {
                    self.entry.published = Some(time);
                }
            }
            "created" => self.created = self.date_in(id),
            "subject" => {
                let term = self.values.line(self.tree, id);
                self.add_category(term, None, None);
            }
            "rights" => self.entry.rights = self.values.line(self.tree, id),
            "language" => self.entry.language = self.values.text(self.tree, id),
            _ => {}
        }
    }

    fn media(&mut self, id: Id, element: &Element<'a>, deep: bool) {
        let attribute = |name| self.tree.attribute(element, name);
        match &*element.name {
            "group" if !deep => self.children(id, true),
            "title" if self.media_title.is_none() => {
                self.media_title = self.values.html(self.tree, id, Form::Guess);
            }
            "description" | "text" if !deep || self.entry.summary.is_none() => {
                self.summary(id, Form::Guess);
            }
            "content" => {
                let url = attribute("url");
                let length = attribute("filesize").and_then(|n| n.parse().ok());
                self.add_enclosure(url, attribute("type"), length, element);
                self.children(id, true);
            }
            "thumbnail" => {
                let url = attribute("url").or_else(|| self.values.text(self.tree, id));
                let url = url.and_then(|url| self.values.absolute(&url, element));
                self.thumbnail = self.thumbnail.take().or(url);
            }
            "category" => self.category(id, element),
            "keywords" => self.keywords(id),
            _ => {}
        }
    }

    fn itunes(&mut self, id: Id, element: &Element<'a>) {
        match &*element.name {
            "author" => self.author(id),
            "summary" => self.summary(id, Form::Guess),
            "image" => self.image(id, element),
            "keywords" => self.keywords(id),
            _ => {}
        }
    }

    fn title(&mut self, id: Id) {
        if self.entry.title.is_empty() {
            self.entry.title = self.values.html(self.tree, id, Form::Guess).unwrap_or_default();
        }
    }

    /// The first of several descriptions is the summary, the next the content, unless there is a
    /// content already.
    fn summary(&mut self, id: Id, default: Form) {
        if self.entry.summary.is_some() && !self.has_content {
            self.content(id, Form::Guess);
        } else if let Some(html) = self.values.html(self.tree, id, default) {
            self.entry.summary = Some(html);
        }
    }

    fn content(&mut self, id: Id, default: Form) {
        if let Some(html) = self.values.html(self.tree, id, default) {
            self.contents.push(html);
        }
        self.has_content = true;
    }

    fn link(&mut self, id: Id, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        let written = attribute("href").or_else(|| attribute("url")).or_else(|| attribute("uri"));
        let Some(href) = written.or_else(|| self.values.text(self.tree, id)) else { return };
        let rel = attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let kind = attribute("type");
        if rel == "enclosure" {
            let length = attribute("length").and_then(|n| n.parse().ok());
            self.add_enclosure(Some(href), kind, length, element);
            return;
        }
        let Some(address) = self.values.absolute(&href, element) else { return };
        let is_page = kind.as_deref().is_none_or(|k| {
            matches!(&*k.to_ascii_lowercase(), "" | "html" | "xhtml")
                || k.to_ascii_lowercase().contains("html")
        });
        match &*rel {
            "" | "alternate" if is_page => self.entry.link = Some(address),
            "" | "alternate" | "self" | "related" | "canonical" => {
                self.other_link.get_or_insert(address);
            }
            "replies" if is_page => self.entry.comments = Some(address),
            _ => {}
        }
    }

    fn guid(&mut self, id: Id, element: &Element<'a>) {
        let Some(text) = self.values.text(self.tree, id) else { return };
        let permalink = self.tree.attribute(element, "ispermalink");
        let said = permalink.as_deref().map(|p| p.eq_ignore_ascii_case("true"));
        if said != Some(false) {
            self.guid_link = self.values.absolute(&text, element);
        }
        self.entry.id = text;
    }

    fn author(&mut self, id: Id) {
        for name in people::names(self.tree, id) {
            if self.entry.authors.len() < MOST_LABELS && !self.entry.authors.contains(&name) {
                self.entry.authors.push(name);
            }
        }
    }

    fn category(&mut self, id: Id, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name).filter(|v| !v.is_empty());
        let term = attribute("term").or_else(|| self.values.line(self.tree, id));
        let scheme = attribute("scheme").or_else(|| attribute("domain"));
        let label = attribute("label");
        self.add_category(term.or_else(|| label.clone()), scheme, label);
    }

    fn keywords(&mut self, id: Id) {
        let words = self.values.line(self.tree, id).unwrap_or_default();
        for word in words.split([',', '،', ';']).map(str::trim).filter(|w| !w.is_empty()) {
            self.add_category(Some(word.to_owned()), None, None);
        }
    }

    fn add_category(
        &mut self,
        term: Option<String>,
        scheme: Option<String>,
        label: Option<String>,
    ) {
        let Some(term) = term else { return };
        let category = Category { term, scheme, label };
        if self.entry.categories.len() < MOST_LABELS && !self.entry.categories.contains(&category) {
            self.entry.categories.push(category);
        }
    }

    fn enclosure(&mut self, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        let url = attribute("url").or_else(|| attribute("uri")).or_else(|| attribute("href"));
        let length = attribute("length").and_then(|n| n.parse().ok());
        self.add_enclosure(url, attribute("type"), length, element);
    }

    fn add_enclosure(
        &mut self,
        url: Option<String>,
        mime: Option<String>,
        length: Option<u64>,
        element: &Element<'a>,
    ) {
        let Some(url) = url.and_then(|url| self.values.absolute(&url, element)) else { return };
        let known = self.entry.enclosures.iter().any(|e| e.url == url);
        if !known && self.entry.enclosures.len() < MOST_ENCLOSURES {
            let mime = mime.filter(|mime| !mime.is_empty());
            self.entry.enclosures.push(Enclosure { url, mime, length });
        }
    }

    fn image(&mut self, id: Id, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        let inner = || {
            let (url, _) = self.tree.children(id).find(|(_, e)| e.is(Ns::Core, "url"))?;
            self.values.text(self.tree, url)
        };
        let url = attribute("href")
            .or_else(|| attribute("url"))
            .or_else(inner)
            .or_else(|| self.values.text(self.tree, id));
        let url = url.and_then(|url| self.values.absolute(&url, element));
        self.entry.image = self.entry.image.take().or(url);
    }

    /// RSS's `source url="…"`, or Atom's with the head of a whole feed inside.
    fn source(&mut self, id: Id, element: &Element<'a>) {
        let mut source = AtomSource::default();
        if self.tree.has_elements(id) {
            for (child, inner) in self.tree.children(id).filter(|(_, e)| e.ns == Ns::Core) {
                match &*inner.name {
                    "id" => source.id = self.values.text(self.tree, child),
                    "title" => source.title = self.values.line(self.tree, child),
                    "link" => {
                        let rel = self.tree.attribute(inner, "rel").unwrap_or_default();
                        let href = self.tree.attribute(inner, "href");
                        if matches!(&*rel, "" | "alternate") || source.link.is_none() {
                            source.link = href.and_then(|h| self.values.absolute(&h, inner));
                        }
                    }
                    _ => {}
                }
            }
        } else {
            source.title = self.values.line(self.tree, id);
            let url = self.tree.attribute(element, "url");
            source.link = url.and_then(|url| self.values.absolute(&url, element));
        }
        if source != AtomSource::default() {
            self.entry.atom_source = Some(source);
        }
    }

    fn date_in(&mut self, id: Id) -> Option<Time> {
        let text = self.values.text(self.tree, id)?;
        self.date(&text)
    }

    fn date(&mut self, text: &str) -> Option<Time> {
        match self.values.date(text) {
            Ok(time) => {
                self.entry.date_problem =
                    self.values.oddity(time).or(self.entry.date_problem.take());
                Some(time)
            }
            Err(problem) => {
                self.entry.date_problem = Some(problem);
                None
            }
        }
    }

    fn fallback_date(&mut self, id: Id) {
        let time = self.date_in(id);
        self.entry.updated = self.entry.updated.or(time);
    }

    fn finish(mut self, lang: Option<&str>) -> ParsedEntry {
        let entry = &mut self.entry;
        if entry.title.is_empty() {
            entry.title = self.media_title.unwrap_or_default();
        }
        entry.content = self.contents.into_iter().next();
        if entry.published.is_none() && entry.updated.is_none() {
            entry.published = self.created;
        }
        if entry.published.is_some() || entry.updated.is_some() {
            // A date that could not be read does not matter where another could.
            entry.date_problem = entry.date_problem.take().filter(|p| p.ends_with("future"));
        }
        entry.link = entry.link.take().or(self.guid_link).or(self.other_link);
        entry.image = entry.image.take().or(self.thumbnail).or_else(|| {
            let image = |e: &&Enclosure| e.mime.as_deref().is_some_and(|m| m.starts_with("image/"));
            entry.enclosures.iter().find(image).map(|e| e.url.clone())
        });
        entry.language = entry.language.take().or_else(|| lang.map(str::to_owned));
        self.entry
    }
}
