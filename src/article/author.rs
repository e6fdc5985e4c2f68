//! The author as shown.

use scraper::{ElementRef, Html};
use serde_json::Value;

use super::facts::{Facts, squeeze};
use super::text_stats::letters;
use crate::html::plain_text;

/// Longest name kept, in characters.
const MAX_NAME: usize = 80;
/// Names kept.
const MAX_NAMES: usize = 8;
/// Names of `meta` that give the author.
const METAS: [&str; 9] = [
    "author",
    "article:author",
    "article.author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "og:article:author",
    "byl",
];
/// Words in front of a name.
const BY: [&str; 22] = [
    "by",
    "written by",
    "von",
    "par",
    "por",
    "di",
    "door",
    "av",
    "af",
    "text",
    "autor",
    "author",
    "words by",
    "posted by",
    "reporting by",
    "كتب",
    "كتبت",
    "بقلم",
    "تحرير",
    "كتابة",
    "إعداد",
    "اعداد",
];

/// Finds the author; several are joined by a comma.
pub(crate) fn find(doc: &Html, facts: &Facts<'_>, site: &[String]) -> Option<String> {
    let names = ld_names(facts);
    let names = if names.is_empty() { meta_names(facts) } else { names };
    let names = if names.is_empty() { marked(doc) } else { names };
    let mut kept: Vec<String> = Vec::new();
    for name in names.iter().filter_map(|n| clean(n)) {
        let is_site = site.iter().any(|s| letters(s) == letters(&name));
        if !is_site && !kept.iter().any(|k| letters(k) == letters(&name)) {
            kept.push(name);
        }
    }
    kept.truncate(MAX_NAMES);
    (!kept.is_empty()).then(|| kept.join(", "))
}

fn ld_names(facts: &Facts<'_>) -> Vec<String> {
    let of = |v: &Value| -> Vec<String> {
        let mut names = Vec::new();
        let mut rest = vec![v];
        while let Some(v) = rest.pop() {
            match v {
                Value::String(name) => names.push(name.clone()),
                Value::Array(items) => rest.extend(items.iter().rev().take(MAX_NAMES)),
                Value::Object(o) => match o.get("name") {
                    Some(name) => rest.push(name),
                    None => names.extend(by_id(facts, o.get("@id"))),
                },
                _ => {}
            }
        }
        names
    };
    let authors = facts.ld_articles().filter_map(|v| v.get("author").or_else(|| v.get("creator")));
    authors.map(of).find(|names| !names.is_empty()).unwrap_or_default()
}

fn by_id(facts: &Facts<'_>, id: Option<&Value>) -> Option<String> {
    let id = id?.as_str()?;
    let owner = facts.ld.iter().find(|v| v.get("@id").and_then(Value::as_str) == Some(id))?;
    Some(owner.get("name")?.as_str()?.to_owned())
}

fn meta_names(facts: &Facts<'_>) -> Vec<String> {
    let of = |name: &&str| {
        facts.metas.get(*name).cloned().filter(|v| v.iter().any(|n| clean(n).is_some()))
    };
    METAS.iter().find_map(of).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Elements marked as author: microdata, `rel=author`, then class names.
fn marked(doc: &Html) -> Vec<String> {
    let (mut best, mut names) = (0, Vec::new());
    for element in doc.tree.nodes().filter_map(ElementRef::wrap) {
        let rank = rank(element);
        if rank == 0 || rank < best {
            continue;
        }
        let text = squeeze(&element.text().take(12).collect::<Vec<_>>().join(" "));
        if clean(&text).is_none() {
            continue;
        }
        if rank > best {
            (best, names) = (rank, Vec::new());
        }
        names.push(text);
        if rank == 1 && names.len() > 1 {
            names.truncate(1);
        }
    }
    names.truncate(MAX_NAMES);
    names
}

fn rank(element: ElementRef<'_>) -> u8 {
    let has = |attr: &str, word: &str| {
        element
            .attr(attr)
            .is_some_and(|v| v.split_whitespace().any(|w| w.eq_ignore_ascii_case(word)))
    };
    if has("itemprop", "author") {
        4
    } else if has("rel", "author") {
        3
    } else {
        let Some(class) = element.attr("class") else { return 0 };
        let class = class.to_ascii_lowercase();
        let named = ["author-name", "author__name", "authorname", "byline-name", "byline__name"];
        let loose = ["byline", "author"];
        if named.iter().any(|w| class.contains(w)) {
            2
        } else {
            u8::from(loose.iter().any(|w| class.split([' ', '_', '-']).any(|c| c == *w)))
        }
    }
}

/// Words inside names that are written small.
const PARTICLES: [&str; 16] = [
    "de", "del", "della", "di", "da", "dos", "van", "von", "der", "den", "la", "le", "al", "bin",
    "ben", "el",
];
/// Words between two names.
const AND: [&str; 10] = ["and", "et", "und", "y", "e", "en", "og", "och", "i", "&"];

/// The author that a line names: "By …" and nothing but names after it.
pub(crate) fn byline(line: &str) -> Option<String> {
    let line = line.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let named = without_by(line)?;
    let name = clean(named)?;
    let words: Vec<&str> = name.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let names = words.iter().filter(|word| !AND.contains(*word)).count();
    let is_name = |word: &&str| {
        let first = word.chars().next().unwrap_or(' ');
        first.is_alphabetic() && !first.is_lowercase()
            || PARTICLES.contains(word)
            || AND.contains(word)
    };
    let told = line.ends_with(['.', '!', '?', '؟', '…', ':']) && !line.ends_with("Jr.");
    let only_names = words.iter().all(is_name) && !name.contains(char::is_numeric);
    ((2..=8).contains(&names) && only_names && !told && line.chars().count() <= MAX_NAME)
        .then_some(name)
}

/// What stands behind a word such as "By" at the start.
fn without_by(text: &str) -> Option<&str> {
    BY.iter().find_map(|by| {
        let head = text.get(..by.len()).filter(|head| head.to_lowercase() == *by);
        let rest = &text[head?.len()..];
        let rest = rest.starts_with([' ', ':', '/', '\u{a0}']).then_some(rest);
        rest.map(|rest| rest.trim_start_matches([' ', ':', '/', '\u{a0}']))
    })
}

/// A name without "By" and without what is no name.
fn clean(raw: &str) -> Option<String> {
    let text = squeeze(&plain_text(raw));
    let name = without_by(&text).unwrap_or(&text);
    let name =
        name.split(['|', '•', '\n']).next()?.trim().trim_end_matches([',', ';', '-', '–']).trim();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let no_name = name.contains("://")
        || name.contains("www.")
        || name.contains('@')
        || name.contains('{')
        || name.chars().count() > MAX_NAME
        || letters < 2
        || ["admin", "administrator", "editor", "staff", "null", "undefined", "author"]
            .contains(&name.to_lowercase().as_str());
    (!no_name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_an_author_are_known() {
        for (line, name) in [
            ("بقلم سعاد العلي", "سعاد العلي"),
            ("كتب: أحمد منصور", "أحمد منصور"),
            ("Par Claire Dumas", "Claire Dumas"),
            ("By Jane Holloway and Ali Haddad", "Jane Holloway and Ali Haddad"),
            ("Von Anna von der Heide", "Anna von der Heide"),
            ("Por Lucía Fernández | 3 de mayo", "Lucía Fernández"),
        ] {
            assert_eq!(byline(line).as_deref(), Some(name), "{line}");
        }
        for line in [
            "By the time help came it was late",
            "Par ailleurs, la police enquête",
            "By Monday.",
            "Di bawah ini daftar",
            "كتب الوزير رسالة إلى رئيس الحكومة يطلب فيها فتح الحدود أمام اللاجئين العالقين",
            "Jane Holloway",
        ] {
            assert_eq!(byline(line), None, "{line}");
        }
    }

    #[test]
    fn names_lose_what_stands_around_them() {
        assert_eq!(clean("By Jane Doe").as_deref(), Some("Jane Doe"));
        assert_eq!(clean("بقلم: سعاد العلي").as_deref(), Some("سعاد العلي"));
        assert_eq!(clean("Byron Lord").as_deref(), Some("Byron Lord"));
        assert_eq!(clean("https://www.facebook.com/x"), None);
        assert_eq!(clean("admin"), None);
    }
}
