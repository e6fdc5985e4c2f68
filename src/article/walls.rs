//! What stands before an article: consent, login, payment, robot checks.

use super::features::Rows;
use super::tree::Tree;
use super::words;
use super::{Content, Seen};
use crate::model::{Method, Wall};

/// A kept text of this many characters is an article whatever else the page holds.
const ENOUGH: usize = 1200;
/// A kept text of fewer characters says little about its page.
const TEASER: usize = 200;
/// A page with fewer visible characters has room for a wall only.
const POOR: usize = 3000;

/// Marks of robot checks, as found in pages of the usual gatekeepers.
const CHALLENGE: &[&str] = &[
    "cf-challenge",
    "cf-browser-verification",
    "challenge-platform",
    "/cdn-cgi/challenge",
    "_incapsula_resource",
    "captcha-delivery.com",
    "g-recaptcha",
    "h-captcha",
    "hcaptcha.com",
    "px-captcha",
    "perimeterx",
    "datadome",
    "akamai-block",
    "verify you are human",
    "checking your browser",
    "just a moment...",
    "enable javascript and cookies to continue",
    "are you a robot",
    "unusual traffic",
    "التحقق من أنك لست روبوت",
    "access denied",
];
/// Words of consent pages.
const CONSENT: &[&str] = &[
    "consent",
    "cookies",
    "gdpr",
    "your privacy",
    "datenschutz",
    "vie privée",
    "privacidad",
    "ملفات تعريف الارتباط",
    "الخصوصية",
];
/// Words of login forms.
const LOGIN: &[&str] = &[
    "log in",
    "login",
    "sign in",
    "password",
    "connexion",
    "mot de passe",
    "anmelden",
    "passwort",
    "iniciar sesión",
    "contraseña",
    "تسجيل الدخول",
    "كلمة المرور",
    "كلمة السر",
];
/// Words of paywalls, looked for in short blocks.
const PAY: &[&str] = &[
    "to continue reading",
    "continue reading with",
    "subscribers only",
    "subscriber-only",
    "subscribe to read",
    "subscribe to continue",
    "subscription to read",
    "this article is for subscribers",
    "exclusive to subscribers",
    "unlock this article",
    "already a subscriber",
    "réservé aux abonnés",
    "réservé à nos abonnés",
    "il vous reste",
    "la suite est réservée",
    "abonnez-vous pour lire",
    "déjà abonné",
    "nur für abonnenten",
    "mit abo weiterlesen",
    "weiterlesen mit",
    "jetzt weiterlesen",
    "exklusiv für abonnenten",
    "bereits abonnent",
    "para suscriptores",
    "contenido exclusivo",
    "hazte suscriptor",
    "riservato agli abbonati",
    "para assinantes",
    "للمشتركين فقط",
    "هذا المحتوى للمشتركين",
    "لمتابعة القراءة",
    "اشترك لقراءة",
    "حصري للمشتركين",
];

/// Recognises a wall. `content` is what would be kept as the article.
pub(super) fn find(seen: &Seen<'_>, content: &Content) -> Option<Wall> {
    let Seen { html, facts, tree, rows, kept, .. } = *seen;
    let text = content.text.as_str();
    let chosen = content.method == Method::Select;
    let length = text.chars().count();
    let visible: usize = rows.counts.iter().map(|n| n.chars as usize).sum();
    if length < ENOUGH
        && visible < POOR
        && let Some(wall) = poor_page(html, tree, visible, text, chosen)
    {
        return Some(wall);
    }
    let locked = facts.ld_articles().any(says_locked)
        || facts.first(&["article:content_tier"]).is_some_and(|t| t == "locked");
    let asked = length < ENOUGH && asks_for_payment(tree, rows, kept);
    // A stated lock alone is not enough: the whole text may be in the page all the same.
    (asked || locked && length < ENOUGH / 2).then_some(Wall::Paywall)
}

/// What the source's selectors chose is a wall only where it says so itself.
fn poor_page(
    html: &str,
    tree: &Tree<'_>,
    visible: usize,
    text: &str,
    chosen: bool,
) -> Option<Wall> {
    let mut shown =
        tree.blocks.iter().take(200).map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n");
    shown.make_ascii_lowercase();
    let shown = shown.to_lowercase();
    let head = head(html, 60_000).to_ascii_lowercase();
    let marks = CHALLENGE.iter().any(|m| shown.contains(m) || visible < 600 && head.contains(m));
    // A text that speaks of something else is an article, whatever stands around it.
    let kept = text.to_lowercase();
    let own = |words: &[&str]| {
        !chosen && kept.chars().count() < TEASER || words.iter().any(|word| kept.contains(word))
    };
    if marks && visible < 1500 && (!chosen || own(CHALLENGE)) {
        return Some(Wall::Challenge);
    }
    let count = |words: &[&str]| words.iter().map(|w| shown.matches(w).count()).sum::<usize>();
    let password = ["type=\"password\"", "type='password'", "type=password"];
    if count(LOGIN) >= 2 && password.iter().any(|p| head.contains(p)) && own(LOGIN) {
        return Some(Wall::Login);
    }
    (count(CONSENT) >= 3 && count(CONSENT) * 200 > visible && own(CONSENT)).then_some(Wall::Consent)
}

fn head(html: &str, bytes: usize) -> &str {
    let mut end = html.len().min(bytes);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

/// JSON-LD: `isAccessibleForFree` is false.
fn says_locked(article: &serde_json::Value) -> bool {
    article.get("isAccessibleForFree").is_some_and(|free| {
        free.as_bool() == Some(false)
            || free.as_str().is_some_and(|s| s.to_ascii_lowercase().ends_with("false"))
    })
}

/// A short block at or after the first kept one asks for payment. In a long block, and in one
/// that counts as article, two phrases are needed, or a box that is named for it.
fn asks_for_payment(tree: &Tree<'_>, rows: &Rows, kept: &[bool]) -> bool {
    let pay = words::NAMES.iter().position(|n| *n == "pay").unwrap_or(0);
    let first = kept.iter().position(|k| *k).unwrap_or(0);
    tree.blocks.iter().enumerate().skip(first).any(|(at, block)| {
        let n = rows.counts[at].chars;
        let boxed = tree.elems[block.elem as usize].word_at[pay] <= 3;
        let doubtful = !boxed && (n > 200 || kept[at]);
        (8..400).contains(&n) && {
            let text = block.text.to_lowercase();
            PAY.iter().filter(|p| text.contains(**p)).count() > usize::from(doubtful)
        }
    })
}
