mod made;
mod sites;

use super::*;
use crate::model::{Select, Wall};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn read(html: &str, address: &str) -> Extraction {
    let address = url(address);
    let page = Page { bytes: html.as_bytes(), url: Some(&address), ..Page::default() };
    extract(&page, None, None).unwrap()
}

const PROSE: &str = "قالت السلطات يوم الثلاثاء إن قاربا يقل عشرات المهاجرين غرق قبالة الساحل، وإن فرق الإنقاذ انتشلت عشرين شخصا بينهم أطفال. وأضاف المتحدث أن البحث عن المفقودين متواصل.";

/// A page with an Arabic article and the usual things around it.
fn arabic_page(body: &str, head: &str) -> String {
    format!(
        "<html lang=ar dir=rtl><head><meta charset=utf-8><title>غرق قارب قبالة الساحل | صحيفة النخيل</title>\
         <meta property=og:site_name content='صحيفة النخيل'><link rel=canonical href='/n/1'>{head}</head><body>\
         <nav><ul><li><a href=/a>الرئيسية</a><li><a href=/b>سياسة</a><li><a href=/c>رياضة</a></ul></nav>\
         <h1>غرق قارب قبالة الساحل</h1><div class=meta>بقلم سعاد العلي | 31 أيار 2024</div>{body}\
         <aside class=sidebar><h3>الأكثر قراءة</h3><ul><li><a href=/1>خبر أول طويل عن السياسة</a><li><a href=/2>خبر ثان عن الرياضة</a></ul></aside>\
         <footer>جميع الحقوق محفوظة © 2024</footer></body></html>"
    )
}

#[test]
fn the_models_fit_the_rows() {
    assert!(score::ready(), "a table has another width than the rows: train anew");
}

#[test]
fn an_arabic_article_is_found_whole() {
    let paragraphs = format!(
        "<article><p>{PROSE}</p><h2>تحقيق</h2><p>{PROSE} ثانيا</p><p>{PROSE} ثالثا</p></article>"
    );
    let found = read(&arabic_page(&paragraphs, ""), "https://a.example/n/1?x=1").article;
    assert_eq!(found.title.as_deref(), Some("غرق قارب قبالة الساحل"));
    assert_eq!(found.lang.as_deref(), Some("ar"));
    assert_eq!(found.date.unwrap().format("%F").to_string(), "2024-05-31");
    assert_eq!(found.canonical_url.as_deref(), Some("https://a.example/n/1"));
    assert_eq!(found.site_name.as_deref(), Some("صحيفة النخيل"));
    assert!(found.text.contains("ثالثا") && found.text.contains("\n\n"), "{}", found.text);
    assert!(
        !found.text.contains("الأكثر قراءة") && !found.text.contains("الحقوق"),
        "{}",
        found.text
    );
    assert!(found.html.contains("<h2>تحقيق</h2>"), "{}", found.html);
    assert_eq!((found.method, found.wall), (Method::Blocks, None));
}

#[test]
fn line_breaks_make_paragraphs_where_there_are_none() {
    let body = format!("<div class=x>{PROSE}<br><br>{PROSE} ثانيا<br /> <br />{PROSE} ثالثا</div>");
    let found = read(&arabic_page(&body, ""), "https://a.example/n/1").article;
    assert_eq!(found.text.split("\n\n").count(), 3, "{}", found.text);
    assert_eq!(found.html.matches("<p>").count(), 3, "{}", found.html);
}

#[test]
fn html_keeps_structure_and_absolute_addresses() {
    let body = format!(
        "<article><p>{PROSE} <a href='/x'>رابط</a> و<b>مهم</b></p><ul><li>{PROSE}</li><li>{PROSE} ب</li></ul>\
         <figure><img data-src='/i.jpg' src='data:x' alt='قارب'><figcaption>صورة القارب</figcaption></figure>\
         <blockquote><p>{PROSE} ج</p></blockquote><p onclick=x()>{PROSE} د<script>bad()</script></p></article>"
    );
    let html = read(&arabic_page(&body, ""), "https://a.example/n/1").article.html;
    for part in [
        "href=\"https://a.example/x\"",
        "<strong>مهم</strong>",
        "<li>",
        "<blockquote>",
        "https://a.example/i.jpg",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("onclick") && !html.contains("bad()"), "{html}");
}

#[test]
fn announcements_of_other_articles_are_dropped() {
    for label in
        ["اقرأ أيضا:", "مواضيع ذات صلة", "Related posts", "À lire aussi :", "Te puede interesar"]
    {
        let body = format!(
            "<article><p>{PROSE}</p><p><strong>{label}</strong> <a href=/9>عنوان خبر آخر لا علاقة له</a></p>\
             <p>{PROSE} ثانيا</p><p>{PROSE} ثالثا</p><h3>{label}</h3><ul><li><a href=/7>خبر سابع</a><li><a href=/8>خبر ثامن</a></ul></article>"
        );
        let text = read(&arabic_page(&body, ""), "https://a.example/n/1").article.text;
        assert!(
            text.contains("ثالثا") && !text.contains(label) && !text.contains("عنوان خبر آخر"),
            "{text}"
        );
        assert!(!text.contains("خبر سابع") && !text.contains("خبر ثامن"), "{text}");
    }
}

#[test]
fn selectors_override_everything() {
    let body = format!(
        "<div class=odd><p>قصير</p><p class=ad>إعلان</p></div><div><p>{PROSE}</p><p>{PROSE}</p></div>"
    );
    let select = Select {
        body: Some(".odd".into()),
        title: Some(".meta".into()),
        remove: vec![".ad".into()],
        ..Select::default()
    };
    let rules = Rules::compile(&select).unwrap();
    let html = arabic_page(&body, "");
    let page = Page { bytes: html.as_bytes(), ..Page::default() };
    let found = extract(&page, Some(&rules), None).unwrap().article;
    assert_eq!((found.text.as_str(), found.method), ("قصير", Method::Select));
    assert!(found.title.unwrap().contains("سعاد"));
    assert!(Rules::compile(&Select { body: Some("p[".into()), ..Select::default() }).is_err());
}

fn selected(html: &str, body: Option<&str>, remove: &[&str]) -> Extraction {
    let select = Select {
        body: body.map(str::to_owned),
        remove: remove.iter().map(|css| (*css).to_owned()).collect(),
        ..Select::default()
    };
    let address = url("https://a.example/n/1");
    let page = Page { bytes: html.as_bytes(), url: Some(&address), ..Page::default() };
    extract(&page, Some(&Rules::compile(&select).unwrap()), None).unwrap()
}

#[test]
fn nothing_is_added_to_the_body_that_a_selector_names_nor_taken_from_it() {
    // Each of these would be changed by something where no selector said what the body is.
    let refrain = format!("<p>{PROSE}</p>");
    let odd = format!(
        "<div class=odd><p>بقلم سعاد العلي</p>{refrain}<p><strong>اقرأ أيضا:</strong> <a href=/9>خبر آخر</a></p>{refrain}</div>\
         <div class=rest>{refrain}<p>{PROSE} تتمة</p></div>"
    );
    let amp = "<link rel=amphtml href='/amp/1'>";
    let found = selected(&arabic_page(&odd, amp), Some(".odd"), &[]);
    let expected =
        ["بقلم سعاد العلي", PROSE, "اقرأ أيضا: خبر آخر", PROSE].map(str::to_owned).join("\n\n");
    assert_eq!((found.article.text, found.article.method), (expected, Method::Select));
    // Short, with a longer text in data and in an AMP version; and words of a wall around it.
    let state = serde_json::json!({"@type": "NewsArticle", "articleBody": PROSE.repeat(8)});
    let head = format!("{amp}<script type='application/ld+json'>{state}</script>");
    let wall = "<form>تسجيل الدخول كلمة المرور <input type=\"password\"></form>";
    let short = format!("<div class=odd><p>خبر قصير.</p></div>{wall}");
    let found = selected(&arabic_page(&short, &head), Some(".odd"), &[]);
    assert_eq!((found.article.text.as_str(), found.article.wall), ("خبر قصير.", None));
    assert_eq!(found.plainer, None);
    let usual = selected(&arabic_page(&short, &head), Some(".gone"), &[]).article;
    assert_eq!(usual.method, Method::Data, "a selector that matches nothing says nothing");
}

#[test]
fn a_selector_may_name_inline_elements() {
    let body = format!(
        "<div>قبل <span class=copy>{PROSE}<br><br>{PROSE} ثانيا <i class=credit>تصوير: فلان</i></span> بعد</div>"
    );
    let text = selected(&arabic_page(&body, ""), Some("span.copy"), &["i.credit"]).article.text;
    assert_eq!(text, format!("{PROSE}\n\n{PROSE} ثانيا"));
}

#[test]
fn removal_alone_leaves_everything_else_as_usual() {
    let paragraphs = format!(
        "<p>{PROSE} أولا</p><p>{PROSE} ثانيا <span class=x>علامة</span></p><p>{PROSE} ثالثا</p>"
    );
    // The copy is removed: the text itself is no repetition of it.
    let body = format!(
        "<article><div class=copy><p>{PROSE} أولا</p></div>{paragraphs}<div class=live><p>{PROSE} بث</p></div></article>"
    );
    let found = selected(&arabic_page(&body, ""), None, &[".copy", ".x", ".live"]).article;
    let expected = format!("{PROSE} أولا\n\n{PROSE} ثانيا\n\n{PROSE} ثالثا");
    assert_eq!((found.text, found.method), (expected, Method::Blocks));
    assert!(!found.html.contains("علامة") && !found.html.contains("بث"), "{}", found.html);
    // What is removed does not come back from the page's data.
    let texts = [" أولا", " ثانيا", " ثالثا", " رابعا"].map(|n| format!("{PROSE}{n}"));
    let state = serde_json::json!({"@type": "NewsArticle", "articleBody": texts.join("\n")});
    let head = format!("<script type='application/ld+json'>{state}</script>");
    let body = format!("<article><p>مقدمة.</p><div class=live><p>{}</p></div></article>", texts[3]);
    let found = selected(&arabic_page(&body, &head), None, &[".live"]).article;
    assert_eq!((found.text, found.method), (texts[..3].join("\n\n"), Method::Data));
}

#[test]
fn walls_are_named() {
    let wall = |html: &str| read(html, "https://a.example/n/1").article.wall;
    let robot = "<html><title>Just a moment...</title><body><h1>a.example</h1><p>Checking your browser before accessing the site.</p><div class=g-recaptcha></div>";
    assert_eq!(wall(robot), Some(Wall::Challenge));
    let consent = "<body><h1>Your privacy</h1><p>We use cookies. With your consent we and our partners store cookies.</p><button>Accept cookies</button><button>Manage consent</button>";
    assert_eq!(wall(consent), Some(Wall::Consent));
    let login = "<body><h1>تسجيل الدخول</h1><form><label>البريد</label><input><label>كلمة المرور</label><input type=\"password\"><button>تسجيل الدخول</button></form>";
    assert_eq!(wall(login), Some(Wall::Login));
    let pay = arabic_page(
        &format!(
            "<article><p>{PROSE}</p></article><div class=paywall><p>هذا المحتوى للمشتركين فقط. اشترك الآن.</p></div>"
        ),
        "",
    );
    assert_eq!(wall(&pay), Some(Wall::Paywall));
    let open =
        arabic_page(&format!("<article>{}</article>", format!("<p>{PROSE}</p>").repeat(9)), "");
    assert_eq!(wall(&open), None);
}

#[test]
fn bytes_of_other_kinds_are_errors() {
    let error = |bytes: &[u8]| {
        extract(&Page { bytes, ..Page::default() }, None, None).err().map(|e| e.kind())
    };
    assert_eq!(error(b" \n "), Some("empty"));
    assert_eq!(error(b"%PDF-1.7 ..."), Some("not_html"));
    assert_eq!(error(b"plain text"), None);
    assert_eq!(error(b"\xff\xfe\x00<"), None);
}

#[test]
fn old_arabic_encodings_are_read() {
    let html = arabic_page(&format!("<div><p>{PROSE}</p><p>{PROSE}</p></div>"), "")
        .replace("utf-8", "windows-1256");
    let (bytes, _, _) = encoding_rs::WINDOWS_1256.encode(&html);
    let found = extract(&Page { bytes: &bytes, ..Page::default() }, None, None).unwrap().article;
    assert!(
        found.text.contains("المهاجرين") && found.lang.as_deref() == Some("ar"),
        "{}",
        found.text
    );
}

#[test]
fn hostile_pages_end_soon() {
    let bombs = [
        "<div>".repeat(100_000),
        "<ul><li>".repeat(64_000),
        format!("<table>{}", "<tr><b>x".repeat(50_000)),
        format!("{}{}{}", "<a>".repeat(20_000), "<i>".repeat(20_000), "</a>".repeat(20_000)),
        format!("<p {}", (0..200_000).map(|n| format!("a{n}=1 ")).collect::<String>()),
        format!("<script type=application/ld+json>{}", "[".repeat(500_000)),
        "<p>x".repeat(200_000),
        "<p>one two three, four. ".repeat(100_000),
        format!("<h1>{}</h1>", "ن ".repeat(500_000)),
    ];
    for (n, bomb) in bombs.iter().enumerate() {
        let start = std::time::Instant::now();
        let _ = extract(&Page { bytes: bomb.as_bytes(), ..Page::default() }, None, None);
        assert!(start.elapsed().as_secs() < 20, "bomb {n}: {:?}", start.elapsed());
    }
}

/// Words kept that belong to the article, words kept, words of the article.
fn overlap(found: &str, truth: &[String]) -> (usize, usize, usize) {
    let mut left: std::collections::HashMap<&str, usize> = Default::default();
    let words = truth.iter().flat_map(|p| p.split_whitespace());
    let all = words.map(|w| *left.entry(w).or_default() += 1).count();
    let kept: Vec<&str> = found.split_whitespace().collect();
    let right = kept
        .iter()
        .filter(|w| left.get_mut(**w).is_some_and(|n| n.checked_sub(1).map(|m| *n = m).is_some()))
        .count();
    (right, kept.len(), all)
}

/// Precision, recall and the number of junk boxes kept, over the pages of one site.
fn measure(site: &sites::Site, template: Option<&SiteTemplate>) -> (f64, f64, usize) {
    let (mut right, mut kept, mut all, mut junk) = (0, 0, 0, 0);
    for made in &site.pages {
        let address = url(&made.url);
        let page = Page { bytes: made.html.as_bytes(), url: Some(&address), ..Page::default() };
        let text = extract(&page, None, template).unwrap().article.text;
        let (r, k, a) = overlap(&text, &made.paragraphs);
        (right, kept, all) = (right + r, kept + k, all + a);
        junk += site.junk.iter().filter(|j| text.contains(**j)).count();
    }
    (right as f64 / kept.max(1) as f64, right as f64 / all as f64, junk)
}

fn learnt(site: &sites::Site) -> SiteTemplate {
    let mut template = SiteTemplate::default();
    for made in &site.pages {
        template.learn(&read(&made.html, &made.url).blocks, None);
    }
    template
}

#[test]
fn what_repeats_over_a_sites_pages_is_gone() {
    let mut alone = 0.0;
    let mut taught = 0.0;
    for layout in 0..sites::LAYOUTS {
        for arabic in [true, false] {
            let site = sites::site(layout, arabic, 10);
            let template = learnt(&site);
            let before = measure(&site, None);
            let after = measure(&site, Some(&template));
            println!(
                "layout {layout} arabic {arabic}: alone P {:.3} R {:.3} junk {}, template P {:.3} R {:.3} junk {}",
                before.0, before.1, before.2, after.0, after.1, after.2
            );
            assert_eq!(after.2, 0, "layout {layout}, arabic {arabic}: junk is left");
            assert!(after.0 >= before.0 && after.1 >= before.1 - 0.01 && after.1 > 0.95);
            (alone, taught) = (alone + before.0 / 10.0, taught + after.0 / 10.0);
        }
    }
    println!("precision alone {alone:.4}, with templates {taught:.4}");
    assert!(taught > alone && taught > 0.985, "{alone} {taught}");
}

#[test]
fn a_template_survives_storage_and_repeats() {
    let site = sites::site(0, true, 6);
    let mut template = learnt(&site);
    let stored = serde_json::to_string(&template).unwrap();
    assert!(stored.len() < 200_000);
    assert_eq!(serde_json::from_str::<SiteTemplate>(&stored).unwrap(), template);
    let before = template.clone();
    template.learn(&read(&site.pages[3].html, &site.pages[3].url).blocks, None);
    assert_eq!(template, before, "the same page again teaches nothing");
}

#[test]
fn a_page_read_again_keeps_its_body() {
    // The same article at another time: one paragraph more, the rest equal.
    let site = sites::site(0, true, 4);
    let template = learnt(&site);
    let again = site.pages[2].html.replacen("<p>", &format!("<p>{PROSE}</p><p>"), 1);
    let page = Page { bytes: again.as_bytes(), ..Page::default() };
    let text = extract(&page, None, Some(&template)).unwrap().article.text;
    assert!(site.pages[2].paragraphs.iter().all(|p| text.contains(p.as_str())), "{text}");
}

#[test]
fn a_new_layout_is_noticed_and_learnt() {
    let mut template = learnt(&sites::site(0, true, 8));
    let new = sites::site(4, true, 9);
    let page = |made: &sites::Made, template: &SiteTemplate| {
        extract(&Page { bytes: made.html.as_bytes(), ..Page::default() }, None, Some(template))
            .unwrap()
    };
    assert!(page(&new.pages[0], &template).layout_changed);
    let learnt = |made: &sites::Made| template.learn(&read(&made.html, &made.url).blocks, None);
    let said: Vec<bool> = new.pages.iter().map(learnt).collect();
    assert_eq!(said.iter().filter(|said| **said).count(), 1, "said once: {said:?}");
    assert!(!said[0], "one page is no layout");
    assert!(!page(&new.pages[8], &template).layout_changed);
}
