use proptest::prelude::*;

use super::*;
use crate::model::{FeedFormat, ListSelect, ParsedEntry};

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
  xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel>
<title>أخبار الهجرة</title><link>https://a.example/</link><description>كل جديد</description>
<atom:link rel="self" href="/feed"/><atom:link rel="hub" href="https://hub.example/"/>
<language>ar</language><copyright>© A</copyright><sy:updatePeriod>hourly</sy:updatePeriod>
<sy:updateFrequency>2</sy:updateFrequency><skipHours><hour>1</hour><hour>24</hour></skipHours>
<skipDays><day>Friday</day></skipDays><image><url>/logo.png</url><title>logo</title></image>
<item><title>انقاذ 30 مهاجرا &amp; طفلين</title><link>/n/1?a=1&amp;b=2</link>
<guid isPermaLink="false">n-1</guid><pubDate>Mon, 03 Feb 2025 12:05:00 +0200</pubDate>
<dc:creator>desk@a.example (هيئة التحرير)</dc:creator><category domain="d">هجرة</category>
<description>&lt;p onclick="x()"&gt;قصير &lt;a href="more"&gt;+&lt;/a&gt;&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>النص <b>كامل</b> <img src="//cdn.example/i.jpg"></p><script>x</script>]]></content:encoded>
<enclosure url="/a.mp3" length="10" type="audio/mpeg"/><media:thumbnail url="t.jpg"/>
<comments>/n/1#c</comments><source url="https://b.example/feed">B</source>
<feedburner:origLink>https://a.example/n/original</feedburner:origLink></item>
</channel></rss>"#;

fn now() -> Time {
    chrono::DateTime::from_timestamp(1_740_000_000, 0).unwrap()
}

fn read_with(bytes: &[u8], change: impl FnOnce(&mut Context<'_>)) -> Result<ParsedFeed, FeedError> {
    let base = Url::parse("https://a.example/dir/feed.xml").unwrap();
    let mut context = Context { base: Some(&base), ..Context::at(now()) };
    change(&mut context);
    parse(bytes, &context)
}

fn read(text: &str) -> ParsedFeed {
    read_with(text.as_bytes(), |_| {}).unwrap()
}

fn item(inside: &str) -> ParsedEntry {
    let feed = read(&format!("<rss version='2.0'><channel><item>{inside}</item></channel></rss>"));
    feed.entries.into_iter().next().unwrap()
}

fn entry(inside: &str) -> ParsedEntry {
    let feed =
        read(&format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inside}</entry></feed>"));
    feed.entries.into_iter().next().unwrap()
}

fn time(written: &str) -> Option<Time> {
    Some(written.parse().unwrap())
}

#[test]
fn an_rss_feed_yields_all_it_carries() {
    let feed = read(RSS);
    assert_eq!(feed.format, FeedFormat::Rss20);
    assert_eq!(feed.title.as_deref(), Some("أخبار الهجرة"));
    assert_eq!(feed.link.as_deref(), Some("https://a.example/"));
    assert_eq!(feed.language.as_deref(), Some("ar"));
    assert_eq!(feed.self_link.as_deref(), Some("https://a.example/feed"));
    assert_eq!(feed.hubs, ["https://hub.example/"]);
    assert_eq!(feed.image.as_deref(), Some("https://a.example/logo.png"));
    assert_eq!(feed.hints.ttl_minutes, Some(30));
    assert_eq!((&feed.hints.skip_hours[..], &feed.hints.skip_days[..]), (&[0, 1][..], &[4][..]));
    assert_eq!(feed.repairs, Vec::<String>::new());
    let [entry] = &feed.entries[..] else { panic!("{feed:?}") };
    assert_eq!(entry.id, "n-1");
    assert_eq!(entry.title, "انقاذ 30 مهاجرا &amp; طفلين");
    assert_eq!(entry.link.as_deref(), Some("https://a.example/n/1?a=1&b=2"));
    assert_eq!(entry.original.as_deref(), Some("https://a.example/n/original"));
    assert_eq!(entry.published, time("2025-02-03T10:05:00Z"));
    assert_eq!(entry.authors, ["هيئة التحرير"]);
    assert_eq!(entry.categories[0].term, "هجرة");
    assert_eq!(
        entry.summary.as_deref(),
        Some(
            "<p>قصير <a href=\"https://a.example/dir/more\" rel=\"noopener noreferrer\">+</a></p>"
        )
    );
    assert_eq!(
        entry.content.as_deref(),
        Some("<p>النص <b>كامل</b> <img src=\"https://cdn.example/i.jpg\"></p>")
    );
    assert_eq!(entry.enclosures[0].url, "https://a.example/a.mp3");
    assert_eq!(entry.enclosures[0].length, Some(10));
    assert_eq!(entry.image.as_deref(), Some("https://a.example/dir/t.jpg"));
    assert_eq!(entry.comments.as_deref(), Some("https://a.example/n/1#c"));
    assert_eq!(entry.atom_source.as_ref().unwrap().title.as_deref(), Some("B"));
}

#[test]
fn an_atom_feed_yields_all_it_carries() {
    let feed = read(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='fr' xml:base='https://b.example/x/'>\
        <id>tag:b.example,2025:f</id><title type='html'>Une &lt;em&gt;revue&lt;/em&gt;</title>\
        <link href='.'/><link rel='self' href='atom'/><entry xml:base='y/'>\
        <id>tag:b.example,2025:1</id><title>1 &lt; 2</title><link rel='alternate' href='un'/>\
        <link rel='enclosure' type='image/png' href='i.png' length='7'/>\
        <published>2025-02-03T10:05:00.5+01:00</published><updated>2025-02-04T00:00:00Z</updated>\
        <author><name>Zoé</name></author><author><name>Ali</name></author>\
        <category term='t' label='T' scheme='s'/>\
        <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>é<br/><b>x</b></div></content>\
        <source><id>s</id><title>S</title><link href='https://s.example/'/></source></entry></feed>",
    );
    assert_eq!(feed.format, FeedFormat::Atom10);
    assert_eq!(feed.id.as_deref(), Some("tag:b.example,2025:f"));
    assert_eq!(feed.title.as_deref(), Some("Une <em>revue</em>"));
    assert_eq!(feed.link.as_deref(), Some("https://b.example/x/"));
    assert_eq!(feed.language.as_deref(), Some("fr"));
    let entry = &feed.entries[0];
    assert_eq!(entry.title, "1 &lt; 2");
    assert_eq!(entry.link.as_deref(), Some("https://b.example/x/y/un"));
    assert_eq!(entry.published.map(|t| t.timestamp()), Some(1_738_573_500));
    assert_eq!(entry.authors, ["Zoé", "Ali"]);
    assert_eq!(entry.content.as_deref(), Some("<div>é<br><b>x</b></div>"));
    assert_eq!(entry.image.as_deref(), Some("https://b.example/x/y/i.png"));
    assert_eq!(entry.atom_source.as_ref().unwrap().link.as_deref(), Some("https://s.example/"));
}

#[test]
fn old_formats_are_read() {
    let rdf = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'\
        xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title></channel>\
        <item rdf:about='https://a.example/1'><title>A</title><dc:date>2025-02-03</dc:date></item></rdf:RDF>",
    );
    assert_eq!((rdf.format, rdf.title.as_deref()), (FeedFormat::Rdf, Some("T")));
    assert_eq!(rdf.entries[0].link.as_deref(), Some("https://a.example/1"));
    assert_eq!(rdf.entries[0].updated, time("2025-02-03T00:00:00Z"));
    let atom = read(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><tagline>t</tagline><entry>\
        <title mode='escaped' type='text/html'>&lt;b&gt;B&lt;/b&gt;</title>\
        <issued>2025-02-03T10:05:00Z</issued><content mode='base64'>PHA+2Ks8L3A+</content></entry></feed>",
    );
    assert_eq!(atom.format, FeedFormat::Atom03);
    assert_eq!(atom.entries[0].title, "<b>B</b>");
    assert_eq!(atom.entries[0].content.as_deref(), Some("<p>ث</p>"));
    let cdf = read(
        "<CHANNEL HREF='/c'><TITLE>C</TITLE><ITEM HREF='/i'><TITLE>I</TITLE></ITEM></CHANNEL>",
    );
    assert_eq!((cdf.format, cdf.link.as_deref()), (FeedFormat::Cdf, Some("https://a.example/c")));
    assert_eq!(cdf.entries[0].link.as_deref(), Some("https://a.example/i"));
    assert_eq!(
        read("<rss version='0.91'><channel><item/></channel></rss>").format,
        FeedFormat::Rss09
    );
}

#[test]
fn json_feed_in_any_condition() {
    let feed = read(
        "\u{feff} {\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"ج\", \"items\": [\
        {\"id\": 7, \"url\": \"/7\", \"content_html\": \"<p>a<script>x</script>\", \"tags\": [\"t\", 1],\
        \"authors\": [{\"name\": \"ليلى\"}], \"date_published\": \"2025-02-03T10:05:00Z\",\
        \"attachments\": [{\"url\": \"m.mp3\", \"mime_type\": \"audio/mpeg\"}], \"x\": [[]],},]}",
    );
    assert_eq!((feed.format, feed.title.as_deref()), (FeedFormat::Json, Some("ج")));
    let entry = &feed.entries[0];
    assert_eq!((&*entry.id, entry.link.as_deref()), ("7", Some("https://a.example/7")));
    assert_eq!(entry.content.as_deref(), Some("<p>a</p>"));
    assert_eq!((&entry.authors[..], entry.categories.len()), (&["ليلى".to_owned()][..], 2));
    assert_eq!(entry.enclosures[0].url, "https://a.example/dir/m.mp3");
    assert_eq!(feed.repairs, ["read JSON that is not well-formed"]);
}

#[test]
fn documents_that_are_no_feeds_are_refused() {
    for (text, kind) in [
        ("", "empty"),
        (" \n\0", "empty"),
        ("<!DOCTYPE html><html><body><p>x</p></body></html>", "not_a_feed"),
        ("{\"error\": \"x\", \"items\": []}", "not_a_feed"),
        ("<urlset><url><loc>https://a.example/</loc></url></urlset>", "not_a_feed"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_feed"),
        ("<Error><Code>AccessDenied</Code></Error>", "not_a_feed"),
        ("just words", "not_a_feed"),
    ] {
        let error = read_with(text.as_bytes(), |_| {}).unwrap_err();
        assert_eq!(error.kind(), kind, "{text}");
    }
}

#[test]
fn what_servers_put_around_a_feed_is_passed_over() {
    let plain = read(RSS).entries;
    for around in [
        format!("\n<!-- cache -->\n{RSS}"),
        format!("<br />\n<b>Warning</b>: mysql in <b>x.php</b><br />\n{RSS}"),
        format!("8c0\r\n{RSS}\r\n0\r\n\r\n"),
        format!("{RSS}<script src='//ads.example'></script>"),
        format!("{RSS}{}", &RSS[..200]),
        format!("\0\0{RSS}\0\0"),
        format!("<pre>{}</pre>", crate::html::escape(RSS)),
        format!("<html><body>{RSS}</body></html>"),
    ] {
        assert_eq!(read(&around).entries, plain, "{}", &around[..60]);
    }
}

#[test]
fn broken_markup_is_mended_and_said() {
    let feed = read(
        "<rss><channel><title>T<link>https://a.example/</link><item><title>a < b &nbsp;&copy; c & d</titel>\
        <dc:creator>X</dc:creater><description><p>raw <b>html<br></p></description><guid>1</guid>\
        <item><title>two</title><content:encoded><![CDATA[<p>open</content:encoded></item>\
        <item><title><![CDATA[three]]></title></item>",
    );
    assert_eq!(feed.title.as_deref(), Some("T"));
    let titles: Vec<_> = feed.entries.iter().map(|e| e.title.as_str()).collect();
    assert_eq!(titles, ["a &lt; b \u{a0}© c &amp; d", "two", "three"]);
    assert_eq!(feed.entries[0].authors, ["X"]);
    assert_eq!(feed.entries[0].summary.as_deref(), Some("<p>raw <b>html<br></b></p>"));
    assert_eq!(feed.entries[1].content.as_deref(), Some("<p>open</p>"));
    for repair in ["stray <", "misnested", "left open", "not declared", "CDATA"] {
        assert!(feed.repairs.iter().any(|r| r.contains(repair)), "{repair}: {:?}", feed.repairs);
    }
}

#[test]
fn a_feed_cut_anywhere_yields_what_came_before() {
    let whole = RSS.replace("</channel></rss>", "<item><guid>2</guid></item></channel></rss>");
    assert_eq!(read(&whole).entries.len(), 2);
    for cut in whole.find("<guid").unwrap()..whole.len() {
        let feed = read_with(&whole.as_bytes()[..cut], |_| {}).unwrap();
        assert!(!feed.entries.is_empty(), "{cut}");
        assert_eq!(feed.entries[0].title, "انقاذ 30 مهاجرا &amp; طفلين");
    }
}

#[test]
fn plain_texts_that_are_html_are_shown_as_html() {
    assert_eq!(item("<title>AT&amp;amp;T</title>").title, "AT&amp;T");
    assert_eq!(item("<title>a &amp;lt;b&amp;gt;</title>").title, "a &lt;b&gt;");
    assert_eq!(item("<title>1 &lt; 2</title>").title, "1 &lt; 2");
    assert_eq!(
        entry("<title type='text'>the &lt;b&gt;x&lt;/b&gt; tag</title>").title,
        "the &lt;b&gt;x&lt;/b&gt; tag"
    );
    let body = entry("<content type='text'>&lt;p&gt;x&lt;/p&gt;</content>").content;
    assert_eq!(body.as_deref(), Some("<p>x</p>"));
    assert_eq!(item("<title>cafÃ©</title>").title, "café");
}

#[test]
fn links_are_found_wherever_they_stand() {
    let link = |inside| item(inside).link;
    assert_eq!(link("<guid>https://a.example/g</guid>").as_deref(), Some("https://a.example/g"));
    assert_eq!(link("<guid isPermaLink='false'>https://a.example/g</guid>"), None);
    assert_eq!(
        link("<link/><guid isPermaLink='true'>g</guid>").as_deref(),
        Some("https://a.example/dir/g")
    );
    assert_eq!(link("<link>javascript:alert(1)</link>"), None);
    assert_eq!(link("<atom:link href='//b.example/l'/>").as_deref(), Some("https://b.example/l"));
    assert_eq!(
        entry("<link rel='replies' href='r'/><link href='l'/>").link.as_deref(),
        Some("https://a.example/dir/l")
    );
    assert_eq!(
        entry("<id>https://a.example/id</id>").link.as_deref(),
        Some("https://a.example/id")
    );
}

#[test]
fn odd_dates_are_reported() {
    let entry = item("<pubDate>soon</pubDate>");
    assert_eq!(
        (entry.published, entry.date_problem.as_deref()),
        (None, Some("\"soon\" is not a date"))
    );
    let entry = item("<pubDate>2031-01-01</pubDate>");
    assert_eq!(entry.published, time("2031-01-01T00:00:00Z"));
    assert!(entry.date_problem.unwrap().ends_with("in the future"));
    let zone = "Asia/Amman".parse().ok();
    let feed = read_with(
        b"<rss><channel><item><pubDate>2025-02-03 10:05</pubDate></item></channel></rss>",
        |context| context.time_zone = zone,
    );
    assert_eq!(feed.unwrap().entries[0].published, time("2025-02-03T07:05:00Z"));
}

#[test]
fn news_sitemaps_are_a_source() {
    let sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
        xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/n/1</loc><news:news>\
        <news:publication><news:name>N</news:name><news:language>ar</news:language></news:publication>\
        <news:publication_date>2025-02-03T10:05:00Z</news:publication_date>\
        <news:title>عنوان</news:title><news:keywords>هجرة، لجوء</news:keywords></news:news></url>\
        <url><lastmod>2025-02-03</lastmod></url></urlset>";
    let feed = read_with(sitemap.as_bytes(), |c| c.format = SourceFormat::Sitemap).unwrap();
    assert_eq!((feed.format, feed.entries.len()), (FeedFormat::Sitemap, 1));
    let entry = &feed.entries[0];
    assert_eq!((&*entry.title, entry.language.as_deref()), ("عنوان", Some("ar")));
    assert_eq!(entry.link.as_deref(), Some("https://a.example/n/1"));
    assert_eq!(entry.published, time("2025-02-03T10:05:00Z"));
    assert_eq!(entry.categories.len(), 2);
    let wrong = read_with(RSS.as_bytes(), |c| c.format = SourceFormat::Sitemap);
    assert_eq!(wrong.unwrap_err().kind(), "not_a_feed");
}

#[test]
fn a_page_is_read_through_selectors() {
    let page = "<html lang=ar><title>صفحة</title><ul><li class=n><a href='/1'>أول</a><time>٣ فبراير ٢٠٢٥</time>\
        <li class=n><a href='/1'>again</a><li class=n><span>no link</span><li><a href=/x>x</a></ul>";
    let list = ListSelect {
        item: ".n".to_owned(),
        date: Some("time".to_owned()),
        ..ListSelect::default()
    };
    let base = Url::parse("https://a.example/news").unwrap();
    let context = Context {
        base: Some(&base),
        format: SourceFormat::Page,
        list: Some(&list),
        ..Context::at(now())
    };
    let feed = parse(page.as_bytes(), &context).unwrap();
    let [entry] = &feed.entries[..] else { panic!("{feed:?}") };
    assert_eq!((&*entry.title, entry.link.as_deref()), ("أول", Some("https://a.example/1")));
    assert_eq!(entry.published, time("2025-02-03T00:00:00Z"));
    let bad = ListSelect { item: "..".to_owned(), ..ListSelect::default() };
    let error = parse(b"x", &Context { list: Some(&bad), ..context }).unwrap_err();
    assert_eq!(error.kind(), "bad_selectors");
}

#[test]
fn entries_beyond_the_limit_are_cut() {
    let many =
        format!("<rss><channel>{}</channel></rss>", "<item><guid>1</guid></item>".repeat(50));
    let feed = read_with(many.as_bytes(), |c| c.max_entries = 10).unwrap();
    assert_eq!((feed.entries.len(), feed.entries_cut), (10, true));
}

#[test]
fn hostile_documents_end_soon() {
    let attributes: String = (0..100_000).map(|n| format!(" xmlns:a{n}='u{n}'")).collect();
    for text in [
        format!("<rss{attributes}><channel><item/></channel></rss>"),
        format!("<rss><channel><item><description>{}", "<a>".repeat(100_000)),
        format!("<rss><channel>{}", "<item>".repeat(100_000)),
        format!("<rss><channel><item>{}", "<title><b></title>".repeat(50_000)),
        format!("<rss><channel><item><title>{}", "</x>".repeat(200_000)),
        format!("<rss><channel><item><title>{}", "&lt;div&gt;".repeat(100_000)),
        format!(
            "<!DOCTYPE r [<!ENTITY a '{}'>]><rss><channel><title>{}",
            "a".repeat(50_000),
            "&a;".repeat(50_000)
        ),
        format!("{{\"version\":\"jsonfeed.org\",\"items\":[{}", "[".repeat(100_000)),
    ] {
        let start = std::time::Instant::now();
        let _ = read_with(text.as_bytes(), |_| {});
        assert!(start.elapsed().as_secs() < 10, "{}", &text[..60]);
    }
}

#[test]
fn an_established_reader_agrees_on_a_well_formed_feed() {
    let theirs = feed_rs::parser::Builder::new()
        .base_uri(Some("https://a.example/dir/feed.xml"))
        .build()
        .parse(RSS.as_bytes())
        .unwrap();
    let ours = read(RSS);
    assert_eq!(theirs.entries.len(), ours.entries.len());
    let (their, our) = (&theirs.entries[0], &ours.entries[0]);
    assert_eq!(their.id, our.id);
    assert_eq!(Some(their.links[0].href.as_str()), our.link.as_deref());
    assert_eq!(their.published, our.published);
    assert_eq!(their.title.as_ref().unwrap().content, "انقاذ 30 مهاجرا & طفلين");
}

proptest! {
    #[test]
    fn no_damage_makes_it_break(
        damage in prop::collection::vec((0..RSS.len(), any::<u8>(), 0..3u8), 1..12)
    ) {
        let mut bytes = RSS.as_bytes().to_vec();
        for (at, byte, how) in damage {
            let at = at.min(bytes.len() - 1);
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        let found = read_with(&bytes, |_| {});
        prop_assert!(!matches!(found, Err(FeedError::ParserBug(_))), "{found:?}");
    }

    #[test]
    fn no_soup_makes_it_break(pieces in prop::collection::vec(prop::sample::select(vec![
        "<rss>", "<feed>", "<channel>", "<item>", "<entry>", "</item>", "</entry>", "<title>", "</title>",
        "<link href=x>", "<link>", "</rss>", "<![CDATA[", "]]>", "<!--", "-->", "&#x1F;", "&amp;", "<",
        "<description>", "<p>", "</p>", "<a:b c='", "'", "\"", ">", "/>", "xmlns:a='b'", "<!DOCTYPE a [",
        "<content type='xhtml'>", "<pubDate>", "2025", "ت", "\0", "\u{feff}", "<source>", "<author><name>",
    ]), 0..40)) {
        let text = format!("<rss>{}", pieces.concat());
        let found = read_with(text.as_bytes(), |_| {});
        prop_assert!(!matches!(found, Err(FeedError::ParserBug(_))), "{found:?}");
    }
}
