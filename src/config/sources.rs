//! `sources.toml`: the sources watched.

use toml::Spanned;

use super::checked::{Country, HttpUrl, Id, Language, ScheduleLine, Selector, TimeZone};
use super::names::{Distinct, all_known};
use super::table::Table;
use super::value::Labels;
use crate::model::{
    ContentPolicy, ListSelect, Problem, ScrapePolicy, Select, Source, SourceFormat, SourceKind,
    SourceMode,
};

/// Reads `sources.toml`. `topics` are the ids of the topic tree, where it could be read.
pub fn read(document: &mut Table<'_, '_>, topics: Option<&[String]>) -> Vec<Source> {
    let (mut ids, mut urls) = (Distinct::default(), Distinct::default());
    document.tables("source", &["One feed that is watched."], |table| {
        let source = source(table, topics);
        let span = table.span("id");
        ids.check(table, &source.id, "another source above", span);
        let span = table.span("url");
        urls.check(table, &source.url, &format!("the source `{}`", source.id), span);
        source
    })
}

fn source(table: &mut Table<'_, '_>, topics: Option<&[String]>) -> Source {
    let id = table.required::<Id>(
        "id",
        &["Stable name: what is stored and published hangs on it. Never change or reuse it."],
    );
    let name = table.optional::<String>("name", &["Name of the publisher as readers see it."]);
    let url = table.required::<HttpUrl>(
        "url",
        &["Address of the feed; of the sitemap or page, see `format`."],
    );
    let mut source = Source {
        name: name.unwrap_or_else(|| id.0.clone()),
        id: id.0,
        url: url.0,
        lang: None,
        country: None,
        kind: SourceKind::Media,
        format: SourceFormat::Feed,
        mode: SourceMode::Filter,
        weight: 1.0,
        schedule: String::new(),
        timezone: None,
        content: ContentPolicy::Full,
        scrape: ScrapePolicy::Auto,
        select: None,
        list: None,
        enabled: true,
        note: None,
        topics: Vec::new(),
        names: Labels::new(),
    };
    publisher(table, &mut source, topics);
    fetching(table, &mut source);
    reading(table, &mut source);
    source
}

fn publisher(table: &mut Table<'_, '_>, source: &mut Source, topics: Option<&[String]>) {
    source.names = table
        .optional("names", &["The name in other languages: `{ ar = \"…\", en = \"…\" }`."])
        .unwrap_or_default();
    source.lang = table
        .optional::<Language>("lang", &["Language of text that declares none."])
        .map(|lang| lang.0);
    source.country = table
        .optional::<Country>("country", &["Country of the publisher; `INT` or `EU` for none."])
        .map(|country| country.0);
    source.kind = table.or(
        "kind",
        &["What sort of publisher it is. An agency's own copy leads its reprints."],
        &source.kind,
    );
    source.mode = table.or(
        "mode",
        &["`filter`: an article must be relevant by itself. `trusted`: the source is on topic, and",
          "what would only be held for review elsewhere is published."],
        &source.mode,
    );
    source.weight = table.or_in(
        "weight",
        &["Factor on the scores of its articles."],
        &source.weight,
        0.1..=3.0,
    );
    let named: Vec<Spanned<String>> = table
        .optional("topics", &["Topics that it usually serves: a hint for people."])
        .unwrap_or_default();
    source.topics = all_known(table, "topic", named, topics);
    source.note = table.optional("note", &["A remark for people."]);
}

fn fetching(table: &mut Table<'_, '_>, source: &mut Source) {
    source.enabled = table.or(
        "enabled",
        &["`false` keeps the source in the list without fetching it."],
        &source.enabled,
    );
    source.schedule = table
        .or(
            "schedule",
            &["When it is asked: `adaptive` learns from its rhythm; `every 15m`; or a crontab line",
              "such as `*/15 6-22 * * *`, in UTC or `timezone`. Never sooner than `fetch.min_interval`."],
            &ScheduleLine("adaptive".into()),
        )
        .0;
    source.timezone = table
        .optional::<TimeZone>(
            "timezone",
            &["Time zone of the crontab line, and of dates in the feed that name none."],
        )
        .map(|zone| zone.0);
}

fn reading(table: &mut Table<'_, '_>, source: &mut Source) {
    source.format = table.or(
        "format",
        &["`feed`: RSS, Atom or JSON Feed. `sitemap`: a news sitemap. `page`: a page without a feed,",
          "read through `list`."],
        &source.format,
    );
    source.scrape = table.or(
        "scrape",
        &["Whether article pages are fetched. `auto`: unless the feed carries the whole article and `select.body` is not set."],
        &source.scrape,
    );
    source.content = table.or("content", &["How much we may republish."], &source.content);
    source.select = table.table(
        "select",
        &["CSS selectors for its article pages, where the extraction needs help."],
        select,
    );
    source.list = table.table(
        "list",
        &["CSS selectors that find the articles in a page, for `format = \"page\"`."],
        list,
    );
    let span = table.span(if source.list.is_some() { "list" } else { "format" });
    match (source.format, &source.list) {
        (SourceFormat::Page, None) => {
            table.report(Problem::new(span, "A page cannot be read without `list`.").help(
                "Add `list = { item = \"…\" }` with a CSS selector that matches each article.",
            ))
        }
        (SourceFormat::Feed | SourceFormat::Sitemap, Some(_)) => table.report(
            Problem::new(span, "`list` has no effect here.")
                .help("Set `format = \"page\"`, or remove `list`."),
        ),
        _ => {}
    }
}

fn select(table: &mut Table<'_, '_>) -> Select {
    let mut one = |key, docs: &[&'static str]| {
        table.optional::<Selector>(key, docs).map(|selector| selector.0)
    };
    Select {
        body: one("body", &["The text, and nothing else is; several matches are joined."]),
        title: one("title", &["The title."]),
        author: one("author", &["The author."]),
        date: one("date", &["The date: its `datetime` or `content` attribute, else its text."]),
        remove: table
            .optional::<Vec<Selector>>(
                "remove",
                &["Parts of the page that are read as if they were not there."],
            )
            .unwrap_or_default()
            .into_iter()
            .map(|selector| selector.0)
            .collect(),
    }
}

fn list(table: &mut Table<'_, '_>) -> ListSelect {
    let item = table.required::<Selector>("item", &["One match for each article."]).0;
    let mut inside = |key, docs: &[&'static str]| {
        table.optional::<Selector>(key, docs).map(|selector| selector.0)
    };
    ListSelect {
        item,
        link: inside("link", &["The link, inside the item; else its first link."]),
        title: inside("title", &["The title, inside the item; else the link's text."]),
        date: inside("date", &["The date, inside the item."]),
    }
}
