//! Articles to decide on, as the admin's pages list them.

use super::pages::Desk;
use crate::model::{PublishedEntry, Verdict, Zone};
use crate::publish::{address, escape_html, line, shorten};
use crate::store::Judged;
use crate::web::catalog::TopicInfo;
use crate::web::page::dir;
use crate::web::say;

/// Terms shown of one verdict.
const TERMS: usize = 8;

/// An article to decide on.
pub(super) struct Case {
    pub group: i64,
    pub title: String,
    pub lang: String,
    pub dir: &'static str,
    pub original: Option<String>,
    pub own_page: Option<String>,
    /// Whether readers see it.
    pub published: bool,
    pub source: String,
    pub when: String,
    pub summary: String,
    pub score: String,
    pub word: &'static str,
    pub mood: &'static str,
    pub decided: Option<&'static str>,
    pub decided_by: String,
    pub terms: Vec<Term>,
    pub facts: String,
    pub withdrawn: bool,
    /// What an admin may say that it is about, by root.
    pub subjects: Vec<Subject>,
}

/// A root of the topic tree with what can be named of it.
pub(super) struct Subject {
    pub label: String,
    pub choices: Vec<Choice>,
}

pub(super) struct Choice {
    pub id: String,
    pub label: String,
    pub named: bool,
}

pub(super) struct Term {
    pub term: String,
    pub place: &'static str,
    pub weight: String,
    pub against: bool,
}

impl Desk<'_> {
    /// A close call.
    pub fn close_call(&self, entry: &PublishedEntry) -> Case {
        let case = self.case(&entry.verdict);
        let lang = entry.lang.as_deref();
        Case {
            group: entry.group,
            title: line(&entry.title),
            lang: lang.unwrap_or_default().to_owned(),
            dir: dir(lang),
            original: address(&entry.url),
            own_page: Some(self.visit("").link(&format!("admin/entry/{}", entry.group), "")),
            source: line(&entry.source_name),
            when: say::ago(self.tongue(), self.web.0.clock.now(), entry.published),
            summary: shorten(&line(&entry.summary), 400),
            ..case
        }
    }

    /// An article that was judged.
    pub fn judged(&self, judged: &Judged) -> Case {
        let (t, tongue) = (self.t(), self.tongue());
        let lang = judged.verdict.lang.as_deref();
        let case = self.case(&judged.verdict);
        let size = say::counted(tongue, u64::from(judged.chars), &say::CHARACTERS);
        let shown = judged.verdict.relevant || judged.decision.as_deref() == Some("accept");
        let under = if shown && !judged.withdrawn { "" } else { "admin/" };
        Case {
            group: judged.group,
            title: line(&judged.title),
            lang: lang.unwrap_or_default().to_owned(),
            dir: dir(lang),
            original: address(&judged.url),
            own_page: Some(self.visit("").link(&format!("{under}entry/{}", judged.group), "")),
            published: shown && !judged.withdrawn,
            source: self.catalog().source_name(&judged.source, tongue).to_owned(),
            when: say::ago(tongue, self.web.0.clock.now(), judged.at),
            decided: match judged.decision.as_deref() {
                Some("accept") => Some(t.accepted),
                Some("reject") => Some(t.rejected),
                _ => None,
            },
            facts: format!("{size} · {}", judged.method),
            withdrawn: judged.withdrawn,
            subjects: self.subjects(&judged.named),
            ..case
        }
    }

    /// What a verdict alone tells of a case.
    fn case(&self, verdict: &Verdict) -> Case {
        let t = self.t();
        let (mood, word) = match (verdict.relevant, verdict.review) {
            (true, _) => ("good", t.relevant),
            (false, true) => ("idle", t.close),
            (false, false) => ("bad", t.irrelevant),
        };
        Case {
            group: 0,
            title: String::new(),
            lang: String::new(),
            dir: "auto",
            original: None,
            own_page: None,
            published: false,
            source: String::new(),
            when: String::new(),
            summary: String::new(),
            score: format!("{:.1}", verdict.score),
            word,
            mood,
            decided: None,
            decided_by: verdict.decided_by.as_deref().map(line).unwrap_or_default(),
            terms: self.terms(verdict),
            facts: String::new(),
            withdrawn: false,
            subjects: self.subjects(&[]),
        }
    }

    /// The leaves of the topic tree by root; a root itself where it has none, or was named.
    fn subjects(&self, named: &[String]) -> Vec<Subject> {
        let (topics, tongue) = (&self.catalog().topics, self.tongue());
        let choice = |topic: &TopicInfo| Choice {
            id: topic.id.clone(),
            label: self.catalog().topic_label(&topic.id, tongue).to_owned(),
            named: named.contains(&topic.id),
        };
        let roots = topics.iter().filter(|topic| topic.parent.is_none());
        let subject = |root: &TopicInfo| {
            let leaves = topics.iter().filter(|leaf| leaf.parent.as_ref() == Some(&root.id));
            let mut choices: Vec<Choice> = leaves.map(choice).collect();
            if choices.is_empty() || named.contains(&root.id) {
                choices.insert(0, choice(root));
            }
            Subject { label: self.catalog().topic_label(&root.id, tongue).to_owned(), choices }
        };
        roots.map(subject).collect()
    }

    /// The terms that weigh most, each once.
    fn terms(&self, verdict: &Verdict) -> Vec<Term> {
        let t = self.t();
        let mut found: Vec<_> = verdict.topics.iter().flat_map(|topic| &topic.evidence).collect();
        found.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let mut terms: Vec<Term> = Vec::new();
        for evidence in found {
            let place = match evidence.field {
                Zone::Title => t.in_title,
                Zone::Lead => t.in_lead,
                Zone::Body => t.in_body,
            };
            let term = line(&evidence.term);
            if !terms.iter().any(|known| known.term == term && known.place == place) {
                let (weight, against) = (format!("{:+.1}", evidence.weight), evidence.weight < 0.0);
                terms.push(Term { term, place, weight, against });
            }
            if terms.len() == TERMS {
                break;
            }
        }
        terms
    }

    /// The terms of a verdict as a line of HTML.
    pub fn terms_html(&self, verdict: &Verdict) -> String {
        let terms = self.terms(verdict);
        let named: Vec<String> = terms
            .iter()
            .map(|term| escape_html(&format!("{} ({}, {})", term.term, term.place, term.weight)))
            .collect();
        named.join(" · ")
    }
}
