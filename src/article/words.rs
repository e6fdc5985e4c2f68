//! What class names, ids and roles say about an element, as a set of groups.
//!
//! Publishers of every language name their boxes in a shared jargon (mostly
//! English with some German, French, Spanish); the text itself is never looked at here.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

/// Number of groups.
pub(crate) const GROUPS: usize = 20;

/// Group names, in bit order.
pub(crate) const NAMES: [&str; GROUPS] = [
    "body",
    "related",
    "share",
    "comment",
    "ad",
    "side",
    "newsletter",
    "nav",
    "caption",
    "meta",
    "consent",
    "card",
    "lead",
    "title",
    "hidden",
    "legal",
    "pay",
    "quote",
    "box",
    "author",
];

/// Whole words: a word of the attribute must equal one of these.
const WHOLE: [&str; GROUPS] = [
    "article body content contents entry story text post paragraph prose copy main detail details single page artikel articulo nota cuerpo texte corps contenu",
    "more also similar next further latest popular trending mostread most read top lire mehr leer otras seealso siehe links linkbox thema aussi",
    "share social follow like fb sns tools actions toolbar sharing",
    "comment comments reply replies respond discussion forum kommentare commentaires comentarios",
    "ad ads adv advert promo dfp gpt banner partner pub publi anzeige werbung mpu adslot outbrain taboola cta shop product deal deals",
    "side aside rail secondary widget widgets right col sticky",
    "newsletter subscribe signup optin mailing email mail abo app download push",
    "nav menu header footer topbar navbar pager skip masthead crumbs search tabs foot bottom",
    "caption credit credits figure image img photo picture gallery slideshow media video player legend audio bild foto copyright thumbnail thumb podcast",
    "meta date time tag tags category categories kicker dateline published timestamp info topic topics label eyebrow section rubric infos updated stats reading location",
    "cookie cookies consent gdpr privacy cmp",
    "card cards item items tile list grid carousel slider swiper slide listing collection feed stream archive",
    "lead lede summary standfirst intro dek subtitle excerpt chapo subhead description abstract deck perex sub",
    "title headline heading hed titre titulo",
    "hidden hide sr modal popup overlay tooltip collapse dialog print off",
    "disclaimer legal license rights terms correction footnote footnotes source sources agency imprint notes",
    "paywall premium piano locked regwall login metered account member membership plus gate",
    "quote pullquote blockquote embed tweet instagram twitter iframe oembed",
    "box factbox infobox callout panel module note highlight highlights key faq toc index summary aside accordion",
    "author authors byline bio avatar writer contributor reporter autor auteur firma",
];

/// Stems long enough to be found inside a longer word (`articlebody`, `relatedposts`).
const INSIDE: [&str; GROUPS] = [
    "articlebody article-body bodytext storybody entry-content postcontent richtext article__content articletext storytext maincontent wysiwyg articlecontent",
    "related recommend suggest mostread readmore read-more read-also seealso relacionad verwandt trending popular lireaussi morefrom linkedarticle inline-link internal-link further",
    "sharebar socialmedia addtoany sharing facebook whatsapp telegram social-",
    "comment disqus kommentar",
    "advert sponsor promot commercial adslot affiliat werbung outbrain taboola googlead adsby",
    "sidebar complementary widget",
    "newsletter subscri sign-up signup register mailing",
    "navigation navbar breadcrumb pagination footer header menu",
    "caption bildunterschrift slideshow gallery thumbnail photocredit videoplayer",
    "publish timestamp dateline metadata category postmeta",
    "cookie consent gdpr onetrust didomi privacy",
    "teaser carousel listitem swiper",
    "standfirst subtitle subheadline vorspann summary excerpt introduction",
    "headline pagetitle",
    "hidden visually screenreader screen-reader offscreen tooltip",
    "copyright disclaimer footnote imprint correction",
    "paywall premium paidcontent subscriber-only",
    "pullquote blockquote twitter-tweet instagram embed",
    "factbox infobox keypoints key-points highlights table-of-contents tableofcontents",
    "author byline contributor",
];

static EXACT: LazyLock<FxHashMap<&'static str, u32>> = LazyLock::new(|| {
    let mut map = FxHashMap::default();
    for (bit, words) in WHOLE.iter().enumerate() {
        for word in words.split(' ') {
            *map.entry(word).or_default() |= 1 << bit;
        }
    }
    map
});

static STEMS: LazyLock<(AhoCorasick, Vec<u32>)> = LazyLock::new(|| {
    let pairs = INSIDE
        .iter()
        .enumerate()
        .flat_map(|(bit, words)| words.split(' ').map(move |word| (word, 1_u32 << bit)));
    let (words, bits): (Vec<&str>, Vec<u32>) = pairs.unzip();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(words)
        .expect("a short constant list always builds");
    (automaton, bits)
});

/// Longest attribute value that is looked at, in bytes.
const MAX_VALUE: usize = 512;

/// The groups named by an attribute value, one bit each.
pub(crate) fn groups(value: &str) -> u32 {
    let mut end = value.len().min(MAX_VALUE);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let value = &value[..end];
    let mut bits = 0;
    let mut word = String::with_capacity(32);
    let mut lower_before = false;
    for c in value.chars().chain([' ']) {
        let boundary = !c.is_alphanumeric() || (c.is_uppercase() && lower_before);
        if boundary && !word.is_empty() {
            bits |= EXACT.get(word.as_str()).copied().unwrap_or(0);
            word.clear();
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
    }
    let folded = value.to_ascii_lowercase();
    let (automaton, stems) = &*STEMS;
    for hit in automaton.find_overlapping_iter(&folded) {
        bits |= stems[hit.pattern().as_usize()];
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str, name: &str) -> bool {
        let bit = NAMES.iter().position(|n| *n == name).unwrap();
        groups(value) & (1 << bit) != 0
    }

    #[test]
    fn words_are_split_at_separators_and_at_capitals() {
        assert!(has("c-entry__share-bar", "share"));
        assert!(has("ArticleBody", "body"));
        assert!(has("sc-NewsLetter newsletterBox", "newsletter"));
        assert!(has("relatedposts", "related"));
        assert!(!has("shadow road adagio", "ad"));
        assert!(!has("", "body"));
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let value = "ر".repeat(600);
        assert_eq!(groups(&value), 0);
    }
}
