//! A small linear model, learnt from an admin's decisions, for the texts that the rules leave open.
//!
//! It is asked only where the rules say "review": never about what they accept or refuse. So what
//! it does can be seen, and stays small.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::Document;
use super::ngrams::{PLACES, features};
use crate::model::{Problem, Verdict};

/// The file of a model, beside `topics.toml`. Where there is none, nothing was learnt.
pub const MODEL_FILE: &str = "topics.model";

/// The form of the file that this program reads.
const FORM: u32 = 1;
/// From this probability up the text is relevant. Above one half: to publish what is off topic
/// costs readers more than a look costs an admin.
const RELEVANT: f64 = 0.6;
/// Down from this probability it is irrelevant. Between the two a person still looks.
const IRRELEVANT: f64 = 0.2;

/// The model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    version: u32,
    figures: Figures,
    bias: f64,
    weights: Vec<f32>,
}

/// What a model was made from, and how well it did on decisions that it had not seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// When it was made, RFC 3339.
    pub made: String,
    /// Texts that were decided to be relevant.
    pub relevant: usize,
    /// Texts that were decided to be irrelevant.
    pub irrelevant: usize,
    /// Precision on held-back texts, 0 to 1.
    pub precision: f64,
    /// Recall on held-back texts, 0 to 1.
    pub recall: f64,
}

/// The file: weights are 16-bit numbers, little-endian, in base64, times `scale`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    form: u32,
    version: u32,
    figures: Figures,
    bias: f64,
    scale: f64,
    weights: String,
}

impl Model {
    /// A model of these weights, one for each place.
    pub(super) fn new(version: u32, figures: Figures, bias: f64, weights: Vec<f32>) -> Self {
        Self { version, figures, bias, weights }
    }

    /// Its version: 1 for the first that was trained.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What it was made from.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The probability that a text is relevant, 0 to 1.
    pub fn probability(&self, document: &Document<'_>) -> f64 {
        self.of_features(&features(document))
    }

    #[expect(clippy::cast_precision_loss, reason = "a text has some thousand features")]
    pub(super) fn of_features(&self, features: &[u32]) -> f64 {
        let weight = |place: &u32| self.weights.get(*place as usize).copied().unwrap_or(0.0);
        let sum: f64 = features.iter().map(|place| f64::from(weight(place))).sum();
        let margin = self.bias + sum / (features.len().max(1) as f64).sqrt();
        1.0 / (1.0 + (-margin).exp())
    }

    /// What becomes of the rules' verdict: nothing, unless they left the text to a person.
    pub fn decide(&self, document: &Document<'_>, mut verdict: Verdict) -> Verdict {
        if !verdict.review {
            return verdict;
        }
        let probability = self.probability(document);
        match decision(probability) {
            Some(true) => verdict.relevant = true,
            Some(false) => verdict.topics.clear(),
            None => return verdict,
        }
        verdict.review = false;
        verdict.decided_by = Some(format!("model v{}: {probability:.2}", self.version));
        verdict
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, Problem> {
        let bad = |message: String| {
            Err(Problem::new(0..0, message)
                .help("Train the model again with `rasad train`, or remove the file."))
        };
        let file: File = match serde_json::from_str(text) {
            Ok(file) => file,
            Err(error) => return bad(format!("This is not a model: {error}.")),
        };
        if file.form != FORM {
            return bad(format!("This program reads models of form {FORM}, not {}.", file.form));
        }
        let bytes = BASE64.decode(&file.weights).unwrap_or_default();
        let numbers = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
        let weights: Vec<f32> =
            numbers.map(|number| (f64::from(number) * file.scale) as f32).collect();
        let sound = file.bias.is_finite() && weights.iter().all(|weight| weight.is_finite());
        if weights.len() != PLACES || !sound {
            return bad("The weights of this model are damaged.".to_owned());
        }
        Ok(Self { version: file.version, figures: file.figures, bias: file.bias, weights })
    }

    /// The text of a model file.
    pub fn to_json(&self) -> String {
        let most = self.weights.iter().fold(0f32, |most, weight| most.max(weight.abs()));
        let scale = f64::from(most.max(f32::MIN_POSITIVE)) / f64::from(i16::MAX);
        let number = |weight: &f32| (f64::from(*weight) / scale).round() as i16;
        let bytes: Vec<u8> =
            self.weights.iter().flat_map(|weight| number(weight).to_le_bytes()).collect();
        let file = File {
            form: FORM,
            version: self.version,
            figures: self.figures.clone(),
            bias: self.bias,
            scale,
            weights: BASE64.encode(bytes),
        };
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

/// What a probability says: relevant, irrelevant, or nothing.
pub(super) fn decision(probability: f64) -> Option<bool> {
    if probability >= RELEVANT {
        Some(true)
    } else if probability <= IRRELEVANT {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TopicScore;

    fn certain(bias: f64) -> Model {
        Model::new(3, Figures::default(), bias, vec![0.0; PLACES])
    }

    fn verdict(relevant: bool, review: bool) -> Verdict {
        let topic = TopicScore { id: "mig".into(), score: 2.5, evidence: Vec::new() };
        Verdict { relevant, review, score: 2.5, topics: vec![topic], ..Verdict::default() }
    }

    #[test]
    fn only_what_is_left_to_a_person_is_decided() {
        let document = Document { title: "t", ..Document::default() };
        for bias in [-9.0, 0.0, 9.0] {
            for untouched in [verdict(true, false), verdict(false, false)] {
                assert_eq!(certain(bias).decide(&document, untouched.clone()), untouched);
            }
        }
        let taken = certain(1.6).decide(&document, verdict(false, true));
        assert!(taken.relevant && !taken.review && taken.topics.len() == 1);
        assert_eq!(taken.decided_by.as_deref(), Some("model v3: 0.83"));
        let left = certain(-9.0).decide(&document, verdict(false, true));
        assert!(!left.relevant && !left.review && left.topics.is_empty());
        assert_eq!(left.decided_by.as_deref(), Some("model v3: 0.00"));
        let open = certain(0.0).decide(&document, verdict(false, true));
        assert_eq!(open, verdict(false, true));
    }

    #[test]
    fn a_file_holds_the_whole_model() {
        let mut model = certain(-0.25);
        model.weights[7] = 1.5;
        model.weights[9] = -0.75;
        let back = Model::from_json(&model.to_json()).expect("a model");
        assert_eq!((back.version, back.bias), (3, -0.25));
        for (was, is) in model.weights.iter().zip(&back.weights) {
            assert!((was - is).abs() < 1e-4);
        }
    }

    #[test]
    fn damaged_files_are_refused_with_advice() {
        let whole = certain(0.0).to_json();
        for damaged in [
            "",
            "{}",
            &whole.replace("\"form\": 1", "\"form\": 2"),
            &whole.replacen("AAAA", "AA", 1),
            &whole.replace("\"bias\": 0.0", "\"bias\": null"),
        ] {
            let problem = Model::from_json(damaged).expect_err("damaged");
            assert!(problem.help.is_some_and(|help| help.contains("rasad train")));
        }
    }
}
