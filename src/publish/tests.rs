use super::samples::{arabic, french, hostile, meta, plain, time, withdrawn};
use super::*;
use crate::model::{ContentPolicy, FeedMeta, PublishedEntry};

fn every_sample() -> Vec<PublishedEntry> {
    vec![arabic(), french(), hostile(), withdrawn(), plain(11, "de", "Tag & Nacht", "<p>x</p>")]
}

#[test]
fn the_forms_stay_as_they_are() {
    let entries = every_sample();
    insta::assert_snapshot!("atom", atom(&meta("ar"), &entries));
    insta::assert_snapshot!("rss", rss(&meta("fr"), &entries));
    insta::assert_snapshot!("json", json(&meta("en"), &entries));
}

fn checked(meta: &FeedMeta, entries: &[PublishedEntry]) {
    checks::atom(&atom(meta, entries));
    checks::rss(&rss(meta, entries));
    checks::json(&json(meta, entries));
}

#[test]
fn the_forms_obey_their_rules() {
    for lang in ["ar", "en", "fr", "es"] {
        checked(&meta(lang), &every_sample());
    }
    checked(&meta("ar"), &[]);
    let archive = FeedMeta { archive: true, next_url: None, ..meta("en") };
    checked(&archive, &every_sample());
}

/// Texts that try to break out of their place, or that XML and feed checkers object to.
const HOSTILE: [&str; 32] = [
    "]]>",
    "]]><item><title>x</title></item><![CDATA[",
    "<![CDATA[x]]>",
    "</title></entry></feed>",
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;b&amp;gt; &#60;b&#62; &nbsp; &bogus; &#0; &#xFFFE; &",
    "<!--",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>&y;",
    "\u{0}\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}\u{7f}\u{80}\u{85}\u{9f}",
    "\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}\u{fffd}",
    "\u{202e}gpj.exe\u{202c} \u{2066}x\u{2069} \u{200f}y\u{200e}",
    "\u{202e}\u{200b}\u{feff}\u{2060}",
    " \t\r\n\u{2028}\u{2029} ",
    "a\r\nSet-Cookie: b=c\r\n\r\n<html>",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "https://x.example/\"><svg onload=alert(1)>?a=1&b=<c>",
    "https://x.example/%zz%0d%0a[]{}|\\^`",
    "//x.example/a",
    "http://",
    "http://[::1]:8080/x",
    "http://localhost/a.mp3",
    "http://a_b.example:80/%7e?%d8%a3",
    "http://news.example./",
    "tag:News.Example:2005:x",
    "urn:uuid:not-one",
    "a&lt b&copy=1 &1st AT&T &#x26 &تَ",
    "Someone <1@news.example>",
    "<bdo dir=\"rtl\">x</bdo><p><object><div>y</div></object></p><table>z<td>q",
    "ckb",
    "عنوان طويل \u{64b}\u{64c} <b>عريض</b> &quot;مقتبس&quot;",
];

#[test]
fn whatever_an_entry_holds_the_documents_stand() {
    let long = "<p>كلمة ".repeat(4_000);
    let all = HOSTILE.iter().map(|text| (*text).to_owned());
    let all = all.chain([long, "x".repeat(30_000), String::new()]);
    for (number, evil) in (100..).zip(all) {
        let mut entry = arabic();
        entry.group = number;
        entry.id = format!("tag:rasad.example,2026-02-03:entry/{number}");
        for text in [&mut entry.title, &mut entry.summary, &mut entry.html, &mut entry.source_name]
        {
            text.clone_from(&evil);
        }
        entry.url.clone_from(&evil);
        entry.author = Some(evil.clone());
        entry.rights = Some(evil.clone());
        entry.lang = Some(evil.clone());
        entry.published = chrono::DateTime::UNIX_EPOCH;
        entry
            .enclosures
            .push(crate::model::Enclosure { length: Some(0), ..entry.enclosures[0].clone() });
        entry.image = Some(evil.clone());
        entry.countries = vec![evil.clone()];
        entry.atom_source = crate::model::AtomSource {
            id: Some(evil.clone()),
            title: Some(evil.clone()),
            link: Some(evil.clone()),
        };
        entry.topics[0].label.clone_from(&evil);
        entry.enclosures[0].url.clone_from(&evil);
        entry.enclosures[0].mime = Some(evil.clone());
        for copy in &mut entry.copies {
            copy.url.clone_from(&evil);
            copy.title.clone_from(&evil);
            copy.lang = Some(evil.clone());
        }
        entry.verdict.topics[0].evidence[0].term.clone_from(&evil);
        let bad = FeedMeta { title: evil.clone(), description: evil.clone(), ..meta("en") };
        checked(&meta("ar"), &[entry.clone(), arabic()]);
        let titled = FeedMeta { title: format!("x {evil}"), ..bad };
        checks::atom(&atom(&titled, &[entry.clone()]));
        checks::rss(&rss(&titled, &[entry.clone()]));
        let quick = PublishedEntry { policy: ContentPolicy::Excerpt, ..entry };
        checked(&meta("ar"), &[quick]);
    }
}

#[test]
fn an_excerpt_is_as_long_as_the_settings_say() {
    for most in [100, 250, 600, 2_000] {
        let text = crate::html::plain_text(&allowed_html(&french(), most));
        let chars = text.chars().count();
        assert!(chars <= most && (chars >= most / 2 || most == 2_000), "{chars} of {most}");
    }
    let brief = FeedMeta { excerpt_chars: 100, ..meta("fr") };
    let long = PublishedEntry { summary: "mot ".repeat(100), html: String::new(), ..french() };
    let document: serde_json::Value = serde_json::from_str(&json(&brief, &[long])).expect("JSON");
    let item = &document["items"][0];
    assert!(item["summary"].as_str().is_some_and(|text| text.chars().count() <= 101));
    assert!(item["content_html"].as_str().is_some_and(|html| html.matches("mot").count() < 30));
}

#[test]
fn an_archive_says_so_and_links_to_its_neighbours() {
    let archive = FeedMeta {
        archive: true,
        next_url: None,
        current_url: Some("https://rasad.example/feeds/all.atom".to_owned()),
        next_archive_url: Some("https://rasad.example/feeds/all/archive/4.atom".to_owned()),
        ..meta("en")
    };
    insta::assert_snapshot!("archive_atom", atom(&archive, &[]));
    insta::assert_snapshot!("archive_rss", rss(&archive, &[]));
}

#[test]
fn a_reader_gets_back_what_was_published() {
    let entries = every_sample();
    for (form, document) in [
        ("atom", atom(&meta("ar"), &entries)),
        ("rss", rss(&meta("ar"), &entries)),
        ("json", json(&meta("ar"), &entries)),
    ] {
        let feed = feed_rs::parser::parse(document.as_bytes()).expect(form);
        assert_eq!(feed.entries.len(), 4, "{form}: the withdrawn one is gone");
        let first = &feed.entries[0];
        assert_eq!(first.id, "tag:rasad.example,2026-02-03:entry/7", "{form}");
        let title = first.title.as_ref().expect("a title");
        assert_eq!(title.content, "ورشة في الرباط حول مكافحة الاتجار بالبشر", "{form}");
        assert_eq!(first.published, Some(time("2026-02-03T09:00:00Z")), "{form}");
        assert_eq!(
            first.links[0].href,
            "https://wakala.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/7?ref=a%20b",
            "{form}"
        );
        let ids: std::collections::HashSet<_> =
            feed.entries.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), 4, "{form}: ids differ");
    }
}

#[test]
fn nothing_hostile_gets_out_of_its_place() {
    let entries = [hostile()];
    for document in [atom(&meta("en"), &entries), rss(&meta("en"), &entries)] {
        let mut reader = quick_xml::Reader::from_str(&document);
        loop {
            match reader.read_event().expect("well formed") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    assert_ne!(tag.local_name().as_ref(), "script");
                    assert_ne!(tag.local_name().as_ref(), "x");
                }
                _ => {}
            }
        }
        let forbidden = |char: char| char.is_control() && !"\n\t".contains(char);
        assert!(!document.contains(forbidden));
        assert!(!document.contains(['\u{202e}', '\u{fffe}', '\u{ffff}']));
        assert!(!document.contains("javascript:") && !document.contains("file:"));
    }
    let content = &serde_json::from_str::<serde_json::Value>(&json(&meta("en"), &entries))
        .expect("JSON")["items"][0]["content_html"]
        .to_string();
    assert!(!content.contains("<script"), "{content}");
}

#[test]
fn a_moment_of_change_is_one_entrys_own() {
    let entries: Vec<_> =
        (1..=50).map(|group| plain(group, "en", "Same second", "<p>x</p>")).collect();
    let feed = feed_rs::parser::parse(atom(&meta("en"), &entries).as_bytes()).expect("atom");
    let moments: std::collections::HashSet<_> =
        feed.entries.iter().filter_map(|entry| entry.updated).collect();
    assert_eq!(moments.len(), 50);
    let alone = feed_rs::parser::parse(atom(&meta("ar"), &entries[3..4]).as_bytes()).expect("atom");
    assert_eq!(alone.entries[0].updated, feed.entries[3].updated, "the same in every feed");
}

#[test]
fn no_more_text_is_shown_than_the_source_allows() {
    let full = french();
    let excerpt = allowed_html(&full, 600);
    assert!(excerpt.contains("Paragraphe 5") && !excerpt.contains("Paragraphe 7"), "{excerpt}");
    let link = PublishedEntry { policy: ContentPolicy::Link, ..full };
    assert_eq!(allowed_html(&link, 600), "");
    let document = json(&meta("fr"), &[link]);
    assert!(!document.contains("Paragraphe"));
    assert!(document.contains("Des pirogues ont été secourues au large."), "the summary stands in");
}

#[test]
fn notes_speak_the_entrys_language_or_say_that_they_do_not() {
    let ar = json(&meta("en"), &[arabic()]);
    assert!(ar.contains("نُشر أيضًا لدى:") && ar.contains("سبب الإدراج:"));
    let de = json(&meta("en"), &[plain(1, "de", "Titel", "<p>x</p>")]);
    assert!(de.contains(r#"<div lang=\"de\" dir=\"ltr\">"#));
    assert!(de.contains(r#"<div lang=\"en\" dir=\"ltr\"><p>Original article:"#));
}

#[test]
fn a_list_of_feeds_is_opml() {
    let feed = |title: &str, url: &str, folder: Option<&str>| ListedFeed {
        title: title.to_owned(),
        xml_url: url.to_owned(),
        html_url: Some("https://wakala.example/".to_owned()),
        description: None,
        lang: Some("ar".to_owned()),
        folder: folder.map(str::to_owned),
    };
    let feeds = [
        feed("وكالة & \"المثال\"", "https://wakala.example/feed?a=1&b=2", Some("إعلام")),
        feed("bad", "javascript:alert(1)", None),
        feed("Loose <b>", "https://loose.example/feed", None),
    ];
    let document = opml("Rasad", &feeds, time("2026-02-03T10:00:00Z"));
    insta::assert_snapshot!("opml", document);
    let read = ::opml::OPML::from_str(&document).expect("OPML");
    assert_eq!(read.body.outlines.len(), 2);
    assert_eq!(read.body.outlines[1].outlines[0].text, "وكالة & \"المثال\"");
}

#[test]
fn tag_uris_are_well_formed_whatever_goes_in() {
    let made = time("2026-02-03T10:00:00Z");
    assert_eq!(tag_uri("Rasad.example", made, "entry/7"), "tag:rasad.example,2026-02-03:entry/7");
    assert_eq!(tag_uri("", made, "a b<"), "tag:rasad.invalid,2026-02-03:ab");
}
