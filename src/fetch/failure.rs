//! From an error of the HTTP library to the reason behind it.

use std::error::Error;
use std::io;

use super::error::{Reason, Step};
use super::guard::{NameError, shorten};

/// The reason behind an error of reqwest, hyper, rustls, the resolver or the system.
pub(super) fn reason(error: &(dyn Error + 'static), step: Step, connect_secs: u64) -> Reason {
    let mut found = None;
    visit(error, &mut |error| {
        // The innermost error that says something definite wins.
        if let Some(reason) = definite(error, step) {
            found = Some(reason);
        }
    });
    if let Some(reason) = found {
        return reason;
    }
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        if error.is_connect() && (error.is_timeout() || timed_out(error)) {
            return Reason::Timeout(Step::Connect, connect_secs);
        }
        if error.is_connect() {
            return Reason::Unreachable(innermost(error));
        }
    }
    match step {
        Step::Body => Reason::Reset(innermost(error)),
        _ => Reason::BadHttp(innermost(error)),
    }
}

/// Visits an error and everything behind it, the errors wrapped in IO errors included.
fn visit(error: &(dyn Error + 'static), see: &mut dyn FnMut(&(dyn Error + 'static))) {
    let mut next = Some(error);
    while let Some(error) = next {
        see(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => {
                let inner: &(dyn Error + 'static) = inner;
                Some(inner)
            }
            None => error.source(),
        };
    }
}

/// True where the system itself gave up connecting.
fn timed_out(error: &reqwest::Error) -> bool {
    let mut found = false;
    visit(error, &mut |error| {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        found |= kind == Some(io::ErrorKind::TimedOut);
    });
    found
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    visit(error, &mut |error| text = error.to_string());
    shorten(&text)
}

fn definite(error: &(dyn Error + 'static), step: Step) -> Option<Reason> {
    if let Some(error) = error.downcast_ref::<NameError>() {
        return Some(match error {
            NameError::Denied(name, address) => Reason::NameDenied(name.clone(), *address),
            NameError::Unresolved(name, why) => Reason::Dns(name.clone(), why.clone()),
        });
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(Reason::Tls(shorten(&error.to_string())));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return from_hyper(error, step);
    }
    from_io(error.downcast_ref::<io::Error>()?, step)
}

fn from_hyper(error: &hyper::Error, step: Step) -> Option<Reason> {
    if error.is_parse_too_large() {
        return Some(Reason::HeaderTooLarge);
    }
    if error.is_incomplete_message() {
        return Some(match step {
            Step::Body => Reason::Truncated,
            _ => Reason::Reset("it closed without an answer".into()),
        });
    }
    if error.is_parse() {
        return Some(Reason::BadHttp(shorten(&error.to_string())));
    }
    None
}

fn from_io(error: &io::Error, step: Step) -> Option<Reason> {
    use io::ErrorKind as K;
    Some(match error.kind() {
        K::ConnectionRefused => Reason::Refused,
        K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::NotConnected => {
            Reason::Reset("the connection was reset".into())
        }
        K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown | K::AddrNotAvailable => {
            Reason::Unreachable(error.to_string())
        }
        K::InvalidInput | K::InvalidData if step == Step::Body => {
            Reason::BadHttp(shorten(&error.to_string()))
        }
        K::UnexpectedEof if step == Step::Body => Reason::Truncated,
        K::UnexpectedEof => Reason::Reset("it closed in the middle of the handshake".into()),
        _ => return None,
    })
}
