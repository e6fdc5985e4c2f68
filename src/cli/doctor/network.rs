//! Names and ways: can the sources' hosts be found, can readers find us.

use std::net::SocketAddr;
use std::time::Duration;

use futures::future::join_all;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use super::finding::Finding;
use crate::config::Config;

/// Hosts of sources that are looked up: enough to tell one dead site from no network.
const HOSTS: usize = 8;
/// Longest wait for a name or a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at names, ways and the public address.
pub async fn look(config: &Config, findings: &mut Vec<Finding>) {
    findings.extend(sources(config).await);
    findings.extend(public(config).await);
    findings.extend(admin_token(config));
}

/// How far one host can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    NoName,
    NoConnection,
    Open,
}

async fn sources(config: &Config) -> Option<Finding> {
    let mut hosts: Vec<(String, u16)> = Vec::new();
    for source in config.sources.iter().filter(|source| source.enabled) {
        if let Some(host) = Url::parse(&source.url).ok().as_ref().and_then(host)
            && !hosts.contains(&host)
        {
            hosts.push(host);
        }
    }
    if hosts.is_empty() {
        return None;
    }
    // Spread over the file: its first sources may share a country or a host.
    let step = hosts.len().div_ceil(HOSTS);
    let chosen: Vec<(String, u16)> = hosts.into_iter().step_by(step).collect();
    let ways = join_all(chosen.iter().map(|(host, port)| way(host, *port))).await;
    Some(said(&chosen.iter().map(|(host, _)| host.as_str()).zip(ways).collect::<Vec<_>>()))
}

fn host(url: &Url) -> Option<(String, u16)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

async fn way(host: &str, port: u16) -> Way {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(Ok(addresses)) = timeout(PATIENCE, lookup_host((bare, port))).await else {
        return Way::NoName;
    };
    let addresses: Vec<SocketAddr> = addresses.collect();
    match timeout(PATIENCE, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) => Way::Open,
        _ => Way::NoConnection,
    }
}

fn said(ways: &[(&str, Way)]) -> Finding {
    let of = |wanted: Way| -> Vec<&str> {
        ways.iter().filter(|(_, way)| *way == wanted).map(|(host, _)| *host).collect()
    };
    let (nameless, closed, open) = (of(Way::NoName), of(Way::NoConnection), of(Way::Open));
    if nameless.len() == ways.len() {
        return Finding::fails(
            "network",
            format!(
                "None of the names {} can be resolved. Check this machine's DNS (`/etc/resolv.conf`; in a container, its network).",
                nameless.join(", ")
            ),
        );
    }
    if open.is_empty() {
        return Finding::fails(
            "network",
            format!(
                "Names are resolved, but none of {} can be connected to. Check the firewall: Rasad needs outgoing connections to ports 80 and 443.",
                closed.join(", ")
            ),
        );
    }
    if nameless.is_empty() && closed.is_empty() {
        let sentence = format!("{} hosts of sources can be reached.", open.len());
        return Finding::well("network", sentence);
    }
    let mut troubled = nameless;
    troubled.extend(closed);
    Finding::odd(
        "network",
        format!(
            "{} of {} hosts of sources can be reached, but not {}. `rasad sources test ID` tells more.",
            open.len(),
            ways.len(),
            troubled.join(", ")
        ),
    )
}

async fn public(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.settings.web.public_url else {
        let sentence = "`web.public_url` is not set: feeds name no address of their own, and hubs cannot reach us.";
        return vec![Finding::odd("public", sentence)];
    };
    let mut findings = Vec::new();
    if url.scheme() != "https" {
        let sentence = format!(
            "{url} is not https: readers' requests can be read and changed on their way. Put a proxy with TLS before `web.listen`."
        );
        findings.push(Finding::odd("public", sentence));
    }
    let Some((host, port)) = host(url) else { return findings };
    findings.push(match way(&host, port).await {
        Way::Open => Finding::well("public", format!("{url} can be connected to from here.")),
        Way::NoName => Finding::fails(
            "public",
            format!("The name {host} of `web.public_url` cannot be resolved. Add it to your DNS, or correct the setting."),
        ),
        Way::NoConnection => Finding::odd(
            "public",
            format!("Nothing answers at {host}, port {port}, from here. Start `rasad serve` and the proxy before it, or check from outside."),
        ),
    });
    findings
}

fn admin_token(config: &Config) -> Option<Finding> {
    let file = config.settings.web.admin_token_file.as_ref()?;
    match std::fs::read_to_string(file) {
        Ok(token) if !token.trim().is_empty() => None,
        Ok(_) => Some(Finding::fails(
            "admin",
            format!("{} is empty: write a long random word into it.", file.display()),
        )),
        Err(error) => Some(Finding::fails(
            "admin",
            format!("`web.admin_token_file` {} cannot be read: {error}.", file.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn one_dead_host_is_no_dead_network() {
        use Way::{NoConnection, NoName, Open};
        for (ways, level, word) in [
            (vec![("a", Open), ("b", Open)], Level::Well, "2 hosts"),
            (vec![("a", Open), ("b", NoName)], Level::Odd, "but not b"),
            (vec![("a", NoName), ("b", NoName)], Level::Fails, "DNS"),
            (vec![("a", NoConnection), ("b", NoName)], Level::Fails, "firewall"),
        ] {
            let finding = said(&ways);
            assert_eq!(finding.level, level, "{finding:?}");
            assert!(finding.sentence.contains(word), "{finding:?}");
        }
    }

    #[tokio::test]
    async fn ways_are_tried() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        assert_eq!(way("127.0.0.1", port).await, Way::Open);
        drop(listener);
        assert_eq!(way("127.0.0.1", port).await, Way::NoConnection);
        assert_eq!(way("no-such-host.invalid", 80).await, Way::NoName);
    }
}
