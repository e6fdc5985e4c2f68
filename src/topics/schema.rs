//! The JSON Schema of `topics.toml`, for editors that complete and check while one types.

use std::sync::LazyLock;

use schemars::SchemaGenerator;
use serde_json::Value;

use super::file::File;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "Rasad: what is relevant, and why".into());
    schema.to_value()
});

/// The JSON Schema of `topics.toml`.
pub fn schema() -> &'static Value {
    &SCHEMA
}

/// The keys that a table of the file may have, by the name of its type in `file`.
pub(super) fn keys(table: &str) -> Vec<&'static str> {
    let own = SCHEMA.pointer(&format!("/$defs/{table}/properties"));
    let properties = own.or_else(|| SCHEMA.get("properties")).and_then(Value::as_object);
    properties.into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_knows_its_own_keys() {
        assert!(keys("File").contains(&"concept") && keys("File").contains(&"example"));
        assert!(keys("Scoring").contains(&"against_cap") && !keys("Scoring").contains(&"concept"));
        assert!(keys("Topic").contains(&"wikidata"));
        assert_eq!(keys("Example"), ["expect", "lang", "text", "title"]);
    }

    #[test]
    fn unknown_keys_are_refused_and_what_must_be_there_is_named() {
        for table in ["Scoring", "Topic", "Example"] {
            let rule = SCHEMA.pointer(&format!("/$defs/{table}/additionalProperties"));
            assert_eq!(rule, Some(&Value::Bool(false)), "{table}");
        }
        assert_eq!(SCHEMA.get("additionalProperties"), Some(&Value::Bool(false)));
        assert_eq!(
            SCHEMA.get("required"),
            Some(&serde_json::json!(["version", "scoring", "topic"]))
        );
    }
}
