//! `rasad sources`: finding, adding, listing, trying, importing and exporting.

use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use rasad::config;
use rasad::model::Source;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::program::{Engine, Program};
use crate::support::web::Web;

/// A file as people write it: comments, odd spacing, an order of their own.
const OWN: &str = "\
# What we watch. Ask the desk before you remove anything.

[[source]]   # the old one
id = 'zebra'
url    = \"https://zebra.example/feed\"   # moved in spring
enabled = false

# --- Arabic ---
[[source]]
id = \"alif\"
name = \"ألف\"
url = \"https://alif.example/feed\"
enabled = false
# until here";

fn program() -> Program {
    let program = Program::empty(&Engine::Sqlite);
    program.write("sources.toml", OWN);
    program.write("feeds.toml", "");
    program
}

fn written(program: &Program) -> String {
    fs::read_to_string(program.config().join("sources.toml")).unwrap()
}

fn sources(program: &Program) -> Vec<Source> {
    config::load(&program.config(), []).unwrap().sources
}

fn host(url: &str) -> String {
    url::Url::parse(url).unwrap().join("/").unwrap().to_string()
}

fn feed_of(web: &Web, article: &str) -> String {
    format!("{}feed", host(&web.url(article)))
}

#[test]
fn a_page_of_the_site_is_enough_and_the_file_stays_as_it_was() {
    let web = Web::of(&["harbour"]);
    let program = program();
    let page = web.url("harbour/rescue");
    let out = program.run(&["sources", "add", &page]).well().out;
    let feed = feed_of(&web, "harbour/rescue");
    for expected in [feed.as_str(), "The Harbour Gazette", "summaries", "Added to"] {
        assert!(out.contains(expected), "{expected}:\n{out}");
    }
    let rest = written(&program);
    let rest = rest.strip_prefix(OWN).expect("what stood there has changed");
    assert!(rest.starts_with("\n\n[[source]]\nid = "), "{rest}");
    let sources = sources(&program);
    let ids: Vec<&str> = sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["zebra", "alif", "127-0-3-1-en"]);
    let added = &sources[2];
    assert_eq!((added.url.as_str(), added.name.as_str()), (feed.as_str(), "The Harbour Gazette"));
    assert_eq!(added.lang.as_deref(), Some("en"));

    program.run(&["check"]).well();
    let table = program.run(&["pull", "127-0-3-1-en"]).well().out;
    assert!(table.contains("127-0-3-1-en"), "{table}");
}

#[test]
fn what_a_feed_would_yield_is_counted() {
    let web = Web::of(&["sabah"]);
    let program = program();
    let out =
        program.run(&["sources", "add", &feed_of(&web, "sabah/cinema"), "--dry-run"]).well().out;
    let articles = web.articles();
    let row = out.lines().find(|line| line.contains("/feed")).unwrap();
    let cells: Vec<&str> = row.split(['│', '┆']).map(str::trim).collect();
    assert_eq!(cells[4], articles.len().to_string(), "{row}");
    assert_eq!(cells[6], "ar", "{row}");
    let relevant: usize = cells[8].split(' ').next().unwrap().parse().unwrap();
    let about = articles.values().filter(|article| article.is_relevant()).count();
    assert!((1..=about).contains(&relevant), "{relevant} of {about}: {row}");
    assert!(out.contains("would be added"), "{out}");
    assert_eq!(written(&program), OWN, "--dry-run wrote");
}

#[test]
fn a_site_without_a_page_is_asked_at_the_usual_paths() {
    let web = Web::of(&["lantern"]);
    let program = program();
    let home = host(&web.url("lantern/rescue"));
    program.run(&["sources", "add", &home, "--id", "lantern"]).well();
    let sources = sources(&program);
    assert_eq!(sources[2].id, "lantern");
    assert_eq!(sources[2].url, format!("{home}feed"));
    let asked = web.hits().iter().filter(|hit| hit.status == 404 && hit.is_page()).count();
    assert_eq!(asked, 1, "the search went on after it had found");
}

#[test]
fn what_is_watched_is_refused_in_a_sentence() {
    let web = Web::of(&["harbour"]);
    let program = program();
    let feed = feed_of(&web, "harbour/rescue");
    program.run(&["sources", "add", &feed, "--id", "gazette"]).well();
    let before = written(&program);
    let page = web.url("harbour/rescue");
    for address in [feed.as_str(), &format!("{feed}/"), &page] {
        let ended = program.run(&["sources", "add", address]);
        assert_eq!(ended.code, Some(1), "{}", ended.out);
        assert!(ended.log.contains("is already watched, as `gazette`."), "{}", ended.log);
    }
    let taken = program.run(&["sources", "add", &web.url("harbour/rescue"), "--id", "gazette"]);
    assert_eq!(taken.code, Some(2), "{}", taken.log);
    let wrong = program.run(&["sources", "add", &page, "--id", "Big Name"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.log);
    assert_eq!(written(&program), before);
}

#[test]
fn the_built_in_list_is_kept_where_there_is_no_file() {
    let web = Web::of(&["harbour"]);
    let program = Program::empty(&Engine::Sqlite);
    let built_in = sources(&program);
    assert!(built_in.len() > 10);
    let feed = feed_of(&web, "harbour/rescue");
    let out = program.run(&["sources", "add", &feed, "--id", "gazette"]).well().out;
    assert!(out.contains("the built-in list was written there"), "{out}");
    let after = sources(&program);
    assert_eq!(after[..built_in.len()], built_in);
    assert_eq!(after.len(), built_in.len() + 1);
    assert!(written(&program).contains("# An id is for ever"), "the comments are lost");
}

#[test]
fn addresses_that_lead_nowhere_are_explained() {
    let program = program();
    for (address, code, said) in [
        ("http://127.0.0.1/", 1, "is not a public address"),
        ("http://127.0.3.250:9/", 1, "refused the connection"),
        ("ftp://a.example/", 2, "is not a web address"),
        ("http://user:secret@a.example/", 2, "secrets never live"),
    ] {
        let ended = program.run(&["sources", "add", address]);
        assert_eq!(ended.code, Some(code), "{address}: {}", ended.log);
        assert!(ended.log.contains(said), "{address}: {}", ended.log);
    }
    assert_eq!(written(&program), OWN);
}

/// A site of pages made for one test, on an address of its own.
struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Site {
    /// `answer` gives status, content type and body for a path; `{site}` becomes the address.
    fn start(answer: fn(&str) -> (u16, &'static str, String)) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.3.77:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        let serve = move |uri: Uri| {
            let log = log.clone();
            async move {
                log.lock().unwrap().push(uri.path().to_owned());
                let (status, kind, body) = answer(uri.path());
                let mut headers = HeaderMap::new();
                headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
                if uri.path() == "/" {
                    let link = "</by-header>; rel=\"alternate\"; type=\"application/rss+xml\"";
                    headers.insert(header::LINK, link.parse().unwrap());
                }
                let body = body.replace("{site}", &format!("http://{address}"));
                (StatusCode::from_u16(status).unwrap(), headers, body)
            }
        };
        let router = Router::new().fallback(serve);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, asked, _runtime: runtime }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

fn rss(title: &str, items: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>{title}</title><link>{{site}}/</link>{items}</channel></rss>"
    )
}

fn item(title: &str, path: &str, year: i32) -> String {
    format!(
        "<item><title>{title}</title><link>{{site}}{path}</link><pubDate>01 Feb {year} 08:00:00 GMT</pubDate>\
         <description>ملخص قصير للخبر كما كتبه المحرر.</description></item>"
    )
}

/// A front page that names feeds of every quality, in the worst order.
fn newspaper(path: &str) -> (u16, &'static str, String) {
    let xml = "application/rss+xml";
    match path {
        "/" => {
            let link = |title: &str, path: &str| {
                format!(
                    "<link rel=\"alternate\" type=\"application/rss+xml\" title=\"{title}\" href=\"{path}\">"
                )
            };
            let links = [
                link("تعليقات", "/comments/feed"),
                link("الأرشيف", "/old"),
                link("معطل", "/broken"),
                link("مقال", "/a-page"),
                link("الأخبار", "/news.rss"),
            ];
            (
                200,
                "text/html; charset=utf-8",
                format!("<head>{}</head><body>الصفحة</body>", links.concat()),
            )
        }
        "/comments/feed" => (200, xml, rss("تعليقات القراء", &item("رد", "/1", 2026))),
        "/old" => (200, xml, rss("الأرشيف", &item("قديم", "/2", 2009))),
        "/broken" => (500, "text/plain", "no".into()),
        "/a-page" => (200, "text/html", "<html><body><p>لا شيء</p></body></html>".into()),
        "/news.rss" => {
            let items: String =
                (2..9).map(|n| item("خبر جديد", &format!("/news/{n}"), 2090 + n)).collect();
            (200, xml, rss("جريدة الخبر", &items))
        }
        "/by-header" => (200, xml, rss("من الترويسة", &item("خبر", "/3", 2008))),
        _ => (404, "text/plain", "no".into()),
    }
}

#[test]
fn candidates_are_shown_best_first_and_the_best_is_taken() {
    let site = Site::start(newspaper);
    let program = program();
    let out = program.run(&["sources", "add", &site.url("/"), "--dry-run"]).well().out;
    let rows: Vec<&str> = out.lines().filter(|line| line.contains("http://127.0.3.77")).collect();
    let order = ["/news.rss", "/old", "/by-header", "/comments/feed", "/broken", "/a-page"];
    for (at, path) in order.iter().enumerate() {
        assert!(rows[at].contains(path), "{path} is not candidate {}:\n{out}", at + 1);
    }
    assert!(rows[4].contains("The server answered with status 500."), "{out}");
    assert!(rows[5].contains("The document is not a feed, but an HTML page."), "{out}");
    assert_eq!(site.asked("/feed"), 0, "paths were guessed although the page names feeds");

    program.run(&["sources", "add", &site.url("/"), "--pick", "2"]).well();
    program.run(&["sources", "add", &site.url("/")]).well();
    let added: Vec<(String, String)> =
        sources(&program).into_iter().skip(2).map(|source| (source.id, source.name)).collect();
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    assert_eq!(added, [pair("127-0-3-77-ar", "الأرشيف"), pair("127-0-3-77-ar-2", "جريدة الخبر")]);

    for (pick, code) in [("5", 1), ("9", 2), ("0", 2)] {
        let ended = program.run(&["sources", "add", &site.url("/"), "--pick", pick]);
        assert_eq!(ended.code, Some(code), "{pick}: {}", ended.log);
    }
    let ended = program.run(&["sources", "add", &site.url("/nothing")]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("No feed was found at"), "{}", ended.log);
}

#[test]
fn the_list_needs_no_database_and_makes_none() {
    let web = Web::of(&["harbour"]);
    let program = program();
    let feed = feed_of(&web, "harbour/rescue");
    program.run(&["sources", "add", &feed, "--id", "gazette"]).well();
    let dead = "\n[[source]]\nid = \"dead\"\nurl = \"http://127.0.3.250:9/feed\"\n";
    program.write("sources.toml", &(written(&program) + dead));

    let ended = program.run(&["sources", "list"]).well();
    for id in ["zebra", "alif", "gazette", "dead"] {
        assert!(ended.out.contains(id), "{}", ended.out);
    }
    assert!(ended.out.contains("4 sources, 2 enabled."), "{}", ended.out);
    assert!(ended.log.contains("There is no database yet"), "{}", ended.log);
    assert!(!program.folder().join("data").exists(), "looking made a database");

    program.run(&["pull"]).well();
    let out = program.run(&["sources", "list"]).well().out;
    let row = |id: &str| out.lines().find(|line| line.contains(id)).unwrap().to_owned();
    assert!(row("gazette").contains("just now") && row("gazette").contains(" in "), "{out}");
    assert!(row("dead").contains("The server refused the connection."), "{out}");
    assert!(row("zebra").contains("disabled"), "{out}");
    let widths: Vec<usize> = out.lines().take(3).map(|line| line.chars().count()).collect();
    assert_eq!(widths[0], widths[1], "{out}");
}

#[test]
fn a_source_is_tried_without_storing_anything() {
    let web = Web::of(&["harbour"]);
    let program = Program::watching(&web);
    let out = program.run(&["sources", "test", "harbour"]).well().out;
    let articles = web.articles();
    assert!(out.contains(&format!("{} entries", articles.len())), "{out}");
    for article in articles.values().take(10) {
        assert!(out.contains(&article.title), "{}:\n{out}", article.title);
    }
    let mut newest: Vec<_> = articles.iter().collect();
    newest.sort_by_key(|(_, article)| article.age);
    for (at, (url, article)) in newest.iter().take(3).enumerate() {
        let told = out.split(&format!("\n{}. ", at + 1)).nth(1).unwrap();
        let told = told.split("\n\n").next().unwrap();
        assert!(told.contains(&article.title) && told.contains(url.as_str()), "{told}");
        let first: Vec<&str> = article.paragraphs[0].split_whitespace().take(6).collect();
        let last: Vec<&str> = article.paragraphs.last().unwrap().split_whitespace().collect();
        let last = &last[last.len().saturating_sub(4)..];
        assert!(told.contains(&format!("begins     {}", first.join(" "))), "{told}");
        assert!(told.contains(&format!("{}\n", last.join(" "))), "{told}");
        assert!(told.contains(&format!("author     {}", article.author)), "{told}");
        let verdict = told.split("verdict    ").nth(1).unwrap();
        assert_eq!(verdict.starts_with("relevant"), article.is_relevant(), "{told}");
    }
    assert!(out.contains("The extraction looks good."), "{out}");
    assert_eq!(web.downloads().len(), 3, "more pages than the newest were fetched");
    assert!(!program.folder().join("data").exists(), "something was stored");
}

/// The article that is open.
const OPEN: &str = "\
<p>The fish market by the north quay opens again on Monday, eleven weeks after the storm that took \
half of its roof, the harbour master said.</p>
<p>Carpenters have replaced forty beams and most of the slates, and divers checked the piles under \
the loading platform for cracks. They found none.</p>
<p>Traders who had sold from vans in the car park will draw lots for the new stalls on Saturday \
morning. Rents stay as they were until spring.</p>
<p>The council paid for the work from its emergency fund and hopes that the insurer will return two \
thirds of the sum. A decision is expected in June.</p>";

/// A site whose robots.txt closes one article, and whose feed needs mending.
fn closed(path: &str) -> (u16, &'static str, String) {
    match path {
        "/robots.txt" => (200, "text/plain", "User-agent: *\nDisallow: /closed\n".into()),
        "/feed" => {
            let items = item("Fish \u{1}& chips", "/closed", 2026) + &item("Open", "/open", 2025);
            (200, "application/rss+xml", rss("Harbour", &items))
        }
        "/open" => {
            let page = format!("<html><body><article><h1>Open</h1>{OPEN}</article></body></html>");
            (200, "text/html; charset=utf-8", page)
        }
        "/front" => {
            let link = "<link rel=alternate type=application/rss+xml href=/feed>";
            (200, "text/html", format!("<html><head>{link}</head><body>x</body></html>"))
        }
        "/closed-only" => (200, "application/rss+xml", rss("x", &item("Closed", "/closed", 2026))),
        _ => (404, "text/plain", "no".into()),
    }
}

#[test]
fn a_trial_keeps_out_of_what_is_closed_and_says_what_was_mended() {
    let site = Site::start(closed);
    let program = program();
    let source =
        |id: &str, path: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"{}\"\n", site.url(path));
    let list = ["/feed", "/front", "/gone", "/closed-only"];
    let list: String = list.iter().map(|path| source(&path[1..], path)).collect();
    program.write("sources.toml", &list);

    let out = program.run(&["sources", "test", "feed"]).well().out;
    assert!(out.contains("robots.txt forbids this address."), "{out}");
    assert_eq!((site.asked("/closed"), site.asked("/open")), (0, 1));
    assert!(out.contains("repairs    dropped control characters\n"), "{out}");
    assert!(out.contains("begins     The fish market by the north quay"), "{out}");

    for (id, code, said) in [
        ("front", 1, format!("The page names these feeds:\n  {}", site.url("/feed"))),
        ("gone", 1, "The server answered with status 404.".into()),
        ("closed-only", 1, "None of the articles tried gave a text.".into()),
        ("fed", 2, "Did you mean `feed`?".into()),
    ] {
        let ended = program.run(&["sources", "test", id]);
        assert_eq!(ended.code, Some(code), "{id}: {}{}", ended.out, ended.log);
        assert!(ended.log.contains(&said), "{id}: {}", ended.log);
    }
}

#[test]
fn a_list_goes_out_and_comes_in_again() {
    let web = Web::start();
    let from = Program::watching(&web);
    let opml = from.run(&["sources", "export"]).well().out;
    assert!(opml.starts_with("<?xml") && opml.contains("<opml version=\"2.0\">"), "{opml}");

    let to = program();
    let file = to.folder().join("list.opml");
    fs::write(&file, &opml).unwrap();
    let file = file.to_str().unwrap();
    let out = to.run(&["sources", "import", file]).well().out;
    let count = web.source_ids().len();
    assert!(out.contains(&format!("Added {count} feeds to")), "{out}");
    assert!(written(&to).starts_with(OWN));
    let facts = |source: &Source| (source.name.clone(), source.url.clone(), source.lang.clone());
    let (sent, got) = (sources(&from), sources(&to));
    let sent: Vec<_> = sent.iter().map(facts).collect();
    assert_eq!(got[2..].iter().map(facts).collect::<Vec<_>>(), sent);

    // A second time nothing is new.
    let before = written(&to);
    let out = to.run(&["sources", "import", file]).well().out;
    assert!(out.contains(&format!("{count} feeds already watched, 0 not usable.")), "{out}");
    assert_eq!(written(&to), before);

    // Disabled sources leave only when asked to.
    let some = to.run(&["sources", "export"]).well().out;
    let all = to.run(&["sources", "export", "--all"]).well().out;
    assert!(!some.contains("alif.example") && all.contains("alif.example"));
    assert_eq!(all.matches("xmlUrl").count(), count + 2);
}

#[test]
fn what_is_no_list_is_refused() {
    let program = program();
    let file = program.folder().join("list.opml");
    fs::write(&file, "<opml><body><outline text='only a folder'/></body></opml>").unwrap();
    let missing = program.folder().join("missing.opml");
    for (file, said) in [(&file, "names no feeds"), (&missing, "cannot be read")] {
        let ended = program.run(&["sources", "import", file.to_str().unwrap()]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.log.contains(said), "{}", ended.log);
    }
    assert_eq!(written(&program), OWN);
    program.write("sources.toml", "[[source]]\nid = 5\n");
    assert_eq!(program.run(&["sources", "list"]).code, Some(2));
}
