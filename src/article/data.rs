//! Bodies that stand only in data: JSON-LD, or the state a script starts from.

use scraper::{ElementRef, Html};
use serde_json::Value;

use super::junk;
use super::text_stats::Counts;
use crate::html::{has_markup, plain_text};

/// With this many characters found in the page, data is not consulted.
const POOR: usize = 500;
/// Data must offer this many characters.
const RICH: usize = 600;
/// Bytes of script state read in one page.
const MAX_STATE: usize = 2_500_000;
/// Paragraphs kept.
const MAX_PARAGRAPHS: usize = 2_000;

/// The paragraphs of a body found in data, where the page itself is poor.
pub(crate) fn body(doc: &Html, found: &str, ld_body: Option<&str>) -> Option<Vec<String>> {
    let length = found.chars().count();
    if length >= POOR {
        return None;
    }
    let better = |p: &Vec<String>| {
        let offered: usize = p.iter().map(|p| p.chars().count()).sum();
        offered >= RICH && offered > 2 * length
    };
    ld_body.map(paragraphs).filter(better).or_else(|| state(doc).filter(better))
}

fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines
        .filter(|l| junk::label(l) == 0 || l.len() > 120)
        .take(MAX_PARAGRAPHS)
        .map(str::to_owned)
        .collect()
}

/// The longest running text among the strings of a script's JSON.
fn state(doc: &Html) -> Option<Vec<String>> {
    let mut budget = MAX_STATE;
    let mut best: Vec<String> = Vec::new();
    for script in
        doc.tree.nodes().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "script")
    {
        let text: String = script.text().collect();
        let Some(left) = budget.checked_sub(text.len()).filter(|_| text.len() > RICH) else {
            continue;
        };
        let Some(start) = json_start(&text, script.attr("type")) else { continue };
        budget = left;
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            let found = longest(&value);
            if size(&found) > size(&best) {
                best = found;
            }
        }
    }
    (!best.is_empty()).then_some(best)
}

/// Where the JSON of a script begins: at its start, or behind `=` of an assignment.
fn json_start(text: &str, kind: Option<&str>) -> Option<usize> {
    let first = text.find(|c: char| !c.is_whitespace())?;
    if text[first..].starts_with(['{', '[']) {
        return kind.is_some_and(|k| k.contains("json")).then_some(first);
    }
    let window = text.get(..300).unwrap_or(text);
    let assign = window.find("={").or_else(|| window.find("= {"))?;
    Some(assign + text[assign..].find('{')?)
}

fn size(paragraphs: &[String]) -> usize {
    paragraphs.iter().map(String::len).sum()
}

/// For each array or object the running text directly in it (or one level below); the longest wins.
fn longest(value: &Value) -> Vec<String> {
    let mut best = Vec::new();
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        let mut own = Vec::new();
        match value {
            Value::Array(items) => {
                items.iter().for_each(|i| own.extend(running(i)));
                rest.extend(items);
            }
            Value::Object(map) => {
                // One field is a text; several are texts of different things.
                own = map
                    .values()
                    .map(|v| v.as_str().map(text).unwrap_or_default())
                    .max_by_key(|p| size(p))
                    .unwrap_or_default();
                rest.extend(map.values());
            }
            _ => {}
        }
        if size(&own) > size(&best) {
            best = own;
        }
    }
    best
}

/// The text of one item of an array: a string, or an object that carries one.
fn running(item: &Value) -> Vec<String> {
    match item {
        Value::String(s) => text(s),
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| {
                matches!(
                    key.as_str(),
                    "text" | "content" | "html" | "value" | "body" | "data" | "paragraph"
                )
            })
            .find_map(|(_, v)| v.as_str().map(text).filter(|t| !t.is_empty()))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The paragraphs of a string, if it reads like text.
fn text(raw: &str) -> Vec<String> {
    if raw.len() < 40 || !raw.contains([' ', '。', '<']) {
        return Vec::new();
    }
    let plain = if has_markup(raw) { plain_text(raw) } else { raw.to_owned() };
    let n = Counts::of(&plain);
    let reads =
        n.stops > 0 && n.letters * 4 > n.chars * 3 - n.words.min(n.chars) && n.marks * 20 < n.chars;
    if reads && !plain.contains(['{', '}']) { paragraphs(&plain) } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_script_state_is_found() {
        let sentence =
            "غرق قارب يقل مهاجرين قبالة الساحل، وقالت السلطات إن البحث مستمر. ".repeat(4);
        let state = serde_json::json!({"props": {"story": {"title": "x", "blocks": [
            {"type": "p", "text": format!("<b>{sentence}</b>")}, {"type": "p", "text": sentence}, {"type": "ad"}, {"type": "p", "text": sentence}]}}});
        let page = format!("<script id=s type=application/json>{state}</script><p>جار التحميل");
        let doc = Html::parse_document(&page);
        assert_eq!(body(&doc, "جار التحميل", None).unwrap().len(), 3);
        assert_eq!(body(&doc, &"نص ".repeat(300), None), None, "a rich page needs no data");
        assert_eq!(body(&Html::parse_document("<script>var a={b:1}</script>"), "", None), None);
    }
}
