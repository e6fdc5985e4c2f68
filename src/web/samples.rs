//! A made-up catalog and made-up entries for the pages' tests.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Settings;
use super::catalog::{Catalog, Localised, OutputFeed, TopicInfo};
use crate::fetch::Guard;
use crate::model::{
    ContentPolicy, Facets, Filter, PublishedEntry, ScrapePolicy, Source, SourceFormat, SourceKind,
    SourceMode, Time, TopicLabel, Verdict, Zone,
};
use crate::publish::Tongue;
use crate::publish::samples::{arabic, plain, score, time};

/// The moment at which the pages are made.
pub fn now() -> Time {
    time("2026-02-03T12:00:00Z")
}

/// Settings that trust the proxy 10.0.0.1.
pub fn settings() -> Settings {
    Settings {
        base_url: "https://rasad.example".parse().expect("an address"),
        tag_authority: "rasad.example,2026".to_owned(),
        lang: Tongue::Ar,
        page_size: 10,
        query_rate: 20,
        timeout: Duration::from_secs(1),
        cache_time: Duration::ZERO,
        hub: false,
        lease: Duration::from_secs(86400),
        callbacks: Guard::default(),
        admin_token: None,
        admin_header: None,
        trusts: Arc::new(|address| address == IpAddr::from([10, 0, 0, 1])),
        decide: Arc::new(|_| Box::pin(async { Ok(false) })),
    }
}

pub fn texts(ar: &str, en: &str, fr: &str, es: &str) -> Localised {
    let all = [("ar", ar), ("en", en), ("fr", fr), ("es", es)];
    Localised(all.into_iter().map(|(tag, text)| (tag.to_owned(), text.to_owned())).collect())
}

fn topic(id: &str, label: Localised, about: Localised) -> TopicInfo {
    let parent = id.split_once('.').map(|(root, _)| root.to_owned());
    TopicInfo { id: id.to_owned(), parent, label, description: about }
}

fn source(id: &str, name: &str, lang: &str, country: &str, kind: SourceKind) -> Source {
    Source {
        id: id.to_owned(),
        name: name.to_owned(),
        url: format!("https://{id}.example/feed"),
        lang: Some(lang.to_owned()),
        country: Some(country.to_owned()),
        kind,
        format: SourceFormat::Feed,
        mode: SourceMode::Filter,
        weight: 1.0,
        schedule: "adaptive".to_owned(),
        timezone: None,
        content: ContentPolicy::Full,
        scrape: ScrapePolicy::Auto,
        select: None,
        list: None,
        enabled: true,
        note: None,
        topics: Vec::new(),
        names: BTreeMap::new(),
    }
}

fn feed(id: &str, title: Localised, filter: Filter) -> OutputFeed {
    OutputFeed {
        id: id.to_owned(),
        title,
        description: texts(
            "كل ما نرصده في هذا الباب، كل نص مرة واحدة.",
            "All that is watched here, each text once.",
            "Tout ce qui est suivi ici, chaque texte une fois.",
            "Todo lo que se sigue aquí, cada texto una vez.",
        ),
        lang: Tongue::Ar,
        filter,
        content: ContentPolicy::Full,
        limit: 50,
    }
}

/// A small catalog.
pub fn catalog() -> Catalog {
    let none = Localised::default;
    let about = texts(
        "القوارب والشواطئ والإنقاذ والضحايا في البحر.",
        "Boats, shores, rescues and deaths at sea.",
        "Bateaux, côtes, secours et morts en mer.",
        "Barcos, costas, rescates y muertes en el mar.",
    );
    let ht = Filter { topics: vec!["ht".to_owned()], ..Filter::default() };
    let mig = Filter { topics: vec!["mig".to_owned()], ..Filter::default() };
    let ht_name = texts(
        "الاتجار بالبشر والاستغلال",
        "Human trafficking and exploitation",
        "Traite des êtres humains et exploitation",
        "Trata de personas y explotación",
    );
    let mig_name =
        texts("الهجرة واللجوء", "Migration and asylum", "Migration et asile", "Migración y asilo");
    Catalog {
        title: texts("رصد", "Rasad", "Rasad", "Rasad"),
        feeds: vec![
            feed("all", texts("كل المواضيع", "Everything", "Tout", "Todo"), Filter::default()),
            feed("ht", ht_name.clone(), ht),
            feed("mig", mig_name.clone(), mig),
        ],
        topics: vec![
            topic("ht", ht_name, none()),
            topic(
                "ht.labour",
                texts("العمل القسري", "Forced labour", "Travail forcé", "Trabajo forzoso"),
                none(),
            ),
            topic(
                "ht.child",
                texts(
                    "استغلال الأطفال",
                    "Child exploitation",
                    "Exploitation des enfants",
                    "Explotación infantil",
                ),
                none(),
            ),
            topic("mig", mig_name, none()),
            topic(
                "mig.sea",
                texts(
                    "طرق البحر والإنقاذ",
                    "Sea routes and rescue",
                    "Routes maritimes et secours",
                    "Rutas marítimas y rescate",
                ),
                about,
            ),
            topic("mig.asylum", texts("اللجوء", "Asylum", "Asile", "Asilo"), none()),
            topic(
                "mig.return",
                texts(
                    "العودة والترحيل",
                    "Return and deportation",
                    "Retours et expulsions",
                    "Retornos y deportaciones",
                ),
                none(),
            ),
        ],
        sources: vec![
            source("wakala", "وكالة المثال للأنباء", "ar", "MA", SourceKind::Agency),
            source("sahil", "جريدة الساحل", "ar", "TN", SourceKind::Media),
            source("littoral", "Le Littoral", "fr", "SN", SourceKind::Media),
            source("harbour", "Harbour Watch", "en", "INT", SourceKind::Ngo),
            source("observatorio", "Observatorio del Sur", "es", "ES", SourceKind::Research),
        ],
        excerpt_chars: 600,
    }
}

/// How often each value occurs.
pub fn facets() -> Facets {
    let counted = |pairs: &[(&str, u64)]| {
        pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    Facets {
        topics: counted(&[
            ("mig", 1480),
            ("mig.sea", 611),
            ("ht", 402),
            ("mig.asylum", 230),
            ("ht.labour", 120),
            ("mig.return", 99),
            ("ht.child", 31),
        ]),
        langs: counted(&[("ar", 903), ("fr", 512), ("en", 377), ("es", 90)]),
        countries: counted(&[
            ("MA", 320),
            ("TN", 301),
            ("LY", 188),
            ("ES", 150),
            ("SN", 77),
            ("IT", 70),
        ]),
        sources: counted(&[("wakala", 240), ("sahil", 177), ("littoral", 140), ("harbour", 75)]),
    }
}

fn topics(ids: &[&str]) -> Vec<TopicLabel> {
    ids.iter().map(|id| TopicLabel { id: (*id).to_owned(), label: (*id).to_owned() }).collect()
}

/// Entries of three days in three languages, newest first.
pub fn entries() -> Vec<PublishedEntry> {
    let body = "<p>نظمت اللجنة الوطنية، أمس بالرباط، ورشة حول حماية ضحايا الاتجار بالبشر، شارك فيها قضاة وممثلون عن جمعيات تعمل مع المهاجرين.</p><p>وقالت المتحدثة إن عدد الملفات المحالة على المحاكم بلغ 162 ملفًا خلال سنة 2025، مقابل 131 في السنة التي سبقتها، وإن نصف الضحايا تقريبًا من القاصرين.</p><blockquote><p>«لا تكفي العقوبات وحدها؛ يحتاج الضحايا إلى مأوى وترجمة ومواكبة».</p></blockquote><p>وأوصى المشاركون بتوسيع شبكة مراكز الإيواء، وبتكوين مفتشي الشغل على رصد مؤشرات العمل القسري في الضيعات وورش البناء.</p><h2>الخطوات المقبلة</h2><ul><li>دليل موحد للتعرف على الضحايا.</li><li>رقم أخضر بخمس لغات.</li></ul>";
    let first = PublishedEntry {
        html: body.to_owned(),
        title: "ورشة في الرباط تدعو إلى مأوى وترجمة لضحايا الاتجار بالبشر".to_owned(),
        summary: "دعا قضاة وجمعيات في ورشة بالرباط إلى توسيع شبكة مراكز الإيواء لضحايا الاتجار بالبشر، وإلى رقم أخضر بخمس لغات، بعدما بلغ عدد الملفات المحالة على المحاكم 162 ملفًا خلال سنة 2025.".to_owned(),
        ..arabic()
    };
    let second = PublishedEntry {
        source_id: "littoral".to_owned(),
        source_name: "Le Littoral".to_owned(),
        countries: vec!["SN".to_owned(), "MR".to_owned()],
        topics: topics(&["mig.sea", "mig"]),
        summary: "Deux pirogues parties de Mbour ont été secourues au large de Nouadhibou ; cent quarante personnes, dont onze enfants, ont été ramenées à terre.".to_owned(),
        published: time("2026-02-03T07:10:00Z"),
        story: Some(5),
        verdict: Verdict { score: 6.2, topics: vec![score("mig.sea", &[("pirogue*", Zone::Title, 6.0), ("secourues", Zone::Lead, 1.5)])], ..Verdict::default() },
        ..plain(21, "fr", "Au large de Nouadhibou, deux pirogues secourues avec 140 personnes", "<p>Deux pirogues parties de Mbour ont été secourues.</p>")
    };
    let third = PublishedEntry {
        source_id: "harbour".to_owned(),
        source_name: "Harbour Watch".to_owned(),
        countries: vec!["LY".to_owned(), "IT".to_owned()],
        topics: topics(&["mig.sea", "mig.return"]),
        summary: "Survivors describe three days adrift before the coastguard of Zuwara turned the boat back; the ship’s log, seen by Harbour Watch, contradicts the official account.".to_owned(),
        published: time("2026-02-02T18:40:00Z"),
        copies: arabic().copies[..1].to_vec(),
        ..plain(22, "en", "“We waved for three days”: the log of a pushback off Zuwara", "<p>Survivors describe three days adrift.</p>")
    };
    let fourth = PublishedEntry {
        source_id: "sahil".to_owned(),
        source_name: "جريدة الساحل".to_owned(),
        countries: vec!["TN".to_owned()],
        topics: topics(&["mig.return"]),
        summary: "أكدت وزارة الداخلية أن 312 مهاجرًا من بلدان إفريقيا جنوب الصحراء اختاروا العودة الطوعية على متن رحلتين نظمتهما IOM خلال الأسبوع الماضي.".to_owned(),
        published: time("2026-02-02T09:00:00Z"),
        ..plain(23, "ar", "تونس: عودة طوعية لـ312 مهاجرًا بتنسيق مع IOM", "<p>أكدت الوزارة.</p>")
    };
    let fifth = PublishedEntry {
        source_id: "observatorio".to_owned(),
        source_name: "Observatorio del Sur".to_owned(),
        countries: vec!["ES".to_owned()],
        topics: topics(&["ht.labour"]),
        summary: "Un informe sobre 48 fincas de Huelva y Almería halla retención de pasaportes y jornadas de catorce horas.".to_owned(),
        published: time("2026-01-31T09:00:00Z"),
        ..plain(24, "es", "Pasaportes retenidos en el campo: 48 fincas bajo la lupa", "<p>Un informe.</p>")
    };
    vec![first, second, third, fourth, fifth]
}
