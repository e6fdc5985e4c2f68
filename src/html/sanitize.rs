//! HTML that is safe to republish.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::{cap, entities, links, plain};

/// Reduces `html` to harmless elements and attributes with balanced tags. Links keep only
/// `http`, `https` and `mailto`, images only `http` and `https`; both become absolute against
/// `base`, and addresses that cannot are dropped. Linear in the input.
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    if !plain::has_markup(html) && !html.contains(['\r', '\0']) {
        return entities::escape(html).into_owned();
    }
    let html = cap::cap(html, cap::MAX_DEPTH, cap::MAX_ATTRIBUTES);
    with_ammonia(&html, base)
}

fn with_ammonia(html: &str, base: Option<&Url>) -> String {
    static WITHOUT_BASE: LazyLock<Builder<'static>> = LazyLock::new(|| rules(None));
    match base {
        None => WITHOUT_BASE.clean(html).to_string(),
        Some(base) => rules(Some(base.clone())).clean(html).to_string(),
    }
}

fn rules(base: Option<Url>) -> Builder<'static> {
    let mut rules = Builder::default();
    rules
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .add_generic_attributes(["dir"])
        .add_tags(["tfoot"])
        .add_clean_content_tags(DROPPED_WITH_CONTENT)
        .attribute_filter(move |tag, name, value| address(tag, name, value, base.as_ref()));
    rules
}

/// Elements whose content is no text for a reader.
const DROPPED_WITH_CONTENT: [&str; 5] = ["iframe", "noembed", "noframes", "applet", "template"];

/// Makes the addresses of kept attributes absolute; drops those that are not for a reader.
fn address<'v>(tag: &str, name: &str, value: &'v str, base: Option<&Url>) -> Option<Cow<'v, str>> {
    if !matches!(name, "href" | "cite" | "src" | "longdesc" | "background") {
        return Some(Cow::Borrowed(value));
    }
    if let Some(web) = links::absolute(value, base) {
        return Some(Cow::Owned(web));
    }
    let url = links::resolve(value, base).filter(|_| (tag, name) == ("a", "href"))?;
    (url.scheme() == "mailto").then(|| Cow::Owned(url.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> String {
        sanitize(html, Some(&Url::parse("https://a.example/dir/page").unwrap()))
    }

    #[test]
    fn plain_text_is_only_escaped() {
        assert_eq!(clean("أ < ب & \"ت\""), "أ &lt; ب &amp; \"ت\"");
    }

    #[test]
    fn active_content_goes_its_text_stays() {
        assert_eq!(
            clean("<p onclick=x()>a<script>b</script><font color=red>c</font></p>"),
            "<p>ac</p>"
        );
        let drawing = clean("<svg><style><img src=x onerror=alert(1)></style></svg>");
        assert!(!drawing.contains("onerror") && !drawing.contains("style"), "{drawing}");
        assert_eq!(
            clean(
                "<iframe src=//x><a href=//y.example/>see</a></iframe><noscript><img src=z></noscript>"
            ),
            "<a href=\"https://y.example/\" rel=\"noopener noreferrer\">see</a>\
             <img src=\"https://a.example/dir/z\">"
        );
    }

    #[test]
    fn addresses_become_absolute() {
        assert_eq!(
            clean("<a href='../x?a=1&b=2'>x</a><img src=//c.example/i.png alt='ص'>"),
            "<a href=\"https://a.example/x?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>\
             <img src=\"https://c.example/i.png\" alt=\"ص\">"
        );
        assert_eq!(sanitize("<a href=x>y</a>", None), "<a rel=\"noopener noreferrer\">y</a>");
    }

    #[test]
    fn only_web_and_mail_addresses_pass() {
        for bad in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            " &#106;avascript:x",
            "data:text/html,x",
            "vbscript:x",
            "ftp://a.example/",
        ] {
            assert!(!clean(&format!("<a href=\"{bad}\">x</a>")).contains("href"), "{bad}");
            assert!(!clean(&format!("<img src=\"{bad}\">")).contains("src"), "{bad}");
        }
        assert!(clean("<a href=mailto:a@b.example>x</a>").contains("mailto:a@b.example"));
        assert!(!clean("<img src=mailto:a@b.example>").contains("src"));
    }

    #[test]
    fn direction_and_language_stay() {
        assert_eq!(clean("<p dir=rtl lang=ar>ن</p>"), "<p dir=\"rtl\" lang=\"ar\">ن</p>");
    }

    #[test]
    fn hostile_depth_and_attributes_end_soon() {
        let start = std::time::Instant::now();
        clean(&"<div>".repeat(100_000));
        clean(&format!("<p {}>", (0..100_000).map(|n| format!("a{n}=1 ")).collect::<String>()));
        clean(&format!("{}{}", "<b><i>".repeat(20_000), "<p>x".repeat(20_000)));
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}
