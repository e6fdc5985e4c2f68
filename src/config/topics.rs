//! `topics.toml`: checked by the topics stage, which knows what a rule is.

use crate::model::Problem;
use crate::topics::Topics;

/// The topic tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTree {
    /// The text of `topics.toml`.
    pub text: String,
    /// Ids of all roots and topics, in order.
    pub ids: Vec<String>,
}

/// Reads `topics.toml`, its test cases included.
pub fn read(text: &str) -> Result<TopicTree, Vec<Problem>> {
    let topics = Topics::from_toml(text)?;
    let failed = topics.check_examples();
    if !failed.is_empty() {
        return Err(failed);
    }
    let ids = topics.tree().iter().map(|topic| topic.id.clone()).collect();
    Ok(TopicTree { text: text.to_owned(), ids })
}
