//! `topics.toml`, checked by the topics stage, which knows what a rule is; and beside it the model
//! that was learnt from an admin's decisions, where there is one.

use xxhash_rust::xxh3::xxh3_64;

use crate::model::Problem;
use crate::topics::{Model, Topics};

/// The topic tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTree {
    /// The text of `topics.toml`.
    pub text: String,
    /// Ids of all roots and topics, in order.
    pub ids: Vec<String>,
    /// The text of `topics.model`, where there is such a file.
    pub model: Option<String>,
}

impl TopicTree {
    /// Compiles the rules, with the model where there is one.
    ///
    /// # Errors
    /// Every mistake; none in what [`super::load`] has checked.
    pub fn compile(&self) -> Result<Topics, Vec<Problem>> {
        let topics = Topics::from_toml(&self.text)?;
        Ok(match &self.model {
            Some(model) => topics.with_model(Model::from_json(model).map_err(|p| vec![p])?),
            None => topics,
        })
    }

    /// Names the version of rules and model: a hash of their texts.
    pub fn version(&self) -> String {
        let rules = xxh3_64(self.text.as_bytes());
        let model = self.model.as_ref().map_or(0, |model| xxh3_64(model.as_bytes()));
        format!("{:016x}", rules ^ model.rotate_left(1))
    }
}

/// Reads `topics.toml`, its test cases included.
pub fn read(text: &str) -> Result<TopicTree, Vec<Problem>> {
    let topics = Topics::from_toml(text)?;
    let failed = topics.check_examples();
    if !failed.is_empty() {
        return Err(failed);
    }
    let ids = topics.tree().iter().map(|topic| topic.id.clone()).collect();
    Ok(TopicTree { text: text.to_owned(), ids, model: None })
}

/// Checks what `topics.model` holds.
pub fn check_model(text: &str) -> Result<(), Problem> {
    Model::from_json(text).map(drop)
}
