//! The first paragraphs of sanitised HTML, for sources that allow no more than an excerpt.

/// Cuts `html` (as the sanitiser writes it: balanced, text escaped) at the end of the first block
/// that completes `enough` characters of text, at `most` inside a longer one, and closes what is
/// open. Linear in its input.
pub(super) fn first_paragraphs(html: &str, enough: usize, most: usize) -> String {
    let mut open: Vec<&str> = Vec::new();
    let mut count = 0;
    let mut rest = html;
    while let Some(piece) = next_piece(rest) {
        let at = html.len() - rest.len();
        rest = &rest[piece.len()..];
        if !piece.starts_with('<') {
            let room = most - count;
            let chars = piece.chars().count();
            if chars > room {
                return close(format!("{}{}", &html[..at], shortened(piece, room)), &open);
            }
            count += chars;
            continue;
        }
        let name = tag_name(piece);
        if piece.starts_with("</") {
            if let Some(found) = open.iter().rposition(|element| *element == name) {
                open.truncate(found);
            }
            if count >= enough && BLOCKS.contains(&name) {
                return close(html[..html.len() - rest.len()].to_owned(), &open);
            }
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    close(html.to_owned(), &open)
}

const BLOCKS: [&str; 12] =
    ["p", "div", "li", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "table", "figure"];
const VOID: [&str; 9] = ["img", "br", "hr", "wbr", "col", "source", "track", "area", "input"];

/// A whole tag, or the text up to the next one.
fn next_piece(rest: &str) -> Option<&str> {
    if rest.is_empty() {
        return None;
    }
    if !rest.starts_with('<') {
        return Some(&rest[..rest.find('<').unwrap_or(rest.len())]);
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return Some(&rest[..=at]),
            _ => {}
        }
    }
    None
}

fn tag_name(tag: &str) -> &str {
    let tag = tag.trim_start_matches(['<', '/']);
    &tag[..tag.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(tag.len())]
}

/// Escaped text cut after `room` characters, not inside a word or a character reference.
fn shortened(text: &str, room: usize) -> String {
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let mut head = &text[..end];
    if let Some(reference) = head.rfind('&').filter(|at| !head[*at..].contains(';')) {
        head = &head[..reference];
    }
    if let Some(space) = head.rfind(char::is_whitespace).filter(|at| *at > head.len() / 2) {
        head = &head[..space];
    }
    format!("{}…", head.trim_end())
}

fn close(mut html: String, open: &[&str]) -> String {
    for name in open.iter().rev() {
        html.push_str("</");
        html.push_str(name);
        html.push('>');
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_the_block_that_is_enough() {
        let html = "<p>one two</p><p>three <b>four</b></p><p>five</p>";
        assert_eq!(first_paragraphs(html, 10, 100), "<p>one two</p><p>three <b>four</b></p>");
        assert_eq!(first_paragraphs(html, 500, 1000), html);
    }

    #[test]
    fn a_long_block_is_cut_between_words_and_closed() {
        let html =
            "<div><p>كلمة <a href=\"https://x.org/?a>b\" title='<p>'>أخرى وأيضا</a> هنا</p></div>";
        assert_eq!(
            first_paragraphs(html, 200, 12),
            "<div><p>كلمة <a href=\"https://x.org/?a>b\" title='<p>'>أخرى…</a></p></div>"
        );
    }

    #[test]
    fn references_are_not_torn_and_images_do_not_nest() {
        assert_eq!(
            first_paragraphs("<p>ab<img src=\"x\">cd &amp; ef</p>", 90, 7),
            "<p>ab<img src=\"x\">cd…</p>"
        );
        assert_eq!(first_paragraphs("", 5, 10), "");
        assert_eq!(first_paragraphs("<p>torn <a href=\"x", 50, 100), "<p>torn <a href=\"x</p>");
    }
}
