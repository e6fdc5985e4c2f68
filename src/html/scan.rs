//! A linear tokenizer of HTML: where tags, texts and comments stand, without building a tree.
//!
//! It splits as the WHATWG tokenizer does (tags only after `<` and a letter, quoted attribute
//! values, bogus comments, raw text in `script`, `style` and their like), which is what passes
//! over untrusted markup need to stay in step with a browser.

use memchr::memchr;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text with its character references still written as references.
    Text(&'a str),
    /// The text of an element whose content holds no tags (`script`, `style`, `title`, …).
    Raw(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag, by the name as written.
    End(&'a str),
    /// A comment, doctype, processing instruction or broken declaration.
    Comment,
    /// A tag that was cut off by the end of the text.
    CutOff,
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Name as written (any case).
    pub name: &'a str,
    /// Everything between the name and `>`.
    pub rest: &'a str,
}

impl<'a> Tag<'a> {
    /// True when the tag's name is `name` (given in lower case).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The attributes in order, as written.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.rest, at: 0 }
    }

    /// The value of the first attribute called `name` (lower case), references decoded.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes()
            .find(|a| a.name.eq_ignore_ascii_case(name))
            .map(|a| super::entities::decode_in_attribute(a.value).into_owned())
    }
}

/// One attribute as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Name as written (any case).
    pub name: &'a str,
    /// Value without its quotes, references not decoded; empty where there is none.
    pub value: &'a str,
    /// Where the attribute ends, counted in bytes from the end of the tag's name.
    pub end: usize,
}

/// Iterator over the attributes of a tag.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let b = self.rest.as_bytes();
        let mut i = self.at;
        while i < b.len() && (is_space(b[i]) || b[i] == b'/') {
            i += 1;
        }
        if i >= b.len() {
            return None;
        }
        let start = i;
        i += 1; // a leading `=` belongs to the name
        while i < b.len() && !is_space(b[i]) && b[i] != b'/' && b[i] != b'=' {
            i += 1;
        }
        let name = &self.rest[start..i];
        let mut j = i;
        while j < b.len() && is_space(b[j]) {
            j += 1;
        }
        let value = if b.get(j) == Some(&b'=') {
            j += 1;
            while j < b.len() && is_space(b[j]) {
                j += 1;
            }
            let (value, end) = attribute_value(self.rest, j);
            i = end;
            value
        } else {
            ""
        };
        self.at = i;
        Some(Attribute { name, value, end: i })
    }
}

fn attribute_value(rest: &str, at: usize) -> (&str, usize) {
    let b = rest.as_bytes();
    match b.get(at) {
        Some(&quote @ (b'"' | b'\'')) => {
            let end = memchr(quote, &b[at + 1..]).map_or(b.len(), |n| at + 1 + n);
            (&rest[at + 1..end], (end + 1).min(b.len()))
        }
        _ => {
            let end = b[at..].iter().position(|&c| is_space(c)).map_or(b.len(), |n| at + n);
            (&rest[at..end], end)
        }
    }
}

/// HTML's white space.
pub fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Elements whose content is text without tags.
pub fn is_raw_text(name: &str) -> bool {
    const RAW: [&str; 8] =
        ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];
    (3..=8).contains(&name.len()) && RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw))
}

/// Elements that have no content and no end tag.
pub fn is_void(name: &str) -> bool {
    const VOID: [&str; 17] = [
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
        "keygen", "link", "meta", "param", "source", "track",
    ];
    name.eq_ignore_ascii_case("wbr") || VOID.iter().any(|void| name.eq_ignore_ascii_case(void))
}

/// Splits `html` into tokens.
pub fn tokens(html: &str) -> Tokens<'_> {
    Tokens { html, at: 0, raw: None }
}

/// Iterator over the tokens of a text.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    html: &'a str,
    at: usize,
    raw: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    /// Where the next token starts, in bytes.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Everything not yet read.
    pub fn remainder(&self) -> &'a str {
        &self.html[self.at..]
    }

    /// Reads on after the start tag just returned as if its element held tags: inside `svg` and
    /// `math` no element holds raw text.
    pub fn no_raw_text(&mut self) {
        self.raw = None;
    }

    fn text(&mut self, end: usize) -> Token<'a> {
        let text = &self.html[self.at..end];
        self.at = end;
        Token::Text(text)
    }

    /// The text inside a raw-text element, up to its own end tag.
    fn raw(&mut self, name: &'a str) -> Option<Token<'a>> {
        let b = self.html.as_bytes();
        let mut i = self.at;
        let end = loop {
            let Some(n) = memchr(b'<', &b[i..]) else { break b.len() };
            i += n;
            let after = i + 2 + name.len();
            let closes = b.get(i + 1) == Some(&b'/')
                && b.get(i + 2..after).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
                && b.get(after).is_none_or(|&c| is_space(c) || c == b'/' || c == b'>');
            if closes {
                break i;
            }
            i += 1;
        };
        let text = &self.html[self.at..end];
        self.at = end;
        (!text.is_empty()).then_some(Token::Raw(text))
    }

    fn markup(&mut self) -> Option<Token<'a>> {
        let b = self.html.as_bytes();
        let at = self.at;
        match b.get(at + 1) {
            Some(c) if c.is_ascii_alphabetic() => self.tag(at + 1).map(|(name, rest)| {
                if is_raw_text(name) {
                    self.raw = Some(name);
                }
                Token::Start(Tag { name, rest })
            }),
            Some(b'/') => match b.get(at + 2) {
                Some(c) if c.is_ascii_alphabetic() => {
                    self.tag(at + 2).map(|(name, _)| Token::End(name))
                }
                Some(b'>') => {
                    self.at = at + 3;
                    Some(Token::Comment)
                }
                None => None,
                Some(_) => self.bogus(at + 2),
            },
            Some(b'!') if b[at + 2..].starts_with(b"--") => self.comment(at + 4),
            Some(b'!' | b'?') => self.bogus(at + 2),
            _ => None,
        }
    }

    fn tag(&mut self, start: usize) -> Option<(&'a str, &'a str)> {
        let b = self.html.as_bytes();
        let mut i = start;
        while i < b.len() && !is_space(b[i]) && b[i] != b'/' && b[i] != b'>' {
            i += 1;
        }
        let name_end = i;
        let end = tag_end(b, i)?;
        self.at = end + 1;
        Some((&self.html[start..name_end], &self.html[name_end..end]))
    }

    fn bogus(&mut self, from: usize) -> Option<Token<'a>> {
        let b = self.html.as_bytes();
        self.at = memchr(b'>', &b[from..]).map_or(b.len(), |n| from + n + 1);
        Some(Token::Comment)
    }

    fn comment(&mut self, from: usize) -> Option<Token<'a>> {
        let b = self.html.as_bytes();
        self.at = comment_end(b, from);
        Some(Token::Comment)
    }
}

/// The position of the `>` that ends a tag whose name ends at `i`.
fn tag_end(b: &[u8], mut i: usize) -> Option<usize> {
    // Quotes count only at the start of an attribute's value.
    let mut before_value = false;
    while i < b.len() {
        match b[i] {
            b'>' => return Some(i),
            b'=' => before_value = true,
            quote @ (b'"' | b'\'') if before_value => {
                i += 1 + memchr(quote, &b[i + 1..])?;
                before_value = false;
            }
            c if is_space(c) => {}
            _ if before_value => {
                // Unquoted: everything up to white space or `>` is the value, quotes too.
                while i + 1 < b.len() && !is_space(b[i + 1]) && b[i + 1] != b'>' {
                    i += 1;
                }
                before_value = false;
            }
            _ => {}
        }
        i += 1;
    }
    None
}

/// Where a comment that starts with `<!--` before `from` ends.
fn comment_end(b: &[u8], from: usize) -> usize {
    if b[from..].starts_with(b">") {
        return from + 1;
    }
    if b[from..].starts_with(b"->") {
        return from + 2;
    }
    let mut i = from;
    while let Some(n) = memchr(b'>', &b[i..]) {
        i += n;
        let before = &b[from..i];
        if before.ends_with(b"--") || before.ends_with(b"--!") {
            return i + 1;
        }
        i += 1;
    }
    b.len()
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take()
            && let Some(raw) = self.raw(name)
        {
            return Some(raw);
        }
        let b = self.html.as_bytes();
        if self.at >= b.len() {
            return None;
        }
        let mut i = self.at;
        loop {
            let Some(n) = memchr(b'<', &b[i..]) else { return Some(self.text(b.len())) };
            i += n;
            let opens = matches!(b.get(i + 1), Some(c) if c.is_ascii_alphabetic() || matches!(c, b'!' | b'?'))
                || (b.get(i + 1) == Some(&b'/') && b.len() > i + 2);
            if !opens {
                i += 1;
                continue;
            }
            if i > self.at {
                return Some(self.text(i));
            }
            return self.markup().or_else(|| {
                self.at = b.len();
                Some(Token::CutOff)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(html: &str) -> Vec<String> {
        tokens(html)
            .map(|t| match t {
                Token::Text(t) => format!("text {t}"),
                Token::Raw(t) => format!("raw {t}"),
                Token::Start(t) => format!(
                    "start {} {}",
                    t.name,
                    t.attributes()
                        .map(|a| format!("{}={}", a.name, a.value))
                        .collect::<Vec<_>>()
                        .join(",")
                ),
                Token::End(n) => format!("end {n}"),
                Token::Comment => "comment".to_owned(),
                Token::CutOff => "cut".to_owned(),
            })
            .collect()
    }

    #[test]
    fn splits_tags_texts_and_attributes() {
        assert_eq!(
            show("a < b<p class=x id='1 2' hidden>ت</P>"),
            ["text a < b", "start p class=x,id=1 2,hidden=", "text ت", "end P"]
        );
    }

    #[test]
    fn quotes_hide_angle_brackets_only_in_values() {
        assert_eq!(show("<a title=\"x>y\">z"), ["start a title=x>y", "text z"]);
        assert_eq!(show("<a \"x>y"), ["start a \"x=", "text y"]);
        assert_eq!(show("<a b=c\"d>e"), ["start a b=c\"d", "text e"]);
    }

    #[test]
    fn comments_and_declarations_end_where_a_browser_ends_them() {
        assert_eq!(show("<!-->x"), ["comment", "text x"]);
        assert_eq!(show("<!--a--!>x"), ["comment", "text x"]);
        assert_eq!(show("<![CDATA[a>b]]>"), ["comment", "text b]]>"]);
        assert_eq!(show("</ x>y"), ["comment", "text y"]);
        assert_eq!(show("<!-- open"), ["comment"]);
    }

    #[test]
    fn raw_text_ends_at_its_own_end_tag() {
        assert_eq!(
            show("<script>if(a<b)'</p>'</script>x"),
            ["start script ", "raw if(a<b)'</p>'", "end script", "text x"]
        );
        assert_eq!(show("<style>a"), ["start style ", "raw a"]);
    }

    #[test]
    fn a_tag_without_end_is_cut_off() {
        assert_eq!(show("x<a href='"), ["text x", "cut"]);
        assert_eq!(show("x<"), ["text x<"]);
    }
}
