//! `rasad sources test ID`: one source as the worker would read it, storing nothing.
//!
//! The feed is fetched and summed up; the newest articles are fetched as the client allows
//! (robots.txt, gaps) and extracted one after another with a template that learns, as for a source
//! that is new.

mod article;
mod report;

use std::path::Path;

use anyhow::{Result, anyhow};
use chrono_tz::Tz;

use super::summary::{date, link, summary};
use super::{Failed, Tools, Waiting, find, show};
use crate::app;
use crate::article::{Rules, SiteTemplate};
use crate::feed::{self, Context, FeedError};
use crate::fetch::{Fetched, Request};
use crate::model::{ParsedEntry, ParsedFeed, Source, SourceFormat, SourceMode};
use crate::topics::Hint;
use article::Tried;

/// Articles tried.
const ARTICLES: usize = 3;

/// Tries the source and prints what came of it. Fails where its feed cannot be read, and where no
/// article gave a text.
pub(super) fn run(dir: &Path, id: &str) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let source =
        config.source(id).ok_or_else(|| Failed::Usage(show::no_source(&config, id)))?.clone();
    super::super::runtime()?.block_on(async {
        let trial = Trial::new(Tools::new(&config)?, source)?;
        trial.run().await
    })?;
    Ok(())
}

/// One source and what it takes to read it.
struct Trial {
    tools: Tools,
    source: Source,
    rules: Option<Rules>,
}

impl Trial {
    fn new(tools: Tools, source: Source) -> Result<Self> {
        let rules = source.select.as_ref().map(Rules::compile).transpose();
        let rules =
            rules.map_err(|problems| anyhow!("{}", problems.first().map_or("", |p| &p.message)))?;
        Ok(Self { tools, source, rules })
    }

    async fn run(&self) -> Result<()> {
        let waiting = Waiting::new(format!("fetching {}", self.source.url));
        let fetched = self.tools.client.get(Request::feed(&self.source.url, None)).await;
        drop(waiting);
        println!("{}", report::head(&self.source));
        let fetched = fetched.map_err(|error| anyhow!("The source cannot be fetched. {error}"))?;
        print!("{}", report::answer(&fetched));
        let feed = self.read(&fetched).map_err(|error| self.no_feed(&fetched, &error))?;
        let now = self.tools.clock.now();
        let summary = summary(&feed, &self.tools.topics, &self.hint());
        print!("{}", report::feed(&feed, &summary, now));
        print!("{}", report::entries(&feed, now, |entry| self.judge(entry, &summary)));
        let tried = self.articles(&feed).await;
        print!("{}", report::advice(&self.source, &feed, &tried));
        let wanted = feed.entries.iter().any(|entry| link(entry).is_some());
        if wanted && !tried.iter().any(Tried::has_text) {
            return Err(anyhow!("None of the articles tried gave a text."));
        }
        Ok(())
    }

    fn read(&self, fetched: &Fetched) -> Result<ParsedFeed, FeedError> {
        let zone: Option<Tz> = self.source.timezone.as_deref().and_then(|zone| zone.parse().ok());
        let context = Context {
            base: Some(&fetched.final_url),
            content_type: fetched.content_type_header.as_deref(),
            lang: self.source.lang.as_deref(),
            time_zone: zone,
            now: self.tools.clock.now(),
            max_entries: self.tools.max_entries,
            format: self.source.format,
            list: self.source.list.as_ref(),
        };
        feed::parse(&fetched.body, &context)
    }

    /// A page in place of a feed often names the feed.
    fn no_feed(&self, fetched: &Fetched, error: &FeedError) -> anyhow::Error {
        let named = if self.source.format == SourceFormat::Feed {
            find::named_feeds(fetched)
        } else {
            Vec::new()
        };
        if named.is_empty() {
            return anyhow!("The source cannot be read. {error}");
        }
        anyhow!(
            "The source cannot be read. {error} The page names these feeds:\n  {}",
            named.join("\n  ")
        )
    }

    fn hint(&self) -> Hint {
        Hint { weight: self.source.weight, trusted: self.source.mode == SourceMode::Trusted }
    }

    fn judge(
        &self,
        entry: &ParsedEntry,
        summary: &super::summary::Summary,
    ) -> crate::model::Verdict {
        super::summary::judge(entry, summary.lang.as_deref(), &self.tools.topics, &self.hint())
    }

    /// Extracts the newest articles, and prints each as it comes.
    async fn articles(&self, feed: &ParsedFeed) -> Vec<Tried> {
        let mut entries: Vec<&ParsedEntry> =
            feed.entries.iter().filter(|entry| link(entry).is_some()).collect();
        // Stable: entries without dates stay in the order of the feed, behind the others.
        entries.sort_by_key(|entry| std::cmp::Reverse(date(entry)));
        let mut template = SiteTemplate::default();
        let mut all = Vec::new();
        for entry in entries.into_iter().take(ARTICLES) {
            let tried = self.try_article(entry, &mut template).await;
            print!("{}", report::article(all.len() + 1, &tried));
            all.push(tried);
        }
        all
    }
}
