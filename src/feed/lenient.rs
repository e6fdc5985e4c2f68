//! JSON that is not well-formed: comments, commas too many, control characters, a missing end.

use serde_json::{Map, Value};

/// Values nested deeper than this are dropped.
const MAX_DEPTH: usize = 64;
/// Values beyond this many are dropped.
const MOST_VALUES: usize = 400_000;

/// Reads as much of a JSON value as there is; `None` when nothing can be made of its beginning.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0, values: 0 };
    reader.value(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over white space, control characters and stray commas.
    fn skip(&mut self, commas: bool) {
        while let Some(c) = self.peek() {
            if c <= b' ' || (commas && c == b',') || c == 0x7f {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip(false);
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MOST_VALUES {
            return None;
        }
        match self.peek()? {
            b'{' => Some(self.object(depth)),
            b'[' => Some(self.array(depth)),
            b'"' => self.string().map(Value::String),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut map = Map::new();
        loop {
            self.skip(true);
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                _ => break,
            }
            let Some(key) = self.string() else { break };
            self.skip(false);
            if self.peek() == Some(b':') {
                self.at += 1;
            }
            let Some(value) = self.value(depth + 1) else { break };
            map.insert(key, value);
        }
        Value::Object(map)
    }

    fn array(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.skip(true);
            match self.peek() {
                None => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => {}
            }
            let Some(value) = self.value(depth + 1) else { break };
            list.push(value);
        }
        Value::Array(list)
    }

    /// A string; one that is cut off ends with the text.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let (mut escaped, mut closed) = (false, false);
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                b'"' if !escaped => {
                    closed = true;
                    break;
                }
                b'\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        let mut whole: String = self.text[start..self.at]
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if !closed {
            if escaped {
                whole.pop();
            }
            whole.push('"');
        }
        serde_json::from_str(&whole).ok().or_else(|| Some(unescaped(&whole)))
    }

    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| c <= ' ' || matches!(c, ',' | '}' | ']' | ':' | '"'))
            .unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        self.at += end;
        Some(serde_json::from_str(&rest[..end]).unwrap_or(Value::Null))
    }
}

/// A string with escapes that JSON does not know: the letter itself stands.
fn unescaped(whole: &str) -> String {
    let inner = whole.strip_prefix('"').unwrap_or(whole);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mends_what_people_write() {
        assert_eq!(read("{\"a\": [1, 2,], \"b\": null,}"), Some(json!({"a": [1, 2], "b": null})));
        assert_eq!(read("{\"a\": \"x\ny\u{1}z\"}"), Some(json!({"a": "x y z"})));
        assert_eq!(read("{\"a\": {\"b\": \"مقط"), Some(json!({"a": {"b": "مقط"}})));
        assert_eq!(read("{\"a\": \"C:\\x\\\"\"}"), Some(json!({"a": "C:x\""})));
        assert_eq!(read("[nope, true]"), Some(json!([null, true])));
        assert_eq!(read(""), None);
    }

    #[test]
    fn depth_is_limited() {
        assert!(read(&"[".repeat(100_000)).is_some());
        assert!(read(&"{\"a\":".repeat(100_000)).is_some());
    }
}
