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

#[test]
fn large_and_broken_fragments_need_no_tree() {
    let html = format!("<table><b>{}</i><p>x", "&amp;<script>y</script>z ".repeat(100_000));
    let start = std::time::Instant::now();
    let out = clean(&html);
    assert!(out.starts_with("<table><b>&amp;z &amp;z ") && out.ends_with("<p>x</p></b></table>"));
    assert!(start.elapsed().as_secs() < 10);
}

/// The fragment as a tree without regard to the order of attributes: what a browser makes of it.
fn tree(html: &str) -> String {
    let mut out = String::new();
    for token in crate::html::scan::tokens(html) {
        match token {
            crate::html::scan::Token::Start(tag) => {
                let mut attributes: Vec<String> = tag
                    .attributes()
                    .map(|a| format!("{}={}", a.name, entities::decode(a.value)))
                    .collect();
                attributes.sort();
                out.push_str(&format!("<{} {}>", tag.name, attributes.join("|")));
            }
            crate::html::scan::Token::End(name) => out.push_str(&format!("</{name}>")),
            crate::html::scan::Token::Text(text) => out.push_str(&entities::decode(text)),
            other => panic!("{other:?} in sanitised HTML"),
        }
    }
    out
}

fn base() -> Url {
    Url::parse("https://a.example/dir/page").unwrap()
}

fn pieces() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let names = "a b i p div span ul li ol dl dd dt table tr td th tbody thead h1 h2 pre br img hr \
        strong em blockquote script style iframe noscript svg math title textarea select option form \
        font center figure video object button template caption col nobr code summary details foo \
        x-y style section";
    let names: Vec<&str> = names.split_whitespace().collect();
    let attributes = prop::sample::select(vec![
        "",
        "",
        " ",
        " href=x",
        " href='javascript:x'",
        " src=\"//c.example/i\"",
        " title='<b>\"'",
        " onclick=x",
        " class=c",
        " HREF=\"?a&amp;b\" href=y",
        "/",
        " a=\"",
        " lang=ar dir=rtl",
        " href=mailto:a@b.example",
        " src='data:x'",
        " style=x title",
    ]);
    let piece = prop_oneof![
        (prop::sample::select(names.clone()), attributes).prop_map(|(n, a)| format!("<{n}{a}>")),
        prop::sample::select(names).prop_map(|n| format!("</{n}>")),
        prop::sample::select(vec![
            "نص",
            " ",
            "\n",
            "a",
            "&amp;",
            "&lt;b&gt;",
            "<",
            "<!-- x -->",
            "<!",
            "</",
            "&",
            "\r",
            "\0",
            "&nbsp;",
            "<![CDATA[x]]>",
            "-->",
            "<?x?>",
            "]]>",
            "&#0;",
            "</p>",
            "</br>",
            "<image>",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Fragments whose tags are mostly in order, as those of feeds are.
fn orderly() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let text = prop::sample::select(vec![
        "نص ",
        " ",
        "\n",
        "a &amp; b",
        "<br>",
        "<img src='/i.png' alt='\"x\"'>",
        "<hr>",
        "&nbsp;",
        "<!-- c -->",
        "<script>x</script>",
        "<p>",
        "<li>",
        "</p>",
        "<dd>",
        "1 < 2",
        "<wbr/>",
    ])
    .prop_map(str::to_owned);
    let tags = prop::sample::select(vec![
        "p",
        "div",
        "a href=/x",
        "b",
        "i",
        "em",
        "span",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "tbody",
        "tr",
        "td",
        "th",
        "pre",
        "blockquote",
        "h2",
        "h3",
        "figure",
        "code",
        "section",
        "iframe",
        "noscript",
        "font",
        "strong",
        "table class=x",
        "center",
        "article",
        "small",
    ]);
    text.prop_recursive(5, 40, 4, move |inner| {
        (tags.clone(), prop::collection::vec(inner, 0..4), prop::bool::weighted(0.9)).prop_map(
            |(tag, children, closed)| {
                let name = tag.split(' ').next().unwrap_or(tag);
                let end = if closed { format!("</{name}>") } else { String::new() };
                format!("<{tag}>{}{end}", children.concat())
            },
        )
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(3000))]

    #[test]
    fn the_quick_way_is_the_tree_builders_way(html in pieces()) {
        let base = base();
        if let Some(quick) = quick::sanitize(&html, Some(&base), Mode::Exact) {
            let slow = with_ammonia(&cap::cap(&html, cap::MAX_DEPTH, cap::MAX_ATTRIBUTES), Some(&base));
            proptest::prop_assert_eq!(tree(&quick), tree(&slow), "{}", html);
        }
    }

    #[test]
    fn orderly_fragments_come_out_as_from_the_tree_builder(html in orderly()) {
        let base = base();
        if let Some(quick) = quick::sanitize(&html, Some(&base), Mode::Exact) {
            let slow = with_ammonia(&cap::cap(&html, cap::MAX_DEPTH, cap::MAX_ATTRIBUTES), Some(&base));
            proptest::prop_assert_eq!(tree(&quick), tree(&slow), "{}", html);
        }
    }

    #[test]
    fn nothing_is_left_to_remove(html in pieces()) {
        let base = base();
        for mode in [Mode::Exact, Mode::Rough] {
            let Some(clean) = quick::sanitize(&html, Some(&base), mode) else { continue };
            for token in crate::html::scan::tokens(&clean) {
                if let crate::html::scan::Token::Start(tag) = token {
                    proptest::prop_assert!(is_allowed(tag.name), "{}", clean);
                    for a in tag.attributes() {
                        let rel = a.name == "rel" && tag.name == "a";
                        proptest::prop_assert!(rel || allowed_attribute(tag.name, a.name).is_some());
                        proptest::prop_assert!(!a.value.to_lowercase().contains("script:"));
                    }
                }
            }
        }
    }
}
