//! Main image, canonical address, name of the site.

use serde_json::Value;
use url::Url;

use super::facts::{Facts, squeeze};
use crate::html::resolve_web;

/// The main image, absolute.
pub(crate) fn image(facts: &Facts<'_>, base: Option<&Url>) -> Option<String> {
    let stated = [
        "og:image",
        "og:image:url",
        "og:image:secure_url",
        "twitter:image",
        "twitter:image:src",
        "thumbnailurl",
    ];
    let metas = stated.iter().filter_map(|name| facts.metas.get(*name)).flatten().copied();
    let ld = facts.ld_articles().filter_map(|v| ld_image(v.get("image")?));
    let links = facts.links.iter().filter(|l| l.0 == "image_src").map(|l| l.1);
    metas.chain(ld).chain(links).find_map(|found| resolve_web(found, base)).map(Into::into)
}

fn ld_image(value: &Value) -> Option<&str> {
    match value {
        Value::String(found) => Some(found),
        Value::Array(items) => items.first().and_then(ld_image_of_item),
        other => ld_image_of_item(other),
    }
}

fn ld_image_of_item(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("url").or_else(|| value.get("contentUrl"))?.as_str())
}

/// What the page says its address is, absolute.
pub(crate) fn canonical(facts: &Facts<'_>, base: Option<&Url>) -> Option<String> {
    let link = facts.links.iter().find(|l| l.0.split_whitespace().any(|r| r == "canonical"));
    link.map(|l| l.1)
        .into_iter()
        .chain(facts.first(&["og:url"]))
        .find_map(|found| resolve_web(found, base))
        .map(Into::into)
}

/// The name of the site, where the page states it.
pub(crate) fn site_name(facts: &Facts<'_>) -> Option<String> {
    let stated = facts.first(&["og:site_name", "application-name"]).map(squeeze);
    let published = || {
        let name = |v: &Value| Some(squeeze(v.get("publisher")?.get("name")?.as_str()?));
        facts.ld_articles().find_map(name)
    };
    stated.or_else(published).filter(|n| !n.is_empty() && n.len() < 200)
}
