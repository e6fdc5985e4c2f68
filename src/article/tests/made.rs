//! Pages as they come in the wild, made up: what each must give.

use super::*;

const TITLE: &str = "Rescue teams save dozens off the southern coast";

/// A paragraph of an article; no two are the same.
fn paragraph(n: usize) -> String {
    format!(
        "Rescue teams brought ashore {n} dozen people on Tuesday, officials said, after a wooden boat began to take on \
         water off the southern coast; among them were women and children, who were taken to a shelter in part {n}."
    )
}

fn paragraphs(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|n| format!("<p>{}</p>", paragraph(n))).collect()
}

/// A page around a body.
fn around(body: &str) -> String {
    format!(
        "<html lang=en><head><meta charset=utf-8><title>{TITLE} | The Coast Courier</title>\
         <meta property=og:site_name content='The Coast Courier'></head><body><header><a href=/>The Coast Courier</a>\
         <nav><ul><li><a href=/a>Home</a><li><a href=/b>Politics</a><li><a href=/c>Sport</a></ul></nav></header>{body}\
         <aside class=sidebar><h3>Most read</h3><ul><li><a href=/1>A first long headline about politics</a>\
         <li><a href=/2>Another long headline about sport</a></ul></aside>\
         <footer>© 2024 The Coast Courier. All rights reserved. <a href=/about>About</a></footer></body></html>"
    )
}

fn article(body: &str) -> Article {
    read(&around(body), "https://a.example/news/1").article
}

/// The text is these paragraphs, each once and in order, and nothing else.
#[track_caller]
fn is_whole(article: &Article, numbers: std::ops::Range<usize>) {
    let expected: Vec<String> = numbers.map(paragraph).collect();
    assert_eq!(article.text.split("\n\n").collect::<Vec<_>>(), expected);
}

#[test]
fn tables_of_layout_leave_no_trace() {
    let rows = [
        format!(
            "<table><tr><td><a href=/x>Archive</a></td><td><div><h1>{TITLE}</h1>{}</div></td></tr></table>",
            paragraphs(1..4)
        ),
        format!(
            "<table><tr><td><h1>{TITLE}</h1></td></tr><tr><td><font size=2>{}<br><br>{}<br><br>{}</font></td></tr></table>",
            paragraph(1),
            paragraph(2),
            paragraph(3)
        ),
    ];
    for body in rows {
        let found = article(&body);
        is_whole(&found, 1..4);
        assert!(
            !found.html.contains("<td") && found.html.matches("<p>").count() == 3,
            "{}",
            found.html
        );
    }
}

#[test]
fn tables_of_data_are_kept_row_by_row() {
    let rows: String = (1..300)
        .map(|n| {
            format!("<tr><td>Region {n}</td><td>{}</td><td>{} per cent</td></tr>", n * 17, n * 3)
        })
        .collect();
    let body = format!(
        "<article><h1>{TITLE}</h1>{}<table><tr><th>Region</th><th>2024</th><th>Change</th></tr>{rows}</table>{}</article>",
        paragraphs(1..3),
        paragraphs(3..4)
    );
    let found = article(&body);
    assert!(found.text.contains("\n\nRegion 299 5083 897 per cent\n\n"), "{}", found.text);
    assert!(found.text.ends_with(&paragraph(3)) && found.html.matches("<tr>").count() == 300);
}

#[test]
fn the_line_that_names_the_author_is_no_text() {
    for (line, name) in [
        ("<p>By Jane Holloway</p>", "Jane Holloway"),
        ("<p><strong>Par Claire Dumas</strong></p>", "Claire Dumas"),
        ("<div>بقلم سعاد العلي</div>", "سعاد العلي"),
    ] {
        let found =
            article(&format!("<div class=story><h1>{TITLE}</h1>{line}{}</div>", paragraphs(1..4)));
        is_whole(&found, 1..4);
        assert_eq!(found.author.as_deref(), Some(name));
    }
}

#[test]
fn a_live_blog_is_kept_whole() {
    let item = |n: usize| {
        format!(
            "<article class=item><time>1{n}.30</time><h2>Update from the harbour {n}</h2><p>{}</p></article>",
            paragraph(n)
        )
    };
    let items: String = (1..7).map(item).collect();
    let found =
        article(&format!("<main><h1>{TITLE}</h1><div class=live-feed>{items}</div></main>"));
    assert!((1..7).all(|n| found.text.contains(&paragraph(n))), "{}", found.text);
}

#[test]
fn the_next_articles_of_an_endless_page_are_left_out() {
    let other = |title: &str| {
        format!(
            "<article><h1>{title}</h1><p>The council voted on Monday to raise the price of parking in the old town, a \
             decision that shop owners called a blow, while residents said that it was overdue.</p><p>The vote was close: \
             twelve were for it and eleven against, and the mayor wants to look at it again in the autumn.</p></article>"
        )
    };
    let body = format!(
        "<div class=stream><article><h1>{TITLE}</h1>{}</article>{}{}</div>",
        paragraphs(1..5),
        other("Parking to cost more in the old town"),
        other("Library opens on Sundays again")
    );
    let text = article(&body).text;
    assert!(
        (1..5).all(|n| text.contains(&paragraph(n)))
            && !text.contains("council")
            && !text.contains("Library"),
        "{text}"
    );
}

#[test]
fn next_articles_under_lower_headings_are_left_out() {
    let council = "<p>The council voted on Monday to raise the price of parking in the old town, a decision that shop \
        owners called a blow, while residents said that it was overdue.</p><p>The vote was close: twelve were for it \
        and eleven against, and the mayor wants to look at it again in the autumn.</p>";
    let own = paragraphs(1..5);
    for body in [
        format!(
            "<main><article class=post><h1>{TITLE}</h1>{own}</article>\
             <article class=post><h2>Parking to cost more</h2>{council}</article></main>"
        ),
        format!(
            "<main><div class=story><h1 class=headline>{TITLE}</h1>{own}</div>\
             <div class=story><h2 class=headline>Parking to cost more</h2>{council}</div></main>"
        ),
    ] {
        is_whole(&article(&body), 1..5);
    }
    // Sections of one article are not its neighbours.
    let parts = format!(
        "<main><section class=part><h1 class=headline>{TITLE}</h1>{}</section>\
         <section class=part><h2>What happens next</h2>{}</section></main>",
        paragraphs(1..4),
        paragraphs(4..7)
    );
    let text = article(&parts).text;
    assert!((1..7).all(|n| text.contains(&paragraph(n))), "{text}");
}

#[test]
fn a_body_split_over_containers_is_whole() {
    let body = format!(
        "<div><h1>{TITLE}</h1><div class=c1>{}</div><div class=ad-slot>Advertisement</div><div class=c2>{}</div>\
         <div class=newsletter><p>Sign up to our newsletter and never miss a story.</p></div><div class=c3>{}</div></div>",
        paragraphs(1..3),
        paragraphs(3..5),
        paragraphs(5..7)
    );
    is_whole(&article(&body), 1..7);
}

#[test]
fn a_body_that_the_page_holds_twice_is_kept_once() {
    let text = paragraphs(1..5);
    for body in [
        format!(
            "<main><h1>{TITLE}</h1><div class=desktop-body>{text}</div><div class=mobile-body>{text}</div></main>"
        ),
        format!(
            "<main><h1>{TITLE}</h1><div class=body>{text}</div><div class=for-print style='display:none'>{text}</div></main>"
        ),
    ] {
        is_whole(&article(&body), 1..5);
    }
}

#[test]
fn a_text_that_only_a_script_holds_is_found() {
    let items: Vec<_> =
        (1..5).map(|n| serde_json::json!({"type": "p", "text": paragraph(n)})).collect();
    let state = serde_json::json!({"props": {"story": {"title": TITLE, "body": items}}});
    for body in [
        format!(
            "<div id=app><h1>{TITLE}</h1><p>Loading</p></div><script type=application/json>{state}</script>"
        ),
        format!("<div id=app></div><script>window.__STATE__ = {state};</script>"),
    ] {
        let found = article(&body);
        is_whole(&found, 1..5);
        assert_eq!(found.method, Method::Data);
    }
}

#[test]
fn related_boxes_are_dropped_in_many_languages() {
    for label in [
        "اقرأ أيضا",
        "مواضيع ذات صلة",
        "Related posts",
        "MORE:",
        "À lire aussi",
        "Te puede interesar",
        "Lesen Sie auch",
        "Leia também",
        "Leggi anche",
        "İlginizi çekebilir",
    ] {
        let body = format!(
            "<article><h1>{TITLE}</h1>{}<p>{label} <a href=/9>Other headline that has nothing to do with it</a></p>{}\
             <h4>{label}</h4><ul><li><a href=/7>Seventh headline of another day</a></li>\
             <li><a href=/8>Eighth headline of another day</a></li></ul></article>",
            paragraphs(1..2),
            paragraphs(2..5)
        );
        is_whole(&article(&body), 1..5);
    }
}

#[test]
fn walls_give_no_article() {
    let consent = "<div><h1>Your privacy matters to us</h1><p>We and our partners store cookies on a device. With your \
        consent we use cookies for personalised ads.</p><button>Accept all cookies</button></div>";
    let login = "<main><h1>Sign in</h1><form><label>Email</label><input><label>Password</label><input type='password'>\
        <button>Log in</button></form><p>Sign in to read this article.</p></main>";
    for (body, wall) in [(consent, Wall::Consent), (login, Wall::Login)] {
        let found = article(body);
        assert_eq!((found.wall, found.text.as_str(), found.method), (Some(wall), "", Method::None));
    }
    let pay = format!(
        "<article><h1>{TITLE}</h1>{}</article><div><p>Subscribe to continue reading. Already a subscriber?</p></div>",
        paragraphs(1..2)
    );
    assert_eq!(article(&pay).wall, Some(Wall::Paywall));
    let beside = format!(
        "<article><h1>{TITLE}</h1>{}</article><form>Login <input type=password> Password</form>",
        paragraphs(1..3)
    );
    assert_eq!(article(&beside).wall, None, "a form beside an article is no wall");
}
