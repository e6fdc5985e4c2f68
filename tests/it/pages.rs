//! Articles over several pages, and poor pages that stand elsewhere in full.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, Uri, header};
use rasad::store::{Connections, Store};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::program::{Engine, Program, on_postgres, wait_for};

const TITLE: &str = "خفر السواحل ينقذ مهاجرين قبالة الساحل الجنوبي";

/// Status and body by path and query.
type Pages = BTreeMap<String, (u16, String)>;

/// Pages by path and query; `{site}` is this site's address. Asking is written down.
struct Site {
    address: SocketAddr,
    pages: Arc<Mutex<Pages>>,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Site {
    fn start(pages: &[(&str, u16, String)]) -> Self {
        let pages = Arc::new(Mutex::new(by_path(pages)));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.3.88:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (log, shown) = (asked.clone(), pages.clone());
        let serve = move |uri: Uri| {
            let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            log.lock().unwrap().push(path.clone());
            let (status, body) =
                shown.lock().unwrap().get(&path).cloned().unwrap_or((404, String::new()));
            let kind =
                if path == "/feed" { "application/rss+xml" } else { "text/html; charset=utf-8" };
            let body = body.replace("{site}", &format!("http://{address}"));
            async move { (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, kind)], body) }
        };
        let router = Router::new().fallback(serve);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, pages, asked, _runtime: runtime }
    }

    /// The site's one article as it is stored after a pull.
    fn stored(&self, engine: &Engine, pages: &str) -> String {
        self.stored_with(engine, pages, "")
    }

    /// The same with further settings of the source.
    fn stored_with(&self, engine: &Engine, pages: &str, more: &str) -> String {
        let program = Program::empty(engine).with("worker.article_pages", pages);
        let source =
            format!("[[source]]\nid = \"s\"\nurl = \"http://{}/feed\"\n{more}", self.address);
        program.write("sources.toml", &source);
        program.run(&["pull"]).well();
        let url = format!("http://{}/news/77", self.address);
        wait_for(async {
            let store = Store::open(&program.database, Connections::default()).await.unwrap();
            let entries = store.find_entries(&url, "").await.unwrap();
            let article = store.known_article(entries[0].id).await.unwrap().expect("it is stored");
            store.close().await;
            article.text
        })
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

fn by_path(pages: &[(&str, u16, String)]) -> Pages {
    let pages = pages.iter().cloned();
    pages.map(|(path, status, body)| (path.to_owned(), (status, body))).collect()
}

fn feed() -> (&'static str, u16, String) {
    let item = format!(
        "<item><title>{TITLE}</title><link>{{site}}/news/77</link><description>ملخص قصير.</description></item>"
    );
    (
        "/feed",
        200,
        format!(
            "<rss version=\"2.0\"><channel><title>x</title><link>{{site}}/</link>{item}</channel></rss>"
        ),
    )
}

/// A paragraph that names its part.
fn paragraph(part: &str) -> String {
    format!(
        "<p>{part}: قالت السلطات يوم الثلاثاء إن فرق الإنقاذ انتشلت عشرات المهاجرين من قارب مطاطي قبالة الساحل الجنوبي، \
         وإن بينهم نساء وأطفالا نقلوا إلى الميناء، وأضاف المتحدث أن البحث عن المفقودين متواصل في المنطقة {part}.</p>"
    )
}

fn page(head: &str, parts: &[&str], below: &str) -> String {
    let body: String = parts.iter().map(|part| paragraph(part)).collect();
    format!(
        "<html lang=ar dir=rtl><head><meta charset=utf-8><title>{TITLE}</title>{head}</head><body>\
         <nav><a href=/a>الرئيسية</a> <a href=/b>سياسة</a></nav><main><h1>{TITLE}</h1><article>{body}</article>\
         <div class=pages>{below}</div></main><footer>حقوق النشر محفوظة</footer></body></html>"
    )
}

const LINKS: &str = "<a href='/news/77'>1</a> <a href='/news/77?page=2'>2</a> <a href='/news/77?page=3'>3</a> <a href='/news/77?page=4'>4</a>";

fn long(last: (u16, String)) -> Site {
    Site::start(&[
        feed(),
        ("/news/77", 200, page("", &["أولا", "ثانيا", "مقدمة"], LINKS)),
        ("/news/77?page=2", 200, page("", &["مقدمة", "ثالثا", "رابعا"], LINKS)),
        ("/news/77?page=3", last.0, last.1),
        ("/news/77?page=4", 200, page("", &["سابعا"], LINKS)),
    ])
}

#[test]
fn an_article_over_several_pages_is_stored_as_one() {
    an_article_over_several_pages(&Engine::Sqlite);
}

#[test]
fn an_article_over_several_pages_is_stored_as_one_on_postgres() {
    on_postgres(an_article_over_several_pages);
}

fn an_article_over_several_pages(engine: &Engine) {
    let site = long((200, page("", &["خامسا", "سادسا"], LINKS)));
    let text = site.stored(engine, "3");
    for part in ["أولا", "ثانيا", "ثالثا", "رابعا", "خامسا", "سادسا", "مقدمة"]
    {
        let paragraphs = text.split("\n\n").filter(|p| p.starts_with(&format!("{part}:")));
        assert_eq!(paragraphs.count(), 1, "{part} in: {text}");
    }
    assert!(!text.contains("سابعا") && site.asked("/news/77?page=4") == 0, "{text}");
}

#[test]
fn a_later_page_that_fails_leaves_the_first_part() {
    let site = long((503, String::new()));
    let text = site.stored(&Engine::Sqlite, "5");
    assert!(text.contains("ثانيا:") && text.contains("رابعا:"), "{text}");
    assert_eq!((site.asked("/news/77"), site.asked("/news/77?page=3")), (1, 1));
}

#[test]
fn another_article_is_never_appended() {
    let other = page("", &["أخرى"], "").replace(TITLE, "نتائج مباريات الجولة الأخيرة من البطولة");
    let site = Site::start(&[
        feed(),
        (
            "/news/77",
            200,
            page("<link rel=next href='/news/77/2'>", &["أولا", "ثانيا", "ثالثا"], ""),
        ),
        ("/news/77/2", 200, other),
    ]);
    let text = site.stored(&Engine::Sqlite, "5");
    assert!(text.contains("ثالثا:") && !text.contains("أخرى:"), "{text}");
    assert_eq!(site.asked("/news/77/2"), 1);
}

#[test]
fn a_poor_page_is_read_in_its_plainer_version() {
    let whole = || page("", &["أولا", "ثانيا", "ثالثا"], "");
    let poor = |head: &str, below: &str| {
        page(head, &[], below).replace("</h1>", "</h1><p>جار التحميل</p>")
    };
    for (head, below, path) in [
        ("<link rel=amphtml href='/amp/77'>", "", "/amp/77"),
        ("", "<a href='/print/77' rel=nofollow>نسخة للطباعة</a>", "/print/77"),
    ] {
        let site =
            Site::start(&[feed(), ("/news/77", 200, poor(head, below)), (path, 200, whole())]);
        let text = site.stored(&Engine::Sqlite, "5");
        assert!(text.contains("أولا:") && text.contains("ثالثا:"), "{path}: {text}");
        assert_eq!(site.asked(path), 1, "{path}");
    }
    let amp = "<link rel=amphtml href='/amp/77'>";
    let rich = Site::start(&[
        feed(),
        ("/news/77", 200, page(amp, &["أولا", "ثانيا", "ثالثا"], "")),
        ("/amp/77", 200, whole()),
    ]);
    rich.stored(&Engine::Sqlite, "5");
    assert_eq!(rich.asked("/amp/77"), 0, "a page that is not poor needs no second request");
}

#[test]
fn what_a_selector_names_is_stored_and_nothing_else() {
    let amp = "<link rel=amphtml href='/amp/77'>";
    let short = "<aside class=body>نص قصير يحدده المحدد.</aside>";
    let next = "<link rel=next href='/news/77/2'>";
    let content = ["أولا", "ثانيا", "ثالثا", "رابعا"].map(paragraph).concat();
    let (_, status, feed) = feed();
    let feed =
        feed.replace("<description>ملخص قصير.", &format!("<description><![CDATA[{content}]]>"));
    let whole = page("", &["خامسا", "سادسا"], "");
    let site = Site::start(&[
        ("/feed", status, feed),
        ("/news/77", 200, page(&format!("{amp}{next}"), &["سابعا", "ثامنا"], short)),
        ("/news/77/2", 200, whole.clone()),
        ("/amp/77", 200, whole),
    ]);
    let text = site.stored_with(&Engine::Sqlite, "5", "select = { body = \".body\" }\n");
    assert_eq!(text, "نص قصير يحدده المحدد.");
    assert_eq!(site.asked("/amp/77"), 0);
}

#[test]
fn a_new_layout_is_reported_at_the_source() {
    // Words, not numbers: texts that differ in figures alone are one text to a template.
    const TOWNS: [&str; 14] = [
        "طنجة",
        "سبتة",
        "وهران",
        "عنابة",
        "بنزرت",
        "صفاقس",
        "جرجيس",
        "زوارة",
        "مصراتة",
        "طبرق",
        "رشيد",
        "دمياط",
        "غزة",
        "صيدا",
    ];
    let towns = |range: std::ops::Range<usize>| {
        TOWNS[range].iter().map(|town| (*town).to_owned()).collect::<Vec<String>>()
    };
    let old = |n: &String| page("", &[n, &format!("{n} تتمة"), &format!("{n} ختام")], "");
    let new = |n: &String| {
        let paragraphs = [n.clone(), format!("{n} تتمة"), format!("{n} ختام")];
        let body: String = paragraphs.iter().map(|p| paragraph(p)).collect();
        format!(
            "<html lang=ar><head><meta charset=utf-8><title>{n}</title></head><body><section class=shell><div class=story>\
             <h2>{n}</h2><div class=copy>{body}</div></div></section></body></html>"
        )
    };
    let site = Site::start(&[]);
    let show = |towns: &[String], layout: &dyn Fn(&String) -> String| {
        let mut pages = Pages::new();
        let mut items = String::new();
        for n in towns {
            let at = TOWNS.iter().position(|town| town == n).unwrap();
            let path = format!("/news/a{at}");
            items += &format!("<item><title>{n}</title><link>{{site}}{path}</link></item>");
            pages.insert(path, (200, layout(n)));
        }
        let feed = format!("<rss version=\"2.0\"><channel><title>x</title>{items}</channel></rss>");
        pages.insert("/feed".into(), (200, feed));
        *site.pages.lock().unwrap() = pages;
    };
    let program = Program::empty(&Engine::Sqlite);
    let source = format!("[[source]]\nid = \"s\"\nurl = \"http://{}/feed\"\n", site.address);
    program.write("sources.toml", &source);
    let layout_changed = || {
        program.run(&["pull", "s"]).well();
        wait_for(async {
            let store = Store::open(&program.database, Connections::default()).await.unwrap();
            let states = store.source_states().await.unwrap();
            store.close().await;
            states[0].layout_changed.is_some()
        })
    };
    show(&towns(0..8), &old);
    assert!(!layout_changed(), "nothing has changed");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    show(&towns(8..14), &new);
    assert!(layout_changed(), "the new layout was not noticed");
}
