//! The hub's half: read a request, ask the callback whether it meant it, sign what is sent, know
//! when to try again (W3C WebSub 5, 7). Pure.

use std::time::Duration;

use url::Url;
use url::form_urlencoded::parse;

use super::signature::sign;

/// Leases that are granted, whatever is asked for.
const LEASES: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(30 * 86400));
/// A secret must be shorter than this, in bytes (WebSub 5.1).
const SECRET_BYTES: usize = 200;
/// Longest address, in bytes.
const ADDRESS_BYTES: usize = 2048;
/// Fields of one request; more is no request.
const FIELDS: usize = 40;
/// Attempts to verify a request.
const VERIFICATIONS: u32 = 3;
/// Wait after the first failed delivery, how it grows, and how long it gets.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const PAUSE_GROWS: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What is asked of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Send news.
    Subscribe,
    /// Send no more news.
    Unsubscribe,
    /// The hub's own word: there will be no news (any more).
    Denied,
}

impl Mode {
    /// As the standard writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Denied => "denied",
        }
    }

    /// Reads what [`Mode::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Subscribe, Self::Unsubscribe, Self::Denied]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

/// A request to the hub, its form checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubRequest {
    /// What is asked.
    pub mode: Mode,
    /// Where news goes: http or https, without credentials.
    pub callback: Url,
    /// The feed's address as given.
    pub hub_topic: String,
    /// How long: within the hub's bounds.
    pub lease: Duration,
    /// Key of the signatures, under 200 bytes.
    pub secret: Option<String>,
}

/// Why a request is refused. Answer 400 with the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// Neither `subscribe` nor `unsubscribe`.
    #[error("hub.mode must be \"subscribe\" or \"unsubscribe\".")]
    Mode,
    /// No callback, or none that a hub can call.
    #[error(
        "hub.callback must be an http or https address of at most 2048 bytes, without a user name."
    )]
    Callback,
    /// No topic.
    #[error("hub.topic must be the address of a feed.")]
    Topic,
    /// Not a number of seconds.
    #[error("hub.lease_seconds must be a whole number of seconds above 0.")]
    Lease,
    /// Too long.
    #[error("hub.secret must be shorter than 200 bytes.")]
    Secret,
    /// A field comes twice, or there are too many.
    #[error("Each field may come once.")]
    Fields,
}

impl HubRequest {
    /// Reads the body of a request, `application/x-www-form-urlencoded`; `usual` is the lease
    /// where none is asked for. Unknown fields are passed over, as the standard wants.
    ///
    /// # Errors
    ///
    /// See [`BadRequest`].
    pub fn read(body: &[u8], usual: Duration) -> Result<Self, BadRequest> {
        let [mut mode, mut callback, mut topic, mut lease, mut secret] = [const { None }; 5];
        for (count, (name, value)) in parse(body).enumerate() {
            let field = match name.as_ref() {
                _ if count == FIELDS => return Err(BadRequest::Fields),
                "hub.mode" => &mut mode,
                "hub.callback" => &mut callback,
                "hub.topic" => &mut topic,
                "hub.lease_seconds" => &mut lease,
                "hub.secret" => &mut secret,
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(BadRequest::Fields);
            }
        }
        let mode = mode.as_deref().and_then(Mode::parse).filter(|mode| *mode != Mode::Denied);
        let topic = topic.filter(|topic| !topic.is_empty() && topic.len() <= ADDRESS_BYTES);
        let secret = secret.filter(|secret| !secret.is_empty());
        if secret.as_ref().is_some_and(|secret| secret.len() >= SECRET_BYTES) {
            return Err(BadRequest::Secret);
        }
        Ok(Self {
            mode: mode.ok_or(BadRequest::Mode)?,
            callback: callback.as_deref().and_then(address).ok_or(BadRequest::Callback)?,
            hub_topic: topic.ok_or(BadRequest::Topic)?,
            lease: read_lease(lease.as_deref(), usual)?,
            secret,
        })
    }
}

fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= ADDRESS_BYTES)?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (web && anonymous && url.as_str().len() <= ADDRESS_BYTES).then_some(url)
}

fn read_lease(seconds: Option<&str>, usual: Duration) -> Result<Duration, BadRequest> {
    let asked = match seconds.map(str::trim).filter(|seconds| !seconds.is_empty()) {
        None => usual,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            // More digits than fit are more than the longest lease.
            Duration::from_secs(digits.parse().unwrap_or(u64::MAX))
        }
        Some(_) => return Err(BadRequest::Lease),
    };
    if asked.is_zero() { Err(BadRequest::Lease) } else { Ok(asked.clamp(LEASES.0, LEASES.1)) }
}

/// The address by which a callback is asked whether it meant a request (WebSub 5.3), or told that
/// it is denied (5.2): its own query stays. None where the callback is no address.
pub fn question(
    callback: &str,
    mode: Mode,
    hub_topic: &str,
    challenge: &str,
    lease: Duration,
) -> Option<String> {
    let mut url = Url::parse(callback).ok()?;
    url.set_fragment(None);
    let mut query = url.query_pairs_mut();
    query.append_pair("hub.mode", mode.as_str()).append_pair("hub.topic", hub_topic);
    match mode {
        Mode::Denied => query.append_pair("hub.reason", "There is no such feed any more."),
        _ => query.append_pair("hub.challenge", challenge),
    };
    if mode == Mode::Subscribe {
        query.append_pair("hub.lease_seconds", &lease.as_secs().to_string());
    }
    drop(query);
    Some(url.into())
}

/// Whether the callback's answer to [`question`] means yes: the challenge, and nothing else but
/// white space at its end.
pub fn confirms(body: &[u8], challenge: &str) -> bool {
    body.trim_ascii_end() == challenge.as_bytes()
}

/// Whether a verification that found nobody is tried again after `attempts`.
pub fn asks_again(attempts: u32) -> bool {
    attempts < VERIFICATIONS
}

/// The headers of content (WebSub 7): links to hub and feed, and the signature where a secret was
/// agreed on.
pub fn headers(
    hub: &str,
    hub_topic: &str,
    body: &[u8],
    secret: Option<&str>,
) -> Vec<(String, String)> {
    let mut headers = vec![("Link".to_owned(), links(hub, hub_topic))];
    if let Some(secret) = secret {
        headers.push(("X-Hub-Signature".to_owned(), sign(body, secret)));
    }
    headers
}

/// The `Link` header of a feed and of what the hub sends of it. Addresses are ours and strict.
pub fn links(hub: &str, hub_topic: &str) -> String {
    format!("<{hub}>; rel=\"hub\", <{hub_topic}>; rel=\"self\"")
}

/// How long to wait after the `failures`-th failure in a row; `jitter`, from 0 up to 1, keeps
/// subscribers apart.
pub fn pause(failures: u32, jitter: f64) -> Duration {
    let grown = FIRST_PAUSE.saturating_mul(PAUSE_GROWS.saturating_pow(failures.saturating_sub(1)));
    grown.min(LONGEST_PAUSE).mul_f64(1.0 + 0.2 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86400);

    fn read(body: &str) -> Result<HubRequest, BadRequest> {
        HubRequest::read(body.as_bytes(), DAY)
    }

    const GOOD: &str =
        "hub.mode=subscribe&hub.callback=https%3A%2F%2Fr.example%2Fcb%3Fx%3D1&hub.topic=https://f/";

    #[test]
    fn a_request_is_read() {
        let asked =
            read(&format!("{GOOD}&hub.secret=s&hub.lease_seconds=7200&hub.verify=async")).unwrap();
        assert_eq!(asked.mode, Mode::Subscribe);
        assert_eq!(asked.callback.as_str(), "https://r.example/cb?x=1");
        assert_eq!((asked.hub_topic.as_str(), asked.secret.as_deref()), ("https://f/", Some("s")));
        assert_eq!(asked.lease, Duration::from_secs(7200));
        let plain = read(&GOOD.replace("subscribe", "unsubscribe")).unwrap();
        assert_eq!((plain.mode, plain.lease, plain.secret), (Mode::Unsubscribe, DAY, None));
    }

    #[test]
    fn leases_are_bounded() {
        let lease =
            |seconds: &str| read(&format!("{GOOD}&hub.lease_seconds={seconds}")).map(|r| r.lease);
        assert_eq!(lease("1"), Ok(LEASES.0));
        assert_eq!(lease("99999999999999999999999"), Ok(LEASES.1));
        assert_eq!(lease(""), Ok(DAY));
        for wrong in ["0", "-5", "soon", "1.5"] {
            assert_eq!(lease(wrong), Err(BadRequest::Lease), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |field: &str, value: &str| {
            let rest: Vec<&str> = GOOD.split('&').filter(|pair| !pair.starts_with(field)).collect();
            read(&format!("{}&{field}={value}", rest.join("&"))).expect_err(value)
        };
        for mode in ["", "publish", "denied"] {
            assert_eq!(with("hub.mode", mode), BadRequest::Mode);
        }
        let long = format!("https://x/{}", "a".repeat(3000));
        for callback in
            ["", "x", "ftp://x/", "file:///etc/passwd", "https://u:p@x/", "data:,x", &long]
        {
            assert_eq!(with("hub.callback", callback), BadRequest::Callback, "{callback}");
        }
        assert_eq!(with("hub.topic", ""), BadRequest::Topic);
        assert_eq!(with("hub.secret", &"s".repeat(200)), BadRequest::Secret);
        assert_eq!(read(&format!("{GOOD}&hub.topic=https://g/")), Err(BadRequest::Fields));
        assert_eq!(read(&"x=1&".repeat(50)), Err(BadRequest::Fields));
        assert!(read(&format!("{GOOD}&hub.secret={}", "s".repeat(199))).is_ok());
    }

    #[test]
    fn the_question_keeps_the_callbacks_own_query() {
        let asked =
            question("https://r.example/cb?x=1#y", Mode::Subscribe, "https://f/?a=b", "c d", DAY);
        assert_eq!(
            asked.unwrap(),
            "https://r.example/cb?x=1&hub.mode=subscribe&hub.topic=https%3A%2F%2Ff%2F%3Fa%3Db\
             &hub.challenge=c+d&hub.lease_seconds=86400"
        );
        let denied = question("https://r.example/", Mode::Denied, "https://f/", "", DAY).unwrap();
        assert!(denied.contains("hub.mode=denied") && !denied.contains("challenge"), "{denied}");
        assert!(confirms(b"abc", "abc") && confirms(b"abc\r\n", "abc"));
        assert!(!confirms(b"abcd", "abc") && !confirms(b"", "abc") && !confirms(b" abc", "abc"));
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let seconds: Vec<u64> = (1..9).map(|n| pause(n, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 4, 16, 64, 256, 1024, 3600, 3600]);
        assert_eq!(pause(u32::MAX, 1.0), LONGEST_PAUSE.mul_f64(1.2));
    }

    #[test]
    fn content_names_hub_and_feed_and_is_signed_where_a_secret_is() {
        let plain = headers("https://h/hub", "https://h/f", b"x", None);
        assert_eq!(plain.len(), 1);
        assert_eq!(plain[0].1, "<https://h/hub>; rel=\"hub\", <https://h/f>; rel=\"self\"");
        let signed = headers("https://h/hub", "https://h/f", b"x", Some("s"));
        assert_eq!(super::super::check(Some(&signed[1].1), b"x", "s"), Ok(()));
    }
}
