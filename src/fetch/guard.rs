//! The address guard: nothing that is not publicly routable is ever connected to.
//!
//! It stands at two doors. [`Guard::check`] judges a parsed address before anything is done with
//! it: the scheme, IP literals in every spelling (the URL parser has already turned decimal,
//! octal, hexadecimal, short and full-width forms into the address they mean), and names that
//! exist only inside networks. [`GuardedResolver`] judges what a name resolves to, and hands the
//! connection exactly the addresses it judged, so that no second answer can be slipped in. Every
//! redirect passes both doors again.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::error::Reason;
use super::settings::AddressRange;

/// IPv4 ranges that are not publicly routable: IANA's special-purpose registry (RFC 6890) without
/// the few entries that are globally reachable, multicast, and one cloud's metadata address that
/// lies in public space.
const CLOSED_V4: [([u8; 4], u8); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// The only IPv6 range of global unicast. Outside it lie loopback, IPv4-mapped and -compatible,
/// translated (64:ff9b::/96), unique local, link-local and multicast addresses, and whatever may
/// be assigned one day.
const OPEN_V6: ([u16; 8], u8) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Ranges inside global unicast that are not for hosts, or carry an IPv4 address inside them.
const CLOSED_V6: [([u16; 8], u8); 4] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocols, Teredo, ORCHID
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// Endings of names that exist only inside networks (RFC 6761, 6762, 8375, 9476, ICANN's
/// `internal`, and what home routers and clusters use).
const LOCAL_ENDINGS: [&str; 14] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "svc",
    "invalid",
    "alt",
    "onion",
];

/// Judges addresses. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    opened: Arc<[AddressRange]>,
}

impl Guard {
    /// A guard that lets through public addresses and the `opened` ranges.
    pub fn new(opened: &[AddressRange]) -> Self {
        Self { opened: opened.into() }
    }

    /// Parses an address as browsers do and judges it.
    pub fn parse(&self, text: &str) -> Result<Url, Reason> {
        let url =
            Url::parse(text).map_err(|error| Reason::BadUrl(shorten(text), error.to_string()))?;
        self.check(&url)?;
        Ok(url)
    }

    /// Judges a parsed address by its scheme and host.
    pub fn check(&self, url: &Url) -> Result<(), Reason> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Reason::SchemeDenied(shorten(url.scheme())));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_address(address.into()),
            Some(Host::Ipv6(address)) => self.check_address(address.into()),
            Some(Host::Domain(name)) => self.check_name(name),
            None => Err(Reason::BadUrl(shorten(url.as_str()), "it names no host".into())),
        }
    }

    /// True where a connection to `address` may be made.
    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.opened.iter().any(|range| range.contains(address))
    }

    fn check_address(&self, address: IpAddr) -> Result<(), Reason> {
        if self.allows(address) { Ok(()) } else { Err(Reason::AddressDenied(address)) }
    }

    /// Names for use inside networks are not even asked for, unless an admin opened a network:
    /// then what they resolve to is judged.
    fn check_name(&self, name: &str) -> Result<(), Reason> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let local = !name.contains('.')
            || LOCAL_ENDINGS.iter().any(|ending| {
                name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            });
        if local && self.opened.is_empty() { Err(Reason::LocalName(name)) } else { Ok(()) }
    }
}

/// True for an address that is publicly routable.
pub fn is_public(address: IpAddr) -> bool {
    let within_v4 = |address: Ipv4Addr, &([a, b, c, d], bits): &([u8; 4], u8)| {
        AddressRange::new(Ipv4Addr::new(a, b, c, d).into(), bits).contains(address.into())
    };
    let within_v6 = |address: Ipv6Addr, &(base, bits): &([u16; 8], u8)| {
        AddressRange::new(Ipv6Addr::from(base).into(), bits).contains(address.into())
    };
    match address {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|range| within_v4(address, range)),
        IpAddr::V6(address) => {
            within_v6(address, &OPEN_V6) && !CLOSED_V6.iter().any(|range| within_v6(address, range))
        }
    }
}

/// Quotes at most a line of what somebody else wrote.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Resolves names through the system and hands on only addresses that the guard lets through.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver(pub(super) Guard);

/// Why a name gave no address to connect to. Travels inside reqwest's error.
#[derive(Debug)]
pub(super) enum NameError {
    /// It leads only to addresses that are closed; this is one of them.
    Denied(String, IpAddr),
    /// It has no address, or nobody answered.
    Unresolved(String, String),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(name, address) => write!(f, "{name} leads to {address}"),
            Self::Unresolved(name, why) => write!(f, "{name}: {why}"),
        }
    }
}

impl std::error::Error for NameError {}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
            let allowed = judge(&guard, name, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Keeps the allowed ones of the addresses found.
fn judge(
    guard: &Guard,
    name: String,
    found: std::io::Result<Vec<SocketAddr>>,
) -> Result<Vec<SocketAddr>, NameError> {
    let mut found = match found {
        Ok(found) => found,
        Err(error) => return Err(NameError::Unresolved(name, error.to_string())),
    };
    let first = found.first().copied();
    found.retain(|address| guard.allows(address.ip()));
    match first {
        None => Err(NameError::Unresolved(name, "it has no address".into())),
        Some(first) if found.is_empty() => Err(NameError::Denied(name, first.ip())),
        Some(_) => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(ranges: &[&str]) -> Guard {
        Guard::new(&ranges.iter().map(|r| r.parse().unwrap()).collect::<Vec<_>>())
    }

    fn verdict(text: &str) -> &'static str {
        Guard::default().parse(text).map_or_else(|reason| reason.kind(), |_| "allowed")
    }

    /// Every spelling of one address that some resolver or library understands.
    fn spellings(address: Ipv4Addr) -> Vec<String> {
        let n = u32::from(address);
        let [a, b, c, d] = address.octets();
        let (hi, lo) = (n >> 16, n & 0xffff);
        let mut all = vec![
            format!("{address}"),
            format!("{address}."),
            format!("{n}"),
            format!("0x{n:x}"),
            format!("0X{n:X}"),
            format!("0{n:o}"),
            format!("{a}.{}", n & 0xff_ffff),
            format!("{a}.{b}.{lo}"),
            format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("000{a:o}.000{b:o}.000{c:o}.000{d:o}"),
            format!("0x{a:x}.{b}.0{lo:o}"),
            format!("{a}%2e{b}%2E{c}%2e{d}"),
            format!("{a}。{b}．{c}｡{d}"),
            format!("[::ffff:{address}]"),
            format!("[::ffff:{hi:x}:{lo:x}]"),
            format!("[::{hi:x}:{lo:x}]"),
            format!("[::ffff:0:{hi:x}:{lo:x}]"),
            format!("[64:ff9b::{hi:x}:{lo:x}]"),
            format!("[64:ff9b:1::{hi:x}:{lo:x}]"),
            format!("[2002:{hi:x}:{lo:x}::1]"),
            format!("[2001:0:102:304:0:0:{:x}:{:x}]", !hi & 0xffff, !lo & 0xffff),
            format!("user@{address}"),
            format!("example.net:secret@{address}"),
            format!("example.net@example.net:80@{address}"),
        ];
        let plain = address.to_string();
        let wide = plain.chars().map(|c| match c.to_digit(10) {
            Some(digit) => char::from_u32(0xff10 + digit).unwrap(),
            None => c,
        });
        all.push(wide.collect());
        all
    }

    #[test]
    fn closed_addresses_are_refused_in_every_spelling() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "10.255.0.9",
            "172.16.5.4",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "168.63.129.16",
            "192.0.0.170",
            "192.0.2.7",
            "198.18.0.1",
            "198.19.255.1",
            "198.51.100.2",
            "203.0.113.9",
            "224.0.0.251",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "192.88.99.1",
        ] {
            for host in spellings(address.parse().unwrap()) {
                for text in [format!("http://{host}/"), format!("HTTPS://{host}:8080/a?b#c")] {
                    assert_eq!(verdict(&text), "address_denied", "{text}");
                }
            }
        }
    }

    #[test]
    fn odd_spellings_of_this_machine_are_refused() {
        for text in [
            "http://0/",
            "http://0.0.0.0/",
            "http://127.1/",
            "http://0177.1/",
            "http://0x7f.1/",
            "http://[::]/",
            "http://[::1]/",
            "http://[0:0:0:0:0:0:0:1]:80/",
            "http://[::1%251]/",
            "http:127.0.0.1/",
            "http:/\\127.0.0.1/",
            "http:\\\\127.0.0.1\\x",
            "ht\ttp://127.0.0.1/",
            "http://127.0.0.1\t/",
            " http://127.0.0.1/ ",
            "http://127.0.0.1#@example.net/",
            "http://127.0.0.1\\@example.net/",
            "http://⑫7.⓪.⓪.①/",
        ] {
            let kind = verdict(text);
            assert!(matches!(kind, "address_denied" | "bad_url"), "{text}: {kind}");
        }
    }

    #[test]
    fn closed_ipv6_ranges_are_refused() {
        for address in [
            "::2",
            "64:ff9b::808:808",
            "100::1",
            "2001::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:808:808::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
            "::ffff:8.8.8.8",
            "fd00:ec2::254",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for text in [
            "http://9.9.9.9/",
            "http://128.0.0.1/",
            "http://11.0.0.1/x",
            "https://172.32.0.1/",
            "http://172.15.255.255/",
            "http://192.0.1.1/",
            "http://198.17.0.1/",
            "http://198.20.0.1/",
            "http://100.63.0.1/",
            "http://100.128.0.1/",
            "http://223.255.255.255/",
            "http://1.1/",
            "http://168.63.129.17/",
            "http://[2620:fe::fe]/",
            "http://[2a01:4f8::1]:8080/",
            "http://[2001:200::1]/",
            "http://example.net/feed?u=http://127.0.0.1/",
            "http://127.0.0.1.example.net/",
            "http://127.0.0.1%2f@example.net/",
            "https://mylocalhost.example/",
            "https://الموقع.example/خلاصات",
        ] {
            assert_eq!(verdict(text), "allowed", "{text}");
        }
    }

    #[test]
    fn only_http_and_https() {
        for text in [
            "file:///etc/passwd",
            "ftp://example.net/",
            "gopher://127.0.0.1:6379/_x",
            "ws://example.net/",
            "feed:http://example.net/",
            "data:text/html,x",
            "javascript:alert(1)",
            "unix:/run/x.sock",
            "view-source:http://example.net/",
            "blob:http://example.net/1",
            "mailto:a@example.net",
        ] {
            assert_eq!(verdict(text), "scheme_denied", "{text}");
        }
        for text in [
            "",
            "a/b",
            "//example.net/",
            "http://",
            "http://#",
            "http://[::1",
            "http://a b/",
            "http://256.256.256.256/",
            "http://1.2.3.4.5/",
            "http://localhost%00.example.net/",
        ] {
            assert_eq!(verdict(text), "bad_url", "{text}");
        }
    }

    #[test]
    fn names_inside_networks_are_resolved_only_where_a_range_is_open() {
        for name in [
            "localhost",
            "localhost.",
            "a.localhost",
            "LOCALHOST",
            "db",
            "printer.lan",
            "metadata.google.internal",
            "x.default.svc",
            "nas.local",
            "router.home.arpa",
        ] {
            let text = format!("http://{name}/");
            assert_eq!(verdict(&text), "address_denied", "{text}");
            assert!(guard(&["10.0.0.0/8"]).parse(&text).is_ok(), "{text}");
        }
        assert_eq!(verdict("http://home.arpanet.example/"), "allowed");
    }

    #[test]
    fn opened_ranges_open_nothing_else() {
        let guard = guard(&["127.0.1.0/24", "fd00::/8"]);
        assert!(guard.parse("http://127.0.1.77:8080/").is_ok());
        assert!(guard.parse("http://[fd00::1]/").is_ok());
        assert!(guard.parse("http://127.0.0.1/").is_err());
        assert!(guard.parse("http://[::ffff:127.0.1.77]/").is_err());
    }

    #[test]
    fn what_names_resolve_to_is_judged() {
        let answers = |list: &[&str]| {
            Ok(list.iter().map(|a| SocketAddr::new(a.parse().unwrap(), 0)).collect())
        };
        let name = || "rebind.example".to_owned();
        let guard = Guard::default();
        let mixed = judge(&guard, name(), answers(&["10.0.0.1", "9.9.9.9", "::1"])).unwrap();
        assert_eq!(mixed, [SocketAddr::new("9.9.9.9".parse().unwrap(), 0)]);
        assert!(matches!(
            judge(&guard, name(), answers(&["10.0.0.1", "::1"])),
            Err(NameError::Denied(..))
        ));
        assert!(matches!(judge(&guard, name(), answers(&[])), Err(NameError::Unresolved(..))));
    }
}
