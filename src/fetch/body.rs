//! Reads a body: decompresses while it streams and stops at the limit, whatever was announced.
//!
//! A few hundred bytes can inflate to gigabytes, so nothing is ever inflated whole: each layer of
//! `Content-Encoding` is a small streaming decoder, and what passes between two layers is counted
//! as well as what comes out at the end and what comes in from the wire.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, ReadBuf};

use super::error::Reason;

/// Bytes decoded in one step.
const STEP: usize = 16 << 10;
/// Steps after which other tasks get their turn.
const STEPS_AT_ONCE: usize = 32;
/// Layers of `Content-Encoding` that are taken off.
const MOST_LAYERS: usize = 3;
/// Largest zstd window, as a power of two: 8 MiB, the least that RFC 8878 asks decoders to
/// support and the most that RFC 9659 lets HTTP use.
const ZSTD_WINDOW_LOG: u32 = 23;
/// First seven bits of a brotli stream in the large-window format, which HTTP does not use and
/// which would ask for windows of up to a gigabyte.
const BROTLI_LARGE_WINDOW: u8 = 0b001_0001;

/// How a body is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// Most bytes, decoded.
    pub bytes: usize,
    /// Whether a longer body is cut there instead of refused.
    pub cut: bool,
}

/// A body that was read.
#[derive(Debug)]
pub(super) struct Body {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// Bytes taken from the wire.
    pub wire: u64,
}

/// Why a body could not be read: either a limit of ours or what the connection said.
#[derive(Debug)]
pub(super) enum BodyError {
    /// A reason by itself.
    Reason(Reason),
    /// An error of the connection or of a decoder.
    Io(io::Error),
}

/// The coding names of a `Content-Encoding` header, in the order in which they were applied.
fn layers(encodings: &[String]) -> Result<Vec<Coding>, Reason> {
    let names = encodings.iter().flat_map(|value| value.split(','));
    let codings: Vec<Coding> = names
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .map(|name| Coding::parse(&name).ok_or(name))
        .collect::<Result<_, _>>()
        .map_err(|name| {
            Reason::BadEncoding(format!(
                "{:?} is not a known encoding",
                super::guard::shorten(&name)
            ))
        })?;
    if codings.len() > MOST_LAYERS {
        return Err(Reason::BadEncoding(format!("it is encoded {} times over", codings.len())));
    }
    Ok(codings)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

type Layer = Pin<Box<dyn AsyncRead + Send>>;

/// Reads `wire` to its end, taking off the `encodings`.
pub(super) async fn read(
    wire: impl AsyncRead + Send + 'static,
    encodings: &[String],
    limit: Limit,
) -> Result<Body, BodyError> {
    let codings = layers(encodings).map_err(BodyError::Reason)?;
    let counted = Arc::new(AtomicU64::new(0));
    let cap = limit.bytes as u64;
    let wire: Layer = Box::pin(wire);
    let wire = Counted { inner: wire, seen: Arc::clone(&counted), most: cap, cut: limit.cut };
    let mut layer: Layer = Box::pin(wire);
    // The coding applied last is taken off first.
    for coding in codings.iter().rev() {
        let decoded = decoder(*coding, layer).await?;
        let seen = Arc::new(AtomicU64::new(0));
        layer = Box::pin(Counted { inner: decoded, seen, most: cap, cut: limit.cut });
    }
    let bytes = collect(layer).await?;
    Ok(Body { bytes, wire: counted.load(Ordering::Relaxed) })
}

/// Takes one gzip layer off a body that is itself a gzip file (`sitemap.xml.gz`).
pub(super) async fn gunzip(bytes: Vec<u8>, limit: Limit) -> Result<Vec<u8>, BodyError> {
    read(io::Cursor::new(bytes), &["gzip".to_owned()], limit).await.map(|body| body.bytes)
}

async fn collect(mut layer: Layer) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    let mut step = vec![0; STEP];
    for steps in 1.. {
        let n = layer.read(&mut step).await.map_err(body_error)?;
        if n == 0 {
            break;
        }
        bytes.extend_from_slice(&step[..n]);
        if steps % STEPS_AT_ONCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(bytes)
}

fn body_error(error: io::Error) -> BodyError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Overflow>()) {
        Some(Overflow(most)) => {
            BodyError::Reason(Reason::TooLarge(usize::try_from(*most).unwrap_or(usize::MAX)))
        }
        None => BodyError::Io(error),
    }
}

/// Wraps `layer` in the decoder for `coding`. An empty body stays empty.
async fn decoder(coding: Coding, layer: Layer) -> Result<Layer, BodyError> {
    let mut input = BufReader::with_capacity(STEP, layer);
    let first = input.fill_buf().await.map_err(body_error)?;
    let (Some(&head), second) = (first.first(), first.get(1).copied()) else {
        return Ok(Box::pin(input));
    };
    // Some servers announce an encoding and send plain text all the same.
    if is_markup(first) {
        return Ok(Box::pin(input));
    }
    Ok(match coding {
        Coding::Gzip => {
            let mut gzip = GzipDecoder::new(input);
            gzip.multiple_members(true);
            Box::pin(gzip)
        }
        // "deflate" means zlib; some servers send the bare stream.
        Coding::Deflate if is_zlib(head, second) => Box::pin(ZlibDecoder::new(input)),
        Coding::Deflate => Box::pin(DeflateDecoder::new(input)),
        Coding::Brotli if head & 0x7f == BROTLI_LARGE_WINDOW => {
            return Err(BodyError::Reason(Reason::BadEncoding(
                "its brotli window is too large".into(),
            )));
        }
        Coding::Brotli => Box::pin(BrotliDecoder::new(input)),
        Coding::Zstd => zstd(input),
    })
}

fn zstd(input: impl AsyncBufRead + Send + 'static) -> Layer {
    let mut zstd = ZstdDecoder::with_params(input, &[DParameter::window_log_max(ZSTD_WINDOW_LOG)]);
    zstd.multiple_members(true);
    Box::pin(zstd)
}

/// True for bytes that begin like a document. What a compressor makes does not: it would have to
/// hit upon so many printable characters by chance.
fn is_markup(first: &[u8]) -> bool {
    const LOOK_AT: usize = 16;
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let text = first.trim_ascii_start();
    text.len() >= LOOK_AT
        && matches!(text[0], b'<' | b'{')
        && text[..LOOK_AT].iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace())
}

fn is_zlib(head: u8, second: Option<u8>) -> bool {
    let second = second.unwrap_or(0);
    head & 0x0f == 8 && (u16::from(head) * 256 + u16::from(second)) % 31 == 0
}

/// Counts what passes and ends it, or fails, where it becomes too much.
struct Counted<R> {
    inner: R,
    seen: Arc<AtomicU64>,
    most: u64,
    cut: bool,
}

/// More bytes than the limit.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
struct Overflow(u64);

impl<R: AsyncRead + Unpin> AsyncRead for Counted<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        std::task::ready!(Pin::new(&mut self.inner).poll_read(cx, out))?;
        let new = (out.filled().len() - before) as u64;
        let seen = self.seen.load(Ordering::Relaxed);
        let room = self.most.saturating_sub(seen);
        if new > room && !self.cut {
            return Poll::Ready(Err(io::Error::other(Overflow(self.most))));
        }
        let kept = new.min(room);
        out.set_filled(before + usize::try_from(kept).unwrap_or(0));
        self.seen.store(seen + kept, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}
