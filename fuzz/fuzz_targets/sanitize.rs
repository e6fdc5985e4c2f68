//! Whatever goes in, only harmless HTML comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rasad::html::scan::{self, Token};
use url::Url;

fuzz_target!(|html: &str| {
    let base = Url::parse("https://a.example/dir/page").expect("a constant address");
    let clean = rasad::html::sanitize(html, Some(&base));
    for token in scan::tokens(&clean) {
        match token {
            Token::Start(tag) => {
                for attribute in tag.attributes() {
                    assert!(!attribute.name.starts_with("on"), "{clean}");
                    assert!(!attribute.value.to_ascii_lowercase().contains("javascript:")
                        || matches!(attribute.name, "title" | "alt" | "summary" | "lang" | "hreflang" | "dir")
                        || attribute.value.starts_with("http"), "{clean}");
                }
            }
            Token::End(_) | Token::Text(_) => {}
            other => panic!("{other:?} in {clean}"),
        }
    }
    let _ = rasad::html::plain_text(html);
});
