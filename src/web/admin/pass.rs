//! Who may enter `/admin`: who knows the token, or whom a trusted proxy names.
//!
//! The token comes once through the form and is exchanged for a signed cookie, or with every
//! request as a bearer or basic credential (programs, feed readers). A browser sends cookies,
//! basic credentials and the proxy's header by itself, also when another site makes it: requests
//! that change something must bring a signed field of our own form, too. Wrong tokens are few.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Extensions, HeaderMap};
use base64::Engine as _;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use crate::model::Time;
use crate::web::guard::{self, Rates};
use crate::web::state::Settings;
use crate::websub;

/// Wrong tokens per client and minute.
const WRONG_TOKENS: u32 = 10;
/// A session lasts so many seconds.
pub(super) const SESSION: i64 = 12 * 3600;
/// Name of the session's cookie.
pub(super) const SESSION_COOKIE: &str = "rasad_admin";

/// What a signature is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal {
    /// A session of the token's bearer.
    Session,
    /// A form that we wrote.
    Form,
    /// Reading the admin's feeds, in their addresses.
    Feeds,
}

/// How somebody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By a credential that no browser sends by itself.
    Explicit,
    /// By one that browsers send by themselves.
    Ambient,
}

/// Why somebody did not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// There is no way in.
    Closed,
    /// No credential, or a wrong one.
    Unknown,
    /// Too many wrong ones.
    TooMany,
}

/// The door of `/admin`.
pub(in crate::web) struct Door {
    key: String,
    wrong: Rates,
}

impl Door {
    pub(in crate::web) fn new(settings: &Settings) -> Self {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        Self {
            key: settings.admin_token.clone().unwrap_or_else(random),
            wrong: Rates::new(WRONG_TOKENS),
        }
    }

    /// Lets a request in, or says why not.
    pub(super) fn enter(
        &self,
        settings: &Settings,
        headers: &HeaderMap,
        extensions: &Extensions,
        now: Time,
    ) -> Result<Way, Denied> {
        if settings.admin_token.is_none() && settings.admin_header.is_none() {
            return Err(Denied::Closed);
        }
        if named_by_proxy(settings, headers, extensions) {
            return Ok(Way::Ambient);
        }
        if cookie(headers).is_some_and(|seal| self.holds(Seal::Session, seal, now)) {
            return Ok(Way::Ambient);
        }
        let Some((way, token)) = credential(headers) else { return Err(Denied::Unknown) };
        self.knows(settings, guard::client(settings, headers, extensions), &token).map(|()| way)
    }

    /// Compares a token in constant time.
    pub(super) fn knows(
        &self,
        settings: &Settings,
        client: IpAddr,
        token: &str,
    ) -> Result<(), Denied> {
        if !self.wrong.any_left(client, Instant::now()) {
            return Err(Denied::TooMany);
        }
        let Some(own) = &settings.admin_token else { return Err(Denied::Unknown) };
        let (own, given) = (Sha256::digest(own.as_bytes()), Sha256::digest(token.as_bytes()));
        if bool::from(own.as_slice().ct_eq(given.as_slice())) {
            return Ok(());
        }
        self.wrong.take(client, Instant::now());
        tracing::warn!(%client, "a wrong admin token was refused");
        Err(Denied::Unknown)
    }

    /// A signed text that holds until `now` and `seconds`.
    pub(super) fn seal(&self, seal: Seal, now: Time, seconds: i64) -> String {
        let until = now.timestamp() + seconds;
        format!("{until}.{}", self.signature(seal, until))
    }

    /// Whether we signed it, for this purpose, and it still holds.
    pub(super) fn holds(&self, seal: Seal, text: &str, now: Time) -> bool {
        let Some((until, signature)) = text.split_once('.') else { return false };
        let Ok(until) = until.parse::<i64>() else { return false };
        let message = message(seal, until);
        let signature = format!("sha256={signature}");
        until >= now.timestamp() && websub::check(Some(&signature), &message, &self.key).is_ok()
    }

    fn signature(&self, seal: Seal, until: i64) -> String {
        websub::sign(&message(seal, until), &self.key).trim_start_matches("sha256=").to_owned()
    }
}

fn message(seal: Seal, until: i64) -> Vec<u8> {
    format!("rasad admin {seal:?} until {until}").into_bytes()
}

/// Whether a proxy that we trust names somebody.
fn named_by_proxy(settings: &Settings, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let named = settings.admin_header.as_deref().and_then(|name| headers.get(name));
    named.is_some_and(|name| !name.as_bytes().trim_ascii().is_empty())
        && peer.is_some_and(|peer| (settings.trusts)(peer))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lists = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lists.flat_map(|list| list.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == SESSION_COOKIE).map(|(_, value)| value.trim())
}

/// The token of an `Authorization` header: a bearer's, or the password of a basic credential.
fn credential(headers: &HeaderMap) -> Option<(Way, String)> {
    let (scheme, value) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some((Way::Explicit, value.trim().to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = base64::engine::general_purpose::STANDARD.decode(value.trim()).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    Some((Way::Ambient, pair.split_once(':')?.1.to_owned()))
}

/// Whether the browser says that another site sent the request.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn from(peer: [u8; 4]) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from((peer, 1))));
        extensions
    }

    fn settings(token: Option<&str>, header: Option<&str>) -> Settings {
        Settings {
            admin_token: token.map(str::to_owned),
            admin_header: header.map(str::to_owned),
            ..crate::web::samples::settings()
        }
    }

    fn now() -> Time {
        crate::web::samples::now()
    }

    #[tokio::test]
    async fn without_token_and_header_there_is_no_door() {
        let settings = settings(None, None);
        let door = Door::new(&settings);
        let tries = headers(&[("authorization", "Bearer "), ("x-user", "root")]);
        assert_eq!(door.enter(&settings, &tries, &from([10, 0, 0, 1]), now()), Err(Denied::Closed));
    }

    #[tokio::test]
    async fn the_token_opens_in_each_of_its_ways() {
        let settings = settings(Some("sésame"), None);
        let door = Door::new(&settings);
        let enter = |pairs: &[(&str, &str)]| {
            door.enter(&settings, &headers(pairs), &from([192, 0, 2, 1]), now())
        };
        let basic = base64::engine::general_purpose::STANDARD.encode("anyone:sésame");
        let bytes = HeaderValue::from_bytes("Bearer sésame".as_bytes()).unwrap();
        let mut bearer = HeaderMap::new();
        bearer.insert(AUTHORIZATION, bytes);
        // A header that is no ASCII cannot be read: such a token comes as a basic credential.
        assert!(door.enter(&settings, &bearer, &from([192, 0, 2, 1]), now()).is_err());
        assert_eq!(enter(&[("authorization", &format!("Basic {basic}"))]), Ok(Way::Ambient));
        let session = door.seal(Seal::Session, now(), 60);
        let cookie = format!("a=b; {SESSION_COOKIE}={session}");
        assert_eq!(enter(&[("cookie", &cookie)]), Ok(Way::Ambient));
        let form = format!("{SESSION_COOKIE}={}", door.seal(Seal::Form, now(), 60));
        assert_eq!(enter(&[("cookie", &form)]), Err(Denied::Unknown), "a form is no session");
        assert_eq!(enter(&[("x-user", "root")]), Err(Denied::Unknown));
        assert_eq!(enter(&[]), Err(Denied::Unknown));
    }

    #[test]
    fn seals_expire_and_cannot_be_prolonged() {
        let door = Door::new(&settings(Some("x"), None));
        let seal = door.seal(Seal::Form, now(), 60);
        assert!(door.holds(Seal::Form, &seal, now()));
        assert!(!door.holds(Seal::Session, &seal, now()));
        assert!(!door.holds(Seal::Form, &seal, now() + chrono::Duration::seconds(61)));
        let (until, signature) = seal.split_once('.').unwrap();
        let later = format!("{}.{signature}", until.parse::<i64>().unwrap() + 1);
        assert!(!door.holds(Seal::Form, &later, now()));
        assert!(!Door::new(&settings(Some("y"), None)).holds(Seal::Form, &seal, now()));
        for broken in ["", ".", "x.y", "99999999999999999999.00"] {
            assert!(!door.holds(Seal::Form, broken, now()), "{broken}");
        }
    }

    #[tokio::test]
    async fn guessing_ends_soon() {
        let settings = settings(Some("right"), None);
        let door = Door::new(&settings);
        let guess = |token: &str, peer| {
            let tries = headers(&[("authorization", &format!("Bearer {token}"))]);
            door.enter(&settings, &tries, &from(peer), now())
        };
        for _ in 0..WRONG_TOKENS {
            assert_eq!(guess("wrong", [192, 0, 2, 1]), Err(Denied::Unknown));
        }
        assert_eq!(guess("right", [192, 0, 2, 1]), Err(Denied::TooMany), "not even the right one");
        assert_eq!(guess("right", [192, 0, 2, 2]), Ok(Way::Explicit));
    }

    #[tokio::test]
    async fn only_a_trusted_proxy_names_an_admin() {
        let settings = settings(None, Some("x-user"));
        let door = Door::new(&settings);
        let enter = |pairs: &[(&str, &str)], peer| {
            door.enter(&settings, &headers(pairs), &from(peer), now())
        };
        assert_eq!(enter(&[("x-user", "amina")], [10, 0, 0, 1]), Ok(Way::Ambient));
        assert_eq!(enter(&[("x-user", "amina")], [198, 51, 100, 7]), Err(Denied::Unknown));
        assert_eq!(enter(&[("x-user", "")], [10, 0, 0, 1]), Err(Denied::Unknown));
        assert_eq!(enter(&[("authorization", "Bearer x")], [10, 0, 0, 1]), Err(Denied::Unknown));
    }

    #[test]
    fn what_another_site_sends_is_known() {
        assert!(is_foreign(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_foreign(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_foreign(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_foreign(&headers(&[])));
    }
}
