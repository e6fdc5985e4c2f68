//! Which of a page's titles is shown: the heading, the structured data's headline, `og:title`.
//!
//! Most pages say one thing in all places. Newsrooms that do not give their headline in
//! `og:title` and rework the heading, or put a kicker before it; others write `og:title` for
//! search engines and the heading for readers.

use rustc_hash::FxHashSet;
use url::Url;

use super::facts::Facts;
use super::text_stats::letters;
use super::title::{alike, cut, plain, without_site};
use crate::html::readable;
use crate::text::{fold, words};

/// Longest kicker ("Olympic Games: …") in characters.
const MAX_KICKER: usize = 40;
/// An address of fewer words says too little.
const LEAST_WORDS: usize = 4;
/// From this likeness on an address spells a title out.
const SPELLED: f32 = 0.85;
/// Up to this likeness an address says something else.
const UNSPELLED: f32 = 0.7;

/// What a page offers as title.
struct Offers {
    /// `og:title` without the site's name, where it is not that name alone.
    og: Option<String>,
    /// `headline` of the JSON-LD.
    headline: Option<String>,
    /// The window's title without the site's name.
    window: Option<String>,
    /// The best guess without looking at the body.
    claim: Option<String>,
    /// The heading above the body.
    seen: Option<String>,
}

/// The title to show, from the best guess without the body and the heading above the body.
pub(crate) fn choose(
    facts: &Facts<'_>,
    names: &[String],
    url: Option<&Url>,
    claim: Option<String>,
    seen: Option<String>,
) -> Option<String> {
    let is_site = |t: &String| names.iter().any(|n| letters(n) == letters(t));
    let og = facts.first(&["og:title"]).map(|raw| without_site(&plain(raw), names));
    let headline = facts.ld_articles().find_map(|v| v.get("headline")?.as_str()).map(plain);
    let offers = Offers {
        og: og.filter(|t| !t.is_empty() && !is_site(t)),
        headline: headline.map(|t| without_site(&t, names)).filter(|t| !t.is_empty()),
        window: facts.title.as_deref().map(|t| without_site(t, names)),
        claim,
        seen,
    };
    let shown = offers.preferred(facts.is_news(), facts.is_live());
    let spelled = url.and_then(|url| offers.spelled(url, shown?));
    spelled.or(shown).cloned().map(cut)
}

impl Offers {
    /// News shows its `og:title`, unless that is cut or the heading is the fuller headline.
    fn preferred(&self, news: bool, live: bool) -> Option<&String> {
        let og = self.og.as_ref().filter(|og| news && !self.is_cut(og));
        let og = og.filter(|og| live || !(self.heading_is_fuller(og) || self.stands_alone(og)));
        og.or(self.seen.as_ref()).or(self.claim.as_ref())
    }

    fn is_cut(&self, og: &str) -> bool {
        let goes_on = |t: &Option<String>| {
            t.as_ref().is_some_and(|t| t.len() > og.len() && t.starts_with(og))
        };
        og.ends_with('…') || og.ends_with("...") || goes_on(&self.seen) || goes_on(&self.claim)
    }

    /// The structured data agrees with the heading, which says more than `og:title`; it does
    /// not only add a kicker, and the window's title does not side with `og:title`.
    fn heading_is_fuller(&self, og: &str) -> bool {
        let (Some(seen), Some(headline)) = (&self.seen, &self.headline) else { return false };
        let (own, other) = (letters(seen), letters(og));
        own == letters(headline)
            && own.len() * 9 > other.len() * 10
            && !own.ends_with(&other)
            && !only_adds_a_kicker(seen, og)
            && self.window.as_deref().map(letters).as_ref() != Some(&other)
    }

    /// Heading, `og:title` and headline are three different titles, and the window sides with
    /// the headline: what the reader sees decides.
    fn stands_alone(&self, og: &str) -> bool {
        let (Some(seen), Some(headline), Some(window)) = (&self.seen, &self.headline, &self.window)
        else {
            return false;
        };
        alike(headline, window)
            && !related(seen, og)
            && !related(seen, headline)
            && !related(og, headline)
    }

    /// The title that the address spells out, where it spells another than the one shown: an
    /// address keeps the headline that an article was published under. The heading needs no
    /// such help.
    fn spelled(&self, url: &Url, shown: &str) -> Option<&String> {
        let slug = slug(url)?;
        if likeness(&slug, shown) > UNSPELLED {
            return None;
        }
        let is_heading = |t: &&String| self.seen.as_ref().is_some_and(|seen| alike(seen, t));
        let offers = [&self.headline, &self.og].into_iter().flatten();
        offers.filter(|t| !is_heading(t)).find(|t| likeness(&slug, t) >= SPELLED)
    }
}

/// `Kicker: …` in front of a reworded `og:title` that the kicker has no word of.
fn only_adds_a_kicker(seen: &str, og: &str) -> bool {
    let Some((kicker, rest)) = seen.split_once(": ") else { return false };
    let (kicker_words, rest, og) = (bag(kicker), bag(rest), bag(og));
    let shared = rest.intersection(&og).count();
    kicker.chars().count() <= MAX_KICKER
        && kicker_words.is_disjoint(&og)
        && shared * 2 >= og.len()
        && shared > 1
}

/// At least half of the shorter title's words stand in the other.
pub(crate) fn related(a: &str, b: &str) -> bool {
    let (a, b) = (bag(a), bag(b));
    a.intersection(&b).count() * 2 >= a.len().min(b.len())
}

fn bag(text: &str) -> FxHashSet<String> {
    let folded = fold::fold_str(text);
    words::words(&folded).map(|word| word.of(&folded).to_owned()).collect()
}

/// The words of the part of an address that has most of them.
fn slug(url: &Url) -> Option<FxHashSet<String>> {
    let parts = url.path_segments()?.map(|part| {
        let text = readable(part);
        let stem = text.rsplit_once('.').map_or(text.as_str(), |(stem, _)| stem);
        bag(&stem.replace(['-', '_', '+'], " "))
    });
    parts.max_by_key(FxHashSet::len).filter(|words| words.len() >= LEAST_WORDS)
}

/// How much of an address and a title are the same words, 0 to 1. Addresses write `ae` for `ä`.
fn likeness(slug: &FxHashSet<String>, title: &str) -> f32 {
    let spelled = title.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    let of = |title: &str| {
        let words = bag(title);
        let shared = words.intersection(slug).count() as f32;
        if words.len() < LEAST_WORDS {
            0.0
        } else {
            2.0 * shared / (words.len() + slug.len()) as f32
        }
    };
    of(&spelled).max(of(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "قال وزير إن الحدود مفتوحة أمام اللاجئين";

    fn shown(og: &str, headline: &str, seen: &str, window: &str, address: &str) -> String {
        let own = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
        let offers = Offers {
            og: own(og),
            headline: own(headline),
            window: own(window),
            claim: own(seen),
            seen: own(seen),
        };
        let shown = offers.preferred(true, false).unwrap();
        offers.spelled(&Url::parse(address).unwrap(), shown).unwrap_or(shown).clone()
    }

    #[test]
    fn newsrooms_give_their_headline_in_og_title() {
        let reworked = "Why the rescue off the southern coast came so late";
        let plain = "https://a.example/n/1";
        assert_eq!(shown("Rescue came late", reworked, reworked, reworked, plain), reworked);
        assert_eq!(shown("Rescue came …", HEAD, HEAD, HEAD, plain), HEAD);
        let kicker = "Summer Games: Young swimmer amazes hosts and stuns Europe";
        let og = "Swimmer amazes, Europe is stunned";
        assert_eq!(shown(og, kicker, kicker, kicker, plain), og, "a kicker is no headline");
        assert_eq!(shown(og, HEAD, HEAD, og, plain), og);
    }

    #[test]
    fn where_all_claims_differ_the_heading_decides() {
        let search = "Smuggling ring in Tyria: five facts";
        let social = "They paid for a dream and lost everything";
        let plain = "https://a.example/n/1";
        assert_eq!(
            shown(social, search, "How the harbour police found them", search, plain),
            "How the harbour police found them"
        );
    }

    #[test]
    fn an_address_keeps_the_headline_it_was_made_from() {
        let first = "Wärter gegen Händler: Neun Festnahmen in Süderstadt";
        let later = "Unfassbare Szenen am Hafen – das ist bekannt";
        let address =
            "https://a.example/politik/waerter-gegen-haendler-neun-festnahmen-in-suederstadt.html";
        assert_eq!(shown(later, first, later, later, address), first);
        assert_eq!(shown(later, first, later, later, "https://a.example/n/1"), later);
        let arabic =
            Url::parse("https://a.example/غرق-قارب-يقل-عشرات-المهاجرين-قبالة-الساحل").unwrap();
        let words = slug(&arabic).unwrap();
        assert!(likeness(&words, "غرق قارب يقل عشرات المهاجرين قبالة الساحل") > 0.99);
        assert_eq!(slug(&Url::parse("https://a.example/n/7712").unwrap()), None);
    }
}
