//! No bytes make the feed reader panic, and what it yields is clean.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rasad::feed::{self, Context, FeedError};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let base = Url::parse("https://a.example/dir/feed").expect("a constant address");
    let now = chrono::DateTime::from_timestamp(1_740_000_000, 0).expect("a constant time");
    let context = Context { base: Some(&base), ..Context::at(now) };
    match feed::parse(bytes, &context) {
        Ok(feed) => {
            for entry in feed.entries {
                for html in [Some(entry.title), entry.summary, entry.content].into_iter().flatten() {
                    assert!(!html.to_ascii_lowercase().contains("<script"), "{html}");
                }
                let link = entry.link.unwrap_or_else(|| "http".to_owned());
                assert!(link.to_ascii_lowercase().starts_with("http"), "{link}");
            }
        }
        Err(error) => assert!(!matches!(error, FeedError::ParserBug(_)), "{error}"),
    }
});
