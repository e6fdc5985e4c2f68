//! Namespaces that feeds use, by address and by customary prefix.

/// What a name belongs to. RSS, Atom and CDF share one: feeds mix their elements freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// RSS of all versions, Atom, CDF, sitemaps, and names without a prefix.
    Core,
    /// Dublin Core elements and terms.
    Dc,
    /// `content:encoded`.
    Content,
    /// Media RSS.
    Media,
    /// Podcasts.
    Itunes,
    /// RDF syntax.
    Rdf,
    /// Update period.
    Syndication,
    /// FeedBurner.
    Feedburner,
    /// XHTML.
    Xhtml,
    /// News sitemaps.
    News,
    /// Image sitemaps.
    Image,
    /// `xml:base`, `xml:lang`.
    Xml,
    /// Anything else.
    Other,
}

/// The namespace with this address.
pub(super) fn by_address(address: &str) -> Option<Ns> {
    let address = address.trim().to_ascii_lowercase();
    let bare = address.trim_end_matches(['/', '#']);
    let (_, place) = bare.split_once("://").unwrap_or(("", bare));
    let place = place.strip_prefix("www.").unwrap_or(place);
    Some(match place {
        "w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/rss/1.0"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "purl.org/rss/1.0/modules/rss091"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "example.com/newformat"
        | "example.com/necho"
        | "purl.org/echo"
        | "uri/of/echo/namespace"
        | "purl.org/pie"
        | "sitemaps.org/schemas/sitemap/0.9"
        | "google.com/schemas/sitemap/0.84" => Ns::Core,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => Ns::Dc,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "search.yahoo.com/mrss" => Ns::Media,
        "itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Ns::Itunes,
        "w3.org/1999/02/22-rdf-syntax-ns" => Ns::Rdf,
        "purl.org/rss/1.0/modules/syndication" => Ns::Syndication,
        "rssnamespace.org/feedburner/ext/1.0" => Ns::Feedburner,
        "w3.org/1999/xhtml" => Ns::Xhtml,
        "google.com/schemas/sitemap-news/0.9" => Ns::News,
        "google.com/schemas/sitemap-image/1.1" => Ns::Image,
        "w3.org/xml/1998/namespace" => Ns::Xml,
        _ if place.contains("backend.userland.com/rss") => Ns::Core,
        _ => return None,
    })
}

/// The namespace that a prefix stands for where the feed forgot to say.
pub(super) fn by_prefix(prefix: &str) -> Option<Ns> {
    const CUSTOMARY: [(&str, Ns); 17] = [
        ("atom", Ns::Core),
        ("atom10", Ns::Core),
        ("a10", Ns::Core),
        ("rss", Ns::Core),
        ("dc", Ns::Dc),
        ("dcterms", Ns::Dc),
        ("content", Ns::Content),
        ("media", Ns::Media),
        ("itunes", Ns::Itunes),
        ("rdf", Ns::Rdf),
        ("sy", Ns::Syndication),
        ("feedburner", Ns::Feedburner),
        ("xhtml", Ns::Xhtml),
        ("news", Ns::News),
        ("image", Ns::Image),
        ("xml", Ns::Xml),
        ("sitemap", Ns::Core),
    ];
    CUSTOMARY.iter().find(|(p, _)| prefix.eq_ignore_ascii_case(p)).map(|&(_, ns)| ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_known_however_written() {
        assert_eq!(by_address("http://www.w3.org/2005/Atom"), Some(Ns::Core));
        assert_eq!(by_address("https://www.w3.org/2005/Atom/"), Some(Ns::Core));
        assert_eq!(by_address("http://search.yahoo.com/mrss"), Some(Ns::Media));
        assert_eq!(by_address("http://backend.userland.com/rss2"), Some(Ns::Core));
        assert_eq!(by_address("http://unknown.example/ns"), None);
    }

    #[test]
    fn customary_prefixes_serve_where_nothing_is_declared() {
        assert_eq!(by_prefix("dc"), Some(Ns::Dc));
        assert_eq!(by_prefix("georss"), None);
    }
}
