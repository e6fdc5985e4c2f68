//! The query part of our addresses: read with every value checked, and written back.

use url::form_urlencoded::{Serializer, parse};

use super::catalog::Catalog;
use crate::model::{Cursor, Filter, SourceKind};
use crate::publish::Tongue;

/// Values of one criterion, and criteria in all: more is not a reader's question.
const MAX_VALUES: usize = 60;
/// Characters of a search.
const MAX_WORDS: usize = 200;

/// The names of all parameters.
pub const CRITERIA: [&str; 9] =
    ["topic", "lang", "country", "source", "kind", "q", "score", "before", "ui"];

/// What an address asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Which entries.
    pub filter: Filter,
    /// Only entries older than this place.
    pub before: Option<Cursor>,
    /// Interface language, where the address chooses one.
    pub ui: Option<Tongue>,
}

/// Why an address was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadQuery {
    what: What,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Name,
    Topic,
    Lang,
    Country,
    Source,
    Kind,
    Score,
    Cursor,
    Interface,
    TooMany,
    TooLong,
}

impl BadQuery {
    /// What is wrong, a whole sentence.
    pub fn sentence(&self, tongue: Tongue) -> String {
        let [ar, en, es, fr] = match self.what {
            What::Name => [
                "لا نعرف المعيار «{}». المعايير هي topic وlang وcountry وsource وkind وq وscore.",
                "There is no criterion “{}”; there are topic, lang, country, source, kind, q and score.",
                "No existe el criterio «{}»; existen topic, lang, country, source, kind, q y score.",
                "Il n’y a pas de critère « {} » ; il y a topic, lang, country, source, kind, q et score.",
            ],
            What::Topic => [
                "لا يوجد موضوع اسمه «{}».",
                "There is no topic “{}”; the page of topics lists them.",
                "No existe el tema «{}»; la página de temas los enumera.",
                "Il n’y a pas de thème « {} » ; la page des thèmes les énumère.",
            ],
            What::Lang => [
                "«{}» ليس رمز لغة؛ اكتب رمزًا مثل ar أو fr.",
                "“{}” is not a language; write a code such as ar or fr.",
                "«{}» no es un idioma; escriba un código como ar o fr.",
                "« {} » n’est pas une langue ; écrivez un code comme ar ou fr.",
            ],
            What::Country => [
                "«{}» ليس رمز بلد؛ اكتب رمزًا مثل MA أو TN.",
                "“{}” is not a country; write a code such as MA or TN.",
                "«{}» no es un país; escriba un código como MA o TN.",
                "« {} » n’est pas un pays ; écrivez un code comme MA ou TN.",
            ],
            What::Source => [
                "لا يوجد مصدر اسمه «{}».",
                "There is no source “{}”; the page of sources lists them.",
                "No existe la fuente «{}»; la página de fuentes las enumera.",
                "Il n’y a pas de source « {} » ; la page des sources les énumère.",
            ],
            What::Kind => [
                "لا يوجد نوع مصدر اسمه «{}».",
                "There is no kind of source “{}”.",
                "No existe el tipo de fuente «{}».",
                "Il n’y a pas de genre de source « {} ».",
            ],
            What::Score => [
                "الدرجة «{}» ليست عددًا بين 0 و1000.",
                "The score “{}” is not a number from 0 to 1000.",
                "La puntuación «{}» no es un número de 0 a 1000.",
                "Le score « {} » n’est pas un nombre de 0 à 1000.",
            ],
            What::Cursor => [
                "«{}» ليس موضعًا في القائمة.",
                "“{}” is not a place in the list.",
                "«{}» no es un lugar de la lista.",
                "« {} » n’est pas une position dans la liste.",
            ],
            What::Interface => [
                "لغة الواجهة «{}» غير متاحة؛ المتاح ar وen وes وfr.",
                "The interface does not speak “{}”; it speaks ar, en, es and fr.",
                "La interfaz no habla «{}»; habla ar, en, es y fr.",
                "L’interface ne parle pas « {} » ; elle parle ar, en, es et fr.",
            ],
            What::TooMany => [
                "قيم كثيرة في هذا العنوان.",
                "There are too many values in this address.",
                "Hay demasiados valores en esta dirección.",
                "Il y a trop de valeurs dans cette adresse.",
            ],
            What::TooLong => [
                "عبارة البحث أطول من 200 حرف.",
                "The search is longer than 200 characters.",
                "La búsqueda tiene más de 200 caracteres.",
                "La recherche dépasse 200 caractères.",
            ],
        };
        let template = match tongue {
            Tongue::Ar => ar,
            Tongue::En => en,
            Tongue::Es => es,
            Tongue::Fr => fr,
        };
        let value: String = self.value.chars().filter(|char| !char.is_control()).take(60).collect();
        template.replace("{}", &value)
    }
}

/// Reads the query part of an address.
pub fn read(query: Option<&str>, catalog: &Catalog) -> Result<Asked, BadQuery> {
    let mut asked = Asked::default();
    for (count, (name, value)) in parse(query.unwrap_or_default().as_bytes()).enumerate() {
        if count == MAX_VALUES {
            return Err(bad(What::TooMany, ""));
        }
        let value = value.trim();
        // A form sends the fields that were left empty, too.
        if !value.is_empty() {
            read_one(&mut asked, &name, value, catalog)?;
        }
    }
    let filter = &mut asked.filter;
    for list in [
        &mut filter.topics,
        &mut filter.langs,
        &mut filter.countries,
        &mut filter.sources,
        &mut filter.words,
    ] {
        list.sort();
        list.dedup();
    }
    filter.kinds.sort();
    filter.kinds.dedup();
    Ok(asked)
}

fn read_one(asked: &mut Asked, name: &str, value: &str, catalog: &Catalog) -> Result<(), BadQuery> {
    let filter = &mut asked.filter;
    let letters = |lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    match name {
        "topic" if catalog.topic(value).is_some() => filter.topics.push(value.to_owned()),
        "topic" => return Err(bad(What::Topic, value)),
        "lang" if letters(2..=3) => filter.langs.push(value.to_ascii_lowercase()),
        "lang" => return Err(bad(What::Lang, value)),
        "country" if letters(2..=3) => filter.countries.push(value.to_ascii_uppercase()),
        "country" => return Err(bad(What::Country, value)),
        "source" if catalog.source(value).is_some() => filter.sources.push(value.to_owned()),
        "source" => return Err(bad(What::Source, value)),
        "kind" => {
            let kind = SourceKind::parse(value).ok_or_else(|| bad(What::Kind, value))?;
            filter.kinds.push(kind);
        }
        "q" if value.chars().count() > MAX_WORDS => return Err(bad(What::TooLong, "")),
        "q" => filter.words.push(value.split_whitespace().collect::<Vec<_>>().join(" ")),
        "score" => filter.min_score = Some(score(value)?),
        "before" => {
            asked.before = Some(value.parse().map_err(|_| bad(What::Cursor, value))?);
        }
        "ui" => {
            asked.ui = Some(Tongue::parse(value).ok_or_else(|| bad(What::Interface, value))?);
        }
        // What others add to links on their way.
        _ if name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "ref") => {}
        _ => return Err(bad(What::Name, name)),
    }
    Ok(())
}

fn score(value: &str) -> Result<f64, BadQuery> {
    let score = value.parse::<f64>().ok().filter(|score| (0.0..=1000.0).contains(score));
    score.ok_or_else(|| bad(What::Score, value))
}

fn bad(what: What, value: &str) -> BadQuery {
    BadQuery { what, value: value.to_owned() }
}

/// Writes a filter as the query part of an address, the same for the same filter; empty for none.
pub fn write(filter: &Filter) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in pairs(filter) {
        query.append_pair(name, &value);
    }
    query.finish()
}

/// The criteria of a filter one by one, as an address names them.
pub fn pairs(filter: &Filter) -> Vec<(&'static str, String)> {
    let lists = [
        ("topic", &filter.topics),
        ("lang", &filter.langs),
        ("country", &filter.countries),
        ("source", &filter.sources),
        ("q", &filter.words),
    ];
    let mut pairs: Vec<_> = lists
        .into_iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value.clone())))
        .collect();
    pairs.extend(filter.kinds.iter().map(|kind| ("kind", kind.as_str().to_owned())));
    pairs.extend(filter.min_score.iter().map(|score| ("score", score.to_string())));
    pairs
}

/// The filter with `value` of criterion `name` added, or removed where it was there.
pub fn toggled(filter: &Filter, name: &str, value: &str) -> Filter {
    let mut filter = filter.clone();
    let list = match name {
        "topic" => &mut filter.topics,
        "lang" => &mut filter.langs,
        "country" => &mut filter.countries,
        "source" => &mut filter.sources,
        "kind" => {
            match filter.kinds.iter().position(|kind| kind.as_str() == value) {
                Some(at) => drop(filter.kinds.remove(at)),
                None => filter.kinds.extend(SourceKind::parse(value)),
            }
            return filter;
        }
        "q" => &mut filter.words,
        _ => {
            filter.min_score = None;
            return filter;
        }
    };
    match list.iter().position(|known| known == value) {
        Some(at) => drop(list.remove(at)),
        None => {
            list.push(value.to_owned());
            list.sort();
        }
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::catalog;

    #[test]
    fn an_address_is_read_and_written_back() {
        let asked = read(
            Some("topic=mig&lang=AR&lang=fr&lang=ar&country=ma&q=+%D9%82%D8%A7%D8%B1%D8%A8++x&score=2.5&before=5-7&ui=fr&source=&utm_source=x"),
            &catalog(),
        )
        .unwrap();
        assert_eq!(asked.filter.langs, ["ar", "fr"]);
        assert_eq!(asked.filter.words, ["قارب x"]);
        assert_eq!(asked.before, "5-7".parse().ok());
        assert_eq!(asked.ui, Some(Tongue::Fr));
        let written = write(&asked.filter);
        assert_eq!(
            written,
            "topic=mig&lang=ar&lang=fr&country=MA&q=%D9%82%D8%A7%D8%B1%D8%A8+x&score=2.5"
        );
        assert_eq!(read(Some(&written), &catalog()).unwrap().filter, asked.filter);
        assert_eq!(read(None, &catalog()).unwrap(), Asked::default());
    }

    #[test]
    fn bad_values_are_refused_in_a_sentence_of_every_language() {
        let long = format!("q={}", "x".repeat(201));
        let many = "lang=ar&".repeat(61);
        for query in [
            "topic=nope",
            "lang=a",
            "lang=arab",
            "country=1",
            "source=nope",
            "kind=blog",
            "score=NaN",
            "score=-1",
            "before=x",
            "ui=de",
            "topics=mig",
            &long,
            &many,
        ] {
            let bad = read(Some(query), &catalog()).expect_err(query);
            for tongue in Tongue::ALL {
                let sentence = bad.sentence(tongue);
                assert!(sentence.ends_with('.') && !sentence.contains("{}"), "{sentence}");
            }
        }
    }

    #[test]
    fn a_link_toggles_its_value() {
        let filter = toggled(&Filter::default(), "lang", "ar");
        assert_eq!(write(&filter), "lang=ar");
        assert!(toggled(&filter, "lang", "ar").is_empty());
        let filter = toggled(&filter, "kind", "ngo");
        assert_eq!(write(&filter), "lang=ar&kind=ngo");
        assert_eq!(write(&toggled(&filter, "kind", "ngo")), "lang=ar");
    }
}
