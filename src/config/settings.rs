//! `rasad.toml`: every setting with its meaning, default and range, in this one place.
//!
//! The structs, their defaults, the reader, the generated `config/rasad.toml`, its
//! JSON Schema and the reference in `docs/configuration.md` all come from the
//! declarations below.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::checked::{Contact, DatabaseUrl, HeaderName, Language, LogFilter, TagAuthority};
use super::table::Table;
use super::text::Size;
use crate::fetch::AddressRange;
use crate::model::words;

/// Declares sections: a struct for each, its default, its reader.
macro_rules! sections {
    ($(
        $(#[doc = $doc:literal])+
        $key:ident: $section:ident {
            $( $(#[doc = $field_doc:literal])+ $field:ident: $type:ty = $default:expr $(, in $range:expr)?; )+
        }
    )+) => {
        /// Everything in `rasad.toml`.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Settings {
            $( $(#[doc = $doc])+ pub $key: $section, )+
        }

        impl Settings {
            /// Reads a document over these settings: what it does not say stays as it is.
            pub fn read(&self, document: &mut Table<'_, '_>) -> Self {
                Self {
                    $($key: document
                        .table(stringify!($key), &[$($doc),+], |table| self.$key.read(table))
                        .unwrap_or_else(|| self.$key.clone()),)+
                }
            }
        }

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $section {
                $( $(#[doc = $field_doc])+ pub $field: $type, )+
            }

            impl Default for $section {
                fn default() -> Self {
                    Self { $($field: $default,)+ }
                }
            }

            impl $section {
                fn read(&self, table: &mut Table<'_, '_>) -> Self {
                    Self {
                        $($field: sections!(
                            @read table, stringify!($field), &[$($field_doc),+], &self.$field
                            $(, $range)?
                        ),)+
                    }
                }
            }
        )+
    };
    (@read $table:ident, $key:expr, $docs:expr, $base:expr) => { $table.or($key, $docs, $base) };
    (@read $table:ident, $key:expr, $docs:expr, $base:expr, $range:expr) => {
        $table.or_in($key, $docs, $base, $range)
    };
}

words! {
    /// How log lines are written.
    LogFormat {
        /// Text on a terminal, JSON elsewhere.
        Auto = "auto",
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}
const fn minutes(number: u64) -> Duration {
    Duration::from_secs(60 * number)
}
const fn hours(number: u64) -> Duration {
    minutes(60 * number)
}
const fn days(number: u64) -> Duration {
    hours(24 * number)
}
const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

sections! {
    /// Where everything is kept.
    database: Database {
        /// `sqlite://FILE`, made where it is missing, or `postgres://USER@HOST/DATABASE` for several
        /// machines. A password belongs into the environment: `RASAD_DATABASE__URL`.
        url: DatabaseUrl = DatabaseUrl::default();
        /// Connections held open at most.
        max_connections: u32 = 10, in 2..=500;
        /// How long a query waits for a free connection, or for SQLite's one writer.
        busy_timeout: Duration = seconds(10), in seconds(1)..=minutes(5);
    }

    /// How the web is asked: politely, and within limits.
    fetch: Fetch {
        /// A page or e-mail address at which publishers reach you. It stands in the User-Agent of
        /// every request; publishers block readers that hide. Please set it.
        contact: Option<Contact> = None;
        /// No source is polled sooner than this after its last poll.
        min_interval: Duration = minutes(5), in seconds(1)..=days(30);
        /// An adaptive source is polled at least this often.
        max_interval: Duration = hours(24), in seconds(1)..=days(30);
        /// Between the starts of two requests to one host.
        host_gap: Duration = seconds(1), in Duration::ZERO..=minutes(10);
        /// Requests in flight to one host.
        host_connections: u32 = 1, in 1..=16;
        /// Whole time of one request, with redirects and body.
        timeout: Duration = seconds(30), in seconds(1)..=minutes(10);
        /// Time to open a connection.
        connect_timeout: Duration = seconds(10), in Duration::from_millis(100)..=minutes(2);
        /// Largest feed, counted after decompression.
        max_feed_size: Size = Size::megabytes(10), in Size::kilobytes(1)..=Size::megabytes(200);
        /// Largest article page, counted after decompression.
        max_page_size: Size = Size::megabytes(5), in Size::kilobytes(1)..=Size::megabytes(200);
        /// Largest response header.
        max_header_size: Size = Size::kilobytes(64), in Size::kilobytes(1)..=Size::megabytes(1);
        /// Redirects followed for one request.
        max_redirects: u32 = 5, in 0..=20;
        /// Entries read of one feed.
        max_entries: usize = 2000, in 1..=100_000;
        /// Address ranges opened in the guard that refuses whatever is not on the public internet,
        /// e.g. ["10.1.0.0/16"] for an intranet. Keep it empty elsewhere.
        allow_addresses: Vec<AddressRange> = Vec::new();
        /// Obey robots.txt for feeds too. It is always obeyed for article pages.
        robots_for_feeds: bool = false;
    }

    /// How the two kinds of work are done: polling sources, processing entries.
    worker: Worker {
        /// Sources polled at once, and entries processed at once, in each process.
        concurrency: u32 = 64, in 1..=1000;
        /// How often the database is asked for work when there was none.
        idle_wait: Duration = seconds(1), in Duration::from_millis(50)..=minutes(5);
        /// After this time the work of a worker that died is done by another.
        claim_time: Duration = minutes(1), in seconds(5)..=hours(24);
        /// Attempts to get an article before the entry is given up.
        attempts: u32 = 5, in 1..=100;
        /// Wait after the first failed attempt; the n-th failure waits n times as long.
        retry_after: Duration = minutes(10), in seconds(1)..=days(7);
        /// Pages of one article that are read and joined; 1 reads the first only.
        article_pages: u32 = 5, in 1..=20;
        /// How long the texts of irrelevant articles are kept. Their verdicts are kept for ever.
        keep_rejected: Duration = days(14), in Duration::ZERO..=days(3650);
        /// How far back copies of a text are looked for.
        dedupe_window: Duration = days(30), in days(1)..=days(365);
        /// How far back other articles about the same event are looked for.
        story_window: Duration = days(4), in hours(1)..=days(60);
        /// Time to finish work at shutdown; what is not done then is released.
        shutdown_time: Duration = seconds(10), in seconds(1)..=minutes(10);
    }

    /// The page and the feeds.
    web: Web {
        /// Where the page and the feeds are served.
        listen: SocketAddr = loopback(8080);
        /// Where health and metrics are served. Keep it away from the public.
        ops_listen: SocketAddr = loopback(9464);
        /// The address under which the public reaches us; links and feed ids are made with it.
        /// Without one WebSub is off.
        public_url: Option<Url> = None;
        /// Name of the site.
        title: String = "Rasad · رصد".to_owned();
        /// Language of the page for a reader who asks for none that we speak: ar, fr, en or es.
        lang: Language = Language("ar".into());
        /// Entries on one page.
        page_size: u32 = 30, in 5..=200;
        /// Searches and feeds made up by query parameters, for each client and minute.
        query_rate: u32 = 60, in 1..=100_000;
        /// Longest time that a request may take.
        timeout: Duration = seconds(30), in seconds(1)..=minutes(10);
        /// File with the token that opens `/admin`. Without a token and a proxy header it is closed.
        admin_token_file: Option<PathBuf> = None;
        /// Header by which a reverse proxy names the signed-in admin. Trusted only from
        /// `trusted_proxies`.
        admin_header: Option<HeaderName> = None;
        /// Addresses of reverse proxies whose `X-Forwarded-For` and `admin_header` are believed.
        trusted_proxies: Vec<AddressRange> = Vec::new();
    }

    /// What subscribers get.
    publish: Publish {
        /// Authority of the ids of published entries: a domain that you own, and a year in which you
        /// did. Set it before the first run; entries keep the ids that they were published with.
        tag_authority: TagAuthority = TagAuthority("rasad.invalid,2026".into());
        /// Language of titles and labels in feeds that hold several languages.
        lang: Language = Language("ar".into());
        /// Entries in a feed document; older ones are on its next pages.
        limit: u32 = 50, in 1..=500;
        /// Length of an excerpt, for sources with `content = "excerpt"`.
        excerpt_chars: usize = 600, in 100..=10_000;
        /// How long readers and proxies may keep a feed without asking again.
        cache_time: Duration = minutes(1), in Duration::ZERO..=days(1);
    }

    /// Instant delivery (WebSub). Off without `web.public_url`.
    websub: WebSub {
        /// Subscribe to the hubs that sources name.
        subscribe: bool = true;
        /// Be a hub for our own feeds.
        hub: bool = true;
        /// How long a subscription lasts when nobody renews it.
        lease: Duration = days(10), in hours(1)..=days(365);
    }

    /// Log lines on standard error.
    log: Log {
        /// `auto`, `text` or `json`; `auto` is text on a terminal, JSON elsewhere.
        format: LogFormat = LogFormat::Auto;
        /// `error`, `warn`, `info`, `debug` or `trace`, or directives such as `info,rasad=debug`.
        level: LogFilter = LogFilter("info".into());
    }
}

impl Settings {
    /// Settings that differ from `old` and are read at start only.
    pub fn needs_restart(&self, old: &Self) -> Vec<&'static str> {
        let pairs = [
            ("database", self.database != old.database),
            ("fetch", self.fetch != old.fetch),
            ("worker.concurrency", self.worker.concurrency != old.worker.concurrency),
            ("web.listen", self.web.listen != old.web.listen),
            ("web.ops_listen", self.web.ops_listen != old.web.ops_listen),
            ("log", self.log != old.log),
        ];
        pairs.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table;

    #[test]
    fn every_default_lies_in_its_range() {
        let text = crate::config::generate::settings_toml();
        let document = toml::de::DeTable::parse(&text).unwrap();
        let mut problems = Vec::new();
        let changed = Settings {
            web: Web { title: "x".into(), page_size: 7, ..Web::default() },
            ..Settings::default()
        };
        let read =
            table::read(document.get_ref(), document.span(), &mut problems, |t| changed.read(t));
        assert_eq!(problems, []);
        assert_eq!(read, Settings::default(), "the file says every default");
    }
}
