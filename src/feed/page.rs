//! Pages without a feed, read through selectors: `format = "page"`.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::value::Values;
use super::{Context, FeedError};
use crate::html;
use crate::model::{FeedFormat, ListSelect, ParsedEntry, ParsedFeed};

/// Reads the entries of a page's list.
pub(super) fn read(text: &str, context: &Context<'_>) -> Result<ParsedFeed, FeedError> {
    let list = context.list.ok_or_else(|| {
        FeedError::Selectors("a source of format page needs list.item".to_owned())
    })?;
    let rules = Rules::compile(list)?;
    let text = html::cap(text, html::MAX_DEPTH, html::MAX_ATTRIBUTES);
    let page = Html::parse_document(&text);
    let base = base_of(&page, context.base);
    let reader = Reader {
        rules: &rules,
        base: base.as_ref(),
        values: Values { zone: context.time_zone, now: context.now },
    };
    let mut feed = ParsedFeed::empty(FeedFormat::Page);
    feed.title = first_text(&page, "title");
    feed.link = context.base.map(|url| url.to_string());
    feed.language = page.root_element().value().attr("lang").map(str::to_owned);
    for item in page.select(&rules.item) {
        if feed.entries.len() >= context.max_entries {
            feed.entries_cut = true;
            break;
        }
        let Some(entry) = reader.entry(item) else { continue };
        if !feed.entries.iter().any(|known| known.id == entry.id) {
            feed.entries.push(entry);
        }
    }
    Ok(feed)
}

fn base_of(page: &Html, base: Option<&Url>) -> Option<Url> {
    let selector = Selector::parse("base[href]").ok()?;
    let href = page.select(&selector).next().and_then(|e| e.value().attr("href"));
    href.and_then(|href| html::resolve_web(href, base)).or_else(|| base.cloned())
}

fn first_text(page: &Html, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    let text = text_of(page.select(&selector).next()?);
    (!text.is_empty()).then(|| html::escape(&text).into_owned())
}

fn text_of(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

struct Rules {
    item: Selector,
    link: Selector,
    title: Option<Selector>,
    date: Option<Selector>,
}

impl Rules {
    fn compile(list: &ListSelect) -> Result<Self, FeedError> {
        let selector = |written: &str| {
            Selector::parse(written)
                .map_err(|error| FeedError::Selectors(format!("\"{written}\": {error}")))
        };
        Ok(Self {
            item: selector(&list.item)?,
            link: selector(list.link.as_deref().unwrap_or("a[href]"))?,
            title: list.title.as_deref().map(selector).transpose()?,
            date: list.date.as_deref().map(selector).transpose()?,
        })
    }
}

struct Reader<'r> {
    rules: &'r Rules,
    base: Option<&'r Url>,
    values: Values,
}

impl Reader<'_> {
    fn entry(&self, item: ElementRef<'_>) -> Option<ParsedEntry> {
        let link = item
            .select(&self.rules.link)
            .next()
            .or_else(|| item.value().attr("href").map(|_| item))?;
        let address = html::absolute(link.value().attr("href")?, self.base)?;
        let titled = match &self.rules.title {
            Some(title) => item.select(title).next(),
            None => Some(link),
        };
        let mut entry = ParsedEntry {
            id: address.clone(),
            title: html::escape(&titled.map(text_of).unwrap_or_default()).into_owned(),
            link: Some(address),
            ..ParsedEntry::default()
        };
        if let Some(date) = self.rules.date.as_ref().and_then(|date| item.select(date).next()) {
            self.date(date, &mut entry);
        }
        Some(entry)
    }

    fn date(&self, element: ElementRef<'_>, entry: &mut ParsedEntry) {
        let value = element.value();
        let written = value
            .attr("datetime")
            .or_else(|| value.attr("content"))
            .map_or_else(|| text_of(element), str::to_owned);
        match self.values.date(&written) {
            Ok(time) => {
                entry.published = Some(time);
                entry.date_problem = self.values.oddity(time);
            }
            Err(problem) => entry.date_problem = Some(problem),
        }
    }
}
