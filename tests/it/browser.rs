//! The pages in a real browser: what readers and admins do, and whether everybody can.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use rasad::store::{Connections, Store};
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESK, Look, PHONE, is_required, look, screenshot};
use crate::support::news::{ARABIC, Told, tell};
use crate::support::program::{Engine, Program, Running, wait_for};
use crate::support::web::Web;
use crate::web::close_call;

const TOKEN: &str = "open sesame";
const CLOSE_CALL: &str = "بين بين: خبر يحتاج إلى قارئ";

/// The program with news of a small web, one of which an admin should look at.
struct Site {
    program: Program,
    web: Web,
    _running: Running,
}

impl Site {
    fn start() -> Self {
        let web = Web::of(&["atlas", "littoral", "sahil", "harbour"]);
        let program = Program::on(&Engine::Sqlite, &web);
        let token = program.config().join("token");
        std::fs::write(&token, TOKEN).unwrap();
        let program = program
            .with("web.admin_token_file", token.to_str().unwrap())
            .with("web.query_rate", "10000")
            .with("web.page_size", "12");
        program.run(&["pull"]).well();
        wait_for(async {
            let store = Store::open(&program.database, Connections::default()).await.unwrap();
            let told = Told { source: "atlas", title: CLOSE_CALL, ..ARABIC };
            let group = tell(&store, &told, None).await.0;
            close_call(&store, group).await;
            store.close().await;
        });
        let running = program.start_ready("web");
        Self { program, web, _running: running }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.program.web)
    }

    async fn open(&self, browser: &Client, path: &str) {
        browser.goto(&self.url(path)).await.unwrap();
    }
}

async fn find(browser: &Client, css: &str) -> Element {
    let wait = browser.wait().at_most(Duration::from_secs(20));
    match wait.for_element(Locator::Css(css)).await {
        Ok(element) => element,
        Err(error) => {
            let at = browser.current_url().await.unwrap();
            let page = browser.source().await.unwrap();
            panic!("{css}: {error} at {at}: {page}")
        }
    }
}

async fn text(browser: &Client, css: &str) -> String {
    find(browser, css).await.text().await.unwrap()
}

async fn texts(browser: &Client, css: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for element in browser.find_all(Locator::Css(css)).await.unwrap() {
        texts.push(element.text().await.unwrap());
    }
    texts
}

async fn click(browser: &Client, css: &str) {
    press(browser, &find(browser, css).await).await;
}

/// Clicks where a reader would, after scrolling there.
async fn press(browser: &Client, element: &Element) {
    const THERE: &str = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
    script(browser, THERE, vec![json!(element)]).await;
    element.click().await.unwrap();
}

/// Waits until another page has taken the place of the one with this element.
async fn left(element: &Element) {
    for _ in 0..100 {
        if element.tag_name().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the page is still there");
}

async fn script(browser: &Client, code: &str, args: Vec<Value>) -> Value {
    browser.execute(code, args).await.unwrap()
}

/// What sticks out where the page is wider than the screen.
async fn too_wide(browser: &Client) -> Option<String> {
    const OVER: &str = "const root = document.documentElement, wide = root.clientWidth; \
        if (root.scrollWidth <= wide) return []; \
        return [...document.querySelectorAll('body *')].map(e => [e, e.getBoundingClientRect()]) \
            .filter(([e, r]) => r.width).sort((a, b) => a[1].left - b[1].left) \
            .slice(0, 3).map(([e, r]) => [wide, root.scrollWidth, r.left, r.right, e.outerHTML.slice(0, 160)])";
    let over = script(browser, OVER, vec![]).await;
    (over != json!([])).then(|| format!("it is too wide: {over}"))
}

#[test]
fn readers_read_filter_search_and_subscribe() {
    let Some(browser) = Browser::start() else { return };
    let site = Site::start();
    let title = &site.web.article("atlas/round-table").title;
    browser.visit("ar", true, async |browser| {
        look(browser, DESK).await;
        site.open(browser, "/").await;
        assert_eq!(find(browser, "html").await.attr("dir").await.unwrap().as_deref(), Some("rtl"));
        let all = texts(browser, "main article h3, main article .title").await;
        assert!(all.iter().any(|one| one.contains(title.as_str())), "{title} in {all:?}");

        // Filtering: a language, then back.
        click(browser, "#filters a[href*='lang=fr']").await;
        find(browser, ".active a.chip").await;
        let langs = "return [...document.querySelectorAll('main article [lang]')].map(e => e.lang)";
        let langs = script(browser, langs, vec![]).await;
        assert!(
            langs.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(|l| l == "fr")),
            "{langs}"
        );
        click(browser, ".active a.chip").await;

        // Searching, in a spelling that the text does not have.
        let field = find(browser, "#q").await;
        field.send_keys("أَلإتّجارُ بألبشر").await.unwrap();
        click(browser, "form.search button").await;
        find(browser, "mark").await;
        let found = texts(browser, "main article .title").await;
        assert!(found.iter().any(|one| one.contains(title.as_str())), "{title} in {found:?}");

        // Reading: the original comes first, and the reason is shown in the text.
        let link = browser.find(Locator::LinkText(title)).await.unwrap();
        press(browser, &link).await;
        find(browser, "article mark, .body mark, main mark").await;
        let original = site.web.url("atlas/round-table");
        let reprint = site.web.url("sahil/round-table");
        let links = "return [...document.querySelectorAll('main a')].map(a => a.href)";
        let links = script(browser, links, vec![]).await.to_string();
        assert!(links.contains(&original) && links.contains(&reprint), "{links}");

        // Switching the language.
        click(browser, "nav.tongues a[lang=en]").await;
        let html = find(browser, "html[lang=en]").await;
        assert_eq!(html.attr("dir").await.unwrap().as_deref(), Some("ltr"));

        // Subscribing: the address, a button that copies it, links for readers.
        site.open(browser, "/?topic=ht&ui=en").await;
        click(browser, "details.subscribe summary").await;
        let address = find(browser, "#feed-1").await.prop("value").await.unwrap().unwrap();
        assert!(address.starts_with(&site.url("/feeds/")), "{address}");
        let path = address.strip_prefix(&site.url("")).unwrap();
        assert_eq!(site.program.get(path).status, 200);
        click(browser, "button.copy").await;
        let readers = "return [...document.querySelectorAll('.readers a')].map(a => a.href)";
        let readers = script(browser, readers, vec![]).await;
        assert!(readers.as_array().is_some_and(|all| all.len() >= 3), "{readers}");
    });
}

#[test]
fn without_scripts_everything_is_there() {
    let Some(browser) = Browser::start() else { return };
    let site = Site::start();
    browser.visit("en", false, async |browser| {
        site.open(browser, "/").await;
        assert!(text(browser, "html[lang=en] h1").await.len() > 2);
        click(browser, "details.subscribe summary").await;
        assert!(find(browser, "#feed-1").await.is_displayed().await.unwrap());
        let copy = browser.find(Locator::Css("button.copy")).await.unwrap();
        assert!(!copy.is_displayed().await.unwrap(), "a button that does nothing");
        find(browser, "#q").await.send_keys("boats").await.unwrap();
        click(browser, "form.search button").await;
        find(browser, ".active a.chip").await;
        enter(&site, browser).await;
        site.open(browser, "/admin/review").await;
        assert!(text(browser, "article.case .title").await.contains(CLOSE_CALL));
    });
}

async fn enter(site: &Site, browser: &Client) {
    site.open(browser, "/admin").await;
    find(browser, "#token").await.send_keys(TOKEN).await.unwrap();
    click(browser, "main form button").await;
    find(browser, "nav a[href*='admin/review']").await;
}

#[test]
fn admins_accept_and_reject() {
    let Some(browser) = Browser::start() else { return };
    let site = Site::start();
    browser.visit("en", true, async |browser| {
        let own: String = url::form_urlencoded::byte_serialize(CLOSE_CALL.as_bytes()).collect();
        let shown = async || {
            // The browser may keep a page for a minute; another address it has to ask for.
            let fresh = uuid::Uuid::new_v4();
            site.open(browser, &format!("/?q={own}&ref={fresh}")).await;
            texts(browser, "main article .title").await.iter().any(|one| one.contains(CLOSE_CALL))
        };
        assert!(!shown().await, "it is not published yet");
        enter(&site, browser).await;
        site.open(browser, "/admin/review").await;
        click(browser, "article.case details.about summary").await;
        click(browser, "article.case input[value='ht.child']").await;
        click(browser, "article.case button[value=accept]").await;
        find(browser, ".empty").await;
        assert!(shown().await, "it is accepted");
        site.open(browser, &format!("/?q={own}&topic=ht.child")).await;
        assert!(text(browser, "main article .title").await.contains(CLOSE_CALL), "as named");
        site.open(browser, "/admin/verdicts").await;
        let case = browser.find_all(Locator::Css("article.case")).await.unwrap();
        let mut own = None;
        for case in case {
            if case.text().await.unwrap().contains(CLOSE_CALL) {
                own = Some(case);
                break;
            }
        }
        let own = own.expect("its verdict is listed");
        let button = own.find(Locator::Css("button[value=reject]")).await.unwrap();
        press(browser, &button).await;
        left(&button).await;
        find(browser, "article.case").await;
        assert!(!shown().await, "it is rejected");
    });
}

/// axe-core, where it is: `npm pack axe-core` unpacked into `target/axe`.
fn axe() -> Option<String> {
    let file = std::env::var("RASAD_TEST_AXE").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/axe/axe.min.js"),
        PathBuf::from,
    );
    let code = std::fs::read_to_string(&file).ok();
    assert!(code.is_some() || !is_required("axe"), "{} is required", file.display());
    if code.is_none() {
        eprintln!("accessibility is not audited: {} is not there", file.display());
    }
    code
}

/// What axe-core objects to: rule and place.
async fn violations(browser: &Client, axe: &str) -> Vec<String> {
    script(browser, axe, vec![]).await;
    const RUN: &str = "const done = arguments[arguments.length - 1]; \
        axe.run(document, { resultTypes: ['violations'] }).then(result => \
            done(result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')))), \
            error => done([String(error)])";
    let found = browser.execute_async(RUN, vec![]).await.unwrap();
    serde_json::from_value(found).unwrap()
}

#[test]
fn everybody_can_use_every_page() {
    let (Some(browser), Some(axe)) = (Browser::start(), axe()) else { return };
    let shots = std::env::var("RASAD_TEST_SHOTS").ok().map(PathBuf::from);
    let site = Site::start();
    let mut wrong = Vec::new();
    browser.visit("en", true, async |browser| {
        enter(&site, browser).await;
        let pages = pages(&site, browser).await;
        for ui in ["ar", "en"] {
            for (name, path) in &pages {
                let mark = if path.contains('?') { '&' } else { '?' };
                site.open(browser, &format!("{path}{mark}ui={ui}")).await;
                for (width, dark) in [(DESK, false), (DESK, true), (PHONE, false), (PHONE, true)] {
                    let how = Look { dark, ..width };
                    look(browser, how).await;
                    let page = format!(
                        "{name}-{ui}-{}-{}",
                        how.width,
                        if dark { "dark" } else { "light" }
                    );
                    wrong.extend(too_wide(browser).await.map(|over| format!("{page}: {over}")));
                    // Colours differ by light, and little else does by width.
                    if how.width == DESK.width {
                        let found = violations(browser, &axe).await;
                        wrong.extend(found.into_iter().map(|found| format!("{page}: {found}")));
                    }
                    if let Some(folder) = &shots {
                        screenshot(browser, &folder.join(format!("{page}.png"))).await;
                    }
                }
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn pages(site: &Site, browser: &Client) -> Vec<(&'static str, String)> {
    site.open(browser, "/?ui=ar").await;
    let first = async |css: &str| {
        let href = find(browser, css).await.prop("href").await.unwrap().unwrap();
        let url = url::Url::parse(&href).unwrap();
        url.path().to_owned()
    };
    let story = first("main a[href*='story/']").await;
    let query = "/?q=%D8%A7%D9%84%D8%A7%D8%AA%D8%AC%D8%A7%D8%B1".to_owned();
    site.open(browser, &query).await;
    let entry = first("main article a[href*='entry/']").await;
    vec![
        ("home", "/".to_owned()),
        ("search", query),
        ("nothing", "/?q=zzzz".to_owned()),
        ("entry", entry),
        ("story", story),
        ("topics", "/topics".to_owned()),
        ("sources", "/sources".to_owned()),
        ("feeds", "/feeds".to_owned()),
        ("not-found", "/nowhere".to_owned()),
        ("bad", "/?lang=klingon".to_owned()),
        ("admin", "/admin".to_owned()),
        ("review", "/admin/review".to_owned()),
        ("verdicts", "/admin/verdicts".to_owned()),
    ]
}
