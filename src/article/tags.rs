//! What tags mean: for the layout, as structure, as a number.

/// Structural ancestors whose distance is kept for each element.
pub(crate) const STRUCTURES: [&str; 14] = [
    "article",
    "main",
    "aside",
    "nav",
    "header",
    "footer",
    "figure",
    "table",
    "list",
    "blockquote",
    "form",
    "section",
    "button",
    "link",
];

/// How an element takes part in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Starts and ends blocks.
    Block,
    /// Part of a block.
    Inline,
    /// `br`.
    Break,
    /// `img`, `picture > source`.
    Image,
    /// Never shown.
    Skip,
}

/// How the element takes part in the layout.
pub(crate) fn kind(tag: &str) -> Kind {
    match tag {
        "script" | "style" | "noscript" | "template" | "svg" | "math" | "iframe" | "object"
        | "embed" | "head" | "select" | "input" | "textarea" | "canvas" | "audio" | "video"
        | "map" | "datalist" | "progress" | "meter" | "link" | "meta" | "title" | "frameset"
        | "rp" | "rt" => Kind::Skip,
        "br" => Kind::Break,
        "img" | "amp-img" => Kind::Image,
        "address" | "article" | "aside" | "blockquote" | "body" | "button" | "caption"
        | "center" | "dd" | "details" | "dialog" | "div" | "dl" | "dt" | "fieldset"
        | "figcaption" | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "header" | "hgroup" | "hr" | "html" | "legend" | "li" | "main" | "menu" | "nav"
        | "ol" | "p" | "pre" | "section" | "summary" | "table" | "tbody" | "td" | "tfoot"
        | "th" | "thead" | "tr" | "ul" | "option" | "search" | "picture" => Kind::Block,
        _ => Kind::Inline,
    }
}

/// Which of `STRUCTURES` the element is, by tag or role.
pub(crate) fn structure(tag: &str, role: Option<&str>) -> Option<usize> {
    let by_tag = match tag {
        "article" => 0,
        "main" => 1,
        "aside" => 2,
        "nav" => 3,
        "header" => 4,
        "footer" => 5,
        "figure" | "figcaption" => 6,
        "table" => 7,
        "ul" | "ol" | "dl" | "menu" => 8,
        "blockquote" => 9,
        "form" => 10,
        "section" => 11,
        "button" => 12,
        "a" => 13,
        _ => usize::MAX,
    };
    if by_tag != usize::MAX {
        return Some(by_tag);
    }
    match role? {
        "article" => Some(0),
        "main" => Some(1),
        "complementary" => Some(2),
        "navigation" | "menu" | "menubar" => Some(3),
        "banner" => Some(4),
        "contentinfo" => Some(5),
        "button" => Some(12),
        _ => None,
    }
}

/// The level of a heading, 0 for other tags.
pub(crate) fn heading(tag: &str) -> u8 {
    match tag {
        "h1" => 1,
        "h2" => 2,
        "h3" => 3,
        "h4" => 4,
        "h5" | "h6" => 5,
        _ => 0,
    }
}

/// A number for each tag that matters, ordered so that a threshold separates kinds.
pub(crate) fn tag_code(tag: &str) -> u8 {
    match tag {
        "p" => 1,
        "blockquote" | "q" | "cite" => 2,
        "pre" | "code" => 3,
        "div" => 4,
        "section" => 5,
        "article" => 6,
        "main" => 7,
        "body" | "html" => 8,
        "h1" => 9,
        "h2" => 10,
        "h3" => 11,
        "h4" | "h5" | "h6" => 12,
        "li" => 13,
        "ul" | "ol" => 14,
        "dd" | "dt" | "dl" => 15,
        "td" => 16,
        "th" | "tr" | "table" | "tbody" | "thead" | "caption" => 17,
        "figcaption" => 18,
        "figure" | "picture" | "img" => 19,
        "header" | "hgroup" => 20,
        "aside" => 21,
        "footer" | "address" => 22,
        "nav" => 23,
        "form" | "fieldset" | "legend" | "button" | "label" => 24,
        "details" | "summary" | "dialog" => 25,
        "a" => 26,
        "b" | "strong" | "em" | "i" => 27,
        "time" | "small" => 28,
        "span" | "font" => 29,
        _ => 30,
    }
}
