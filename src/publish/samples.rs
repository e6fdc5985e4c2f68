//! Made-up feeds and entries for tests: Arabic, French, English, and one that means harm.

use crate::model::{
    AtomSource, ContentPolicy, Copy, Enclosure, Evidence, FeedMeta, PublishedEntry, Time,
    TopicLabel, TopicScore, Verdict, Zone,
};

/// The moment that an RFC 3339 text names.
pub fn time(text: &str) -> Time {
    text.parse().expect("a test's own time")
}

/// A feed in `lang`.
pub fn meta(lang: &str) -> FeedMeta {
    FeedMeta {
        id: "tag:rasad.example,2026-01-01:feed/all".to_owned(),
        title: if lang == "ar" { "رصد: كل المواضيع" } else { "Rasad: everything" }.to_owned(),
        description: "News about human trafficking & migration".to_owned(),
        lang: lang.to_owned(),
        site: "Rasad".to_owned(),
        base_url: "https://rasad.example/".to_owned(),
        icon_url: Some("https://rasad.example/assets/icon.png".to_owned()),
        self_url: "https://rasad.example/feeds/all.atom".to_owned(),
        page_url: "https://rasad.example/?lang=ar&topic=ht".to_owned(),
        hub_url: Some("https://rasad.example/hub".to_owned()),
        next_url: Some("https://rasad.example/feeds/all.atom?before=1770000000000-7".to_owned()),
        prev_url: None,
        first_url: None,
        last_url: None,
        prev_archive_url: Some("https://rasad.example/feeds/all/archive/3.atom".to_owned()),
        next_archive_url: None,
        current_url: None,
        archive: false,
        updated: time("2026-02-03T10:05:00Z"),
        excerpt_chars: 600,
    }
}

/// An entry with nothing but what it must have.
pub fn plain(group: i64, lang: &str, title: &str, html: &str) -> PublishedEntry {
    PublishedEntry {
        group,
        id: format!("tag:rasad.example,2026-02-03:entry/{group}"),
        title: title.to_owned(),
        url: format!("https://news.example/{lang}/{group}"),
        published: time("2026-02-03T09:00:00Z"),
        updated: time("2026-02-03T09:30:00.250Z"),
        source_id: "news".to_owned(),
        source_name: "News Example".to_owned(),
        atom_source: AtomSource::default(),
        author: None,
        rights: None,
        lang: Some(lang.to_owned()),
        countries: Vec::new(),
        topics: Vec::new(),
        summary: String::new(),
        html: html.to_owned(),
        policy: ContentPolicy::Full,
        image: None,
        enclosures: Vec::new(),
        copies: Vec::new(),
        story: None,
        verdict: Verdict { relevant: true, ..Verdict::default() },
        withdrawn: None,
    }
}

/// Evidence for `topic`, each term with its weight.
pub fn score(topic: &str, terms: &[(&str, Zone, f64)]) -> TopicScore {
    let evidence = terms.iter().map(|(term, field, weight)| Evidence {
        term: (*term).to_owned(),
        field: *field,
        weight: *weight,
        span: None,
    });
    TopicScore { id: topic.to_owned(), score: 7.5, evidence: evidence.collect() }
}

fn topic(id: &str, label: &str) -> TopicLabel {
    TopicLabel { id: id.to_owned(), label: label.to_owned() }
}

/// A dispatch in Arabic with everything that an entry can have.
pub fn arabic() -> PublishedEntry {
    let copy = |name: &str, id: &str, title: &str, lang: &str| Copy {
        url: format!("https://{id}.example/a?id=7&x=1"),
        title: title.to_owned(),
        source_name: name.to_owned(),
        source_id: id.to_owned(),
        lang: Some(lang.to_owned()),
        published: time("2026-02-03T09:20:00Z"),
    };
    PublishedEntry {
        url: "https://wakala.example/أخبار/7?ref=a b".to_owned(),
        source_id: "wakala".to_owned(),
        source_name: "وكالة المثال".to_owned(),
        atom_source: AtomSource {
            id: None,
            title: Some("وكالة المثال – آخر الأخبار".to_owned()),
            link: Some("https://wakala.example/feed".to_owned()),
        },
        author: Some("سلمى العلوي".to_owned()),
        rights: Some("© 2026 وكالة المثال".to_owned()),
        countries: vec!["MA".to_owned(), "LY".to_owned()],
        topics: vec![topic("ht.labour", "العمل القسري"), topic("ht", "الاتجار بالبشر")],
        summary: "ورشة في الرباط تناقش حماية ضحايا الاتجار بالبشر، بمشاركة قضاة وجمعيات.".to_owned(),
        image: Some("https://wakala.example/img/7.jpg".to_owned()),
        enclosures: vec![Enclosure {
            url: "https://wakala.example/audio/7.mp3".to_owned(),
            mime: Some("audio/mpeg".to_owned()),
            length: Some(123_456),
        }],
        copies: vec![
            copy("موقع النسخة", "nuskha", "ورشة في الرباط حول الاتجار بالبشر", "ar"),
            copy("Miroir", "miroir", "Un atelier <b>à Rabat</b> & ailleurs", "fr"),
        ],
        story: Some(3),
        verdict: Verdict {
            relevant: true,
            score: 7.5,
            topics: vec![
                score("ht.labour", &[("عمل قسري", Zone::Body, 3.0), ("ضحايا", Zone::Lead, 1.0)]),
                score(
                    "ht",
                    &[("الاتجار بالبشر", Zone::Title, 5.0), ("كرة القدم", Zone::Body, -2.0)],
                ),
            ],
            ..Verdict::default()
        },
        ..plain(
            7,
            "ar",
            "ورشة في الرباط حول مكافحة الاتجار بالبشر",
            "<p>نظمت الرباط، <strong>أمس</strong>، ورشة حول حماية ضحايا الاتجار بالبشر.</p><p>وشارك فيها قضاة.</p>",
        )
    }
}

/// An entry whose every text tries to break out of its place.
pub fn hostile() -> PublishedEntry {
    let evil = "]]>\u{0}<script>alert(1)</script>&lt;b&gt; \"'\u{b}\u{202e}\n\u{fffe}&#0; x";
    PublishedEntry {
        id: "javascript:alert(1)".to_owned(),
        url: "javascript:alert(1)//".to_owned(),
        source_name: evil.to_owned(),
        atom_source: AtomSource {
            id: Some("not a uri".to_owned()),
            title: Some(evil.to_owned()),
            link: Some("https://evil.example/\"><x y='".to_owned()),
        },
        author: Some(evil.to_owned()),
        rights: Some(evil.to_owned()),
        countries: vec!["\"><script>".to_owned()],
        topics: vec![topic("a\"b", evil)],
        summary: evil.to_owned(),
        image: Some("data:image/svg+xml,<svg onload=alert(1)>".to_owned()),
        enclosures: vec![
            Enclosure { url: "file:///etc/passwd".to_owned(), mime: None, length: None },
            Enclosure {
                url: "https://evil.example/a.mp4?\"><x".to_owned(),
                mime: Some("text/html\"><x".to_owned()),
                length: None,
            },
        ],
        copies: vec![Copy {
            url: "https://evil.example/?a=\"onclick=alert(1)".to_owned(),
            title: evil.to_owned(),
            source_name: evil.to_owned(),
            source_id: "evil".to_owned(),
            lang: Some("x\"y".to_owned()),
            published: time("2026-02-03T09:00:00Z"),
        }],
        verdict: Verdict {
            topics: vec![score("a\"b", &[(evil, Zone::Title, 1.0)])],
            ..Verdict::default()
        },
        published: time("2026-02-03T09:30:00.900Z"),
        ..plain(8, "e\"n", evil, "<p>fine ]]> &amp; \u{1}good\u{ffff}</p>")
    }
}

/// A short French entry of a source that allows an excerpt.
pub fn french() -> PublishedEntry {
    let mut html = String::new();
    for number in 1..=9 {
        html.push_str(&format!(
            "<p>Paragraphe {number} d’un long article sur les routes de l’Atlantique, où des pirogues ont été secourues.</p>"
        ));
    }
    PublishedEntry {
        policy: ContentPolicy::Excerpt,
        summary: "Des pirogues ont été secourues au large.".to_owned(),
        ..plain(9, "fr", "Migrations : deux pirogues secourues", &html)
    }
}

/// An entry that was withdrawn.
pub fn withdrawn() -> PublishedEntry {
    PublishedEntry {
        withdrawn: Some((time("2026-02-03T10:00:00Z"), "Names a victim".to_owned())),
        ..plain(10, "en", "Gone", "<p>gone</p>")
    }
}
