//! What is derived from the readers: `config/rasad.toml`, the JSON Schemas, and the
//! reference tables in `docs/configuration.md`.

use serde_json::{Map, Value, json};

use super::Publish;
use super::feeds::{self, Known};
use super::settings::Settings;
use super::sources;
use super::table::{Field, Shape, describe};

/// What stands above all settings.
const HEADER: &str = "\
#:schema ../docs/schema/rasad.json
# Every setting with its default. What you leave out keeps its default, so this file may be cut down to
# what you change. Any setting can also come from the environment: RASAD_FETCH__CONTACT=… sets `contact`
# of [fetch]. `rasad check` finds mistakes. Changes are live within seconds, but [database], [fetch], [log],
# the addresses of [web] and the concurrency of [worker] are read at start only.
";

/// The text of `config/rasad.toml`: every setting with its meaning and default.
pub fn settings_toml() -> String {
    let mut out = HEADER.to_owned();
    for section in settings_fields() {
        out.push('\n');
        comment(&mut out, &section.docs);
        out.push_str(&format!("[{}]\n", section.key));
        let Shape::Table(fields) = section.shape else { continue };
        for field in fields {
            comment(&mut out, &field.docs);
            out.push_str(&format!("{} = {}\n", field.key, field.default.unwrap_or_default()));
        }
    }
    out
}

fn comment(out: &mut String, docs: &[&str]) {
    for line in docs {
        out.push_str(&format!("# {line}\n"));
    }
}

/// The JSON Schemas, by file name under `docs/schema/`.
pub fn schemas() -> [(&'static str, String); 4] {
    [
        ("rasad.json", schema("Rasad: settings", &settings_fields())),
        ("sources.json", schema("Rasad: the sources watched", &source_fields())),
        ("topics.json", format!("{:#}\n", crate::topics::schema())),
        ("feeds.json", schema("Rasad: the feeds published", &feed_fields())),
    ]
}

/// The reference of every key, in Markdown.
pub fn reference() -> String {
    let mut out = String::from("### Settings: `rasad.toml`\n");
    for section in settings_fields() {
        if let Shape::Table(fields) = &section.shape {
            out.push_str(&format!("\n#### `[{}]`\n\n{}\n", section.key, section.docs.join(" ")));
            rows(&mut out, fields, "");
        }
    }
    for (title, fields) in [
        ("Sources: `[[source]]` in `sources.toml`", source_fields()),
        ("Output feeds: `[[feed]]` in `feeds.toml`", feed_fields()),
    ] {
        out.push_str(&format!("\n### {title}\n"));
        if let [Field { shape: Shape::Tables(fields), .. }] = fields.as_slice() {
            rows(&mut out, fields, "");
        }
    }
    out
}

fn rows(out: &mut String, fields: &[Field], prefix: &str) {
    if prefix.is_empty() {
        out.push_str("\n| key | meaning | allowed | default |\n|---|---|---|---|\n");
    }
    for field in fields {
        let (key, meaning) = (format!("{prefix}{}", field.key), field.docs.join(" "));
        let default = match &field.default {
            Some(default) => format!("`{default}`"),
            None if field.required => "required".to_owned(),
            None => String::new(),
        };
        match &field.shape {
            Shape::Value(allowed, _) => out.push_str(&format!(
                "| `{key}` | {} | {} | {default} |\n",
                cell(&meaning),
                cell(allowed)
            )),
            Shape::Table(inner) | Shape::Tables(inner) => {
                out.push_str(&format!("| `{key}` | {} | a table | |\n", cell(&meaning)));
                rows(out, inner, &format!("{key}."));
            }
        }
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn settings_fields() -> Vec<Field> {
    describe(|document| Settings::default().read(document))
}

fn source_fields() -> Vec<Field> {
    describe(|document| sources::read(document, None))
}

fn feed_fields() -> Vec<Field> {
    let known = Known { topics: None, sources: None };
    describe(|document| feeds::read(document, known, &Publish::default()))
}

fn schema(title: &str, fields: &[Field]) -> String {
    let mut root = object(fields);
    root.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    root.insert("title".into(), title.into());
    format!("{:#}\n", Value::Object(root))
}

fn object(fields: &[Field]) -> Map<String, Value> {
    let required: Vec<_> = fields.iter().filter(|f| f.required).map(|f| f.key).collect();
    let properties: Map<_, _> =
        fields.iter().map(|field| (field.key.to_owned(), property(field))).collect();
    let mut object = Map::new();
    object.insert("type".into(), "object".into());
    object.insert("properties".into(), properties.into());
    object.insert("additionalProperties".into(), false.into());
    if !required.is_empty() {
        object.insert("required".into(), required.into());
    }
    object
}

fn property(field: &Field) -> Value {
    let mut value = match &field.shape {
        Shape::Value(_, schema) => schema.clone(),
        Shape::Table(fields) => object(fields).into(),
        Shape::Tables(fields) => json!({ "type": "array", "items": object(fields) }),
    };
    value["description"] = field.docs.join(" ").into();
    if let Some(default) = field.default.as_deref().and_then(json_of) {
        value["default"] = default;
    }
    value
}

/// A TOML value as JSON.
fn json_of(toml: &str) -> Option<Value> {
    let document: toml::Table = format!("value = {toml}").parse().ok()?;
    serde_json::to_value(document.get("value")?).ok()
}
