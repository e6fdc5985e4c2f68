//! How long an answer is fresh: `Cache-Control`, `Expires`, `Age`, `Retry-After`.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};
use reqwest::header::{self, HeaderMap};
use serde::{Deserialize, Serialize};

use crate::model::Time;

/// Longest time that is believed; whatever a server says, it is asked again one day.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// What the head of an answer says about time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// `Cache-Control: max-age`, less `Age` (RFC 9111 4.2). Zero for `no-cache` and `no-store`.
    pub max_age: Option<Duration>,
    /// `Expires` as a time from now by the server's own clock; only where there is no `max-age`.
    pub expires: Option<Duration>,
    /// `Retry-After` as a time from now, from seconds or from a date by the server's own clock.
    pub retry_after: Option<Duration>,
}

impl Freshness {
    /// Reads the head of an answer that was received at `now`.
    pub fn read(headers: &HeaderMap, now: Time) -> Self {
        let server_now = text(headers, header::DATE).and_then(http_date).unwrap_or(now);
        let until = |value: &str| {
            let at = http_date(value)?;
            Some((at - server_now).to_std().unwrap_or_default().min(LONGEST))
        };
        let max_age = max_age(headers);
        Self {
            max_age,
            expires: match max_age {
                Some(_) => None,
                // An Expires that is not a date ("0", "-1") means already expired.
                None => text(headers, header::EXPIRES).map(|v| until(v).unwrap_or_default()),
            },
            retry_after: text(headers, header::RETRY_AFTER)
                .and_then(|v| seconds(v).or_else(|| until(v))),
        }
    }

    /// How long the answer stays fresh; None where the server says nothing.
    pub fn fresh_for(&self) -> Option<Duration> {
        self.max_age.or(self.expires)
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn seconds(value: &str) -> Option<Duration> {
    let whole = value.split('.').next().unwrap_or(value);
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More digits than u64 holds are as good as for ever.
    Some(whole.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST))
}

fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut found = None;
    for value in headers.get_all(header::CACHE_CONTROL) {
        for directive in value.to_str().unwrap_or_default().split(',') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" | "no-store" => return Some(Duration::ZERO),
                "max-age" => found = seconds(value.trim().trim_matches('"')).or(found),
                _ => {}
            }
        }
    }
    let age = text(headers, header::AGE).and_then(seconds).unwrap_or_default();
    found.map(|lifetime| lifetime.saturating_sub(age))
}

/// An HTTP date in any of the three forms of RFC 9110 5.6.7.
pub fn http_date(value: &str) -> Option<Time> {
    let value = value.trim();
    if let Ok(date) = DateTime::parse_from_rfc2822(value) {
        return Some(date.to_utc());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn read(lines: &[(&'static str, &str)]) -> Freshness {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        Freshness::read(&headers, at("2026-03-01T12:00:00Z"))
    }

    fn secs(n: u64) -> Option<Duration> {
        Some(Duration::from_secs(n))
    }

    #[test]
    fn max_age_wins_over_expires_and_loses_its_age() {
        let got = read(&[
            ("cache-control", "public, Max-Age=\"600\", s-maxage=9"),
            ("age", "100"),
            ("expires", "Sun, 01 Mar 2026 13:00:00 GMT"),
        ]);
        assert_eq!(got.fresh_for(), secs(500));
        assert_eq!(read(&[("cache-control", "max-age=60"), ("age", "90")]).fresh_for(), secs(0));
        assert_eq!(read(&[("cache-control", "max-age=60, no-cache")]).fresh_for(), secs(0));
    }

    #[test]
    fn expires_counts_by_the_servers_clock() {
        let got = read(&[
            ("date", "Sun, 01 Mar 2026 10:00:00 GMT"),
            ("expires", "Sun, 01 Mar 2026 10:30:00 GMT"),
        ]);
        assert_eq!(got.fresh_for(), secs(1800));
        assert_eq!(read(&[("expires", "0")]).fresh_for(), secs(0));
        assert_eq!(read(&[("expires", "Sun, 01 Mar 2020 10:30:00 GMT")]).fresh_for(), secs(0));
        assert_eq!(read(&[]).fresh_for(), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(read(&[("retry-after", "120")]).retry_after, secs(120));
        assert_eq!(
            read(&[("retry-after", "Sun, 01 Mar 2026 12:02:00 GMT")]).retry_after,
            secs(120)
        );
        assert_eq!(
            read(&[("retry-after", "Sunday, 01-Mar-26 12:02:00 GMT")]).retry_after,
            secs(120)
        );
        assert_eq!(read(&[("retry-after", "soon")]).retry_after, None);
        assert_eq!(read(&[("retry-after", "99999999999999999999")]).retry_after, Some(LONGEST));
    }

    #[test]
    fn dates_in_all_three_forms() {
        let want = Some(at("1994-11-06T08:49:37Z"));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), want);
        assert_eq!(http_date("Sunday, 06-Nov-94 08:49:37 GMT"), want);
        assert_eq!(http_date("Sun Nov  6 08:49:37 1994"), want);
        assert_eq!(http_date("yesterday"), None);
    }
}
