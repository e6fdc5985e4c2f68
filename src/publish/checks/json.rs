//! JSON Feed 1.1.

use std::collections::HashSet;

use serde_json::Value;

use super::values::{
    OVERRIDES, absolute_uri, feed_html, language, media_type, moment, web_address,
};
use crate::publish::schemas;

/// Panics where `document` is not JSON Feed 1.1.
pub(crate) fn json(document: &str) {
    assert_eq!(schemas::json_feed(document), Vec::<String>::new());
    let feed: Value = serde_json::from_str(document).expect("JSON");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    let text =
        |value: &Value| value.as_str().map(str::to_owned).unwrap_or_else(|| panic!("{value}"));
    assert!(!text(&feed["title"]).is_empty());
    for name in ["home_page_url", "feed_url"] {
        web_address(&text(&feed[name]));
    }
    language(&text(&feed["language"]));
    const KNOWN: &str = " version title home_page_url feed_url description next_url icon authors \
        language hubs items expired ";
    let fields = feed.as_object().expect("an object");
    fields.keys().for_each(|name| assert!(KNOWN.contains(&format!(" {name} ")), "{name}"));
    let mut ids = HashSet::new();
    for item in feed["items"].as_array().expect("items") {
        assert!(ids.insert(text(&item["id"])), "an id twice");
        absolute_uri(&text(&item["id"]));
        web_address(&text(&item["url"]));
        feed_html(&text(&item["content_html"]));
        moment(&text(&item["date_published"]));
        moment(&text(&item["date_modified"]));
        assert!(
            item["authors"]
                .as_array()
                .is_some_and(|authors| authors.iter().all(|a| a["name"].is_string()))
        );
        item["image"].as_str().into_iter().for_each(web_address);
        item["language"].as_str().into_iter().for_each(language);
        for attachment in item["attachments"].as_array().into_iter().flatten() {
            web_address(&text(&attachment["url"]));
            media_type(&text(&attachment["mime_type"]));
        }
        assert!(!text(&item["title"]).contains(OVERRIDES));
    }
}
