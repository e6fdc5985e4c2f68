//! Builds the HTTP library's client. The only place that does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use rustc_hash::FxHashMap;
use rustls::RootCertStore;
use tokio::time::Instant;

use super::error::Reason;
use super::guard::{Guard, GuardedResolver};
use super::settings::Settings;

/// How long a connection is kept for the next request to its host: enough for the gap between two
/// article pages, less than the five seconds after which common servers close it under our hands.
const KEEP_ALIVE: Duration = Duration::from_secs(4);
/// Header lines of one answer.
const MOST_HEADERS: usize = 256;

/// Origins remembered before those without a connection are forgotten.
const REMEMBERED: usize = 1024;

/// The origins to which a connection may be open.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<FxHashMap<String, Instant>>);

impl Kept {
    /// True where an answer came from there so recently that its connection may be used again.
    pub fn holds(&self, origin: &str) -> bool {
        let origins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        origins.get(origin).is_some_and(|at| at.elapsed() <= KEEP_ALIVE)
    }

    /// An answer came from there.
    pub fn note(&self, origin: String) {
        let mut origins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if origins.len() >= REMEMBERED {
            origins.retain(|_, at| at.elapsed() <= KEEP_ALIVE);
        }
        origins.insert(origin, Instant::now());
    }
}

/// A client without redirects, cookies, referer, proxy and decompression: all of these are done
/// by hand or not at all. A proxy would resolve names for us, behind the guard's back.
pub(super) fn client(settings: &Settings, guard: Guard) -> Result<reqwest::Client, Reason> {
    let agent = HeaderValue::from_str(&settings.user_agent()).map_err(|_| {
        Reason::Client("fetch.contact holds characters that a header cannot carry".into())
    })?;
    #[allow(clippy::disallowed_methods, reason = "the one place that builds the client")]
    let builder = reqwest::Client::builder();
    builder
        .tls_backend_preconfigured(tls()?)
        .user_agent(agent)
        .default_headers(HeaderMap::new())
        .dns_resolver(GuardedResolver(guard))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(settings.host_concurrency.max(1))
        .pool_idle_timeout(KEEP_ALIVE)
        .http1_max_headers(MOST_HEADERS)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http2_max_header_list_size(u32::try_from(settings.header_bytes).unwrap_or(u32::MAX))
        .build()
        .map_err(|error| Reason::Client(error.to_string()))
}

/// TLS with the system's certificates, or with Mozilla's list where the system has none and the
/// admin named none.
fn tls() -> Result<rustls::ClientConfig, Reason> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let named =
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some());
    if roots.is_empty() && !named {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Reason::Client(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
