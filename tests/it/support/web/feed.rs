//! The four forms of feeds that the sites speak, written by hand as their systems would.

use rasad::model::Time;
use serde::Deserialize;
use serde_json::json;

use super::article::Article;
use super::site::{Carries, Site, escape};

/// The form of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Rss2,
    Rss1,
    Atom,
    Json,
}

/// One item: the article, its address and its date.
pub struct Item<'a> {
    pub article: &'a Article,
    pub url: String,
    pub date: Time,
}

impl Form {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss2 => "application/rss+xml",
            Self::Rss1 => "application/rdf+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The feed of `site` at `base`, newest items first.
    pub fn write(self, site: &Site, base: &str, items: &[Item<'_>]) -> String {
        match self {
            Self::Rss2 => rss2(site, base, items),
            Self::Rss1 => rss1(site, base, items),
            Self::Atom => atom(site, base, items),
            Self::Json => json(site, base, items),
        }
    }
}

fn rss2(site: &Site, base: &str, items: &[Item<'_>]) -> String {
    let item = |item: &Item<'_>| {
        format!(
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{}</guid>\
             <dc:creator>{}</dc:creator><pubDate>{}</pubDate><description>{}</description></item>\n",
            escape(&item.article.title),
            escape(&item.url),
            item.article.name,
            escape(&item.article.author),
            item.date.to_rfc2822(),
            // HTML in XML: escaped twice, as the form has it.
            escape(&format!("<p>{}</p>", escape(&item.article.summary()))),
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"{}\"?>\n<rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>{}</title><link>{base}/</link>\
         <description>{}</description><language>{}</language>\n{}</channel></rss>\n",
        site.charset,
        escape(&site.name),
        escape(&site.name),
        site.lang,
        items.iter().map(item).collect::<String>()
    )
}

fn rss1(site: &Site, base: &str, items: &[Item<'_>]) -> String {
    let listed: String =
        items.iter().map(|i| format!("<rdf:li rdf:resource=\"{}\"/>", escape(&i.url))).collect();
    let item = |item: &Item<'_>| {
        format!(
            "<item rdf:about=\"{url}\"><title>{}</title><link>{url}</link><description>{}</description>\
             <dc:creator>{}</dc:creator><dc:date>{}</dc:date></item>\n",
            escape(&item.article.title),
            escape(&item.article.summary()),
            escape(&item.article.author),
            item.date.to_rfc3339(),
            url = escape(&item.url),
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel rdf:about=\"{base}/feed\"><title>{}</title>\
         <link>{base}/</link><description>{}</description><dc:language>{}</dc:language>\
         <items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{}</rdf:RDF>\n",
        escape(&site.name),
        escape(&site.name),
        site.lang,
        items.iter().map(item).collect::<String>()
    )
}

fn atom(site: &Site, base: &str, items: &[Item<'_>]) -> String {
    let entry = |item: &Item<'_>| {
        let content = match site.carries {
            Carries::Summaries => String::new(),
            Carries::Articles => {
                format!("<content type=\"html\">{}</content>", escape(&site.body(item.article)))
            }
        };
        format!(
            "<entry><title>{}</title><id>urn:article:{}</id><link href=\"{}\"/>\
             <published>{date}</published><updated>{date}</updated><author><name>{}</name></author>\
             <summary>{}</summary>{content}</entry>\n",
            escape(&item.article.title),
            item.article.name,
            escape(&item.url),
            escape(&item.article.author),
            escape(&item.article.summary()),
            date = item.date.to_rfc3339(),
        )
    };
    let updated = items.iter().map(|item| item.date).max().unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xml:lang=\"{}\"><title>{}</title><id>{base}/</id><link href=\"{base}/\"/>\
         <link rel=\"self\" href=\"{base}/feed\"/><updated>{}</updated>\n{}</feed>\n",
        site.lang,
        escape(&site.name),
        updated.to_rfc3339(),
        items.iter().map(entry).collect::<String>()
    )
}

fn json(site: &Site, base: &str, items: &[Item<'_>]) -> String {
    let item = |item: &Item<'_>| {
        json!({
            "id": item.article.name,
            "url": item.url,
            "title": item.article.title,
            "summary": item.article.summary(),
            "authors": [{ "name": item.article.author }],
            "date_published": item.date.to_rfc3339(),
        })
    };
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": format!("{base}/"),
        "feed_url": format!("{base}/feed"),
        "language": site.lang,
        "items": items.iter().map(item).collect::<Vec<_>>(),
    })
    .to_string()
}
