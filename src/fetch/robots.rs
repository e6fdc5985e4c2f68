//! robots.txt as RFC 9309 has it: parser and matcher. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// How much of a robots.txt is read: the least that RFC 9309 2.5 asks for.
pub const ROBOTS_BYTES: usize = 500 << 10;

/// Spellings of `disallow` seen in the wild.
const DISALLOW: [&str; 6] =
    ["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"];

/// What a robots.txt says to one crawler.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Robots {
    rules: Vec<Rule>,
    /// Seconds between requests that the site asks for.
    pub crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    allow: bool,
    /// Normalised pattern, `*` and a final `$` still with their meaning.
    pattern: Box<str>,
}

/// A group being read: whom it speaks to, and what it says.
#[derive(Default)]
struct Reading {
    /// Groups that name our product.
    ours: Robots,
    named: bool,
    /// Groups for everybody.
    everybody: Robots,
    in_ours: bool,
    in_everybody: bool,
    /// True while user-agent lines follow each other.
    in_heading: bool,
}

impl Robots {
    /// Reads the lines meant for `product` (its token, e.g. `Rasad`), else those for everybody.
    /// Bytes beyond [`ROBOTS_BYTES`] are ignored. Never fails: what is not understood says nothing.
    pub fn parse(bytes: &[u8], product: &str) -> Self {
        let bytes = &bytes[..bytes.len().min(ROBOTS_BYTES)];
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reading = Reading::default();
        for line in bytes.split(|b| matches!(b, b'\n' | b'\r')) {
            let line = line.split(|b| *b == b'#').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line);
            if let Some((key, value)) = line.split_once(':') {
                reading.line(&key.trim().to_ascii_lowercase(), value.trim(), product);
            }
        }
        if reading.named { reading.ours } else { reading.everybody }
    }

    /// True where the address may be fetched. The longest pattern that matches decides; where an
    /// `allow` and a `disallow` are equally long, `allow` does.
    pub fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let mut target = url.path().to_owned();
        if let Some(query) = url.query() {
            target.push('?');
            target.push_str(query);
        }
        let target = normal(&target);
        self.rules
            .iter()
            .filter(|rule| matches(rule.pattern.as_bytes(), target.as_bytes()))
            .max_by_key(|rule| (rule.pattern.len(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }
}

impl Reading {
    fn line(&mut self, key: &str, value: &str, product: &str) {
        match key {
            "user-agent" | "useragent" | "user agent" => self.heading(value, product),
            "allow" => self.rule(true, value),
            "crawl-delay" | "crawldelay" => self.delay(value),
            _ if DISALLOW.contains(&key) => self.rule(false, value),
            // Sitemap and unknown lines belong to no group and end none.
            _ => {}
        }
    }

    fn heading(&mut self, value: &str, product: &str) {
        if !self.in_heading {
            (self.in_ours, self.in_everybody, self.in_heading) = (false, false, true);
        }
        let token = value
            .split(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')))
            .next()
            .unwrap_or_default();
        if value.starts_with('*') {
            self.in_everybody = true;
        } else if token.eq_ignore_ascii_case(product) {
            (self.in_ours, self.named) = (true, true);
        }
    }

    fn rule(&mut self, allow: bool, value: &str) {
        self.in_heading = false;
        // An empty pattern matches nothing.
        if value.is_empty() {
            return;
        }
        let pattern = normal(value);
        let pattern = if pattern.starts_with(['/', '*']) { pattern } else { format!("/{pattern}") };
        let rule = Rule { allow, pattern: pattern.into() };
        match (self.in_ours, self.in_everybody) {
            (true, true) => {
                self.ours.rules.push(rule.clone());
                self.everybody.rules.push(rule);
            }
            (true, false) => self.ours.rules.push(rule),
            (false, true) => self.everybody.rules.push(rule),
            (false, false) => {}
        }
    }

    fn delay(&mut self, value: &str) {
        self.in_heading = false;
        let delay = value.parse().ok().and_then(|secs| Duration::try_from_secs_f64(secs).ok());
        if self.in_ours {
            self.ours.crawl_delay = delay.max(self.ours.crawl_delay);
        }
        if self.in_everybody {
            self.everybody.crawl_delay = delay.max(self.everybody.crawl_delay);
        }
    }
}

/// Brings percent-encoding into one form (RFC 9309 2.2.2): unreserved characters decoded,
/// everything that is not ASCII encoded, hexadecimal digits in upper case.
fn normal(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escaped = (bytes[i] == b'%').then(|| hex_pair(bytes.get(i + 1..i + 3)?)).flatten();
        let (byte, encode) = match escaped {
            Some(byte) => (byte, !is_unreserved(byte)),
            None => (bytes[i], !bytes[i].is_ascii_graphic()),
        };
        if encode {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(byte));
        }
        i += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Matches from the target's beginning; `*` is any run of octets, a final `$` the target's end.
/// Goes back to the last star only, so its time is bounded by the product of the lengths.
fn matches(pattern: &[u8], target: &[u8]) -> bool {
    let (pattern, anchored) = match pattern.split_last() {
        Some((b'$', rest)) => (rest, true),
        _ => (pattern, false),
    };
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && (!anchored || t == target.len()) {
            return true;
        }
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p + 1, t));
            p += 1;
        } else if p < pattern.len() && t < target.len() && pattern[p] == target[t] {
            p += 1;
            t += 1;
        } else if let Some((after, from)) = star
            && from < target.len()
        {
            star = Some((after, from + 1));
            (p, t) = (after, from + 1);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        let url = Url::parse("https://news.example").unwrap().join(path).unwrap();
        Robots::parse(robots.as_bytes(), "Rasad").allows(&url)
    }

    #[test]
    fn the_longest_match_decides_and_allow_wins_ties() {
        let robots =
            "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /t\nDisallow: /t";
        assert!(!allows(robots, "/a"));
        assert!(!allows(robots, "/abc"));
        assert!(allows(robots, "/a/b/x"));
        assert!(!allows(robots, "/a/b/c/d"));
        assert!(allows(robots, "/t/x"));
        assert!(allows(robots, "/other"));
        assert!(allows(robots, "/robots.txt"));
    }

    #[test]
    fn our_own_group_replaces_the_one_for_everybody() {
        let robots = "User-agent: *\nDisallow: /\n\nUSER-AGENT: rasad/2.0\nDisallow: /x\n\n\
                      user-agent: Other\nuser-agent: RASAD\nDisallow: /y";
        assert!(allows(robots, "/news"));
        assert!(!allows(robots, "/x"));
        assert!(!allows(robots, "/y"));
        assert!(!allows("User-agent: rasadbot\nAllow: /\nUser-agent: *\nDisallow: /", "/x"));
    }

    #[test]
    fn an_empty_group_of_ours_allows_everything() {
        assert!(allows("User-agent: *\nDisallow: /\nUser-agent: Rasad\nDisallow:", "/x"));
    }

    #[test]
    fn stars_and_ends() {
        let robots = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /p/*/print\nDisallow: /*?s=";
        assert!(!allows(robots, "/a/b.pdf"));
        assert!(allows(robots, "/a/b.pdf?x=1"));
        assert!(!allows(robots, "/p/2026/print/1"));
        assert!(allows(robots, "/p/print"));
        assert!(!allows(robots, "/search?s=x"));
    }

    #[test]
    fn percent_encoding_is_compared_in_one_form() {
        let robots = "User-agent: *\nDisallow: /أخبار/سري\nDisallow: /%7ejoe\nDisallow: /b%2Fc\nDisallow: /%D8%A8";
        assert!(!allows(robots, "/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1/%d8%b3%d8%b1%d9%8a/1"));
        assert!(!allows(robots, "/أخبار/سري"));
        assert!(!allows(robots, "/~joe/x"));
        assert!(!allows(robots, "/b%2fc"));
        assert!(allows(robots, "/b/c"));
        assert!(!allows(robots, "/باب"));
    }

    #[test]
    fn odd_files_are_read_as_far_as_they_make_sense() {
        assert!(!allows("\u{feff}useragent:*\rdissallow : x # comment\r", "/x/1"));
        assert!(allows("Disallow: /\nUser-agent: *\nSitemap: /s.xml\nDisallow: /z", "/x"));
        assert!(!allows("User-agent: *\nSitemap: https://a/\nDisallow: /z", "/z"));
        assert!(allows("<!doctype html><title>Not found: sorry</title>", "/x"));
        assert!(allows("", "/x"));
        assert!(allows("\u{0}\u{1}:::\n:\n::", "/x"));
    }

    #[test]
    fn crawl_delay_is_read() {
        let delay = |text: &str| Robots::parse(text.as_bytes(), "Rasad").crawl_delay;
        assert_eq!(delay("User-agent: *\nCrawl-delay: 2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("User-agent: *\nCrawl-delay: soon"), None);
        assert_eq!(delay("User-agent: *\nCrawl-delay: -1"), None);
        assert_eq!(delay("User-agent: *\nCrawl-delay: 1e300"), None);
        assert_eq!(delay("User-agent: other\nCrawl-delay: 9"), None);
    }

    #[test]
    fn a_huge_file_is_cut_and_matched_in_reasonable_time() {
        let mut robots = String::from("User-agent: *\nDisallow: /private/\n");
        for i in 0..100_000 {
            robots.push_str(&format!("Disallow: /{i}*a*b*c*d$\n"));
        }
        let started = std::time::Instant::now();
        assert!(!allows(&robots, "/private/x"));
        assert!(allows(&robots, &format!("/{}", "abc".repeat(600))));
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_pattern_full_of_stars_is_not_exponential() {
        let pattern = format!("/{}b", "a*".repeat(500));
        assert!(!matches(pattern.as_bytes(), b"/"));
        assert!(!matches(pattern.as_bytes(), format!("/{}", "a".repeat(5000)).as_bytes()));
    }
}
