//! Addresses and their handlers: read the address, ask the store, fill the page.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::ask::{Answer, Ask, Asker, PAGE_CACHE, answer, no_store, page, turn};
use super::entry;
use super::errors::Problem;
use super::http::Document;
use super::lists::SourceHealth;
use super::query;
use super::state::Web;
use super::wanted::Wanted;
use super::{assets, guard, hub, websub};
use crate::model::{ContentPolicy, PublishedEntry};
use crate::publish::{self, ListedFeed};
use crate::store::{Depth, Shelf};

const OPML: &str = "text/x-opml; charset=utf-8";

impl Web {
    /// Everything that readers can ask for.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/entry/{id}", get(entry))
            .route("/story/{id}", get(story))
            .route("/topics", get(topics))
            .route("/sources", get(sources))
            .route("/sources.opml", get(sources_opml))
            .route("/feeds", get(feeds))
            .route("/feeds.opml", get(feeds_opml))
            .route("/feeds/{file}", get(feed))
            .route("/feeds/{feed}/archive/{file}", get(archive))
            .route("/search.xml", get(search_description))
            .route("/assets/{file}", get(assets::asset))
            .route("/favicon.ico", get(assets::favicon))
            .route("/robots.txt", get(assets::robots))
            .route("/websub/{token}", get(websub::verify).post(websub::receive))
            .layer(DefaultBodyLimit::max(websub::MOST_BYTES))
            .route("/hub", post(hub::ask).layer(DefaultBodyLimit::max(hub::MOST_BYTES)))
            .merge(self.admin_routes())
            .fallback(nothing)
            .layer(from_fn_with_state(self.clone(), guard::around))
            .with_state(self.clone())
    }
}

async fn home(State(web): State<Web>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (headers, uri) = (parts.headers, parts.uri);
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        if !ask.asked.filter.words.is_empty() {
            turn(&web, &headers, &parts.extensions)?;
        }
        let selection = ask.catalog.selection(&ask.asked.filter);
        let size = web.0.settings.page_size;
        let store = &web.0.store;
        let before = ask.asked.before;
        let mut entries =
            store.published(&selection, Shelf::Published, before, size + 1, Depth::List).await?;
        let more = entries.len() > size;
        entries.truncate(size);
        ask.complete(&mut entries);
        ask.show_answers(&mut entries).await?;
        let facets = web.0.facets().await?;
        page(ask.visit("").home(&entries, more, before.is_some(), &facets), &headers).await
    })
}

async fn entry(State(web): State<Web>, Path(id): Path<String>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (headers, uri) = (&parts.headers, &parts.uri);
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, headers, uri)?;
        let group: i64 = id.parse().map_err(|_| Problem::NotFound)?;
        let entry = match web.0.store.published_entry(group).await? {
            Some(entry) if entry.withdrawn.is_some() => return Err(Problem::Gone),
            Some(entry) => entry,
            None if web.is_admin(&parts) => return unpublished(&ask, group).await,
            None => return Err(Problem::NotFound),
        };
        page(read_entry(&ask, entry).await?, headers).await
    })
}

/// The page of an entry that is not published, for admins.
pub(super) async fn unpublished(ask: &Ask<'_>, group: i64) -> Result<Answer, Problem> {
    let entry = ask.web.0.store.any_entry(group).await?.ok_or(Problem::NotFound)?;
    let mut entry = read_entry(ask, entry).await?;
    entry.page.noindex = true;
    Ok(no_store(entry.render()?))
}

/// The page of an entry with all that belongs to it.
async fn read_entry(ask: &Ask<'_>, mut entry: PublishedEntry) -> Result<entry::Entry, Problem> {
    let (store, group) = (&ask.web.0.store, entry.group);
    ask.catalog.complete(&mut entry, ask.tongue, ContentPolicy::Full);
    let mut others = match entry.story {
        Some(story) => store.story(story).await?,
        None => Vec::new(),
    };
    others.retain(|other| other.group != group);
    ask.complete(&mut others);
    let revisions = store.revisions(group).await?;
    let lead = store.lead_text(group).await?;
    let path = format!("entry/{group}");
    Ok(ask.visit(&path).entry(&entry, &others, &revisions, lead.as_ref()))
}

async fn story(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let story: i64 = id.parse().map_err(|_| Problem::NotFound)?;
        let mut entries = web.0.store.story(story).await?;
        if entries.is_empty() {
            return Err(Problem::NotFound);
        }
        ask.complete(&mut entries);
        let path = format!("story/{story}");
        page(ask.visit(&path).story(&entries), &headers).await
    })
}

async fn topics(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let (days, facets) = (web.0.topic_days().await?, web.0.facets().await?);
        page(ask.visit("topics").topics(&days, &facets), &headers).await
    })
}

async fn sources(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let states = web.0.store.source_states().await?;
        let health: Vec<SourceHealth> = states
            .into_iter()
            .map(|state| SourceHealth {
                id: state.id,
                last_success: state.last_success,
                last_new: state.last_new,
                error: state.error.or(state.error_kind),
            })
            .collect();
        let days = web.0.source_days().await?;
        page(ask.visit("sources").sources(&health, &days), &headers).await
    })
}

async fn feeds(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        page(ask.visit("feeds").feeds(), &headers).await
    })
}

async fn feed(State(web): State<Web>, Path(file): Path<String>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (headers, uri) = (parts.headers, parts.uri);
    answer!(web, headers, uri, {
        let catalog = web.catalog();
        let asked = query::read(uri.query(), &catalog)?;
        let wanted =
            Wanted::read(&file, asked, &catalog, web.0.settings.lang)?.asked_as(uri.query());
        if !wanted.is_plain() {
            turn(&web, &headers, &parts.extensions)?;
        }
        let document = web.0.feed(&catalog, &wanted).await?;
        let mut response = document.answer(&headers, &web.0.feed_cache);
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        Ok(response)
    })
}

async fn archive(
    State(web): State<Web>,
    Path((feed, file)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    answer!(web, headers, uri, {
        let mut response = web.archive(&feed, &file, &headers).await?;
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        Ok(response)
    })
}

async fn feeds_opml(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let listed = ask.catalog.feeds.iter().map(|feed| ListedFeed {
            title: feed.title.get(ask.tongue).to_owned(),
            xml_url: format!("{}feeds/{}.atom", web.0.base_url, feed.id),
            html_url: Some(format!("{}?{}", web.0.base_url, query::write(&feed.filter))),
            description: Some(feed.description.get(ask.tongue).to_owned()),
            lang: Some(ask.tongue.tag().to_owned()),
            folder: None,
        });
        let listed: Vec<ListedFeed> = listed.collect();
        opml(&ask, &listed, &headers).await
    })
}

async fn sources_opml(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let visit = ask.visit("sources.opml");
        let listed = ask.catalog.sources.iter().map(|source| ListedFeed {
            title: ask.catalog.source_name(&source.id, ask.tongue).to_owned(),
            xml_url: source.url.clone(),
            html_url: None,
            description: source.note.clone(),
            lang: source.lang.clone(),
            folder: Some(visit.kind_name(source.kind.as_str()).to_owned()),
        });
        let listed: Vec<ListedFeed> = listed.collect();
        opml(&ask, &listed, &headers).await
    })
}

async fn opml(
    ask: &Ask<'_>,
    listed: &[ListedFeed],
    headers: &HeaderMap,
) -> Result<Answer, Problem> {
    let title = ask.catalog.title.get(ask.tongue);
    let body = publish::opml(title, listed, ask.web.0.clock.now());
    let document = Document::once(OPML, body, headers).await;
    let mut response = document.answer(headers, &PAGE_CACHE);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "search.xml")]
struct SearchDescription<'a> {
    name: &'a str,
    tagline: &'a str,
    base_url: &'a str,
}

async fn search_description(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let description = SearchDescription {
            name: ask.catalog.title.get(ask.tongue),
            tagline: ask.visit("").t().tagline,
            base_url: &web.0.base_url,
        };
        let kind = "application/opensearchdescription+xml; charset=utf-8";
        let document = Document::once(kind, description.render()?, &headers).await;
        Ok(document.answer(&headers, &PAGE_CACHE))
    })
}

async fn nothing(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    Asker::of(&web, &headers, &uri).problem(&web, &Problem::NotFound)
}
