//! Texts with a rule: ids, codes, addresses, selectors, schedule lines.

use serde_json::json;
use url::Url;

use super::codes;
use super::text::{Fault, Text};
use crate::fetch::AddressRange;
use crate::schedule::Schedule;

/// Declares a checked text: its name, what is allowed, and the check.
macro_rules! checked {
    ($($(#[$doc:meta])+ $name:ident: $what:literal, $check:expr $(, $schema:expr)?;)+) => { $(
        $(#[$doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl Text for $name {
            fn what() -> String {
                $what.into()
            }
            fn parse(text: &str) -> Result<Self, Fault> {
                let check: fn(&str) -> Result<(), Fault> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
            fn text(&self) -> String {
                self.0.clone()
            }
            $(fn text_schema() -> serde_json::Value {
                $schema
            })?
        }
    )+ };
}

const ID_PATTERN: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";

checked! {
    /// The stable name of a source or feed.
    Id: "a short name of small letters a-z, digits, `-`, `_` and `.`, at most 64 characters",
        check_id, json!({ "type": "string", "pattern": ID_PATTERN });
    /// A language code.
    Language: "a language code such as `ar`", codes::check_language, codes::language_schema();
    /// A country code.
    Country: "a country code such as `MA`", codes::check_country, codes::country_schema();
    /// An IANA time zone.
    TimeZone: "an IANA time zone such as `Africa/Casablanca`", check_time_zone;
    /// A web address, kept as written.
    HttpUrl: "a web address that begins with `https://` or `http://`",
        |text| http_url(text).map(drop), json!({ "type": "string", "pattern": "^https?://" });
    /// A CSS selector.
    Selector: "a CSS selector such as `article .content`", check_selector;
    /// When a source is asked.
    ScheduleLine: "`adaptive`, `every 15m`, or a crontab line such as `*/15 6-22 * * *`", check_schedule;
    /// Whom a publisher can ask about our requests.
    Contact: "a web address or an e-mail address", check_contact;
    /// The authority of the `tag:` ids that we publish (RFC 4151).
    TagAuthority: "a domain name, a comma and a date, such as `feeds.example.org,2026`", check_tag_authority;
    /// What is logged.
    LogFilter: "`error`, `warn`, `info`, `debug` or `trace`, or directives such as `info,rasad=debug`",
        check_log_filter;
    /// A word or phrase.
    Phrase: "a word or phrase", |text| filled(text).map(drop), json!({ "type": "string", "minLength": 1 });
    /// The name of an HTTP header.
    HeaderName: "the name of an HTTP header such as `X-Forwarded-User`", check_header_name;
}

fn filled(text: &str) -> Result<&str, Fault> {
    if text.trim().is_empty() { Err(Fault::new("This text is empty.")) } else { Ok(text) }
}

fn check_id(id: &str) -> Result<(), Fault> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let starts = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if starts && id.len() <= 64 && id.chars().all(inner) {
        return Ok(());
    }
    Err(Fault::new(format!("`{id}` cannot be an id.")))
}

fn check_time_zone(name: &str) -> Result<(), Fault> {
    name.parse::<chrono_tz::Tz>()
        .map(drop)
        .map_err(|_| Fault::new(format!("`{name}` is not a time zone.")))
}

/// Reads a web address: http or https, with a host, without a password.
fn http_url(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text)
        .map_err(|error| Fault::new(format!("This is not a web address: {error}.")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Fault::new(format!("`{}` addresses are not fetched.", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new("An address with a user name or password is refused.")
            .help("Remove what stands before the `@`: secrets never live in these files."));
    }
    Ok(url)
}

fn check_selector(text: &str) -> Result<(), Fault> {
    scraper::Selector::parse(filled(text)?)
        .map(drop)
        .map_err(|error| Fault::new(format!("This CSS selector cannot be read: {error}.")))
}

fn check_schedule(line: &str) -> Result<(), Fault> {
    Schedule::parse(line, None).map(drop).map_err(Fault::new)
}

fn check_contact(text: &str) -> Result<(), Fault> {
    // It stands in the User-Agent header of every request.
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Fault::new("A contact holds no spaces and only ASCII characters."));
    }
    let mail = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.contains(['@', '/', ':'])
    });
    if mail { Ok(()) } else { http_url(text).map(drop) }
}

fn check_tag_authority(text: &str) -> Result<(), Fault> {
    let fault = || Fault::new(format!("`{text}` cannot be the authority of `tag:` ids."));
    let (name, date) = text.split_once(',').ok_or_else(fault)?;
    let name_fits = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.@_".contains(c));
    let parts: Vec<_> = date.split('-').collect();
    let digits =
        |part: &&str, len: usize| part.len() == len && part.chars().all(|c| c.is_ascii_digit());
    let date_fits =
        parts.len() <= 3 && digits(&parts[0], 4) && parts[1..].iter().all(|part| digits(part, 2));
    if name_fits && date_fits { Ok(()) } else { Err(fault()) }
}

fn check_log_filter(text: &str) -> Result<(), Fault> {
    tracing_subscriber::EnvFilter::try_new(filled(text)?)
        .map(drop)
        .map_err(|error| Fault::new(format!("This log level cannot be read: {error}.")))
}

fn check_header_name(name: &str) -> Result<(), Fault> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    Err(Fault::new(format!("`{name}` cannot be the name of a header.")))
}

/// The public base address: http or https, without query and fragment.
impl Text for Url {
    fn what() -> String {
        "a web address such as `https://feeds.example.org`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        let url = http_url(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Fault::new("A base address has neither `?` nor `#`."));
        }
        Ok(url)
    }
    fn text(&self) -> String {
        self.to_string()
    }
    fn text_schema() -> serde_json::Value {
        json!({ "type": "string", "pattern": "^https?://" })
    }
}

/// The address of the database. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address, with its password.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for PostgreSQL, false for SQLite.
    pub fn is_postgres(&self) -> bool {
        !self.0.starts_with("sqlite:")
    }
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self("sqlite://data/rasad.db".into())
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::errors::hide_passwords(&self.0))
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Text for DatabaseUrl {
    fn what() -> String {
        "`sqlite://FILE` or `postgres://USER@HOST/DATABASE`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        let file = text.strip_prefix("sqlite://").is_some_and(|file| !file.trim().is_empty());
        let server = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if file || (server && Url::parse(text).is_ok()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new("This is not the address of a database."))
    }
    fn text(&self) -> String {
        self.0.clone()
    }
    fn text_schema() -> serde_json::Value {
        json!({ "type": "string", "pattern": "^(sqlite|postgres|postgresql)://" })
    }
}

impl Text for AddressRange {
    fn what() -> String {
        "an address range such as `127.0.2.0/24` or `fd00::/8`".into()
    }
    fn parse(text: &str) -> Result<Self, Fault> {
        text.parse().map_err(|_| Fault::new(format!("`{text}` is not an address range.")))
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: Text>(texts: &[&str]) {
        for text in texts {
            assert!(T::parse(text).is_err(), "{text:?} must be refused");
        }
    }

    fn allowed<T: Text>(texts: &[&str]) {
        for text in texts {
            let read = T::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"));
            assert_eq!(read.text(), *text);
        }
    }

    #[test]
    fn ids() {
        allowed::<Id>(&["hespress-ar", "20minutes-fr", "a", "mig.sea", "x_1"]);
        refused::<Id>(&["", "-a", "Hespress", "a b", "هسبريس", "a/b", &"a".repeat(65)]);
    }

    #[test]
    fn web_addresses() {
        allowed::<HttpUrl>(&["https://example.org/feed", "http://مثال.example/خبر?a=1"]);
        refused::<HttpUrl>(&[
            "example.org",
            "ftp://example.org",
            "https://",
            "https://a:b@example.org/",
            "",
        ]);
        refused::<Url>(&["https://example.org/?a=1", "https://example.org/#a"]);
    }

    #[test]
    fn selectors() {
        allowed::<Selector>(&["article .content", "div#a > p:not(.ad)", ".شارك"]);
        refused::<Selector>(&["", "  ", "div[", "a::before(", "> >"]);
    }

    #[test]
    fn schedules() {
        allowed::<ScheduleLine>(&[
            "adaptive",
            "every 15m",
            "*/15 6-22 * * *",
            "0 7 * * *",
            "@hourly",
        ]);
        refused::<ScheduleLine>(&["", "sometimes", "every", "every x", "61 * * * *", "* * *"]);
    }

    #[test]
    fn contacts() {
        allowed::<Contact>(&["https://example.org/about", "desk@example.org"]);
        refused::<Contact>(&[
            "",
            "desk",
            "desk@",
            "a b@example.org",
            "مكتب@example.org",
            "a@b@c.org",
        ]);
    }

    #[test]
    fn tag_authorities() {
        allowed::<TagAuthority>(&[
            "feeds.example.org,2026",
            "a.example,2026-01-31",
            "x@a.example,2026-02",
        ]);
        refused::<TagAuthority>(&[
            "",
            "a.example",
            "a.example,26",
            "A.example,2026",
            "a,2026-1",
            "a,2026-01-01-01",
        ]);
    }

    #[test]
    fn databases_hide_their_password() {
        allowed::<DatabaseUrl>(&[
            "sqlite://data/rasad.db",
            "postgres://u:p@db/rasad",
            "postgres:///r?host=/run",
        ]);
        refused::<DatabaseUrl>(&["", "sqlite://", "mysql://h/d", "data.db", "postgres//h"]);
        let url = DatabaseUrl::parse("postgres://desk:secret@db/rasad").unwrap();
        assert_eq!(url.to_string(), "postgres://desk:******@db/rasad");
        assert!(!format!("{url:?}").contains("secret"));
    }

    #[test]
    fn address_ranges() {
        allowed::<AddressRange>(&["127.0.2.0/24", "fd00::/8", "10.0.0.1/32"]);
        assert_eq!(<AddressRange as Text>::parse("10.0.0.1").unwrap().text(), "10.0.0.1/32");
        refused::<AddressRange>(&[
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "localhost",
            "::1/129",
            "1.2.3.4/-1",
        ]);
    }

    #[test]
    fn zones_headers_and_log_filters() {
        allowed::<TimeZone>(&["Africa/Casablanca", "UTC"]);
        refused::<TimeZone>(&["Casablanca", "", "GMT+25"]);
        allowed::<HeaderName>(&["X-Forwarded-User"]);
        refused::<HeaderName>(&["", "a b", "a:b"]);
        allowed::<LogFilter>(&["info", "info,rasad=debug"]);
        refused::<LogFilter>(&["", "rasad=loud"]);
    }
}
