//! What the admin's forms send, and what a decision among it says.

use super::super::catalog::Catalog;
use super::super::state::Decision;

/// The fields of all forms; each uses what it needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// The signed field that shows that the form is ours.
    pub form: String,
    pub token: String,
    pub source: String,
    pub group: String,
    pub word: String,
    /// The boxes that are ticked.
    pub topics: Vec<String>,
    pub reason: String,
    /// The page to go back to: one of ours, by name.
    pub back: String,
}

impl Sent {
    /// Reads the body of a form; of a field that comes twice the last counts.
    pub fn read(body: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let field = match name.as_ref() {
                "form" => &mut sent.form,
                "token" => &mut sent.token,
                "source" => &mut sent.source,
                "group" => &mut sent.group,
                "word" => &mut sent.word,
                "reason" => &mut sent.reason,
                "back" => &mut sent.back,
                "topic" => {
                    sent.topics.push(value.into_owned());
                    continue;
                }
                _ => continue,
            };
            *field = value.into_owned();
        }
        sent
    }

    /// What is decided; none where the form makes no sense. Boxes stay ticked beside a button that
    /// rejects, and mean nothing there.
    pub fn decision(&self, catalog: &Catalog) -> Option<Decision> {
        let accept = match self.word.as_str() {
            "accept" => Some(true),
            "reject" => Some(false),
            "undo" => None,
            _ => return None,
        };
        let topics = if accept == Some(true) { self.topics.clone() } else { Vec::new() };
        let known = topics.iter().all(|topic| catalog.topic(topic).is_some());
        let group = self.group.parse().ok()?;
        known.then_some(Decision { group, accept, topics })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::catalog;

    fn decision(body: &str) -> Option<Decision> {
        Sent::read(body.as_bytes()).decision(&catalog())
    }

    #[test]
    fn topics_are_named_for_what_is_accepted() {
        let boxes = "topic=mig.sea&topic=ht";
        let accepted = decision(&format!("group=7&word=accept&{boxes}&else=x")).expect("a word");
        assert_eq!((accepted.group, accepted.accept), (7, Some(true)));
        assert_eq!(accepted.topics, ["mig.sea", "ht"]);
        for (word, accept) in [("reject", Some(false)), ("undo", None)] {
            let decided = decision(&format!("{boxes}&group=7&word={word}")).expect("a word");
            assert_eq!(decided, Decision { group: 7, accept, topics: Vec::new() });
        }
    }

    #[test]
    fn what_makes_no_sense_is_no_decision() {
        for body in ["", "group=7", "group=x&word=accept", "group=7&word=accept&topic=moon"] {
            assert_eq!(decision(body), None, "{body}");
        }
    }
}
