//! Unwraps compression that a server forgot to declare.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// Wrapped once more inside the wrap is seen, more is not.
const LAYERS: usize = 2;

/// Unpacks gzip and zlib, known by their first bytes, to at most `limit` bytes. Data that breaks
/// off is taken as far as it goes. Returns what was unwrapped, if anything.
pub(super) fn unpack(bytes: &[u8], limit: usize) -> (Cow<'_, [u8]>, Option<&'static str>) {
    let mut data = Cow::Borrowed(bytes);
    let mut wrap = None;
    for _ in 0..LAYERS {
        let (name, open) = match *data {
            [0x1f, 0x8b, 8, ..] => ("gzip", read(MultiGzDecoder::new(&*data), limit)),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                ("zlib", read(ZlibDecoder::new(&*data), limit))
            }
            _ => break,
        };
        if open.is_empty() {
            break;
        }
        wrap = Some(name);
        data = Cow::Owned(open);
    }
    (data, wrap)
}

fn read(reader: impl Read, limit: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // An error at the end leaves what came before it.
    let _ = reader.take(limit as u64).read_to_end(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_and_zlib_are_unwrapped() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"<rss/>").unwrap();
        assert_eq!(unpack(&zlib.finish().unwrap(), 100), (b"<rss/>"[..].into(), Some("zlib")));
        assert_eq!(unpack(&gzip(b"<rss/>"), 100), (b"<rss/>"[..].into(), Some("gzip")));
        let twice = gzip(&gzip(b"<rss/>"));
        assert_eq!(unpack(&twice, 100).0, &b"<rss/>"[..]);
        assert_eq!(unpack(b"<rss/>", 100), (b"<rss/>"[..].into(), None));
    }

    #[test]
    fn a_bomb_stops_at_the_limit_and_a_cut_gives_its_beginning() {
        assert_eq!(unpack(&gzip(&vec![b'a'; 1 << 20]), 1000).0.len(), 1000);
        let text: Vec<u8> = (0..5000u32).flat_map(|n| n.to_string().into_bytes()).collect();
        let packed = gzip(&text);
        let (cut, _) = unpack(&packed[..packed.len() / 2], 1 << 20);
        assert!(!cut.is_empty() && text.starts_with(&cut));
    }
}
