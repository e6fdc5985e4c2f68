//! `topics.toml`: the topic tree, as far as the other files refer to it.

use std::collections::BTreeSet;

use toml::de::DeTable;

use crate::model::Problem;

/// The topic tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTree {
    /// The text of `topics.toml`.
    pub text: String,
    /// Ids of all roots and topics, in order.
    pub ids: Vec<String>,
}

/// Reads `topics.toml`: the one place where the topics stage checks and compiles it.
pub fn read(text: &str) -> Result<TopicTree, Vec<Problem>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.into_iter().map(|error| super::load::syntax(&error)).collect());
    }
    let ids = ["root", "topic"]
        .into_iter()
        .filter_map(|key| document.get_ref().get(key)?.get_ref().as_array())
        .flatten()
        .filter_map(|item| item.get_ref().get("id")?.get_ref().as_str().map(ToOwned::to_owned))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    Ok(TopicTree { text: text.to_owned(), ids })
}
