//! Renders every page with made-up data, so that people can look at them:
//! `cargo test --lib preview -- --ignored` writes them to `target/preview`.

use askama::Template;

use super::page::Visit;
use super::samples::{catalog, entries, facets, now};
use crate::model::{DayCount, Filter, Revision};
use crate::publish::Tongue;
use crate::web::lists::SourceHealth;

fn counts(of: &[&str]) -> Vec<DayCount> {
    let today = super::say::day(now());
    let mut counts = Vec::new();
    for (at, id) in of.iter().enumerate() {
        for back in 0..90_i64 {
            let seed = u64::try_from(back).unwrap() * 7919 + u64::try_from(at).unwrap() * 104_729;
            let count = (seed % 13) * (seed % 7) / (u64::try_from(at).unwrap() + 2);
            counts.push(DayCount { day: today - back, of: (*id).to_owned(), count });
        }
    }
    counts
}

#[test]
#[ignore = "writes files for people to look at"]
fn write_every_page() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/preview");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for asset in ["style.css", "copy.js", "icon.svg"] {
        let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(asset);
        std::fs::copy(from, folder.join("assets").join(asset)).unwrap();
    }
    let catalog = catalog();
    for tongue in Tongue::ALL {
        let visit = |filter: Filter, path: &'static str| Visit {
            catalog: &catalog,
            tongue,
            ui: None,
            now: now(),
            base_url: "https://rasad.example/",
            root: "./",
            path,
            filter,
        };
        let entries = entries();
        let filter = Filter {
            topics: vec!["mig".to_owned()],
            langs: vec!["ar".to_owned()],
            words: vec!["قارب".to_owned()],
            ..Filter::default()
        };
        // What stands in the text from its twelfth to its eighteenth word speaks for it.
        let text = crate::html::plain_text(&entries[0].html);
        let at = text.find("ضحايا").expect("the sample's text");
        let found =
            u32::try_from(at).ok().zip(u32::try_from(at + "ضحايا الاتجار بالبشر".len()).ok());
        let mut verdict = entries[0].verdict.clone();
        for evidence in verdict.topics.iter_mut().flat_map(|topic| &mut topic.evidence) {
            evidence.field = crate::model::Zone::Body;
            evidence.span = found;
        }
        let lead = Some(crate::store::LeadText { text, verdict });
        let revision = Revision { seen: now(), title: entries[0].title.clone(), chars: 1840 };
        let topics =
            counts(&["mig", "ht", "mig.sea", "ht.labour", "mig.asylum", "mig.return", "ht.child"]);
        let health: Vec<_> = catalog
            .sources
            .iter()
            .enumerate()
            .map(|(at, source)| SourceHealth {
                id: source.id.clone(),
                last_success: (at != 3).then(|| now() - chrono::Duration::minutes(17)),
                last_new: Some(now() - chrono::Duration::days(if at == 4 { 60 } else { 1 })),
                error: (at == 2).then(|| "The server refused the connection.".to_owned()),
            })
            .collect();
        let ids: Vec<&str> = catalog.sources.iter().map(|source| source.id.as_str()).collect();
        let home = visit(Filter::default(), "");
        let pages = [
            ("home", home.home(&entries, true, false, &facets()).render()),
            ("filtered", visit(filter, "").home(&entries[..1], false, true, &facets()).render()),
            ("entry", home.entry(&entries[0], &entries[1..3], &[revision], lead.as_ref()).render()),
            ("story", home.story(&entries[..3]).render()),
            ("topics", home.topics(&topics, &facets()).render()),
            ("sources", home.sources(&health, &counts(&ids)).render()),
            ("feeds", home.feeds().render()),
            ("error", home.error(home.t().not_found, "").render()),
        ];
        for (name, html) in pages {
            let file = folder.join(format!("{name}-{}.html", tongue.tag()));
            std::fs::write(file, html.unwrap()).unwrap();
        }
    }
}
