//! What an admin can set about fetching, with its defaults.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

/// One mebibyte.
const MIB: usize = 1 << 20;

/// Settings of the one client. Every limit holds per request.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Product and version at the head of the User-Agent, `Name/version`. The name is also
    /// the product token looked for in robots.txt.
    pub agent: String,
    /// Where a publisher can reach us: a page's address or a mail address. Empty leaves it out,
    /// which publishers do not like.
    pub contact: String,
    /// Least time between the starts of two requests to one host.
    pub host_gap: Duration,
    /// Requests in flight to one host at most, at least 1.
    pub host_concurrency: usize,
    /// How long a request waits for its host's turn before it gives up as `busy`.
    pub patience: Duration,
    /// Ranges opened in the address guard, for tests and intranets.
    pub allow_addresses: Vec<AddressRange>,
    /// Largest feed (or sitemap), decoded, in bytes.
    pub feed_bytes: usize,
    /// Largest article page, decoded, in bytes.
    pub page_bytes: usize,
    /// Largest response head, in bytes. hyper itself stops HTTP/1 heads at about 400 KiB.
    pub header_bytes: usize,
    /// Time for a whole fetch with all its redirects, without the waits for the hosts' turns.
    pub deadline: Duration,
    /// Time for resolving, connecting and the TLS handshake, within `deadline`.
    pub connect_timeout: Duration,
    /// Redirects followed at most.
    pub redirects: usize,
    /// Whether robots.txt is asked about feeds too. Feeds are what publishers invite us to fetch.
    pub robots_for_feeds: bool,
    /// Longest `Crawl-delay` that is honoured; a longer one counts as this.
    pub crawl_delay_max: Duration,
    /// How long robots.txt is kept where its server does not say, at most 24 hours (RFC 9309 2.4).
    pub robots_age: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            agent: concat!("Rasad/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: String::new(),
            host_gap: Duration::from_secs(1),
            host_concurrency: 1,
            patience: Duration::from_secs(60),
            allow_addresses: Vec::new(),
            feed_bytes: 10 * MIB,
            page_bytes: 5 * MIB,
            header_bytes: 64 << 10,
            deadline: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            redirects: 5,
            robots_for_feeds: false,
            crawl_delay_max: Duration::from_secs(60),
            robots_age: Duration::from_secs(24 * 3600),
        }
    }
}

impl Settings {
    /// The User-Agent: product, version and contact.
    pub fn user_agent(&self) -> String {
        match self.contact.trim() {
            "" => self.agent.clone(),
            contact => format!("{} (+{contact})", self.agent),
        }
    }

    /// The product token that robots.txt speaks of, e.g. `Rasad`.
    pub fn product(&self) -> &str {
        self.agent.split(['/', ' ']).next().unwrap_or(&self.agent)
    }
}

/// A range of addresses in CIDR form (`127.0.2.0/24`, `fd00::/8`) or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    base: IpAddr,
    bits: u8,
}

impl AddressRange {
    /// The range of the addresses whose first `bits` bits are those of `base`.
    pub(super) const fn new(base: IpAddr, bits: u8) -> Self {
        Self { base, bits }
    }

    /// True for an address inside the range. IPv4 and IPv6 never contain each other.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(base) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(base) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text.trim(), None),
        };
        let wrong = || format!("{text:?} is not a range of addresses such as \"127.0.2.0/24\".");
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let whole = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(whole), str::parse::<u8>).map_err(|_| wrong())?;
        if bits > whole {
            return Err(wrong());
        }
        Ok(Self { base, bits })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> AddressRange {
        text.parse().unwrap()
    }

    #[test]
    fn ranges_contain_their_addresses_only() {
        let net = range("127.0.2.0/24");
        assert!(net.contains("127.0.2.0".parse().unwrap()));
        assert!(net.contains("127.0.2.255".parse().unwrap()));
        assert!(!net.contains("127.0.3.0".parse().unwrap()));
        assert!(!net.contains("::1".parse().unwrap()));
        assert!(range("0.0.0.0/0").contains("8.8.8.8".parse().unwrap()));
        assert!(range("::/0").contains("::1".parse().unwrap()));
        assert!(range("10.1.2.3").contains("10.1.2.3".parse().unwrap()));
        assert!(!range("10.1.2.3").contains("10.1.2.4".parse().unwrap()));
        assert!(range("fd00::/8").contains("fdff::1".parse().unwrap()));
        assert!(!range("fd00::/8").contains("fe00::1".parse().unwrap()));
    }

    #[test]
    fn what_is_not_a_range_is_refused() {
        for wrong in ["", "127.0.0.1/33", "::1/129", "127.0.0/24", "localhost", "1.2.3.4/-1"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
        assert_eq!(range(" 10.0.0.0/8 ").to_string(), "10.0.0.0/8");
    }

    #[test]
    fn the_user_agent_names_product_version_and_contact() {
        let settings =
            Settings { contact: "https://example.org/bot".into(), ..Settings::default() };
        assert_eq!(
            settings.user_agent(),
            format!("Rasad/{} (+https://example.org/bot)", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(settings.product(), "Rasad");
    }
}
