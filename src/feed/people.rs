//! Names of authors, however they are written.

use super::names::Ns;
use super::tree::{Id, Tree};
use crate::html;

/// The names in an author element: Atom's `name` (else `email`), or a text.
pub(super) fn names(tree: &Tree<'_>, id: Id) -> Vec<String> {
    if !tree.has_elements(id) {
        return name(&tree.text(id)).into_iter().collect();
    }
    let inner = |wanted: &str| {
        tree.children(id)
            .filter(|(_, e)| matches!(e.ns, Ns::Core | Ns::Itunes | Ns::Other) && e.name == wanted)
            .filter_map(|(child, _)| name(&tree.text(child)))
            .collect::<Vec<_>>()
    };
    let named = inner("name");
    if !named.is_empty() {
        return named;
    }
    let mailed = inner("email");
    if mailed.is_empty() {
        name(&html::plain_text(&tree.text(id))).into_iter().collect()
    } else {
        mailed
    }
}

/// The name in `a@b.example (Name)`, `Name <a@b.example>` or plain `Name`; the address where there
/// is no name.
pub(super) fn name(written: &str) -> Option<String> {
    let plain = if html::has_markup(written) && !written.contains('@') {
        html::plain_text(written)
    } else {
        html::decode_entities(written).into_owned()
    };
    let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let without: String =
        text.split(' ').filter(|word| !is_mail(word)).collect::<Vec<_>>().join(" ");
    let had_mail = without.len() != text.len();
    let mut name = without.trim();
    if had_mail {
        name = name.trim_matches(['(', ')', '<', '>', '"']).trim();
    }
    let found = if name.is_empty() { text.trim_matches(['(', ')', '<', '>']) } else { name };
    (!found.is_empty()).then(|| found.to_owned())
}

fn is_mail(word: &str) -> bool {
    let word = word.trim_start_matches("mailto:").trim_matches(['(', ')', '<', '>', ',', ';', '"']);
    let Some((user, host)) = word.split_once('@') else { return false };
    !user.is_empty() && host.contains('.') && !host.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_mail_addresses() {
        for (written, found) in [
            ("desk@a.example (هيئة التحرير)", "هيئة التحرير"),
            ("Sam Doe <sam@a.example>", "Sam Doe"),
            ("sam@a.example", "sam@a.example"),
            ("  Sam\n Doe ", "Sam Doe"),
            ("<b>Sam</b> &amp; Ann", "Sam & Ann"),
            ("Sam Doe (Reuters)", "Sam Doe (Reuters)"),
        ] {
            assert_eq!(name(written).as_deref(), Some(found), "{written}");
        }
        assert_eq!(name("  "), None);
    }
}
