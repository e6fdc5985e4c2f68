//! `rasad healthcheck`: asks the running service whether it is ready. For containers, whose
//! image has neither a shell nor curl.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use super::Failed;
use crate::app;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read.
const ANSWER_BYTES: u64 = 4096;

/// Fails unless the service on the ops address of the configuration says that it is ready.
pub fn run(dir: &Path) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let address = reachable(config.settings.web.ops_listen);
    let answer = ask(address).with_context(|| format!("Nothing answers at {address}"))?;
    let status = answer.split_whitespace().nth(1).unwrap_or("none");
    if status != "200" {
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        return Err(anyhow::anyhow!("Not ready (status {status}): {}", body.trim()).into());
    }
    println!("ready");
    Ok(())
}

fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    if answer.is_empty() {
        bail!("the connection was closed without an answer");
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A service that listens on every address is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_asked_on_loopback() {
        let reached = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:9464"), "127.0.0.1:9464");
        assert_eq!(reached("[::]:9464"), "[::1]:9464");
        assert_eq!(reached("127.0.0.9:1"), "127.0.0.9:1");
    }
}
