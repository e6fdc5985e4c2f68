//! `rasad judge`: a person's word on an article, which no rule overrules.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use url::Url;

use super::Failed;
use crate::app::{self, App};
use crate::dedupe;
use crate::store::Store;

/// The word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// Published, whatever the rules say.
    Relevant,
    /// Never published.
    Irrelevant,
    /// Left to the rules again.
    Undecided,
}

/// Decides on the article that a published id, a page's number or an address names.
pub fn run(dir: &Path, id: &str, word: Word, topics: &[String]) -> Result<(), Failed> {
    let config = app::load(dir)?;
    if let Some(mistake) = mistake(&config.topics.ids, word, topics) {
        return Err(Failed::Usage(mistake));
    }
    let known = super::runtime()?.block_on(async {
        let app = App::build(config, false, false).await?;
        let accept = match word {
            Word::Relevant => Some(true),
            Word::Irrelevant => Some(false),
            Word::Undecided => None,
        };
        let known = match group(&app.store, id).await? {
            Some(group) => app.pipeline.decide(group, accept, topics).await?,
            None => false,
        };
        app.store.close().await;
        anyhow::Ok(known)
    })?;
    if !known {
        return Err(Failed::Other(anyhow::anyhow!("There is no article {id:?}.")));
    }
    println!("{}", said(id, word, topics));
    Ok(())
}

/// What is wrong with the topics that were named.
fn mistake(known: &[String], word: Word, topics: &[String]) -> Option<String> {
    if word != Word::Relevant && !topics.is_empty() {
        return Some("Topics can be named for a relevant article only.".to_owned());
    }
    let stranger = topics.iter().find(|topic| !known.contains(topic))?;
    Some(format!("There is no topic {stranger:?}. There are: {}.", known.join(", ")))
}

fn said(id: &str, word: Word, topics: &[String]) -> String {
    match word {
        Word::Relevant if topics.is_empty() => {
            format!("{id} is relevant: it is in the feeds within a minute.")
        }
        Word::Relevant => {
            format!("{id} is about {}: it is in the feeds within a minute.", topics.join(", "))
        }
        Word::Irrelevant => format!("{id} is irrelevant: it leaves the feeds within a minute."),
        Word::Undecided => format!("{id} is left to the rules, and is what they said of it."),
    }
}

/// The group that an id, a number or an address names.
pub(super) async fn group(store: &Store, id: &str) -> Result<Option<i64>> {
    let url_key = Url::parse(id).ok().filter(|url| url.scheme().starts_with("http"));
    let url_key = url_key.map(|url| dedupe::canonical_url(&url, None)).unwrap_or_default();
    Ok(store.find_group(id, &url_key).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_topics_of_a_relevant_article_can_be_named() {
        let known = ["mig".to_owned(), "mig.sea".to_owned()];
        assert_eq!(mistake(&known, Word::Relevant, &known), None);
        assert_eq!(mistake(&known, Word::Irrelevant, &[]), None);
        assert!(mistake(&known, Word::Irrelevant, &known).is_some());
        let moon = mistake(&known, Word::Relevant, &["mig.moon".to_owned()]).expect("unknown");
        assert!(moon.contains("mig.moon") && moon.contains("mig, mig.sea"));
    }
}
