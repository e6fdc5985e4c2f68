//! Speed of each stage on made-up input: `cargo bench`.
//!
//! Texts come from a seeded generator of Arabic, French and English news-like prose, so that the
//! figures of two versions can be compared.

use chrono::{DateTime, Duration, Utc};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rasad::article;
use rasad::config::FILES;
use rasad::dedupe::{self, Index};
use rasad::feed;
use rasad::html;
use rasad::model::{ContentPolicy, FeedMeta, Fingerprint, PublishedEntry, Time, Verdict};
use rasad::publish;
use rasad::text::fold::fold_str;
use rasad::topics::{Document, Hint, Topics};

fn main() {
    divan::main();
}

const AR: &str = "السلطات المغربية أعلنت إحباط محاولة للهجرة غير النظامية عبر البحر وتوقيف شبكة متهمة بالاتجار بالبشر في المدينة بعد تحقيق قضائي استمر أشهرا وقال المصدر إن الضحايا نقلوا إلى مركز للإيواء بدعم من المنظمة الدولية للهجرة والحكومة تدرس مشروع قانون جديد لحماية العمال الأجانب";
const FR: &str = "les autorités ont annoncé le démantèlement d'un réseau de passeurs après une enquête de plusieurs mois et la ministre a présenté un plan national contre la traite des êtres humains devant les associations réunies dans la capitale pour une table ronde sur la protection des victimes";
const EN: &str = "the coast guard rescued dozens of people from a boat off the island on sunday while the parliament debated a bill on seasonal workers and the committee published its yearly report about victims of trafficking and the support that shelters gave them in the past year";

/// A generator of numbers that is the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn prose(&mut self, vocabulary: &str, words: usize) -> String {
        let list: Vec<&str> = vocabulary.split(' ').collect();
        let mut text = String::new();
        for n in 0..words {
            if n % 70 == 69 {
                text.push_str(".\n\n");
            } else if n > 0 {
                text.push(' ');
            }
            text.push_str(list[self.roll(list.len())]);
            if self.roll(40) == 0 {
                text.push_str(&format!(" {}", self.roll(900)));
            }
        }
        text
    }
}

/// Articles of some 3,000 characters, a third in each language.
fn texts(count: usize) -> Vec<(&'static str, String)> {
    let mut dice = Dice(7);
    (0..count)
        .map(|n| match n % 3 {
            0 => ("ar", dice.prose(AR, 470)),
            1 => ("fr", dice.prose(FR, 480)),
            _ => ("en", dice.prose(EN, 490)),
        })
        .collect()
}

fn noon() -> Time {
    DateTime::<Utc>::from_timestamp(1_772_366_400, 0).expect("a date")
}

fn page(lang: &str, text: &str) -> String {
    let menu: String =
        (0..60).map(|n| format!("<li><a href=\"/section/{n}\">Section {n}</a></li>")).collect();
    let body: String = text.split("\n\n").map(|p| format!("<p>{p}</p>")).collect();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>A headline - The site</title>\
         <meta property=\"article:published_time\" content=\"2026-03-01T10:00:00Z\"></head><body><nav><ul>{menu}</ul></nav>\
         <div id=\"main\"><h1>A headline</h1><div class=\"text\">{body}</div><div class=\"related\"><h4>Related posts</h4>\
         <ul>{menu}</ul></div></div><footer>All rights reserved</footer></body></html>"
    )
}

fn rss(entries: usize) -> String {
    let items: String = texts(entries)
        .into_iter()
        .enumerate()
        .map(|(n, (_, text))| {
            let html: String = text.split("\n\n").map(|p| format!("<p>{p} <a href=\"/x\">x</a></p>")).collect();
            format!(
                "<item><title>Headline {n}</title><link>https://news.example/{n}</link>\
                 <guid>https://news.example/{n}</guid><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate>\
                 <description><![CDATA[{html}]]></description></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>News</title>\
             <link>https://news.example/</link><description>d</description>{items}</channel></rss>"
    )
}

#[divan::bench]
fn fold_arabic(bencher: Bencher) {
    let text = Dice(1).prose(AR, 20_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| fold_str(divan::black_box(&text)));
}

#[divan::bench]
fn parse_feed(bencher: Bencher) {
    let feed = rss(50);
    let context = feed::Context::at(noon());
    bencher
        .counter(BytesCount::of_str(&feed))
        .bench(|| feed::parse(divan::black_box(feed.as_bytes()), &context).expect("a feed"));
}

#[divan::bench]
fn sanitise(bencher: Bencher) {
    let html: String = texts(30).iter().map(|(_, text)| format!("<p class=x>{text}</p>")).collect();
    bencher
        .counter(BytesCount::of_str(&html))
        .bench(|| html::sanitize(divan::black_box(&html), None));
}

#[divan::bench]
fn extract_article(bencher: Bencher) {
    let pages: Vec<String> = texts(9).iter().map(|(lang, text)| page(lang, text)).collect();
    bencher.counter(ItemsCount::new(pages.len())).bench(|| {
        for page in &pages {
            let input = article::Page {
                bytes: page.as_bytes(),
                url: None,
                content_type: Some("text/html; charset=utf-8"),
                lang: None,
                title: None,
                published: None,
                now: Some(noon()),
                before: None,
            };
            divan::black_box(article::extract(&input, None, None)).expect("an article");
        }
    });
}

#[divan::bench]
fn classify(bencher: Bencher) {
    let rules = FILES.iter().find(|(name, _)| *name == "topics.toml").expect("the topics").1;
    let Ok(topics) = Topics::from_toml(rules) else { panic!("the shipped topics are valid") };
    let texts = texts(300);
    bencher.counter(ItemsCount::new(texts.len())).bench(|| {
        for (lang, text) in &texts {
            let document =
                Document { title: "A headline", text, lang: Some(lang), ..Document::default() };
            divan::black_box(topics.classify(&document, &Hint::default()));
        }
    });
}

fn fingerprints(count: usize) -> Vec<Fingerprint> {
    let texts = texts(count);
    let print = |(n, (_, text)): (usize, &(&str, String))| {
        let time = noon() + Duration::minutes(n as i64);
        let text = dedupe::Text {
            title: "A headline",
            text,
            published: Some(time),
            seen: time,
            source: ["a", "b", "c"][n % 3],
        };
        dedupe::fingerprint(&text)
    };
    texts.iter().enumerate().map(print).collect()
}

#[divan::bench]
fn fingerprint(bencher: Bencher) {
    let texts = texts(300);
    bencher.counter(ItemsCount::new(texts.len())).bench(|| {
        for (_, text) in &texts {
            let text = dedupe::Text {
                title: "A headline",
                text,
                published: None,
                seen: noon(),
                source: "a",
            };
            divan::black_box(dedupe::fingerprint(&text));
        }
    });
}

#[divan::bench]
fn group_in_memory(bencher: Bencher) {
    let prints = fingerprints(2_000);
    bencher.counter(ItemsCount::new(prints.len())).bench(|| {
        let mut index = Index::default();
        for print in &prints {
            divan::black_box(index.add(print.clone()));
        }
    });
}

fn entries(count: usize) -> Vec<PublishedEntry> {
    texts(count)
        .into_iter()
        .enumerate()
        .map(|(n, (lang, text))| PublishedEntry {
            group: n as i64,
            id: format!("tag:news.example,2026:{n}"),
            title: format!("Headline {n}"),
            url: format!("https://news.example/{n}"),
            published: noon() - Duration::minutes(n as i64),
            updated: noon(),
            source_id: "a".into(),
            source_name: "A".into(),
            atom_source: Default::default(),
            author: None,
            rights: None,
            lang: Some(lang.into()),
            countries: vec!["MA".into()],
            topics: vec![],
            summary: text.chars().take(300).collect(),
            html: text.split("\n\n").map(|p| format!("<p>{p}</p>")).collect(),
            policy: ContentPolicy::Full,
            image: None,
            enclosures: vec![],
            copies: vec![],
            story: None,
            verdict: Verdict::default(),
            withdrawn: None,
        })
        .collect()
}

#[divan::bench]
fn write_atom(bencher: Bencher) {
    let entries = entries(50);
    let meta = FeedMeta {
        id: "tag:news.example,2026:feed/all".into(),
        title: "All".into(),
        description: "Everything".into(),
        lang: "ar".into(),
        site: "Rasad".into(),
        base_url: "https://news.example/".into(),
        icon_url: None,
        self_url: "https://news.example/feeds/all.atom".into(),
        page_url: "https://news.example/".into(),
        hub_url: None,
        excerpt_chars: 600,
        updated: noon(),
        ..FeedMeta::default()
    };
    bencher
        .counter(ItemsCount::new(entries.len()))
        .bench(|| publish::atom(divan::black_box(&meta), divan::black_box(&entries)));
}
