//! From decisions to a model: logistic regression, by gradient descent on one text at a time.
//!
//! The same decisions give the same model on every machine: the order of the texts comes from
//! their ids, and nothing is random.

use super::learnt::{Figures, Model, decision};
use super::ngrams::{PLACES, features};
use super::{Document, Hint, Topics};
use xxhash_rust::xxh3::xxh3_64;

/// Fewer decisions of a kind than these teach nothing.
const FEWEST: usize = 15;
/// Parts of which each is held back once.
const PARTS: u64 = 5;
/// Times that all texts are gone through.
const ROUNDS: u32 = 25;
/// How far a text moves the weights at first.
const STEP: f64 = 1.5;
/// What is left of the weights after each round: the rest is forgotten, so that chance is not
/// learnt by heart.
const KEPT: f32 = 0.97;

/// A text that somebody decided on.
#[derive(Debug, Clone)]
pub struct Sample {
    /// A stable name; it says in which part the text is held back.
    pub id: String,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Language, where known.
    pub lang: Option<String>,
    /// The decision.
    pub relevant: bool,
}

/// A model with what cross-validation says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Learnt from all texts.
    pub model: Model,
    /// On all texts, each judged by a model that had not seen it.
    pub all: Rates,
    /// On those that the rules leave to a person, which are all that the model will be asked about.
    pub band: Band,
}

/// How often a yes-or-no question was answered right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Relevant and found.
    pub found: usize,
    /// Irrelevant and taken all the same.
    pub wrong: usize,
    /// Relevant and not found.
    pub missed: usize,
    /// Irrelevant and left out.
    pub left_out: usize,
}

/// What becomes of the texts that the rules leave to a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Band {
    /// What the model decides.
    pub decided: Rates,
    /// Texts that it leaves to a person too.
    pub open: usize,
}

/// Why nothing can be learnt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Too few decisions.
    #[error(
        "There are {relevant} texts decided to be relevant and {irrelevant} to be irrelevant; at least {FEWEST} of each are needed. Decide on more with `rasad judge`, or give a file of labelled texts."
    )]
    TooFew {
        /// Texts decided to be relevant.
        relevant: usize,
        /// Texts decided to be irrelevant.
        irrelevant: usize,
    },
}

impl TrainError {
    /// A stable word for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooFew { .. } => "too_few",
        }
    }
}

impl Rates {
    /// Share of what was taken that is relevant, 0 to 1; 1 where nothing was taken.
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.wrong)
    }

    /// Share of what is relevant that was found, 0 to 1; 1 where nothing is.
    pub fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    /// Harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }

    /// Counts one answer.
    pub fn note(&mut self, relevant: bool, taken: bool) {
        *match (relevant, taken) {
            (true, true) => &mut self.found,
            (false, true) => &mut self.wrong,
            (true, false) => &mut self.missed,
            (false, false) => &mut self.left_out,
        } += 1;
    }

    /// Answers counted.
    pub fn count(&self) -> usize {
        self.found + self.wrong + self.missed + self.left_out
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A text ready to learn from.
struct Lesson<'a> {
    sample: &'a Sample,
    features: Vec<u32>,
    order: u64,
}

impl Lesson<'_> {
    fn part(&self) -> u64 {
        self.order % PARTS
    }
}

/// Learns a model of this version from decisions, and measures it.
///
/// # Errors
/// See [`TrainError`].
pub fn train(
    topics: &Topics,
    samples: &[Sample],
    version: u32,
    made: String,
) -> Result<Trained, TrainError> {
    let relevant = samples.iter().filter(|sample| sample.relevant).count();
    let irrelevant = samples.len() - relevant;
    if relevant.min(irrelevant) < FEWEST {
        return Err(TrainError::TooFew { relevant, irrelevant });
    }
    let mut lessons: Vec<Lesson<'_>> = samples.iter().map(lesson).collect();
    lessons.sort_by(|a, b| (a.order, &a.sample.id).cmp(&(b.order, &b.sample.id)));
    let (all, band) = validate(topics, &lessons);
    let (precision, recall) = (all.precision(), all.recall());
    let figures = Figures { made, relevant, irrelevant, precision, recall };
    let (bias, weights) = learn(lessons.iter());
    Ok(Trained { model: Model::new(version, figures, bias, weights), all, band })
}

fn lesson(sample: &Sample) -> Lesson<'_> {
    let features = features(&document(sample));
    // The same text under two names is one: held back together.
    let order = xxh3_64(sample.title.as_bytes()) ^ xxh3_64(sample.text.as_bytes());
    Lesson { sample, features, order }
}

fn document(sample: &Sample) -> Document<'_> {
    let Sample { title, text, lang, .. } = sample;
    Document { title, text, lang: lang.as_deref(), url: None }
}

/// Judges each part by a model that learnt from the others.
fn validate(topics: &Topics, lessons: &[Lesson<'_>]) -> (Rates, Band) {
    let (mut all, mut band) = (Rates::default(), Band::default());
    for part in 0..PARTS {
        let (bias, weights) = learn(lessons.iter().filter(|lesson| lesson.part() != part));
        let model = Model::new(0, Figures::default(), bias, weights);
        for lesson in lessons.iter().filter(|lesson| lesson.part() == part) {
            let (probability, truth) =
                (model.of_features(&lesson.features), lesson.sample.relevant);
            all.note(truth, probability >= 0.5);
            if topics.by_rules(&document(lesson.sample), &Hint::default()).review {
                match decision(probability) {
                    Some(taken) => band.decided.note(truth, taken),
                    None => band.open += 1,
                }
            }
        }
    }
    (all, band)
}

/// Bias and weights. Both kinds of texts count the same, however many there are of each.
#[expect(clippy::cast_precision_loss, reason = "counts of texts and features")]
fn learn<'a>(lessons: impl Iterator<Item = &'a Lesson<'a>> + Clone) -> (f64, Vec<f32>) {
    let count = lessons.clone().count().max(1) as f64;
    let relevant = lessons.clone().filter(|lesson| lesson.sample.relevant).count() as f64;
    let weight_of = |truth: bool| {
        let own = if truth { relevant } else { count - relevant };
        count / (2.0 * own.max(1.0))
    };
    let mut weights = vec![0f32; PLACES];
    let mut bias = 0.0;
    for round in 0..ROUNDS {
        let step = STEP / (1.0 + f64::from(round) * 0.2);
        for lesson in lessons.clone() {
            let norm = (lesson.features.len().max(1) as f64).sqrt();
            let sum: f64 = lesson.features.iter().map(|f| f64::from(weights[*f as usize])).sum();
            let probability = 1.0 / (1.0 + (-(bias + sum / norm)).exp());
            let truth = f64::from(u8::from(lesson.sample.relevant));
            let push = step * weight_of(lesson.sample.relevant).min(10.0) * (truth - probability);
            bias += push * 0.05;
            let push = (push / norm) as f32;
            for feature in &lesson.features {
                weights[*feature as usize] += push;
            }
        }
        for weight in &mut weights {
            *weight *= KEPT;
        }
    }
    (bias, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Topics {
        let text = include_str!("../../config/topics.toml");
        Topics::from_toml(text).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Fairs against floods, in made-up sentences that differ.
    fn samples(count: usize) -> Vec<Sample> {
        let places = ["the north", "the valley", "the port", "the old town", "the coast"];
        let sample = |n: usize| {
            let relevant = n.is_multiple_of(2);
            let place = places[n / 2 % places.len()];
            let what = if relevant { "diaspora investors invited" } else { "river floods damage" };
            Sample {
                id: format!("{n}"),
                title: format!("{what} in {place}"),
                text: format!("Report number {n} from {place}: {what} again."),
                lang: Some("en".into()),
                relevant,
            }
        };
        (0..count).map(sample).collect()
    }

    fn trained(samples: &[Sample]) -> Trained {
        train(&rules(), samples, 1, "2026-03-01T12:00:00Z".into()).expect("enough decisions")
    }

    #[test]
    fn what_is_learnt_holds_for_texts_that_were_not_seen() {
        let trained = trained(&samples(60));
        assert_eq!(trained.all.count(), 60);
        assert!(trained.all.f1() > 0.95, "{:?}", trained.all);
        let probability = |title| {
            trained.model.probability(&Document { title, lang: Some("en"), ..Document::default() })
        };
        assert!(probability("Investors of the diaspora invited to Geneva") > 0.6);
        assert!(probability("Floods damage a bridge over the river") < 0.4);
    }

    #[test]
    fn the_same_decisions_in_any_order_give_the_same_model() {
        let mut samples = samples(40);
        let first = trained(&samples).model;
        samples.reverse();
        assert_eq!(trained(&samples).model, first);
    }

    #[test]
    fn decisions_without_sense_are_not_learnt() {
        let mut samples = samples(60);
        // Whether it is relevant hangs on nothing in the text.
        for sample in &mut samples {
            sample.relevant = xxh3_64(sample.id.as_bytes()).is_multiple_of(2);
        }
        let rates = trained(&samples).all;
        assert!(rates.f1() < 0.75, "held-back texts are not judged by what was seen: {rates:?}");
    }

    #[test]
    fn too_few_decisions_are_refused() {
        let error = train(&rules(), &samples(20), 1, String::new()).expect_err("too few");
        assert_eq!(error, TrainError::TooFew { relevant: 10, irrelevant: 10 });
        assert_eq!(error.kind(), "too_few");
    }

    #[test]
    fn a_model_changes_nothing_outside_the_band() {
        let plain = rules();
        let learnt = rules().with_model(trained(&samples(60)).model);
        let titles = [
            "Dinghy with 40 migrants capsizes off Lesbos",
            "River floods damage bridge",
            "Diaspora investors invited to forum",
            "Diaspora invited to forum",
            "Smugglers jailed over lorry deaths",
            "",
        ];
        let mut decided = 0;
        for title in titles {
            let document = Document { title, lang: Some("en"), ..Document::default() };
            let (before, after) = (
                plain.classify(&document, &Hint::default()),
                learnt.classify(&document, &Hint::default()),
            );
            assert_eq!(learnt.by_rules(&document, &Hint::default()), before);
            if before.review {
                decided += usize::from(after.decided_by.is_some());
            } else {
                assert_eq!(after, before, "{title}");
            }
        }
        assert!(decided > 0, "the band was never entered");
    }

    #[test]
    fn rates_are_counted_right() {
        let mut rates = Rates::default();
        for (relevant, taken) in [(true, true), (true, true), (true, false), (false, true)] {
            rates.note(relevant, taken);
        }
        assert_eq!((rates.found, rates.missed, rates.wrong, rates.left_out), (2, 1, 1, 0));
        assert!((rates.f1() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(Rates::default().precision(), 1.0);
    }
}
