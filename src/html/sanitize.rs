//! HTML that is safe to republish.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::quick::{self, Mode};
use super::{cap, entities, links, plain};

/// Fragments longer than this are not given to a tree builder, in bytes.
const MOST_FOR_A_TREE: usize = 1 << 19;

/// Reduces `html` to harmless elements and attributes with balanced tags. Links keep only
/// `http`, `https` and `mailto`, images only `http` and `https`; both become absolute against
/// `base`, and addresses that cannot are dropped. Linear in the input.
///
/// Fragments whose tags are in order take one pass; others go through a tree builder and
/// [ammonia](https://docs.rs/ammonia). Both allow the same elements and attributes.
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    if !plain::has_markup(html) && !html.contains(['\r', '\0']) {
        return entities::escape(html).into_owned();
    }
    if let Some(clean) = quick::sanitize(html, base, Mode::Exact) {
        return clean;
    }
    if html.len() > MOST_FOR_A_TREE {
        return quick::sanitize(html, base, Mode::Rough).unwrap_or_default();
    }
    with_ammonia(&cap::cap(html, cap::MAX_DEPTH, cap::MAX_ATTRIBUTES), base)
}

fn with_ammonia(html: &str, base: Option<&Url>) -> String {
    static WITHOUT_BASE: LazyLock<Builder<'static>> = LazyLock::new(|| rules(None));
    match base {
        None => WITHOUT_BASE.clean(html).to_string(),
        Some(base) => rules(Some(base.clone())).clean(html).to_string(),
    }
}

/// Ammonia's own rules, with text direction and table feet besides, and stricter addresses.
fn rules(base: Option<Url>) -> Builder<'static> {
    let mut rules = Builder::default();
    rules
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .add_generic_attributes(["dir"])
        .add_tags(["tfoot"])
        .add_clean_content_tags(DROPPED_WITH_CONTENT)
        .attribute_filter(move |tag, name, value| address(tag, name, value, base.as_ref()));
    rules
}

/// Elements whose content is no text for a reader.
const DROPPED_WITH_CONTENT: [&str; 5] = ["iframe", "noembed", "noframes", "applet", "template"];

/// What the rules allow, as the quick way needs it.
struct Allowed {
    tags: HashSet<&'static str>,
    attributes: Vec<(&'static str, &'static str)>,
}

static ALLOWED: LazyLock<Allowed> = LazyLock::new(|| {
    let rules = rules(None);
    let generic = rules.clone_generic_attributes();
    let own = rules.clone_tag_attributes();
    let of_tags = own.into_iter().flat_map(|(tag, names)| names.into_iter().map(move |n| (tag, n)));
    Allowed {
        tags: rules.clone_tags(),
        attributes: generic.into_iter().map(|name| ("", name)).chain(of_tags).collect(),
    }
});

/// True for an element that is kept.
pub(super) fn is_allowed(tag: &str) -> bool {
    ALLOWED.tags.contains(tag)
}

/// The name of an attribute in lower case, where the element may keep it.
pub(super) fn allowed_attribute(tag: &str, written: &str) -> Option<&'static str> {
    let fits = |(of, name): &&(&'static str, &'static str)| {
        (of.is_empty() || *of == tag) && name.eq_ignore_ascii_case(written)
    };
    ALLOWED.attributes.iter().find(fits).map(|&(_, name)| name)
}

/// Makes the addresses of kept attributes absolute; drops those that are not for a reader.
pub(super) fn address<'v>(
    tag: &str,
    name: &str,
    value: &'v str,
    base: Option<&Url>,
) -> Option<Cow<'v, str>> {
    if !matches!(name, "href" | "cite" | "src" | "longdesc" | "background") {
        return Some(Cow::Borrowed(value));
    }
    if let Some(web) = links::absolute(value, base) {
        return Some(Cow::Owned(web));
    }
    let url = links::resolve(value, base).filter(|_| (tag, name) == ("a", "href"))?;
    (url.scheme() == "mailto").then(|| Cow::Owned(url.into()))
}

#[cfg(test)]
mod tests;
