//! The few sentences that we add to an entry, in the entry's own language.

use crate::model::Direction;

/// A language that Rasad itself speaks. Texts in other languages get English around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tongue {
    /// Arabic.
    Ar,
    /// English.
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
}

impl Tongue {
    /// Every tongue, in the order in which the interface offers them.
    pub const ALL: [Self; 4] = [Self::Ar, Self::En, Self::Es, Self::Fr];

    /// The tongue of a BCP 47 tag, where Rasad speaks it.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|tongue| tongue.tag().eq_ignore_ascii_case(primary))
    }

    /// The tongue of a text's language; English for all that Rasad does not speak.
    pub fn of(lang: Option<&str>) -> Self {
        lang.and_then(Self::parse).unwrap_or(Self::En)
    }

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ar => "العربية",
            Self::En => "English",
            Self::Es => "Español",
            Self::Fr => "Français",
        }
    }

    /// Direction of its script.
    pub fn direction(self) -> Direction {
        if self == Self::Ar { Direction::Rtl } else { Direction::Ltr }
    }

    /// What stands between the items of a list within a sentence.
    pub fn comma(self) -> &'static str {
        if self == Self::Ar { "، " } else { ", " }
    }

    pub(super) fn wording(self) -> &'static Wording {
        match self {
            Self::Ar => &AR,
            Self::En => &EN,
            Self::Es => &ES,
            Self::Fr => &FR,
        }
    }
}

/// Sentences around an entry's text. Each ends where a colon and its space follow.
pub(super) struct Wording {
    /// Before the list of further copies.
    pub also_published_by: &'static str,
    /// Before the link to the publisher's page.
    pub original: &'static str,
    /// Before topics and terms.
    pub why: &'static str,
    /// Stands for a title that nobody gave.
    pub untitled: &'static str,
}

const AR: Wording = Wording {
    also_published_by: "نُشر أيضًا لدى:",
    original: "المقال الأصلي:",
    why: "سبب الإدراج:",
    untitled: "بلا عنوان",
};
const EN: Wording = Wording {
    also_published_by: "Also published by:",
    original: "Original article:",
    why: "Why it is here:",
    untitled: "Untitled",
};
const ES: Wording = Wording {
    also_published_by: "Publicado también por:",
    original: "Artículo original:",
    why: "Por qué está aquí:",
    untitled: "Sin título",
};
const FR: Wording = Wording {
    also_published_by: "Publié aussi par\u{a0}:",
    original: "Article original\u{a0}:",
    why: "Pourquoi il est ici\u{a0}:",
    untitled: "Sans titre",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_tongue_whatever_its_region_and_case() {
        assert_eq!(Tongue::parse("ar-MA"), Some(Tongue::Ar));
        assert_eq!(Tongue::parse("FR_ca"), Some(Tongue::Fr));
        assert_eq!(Tongue::parse("arz"), None);
        assert_eq!(Tongue::of(Some("de")), Tongue::En);
        assert_eq!(Tongue::of(None), Tongue::En);
    }
}
