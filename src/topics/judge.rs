//! From terms found to a verdict with its evidence.

use smallvec::{SmallVec, smallvec};

use super::compiled::{Compiled, Rule, TopicId};
use super::condition::{Clause, ConceptId, Link};
use super::lexicon::Target;
use super::naming::{self, Sum};
use super::scan::{Found, Scan};
use crate::model::{Evidence, Verdict, Zone};

/// Occurrences of a concept that a rule looks at: enough for any article.
const MOST_OCCURRENCES: usize = 48;

/// A factor and a weight on the verdict, from the source.
#[derive(Debug, Clone, Copy)]
pub struct Lean {
    /// Factor on all scores.
    pub weight: f64,
    /// Relevant at the review threshold.
    pub trusted: bool,
    /// Count only phrases that say it alone.
    pub phrases_only: bool,
}

/// What one phrase or rule added.
pub struct Point {
    /// The topic it speaks for.
    pub topic: TopicId,
    /// What is shown.
    pub evidence: Evidence,
    /// The words it stands on.
    pub words: Vec<u32>,
}

/// What was found in a text, for and against, before it is weighed.
pub struct Case<'a> {
    /// The compiled file.
    pub compiled: &'a Compiled,
    scan: &'a Scan,
    /// Where concepts occur.
    pub concepts: Occurrences,
    /// What speaks for it.
    pub points: Vec<Point>,
    /// What speaks against, with negative weights.
    pub against: Vec<Evidence>,
    lean: Lean,
}

impl<'a> Case<'a> {
    /// Collects what phrases and rules find.
    pub fn new(compiled: &'a Compiled, scan: &'a Scan, lean: Lean) -> Self {
        let concepts = Occurrences::new(&scan.found, compiled.country);
        let mut points = phrases(compiled, scan);
        if !lean.phrases_only {
            points.extend(rules(compiled, scan, &concepts));
        }
        let against = against(compiled, scan, &concepts);
        Self { compiled, scan, concepts, points, against, lean }
    }

    /// Whether a rule applies, whatever comes of it.
    pub fn applies(&self, rule: &Rule) -> bool {
        (rule.topic.is_none() || !self.lean.phrases_only)
            && apply(self.compiled, self.scan, &self.concepts, rule).is_some()
    }

    /// The score from which the text is relevant.
    pub fn threshold(&self) -> f64 {
        let scoring = &self.compiled.scoring;
        if self.lean.trusted { scoring.review } else { scoring.accept }
    }

    /// The score that is left when only the evidence that `keep` keeps counts.
    pub fn score(&self, keep: &dyn Fn(&Evidence) -> bool) -> f64 {
        let points: Vec<&Point> = self.points.iter().filter(|p| keep(&p.evidence)).collect();
        let against: f64 = self.against.iter().filter(|e| keep(e)).map(|e| -e.weight).sum();
        round(Sum::of(self.compiled, points, against).total * self.lean.weight)
    }

    /// The least weight of a source, in hundredths, at which the text would be relevant.
    pub fn weight_that_would_do(&self) -> Option<f64> {
        let against = self.against.iter().map(|e| -e.weight).sum();
        let total = Sum::of(self.compiled, self.points.iter().collect(), against).total;
        let enough =
            |hundredths: &u32| round(total * f64::from(*hundredths) / 100.0) >= self.threshold();
        (10..=300).find(enough).map(|hundredths| f64::from(hundredths) / 100.0)
    }

    /// The verdict.
    pub fn verdict(self, lang: Option<String>) -> Verdict {
        let against = self.against.iter().map(|e| -e.weight).sum();
        let sum = Sum::of(self.compiled, self.points.iter().collect(), against);
        let score = round(sum.total * self.lean.weight);
        let relevant = score >= self.threshold();
        let review = !relevant && score >= self.compiled.scoring.review;
        let countries = naming::countries(self.compiled, self.scan);
        let concepts = self.concepts.in_head(self.compiled, self.scan);
        let mut verdict =
            Verdict { relevant, review, score, lang, countries, concepts, ..Verdict::default() };
        if relevant || review {
            verdict.topics =
                naming::topics(self.compiled, self.points, self.against, &sum, self.lean.weight);
        }
        verdict
    }
}

fn phrases(compiled: &Compiled, scan: &Scan) -> Vec<Point> {
    let mut best: Vec<(u32, &Found)> = Vec::new();
    for found in &scan.found {
        // Found terms are in order: the first of a phrase stands in the best zone.
        if let Target::Phrase(id) = found.target
            && !best.iter().any(|(seen, _)| *seen == id)
        {
            best.push((id, found));
        }
    }
    let point = |(id, found): (u32, &Found)| {
        let phrase = compiled.phrases.get(id as usize)?;
        let zone = scan.tokens.get(found.first as usize)?.zone;
        let factor = compiled.scoring.factor(zone);
        let evidence = Evidence {
            term: phrase.text.clone(),
            field: zone,
            weight: round(phrase.weight * factor),
            span: scan.span(found.first, found.last),
        };
        Some(Point { topic: phrase.topic, evidence, words: (found.first..=found.last).collect() })
    };
    best.into_iter().filter_map(point).collect()
}

fn rules(compiled: &Compiled, scan: &Scan, concepts: &Occurrences) -> Vec<Point> {
    let fire = |(rule, topic): (&Rule, TopicId)| {
        let (evidence, words) = apply(compiled, scan, concepts, rule)?;
        Some(Point { topic, evidence, words })
    };
    compiled.rules.iter().filter_map(|rule| Some((rule, rule.topic?))).filter_map(fire).collect()
}

/// What speaks against, in title and lead, with negative weights.
fn against(compiled: &Compiled, scan: &Scan, concepts: &Occurrences) -> Vec<Evidence> {
    let rules = compiled.rules.iter().filter(|rule| rule.topic.is_none());
    rules
        .filter_map(|rule| apply(compiled, scan, concepts, rule))
        .filter(|(evidence, _)| evidence.field != Zone::Body)
        .map(|(evidence, _)| Evidence { weight: -evidence.weight, ..evidence })
        .collect()
}

/// What a rule adds or takes off, and the words it stands on.
fn apply(
    compiled: &Compiled,
    scan: &Scan,
    concepts: &Occurrences,
    rule: &Rule,
) -> Option<(Evidence, Vec<u32>)> {
    if !rule.needs.iter().all(|any| any.iter().any(|c| concepts.has(*c))) {
        return None;
    }
    let head =
        |c: &ConceptId| concepts.of(*c).first().is_some_and(|o| zone(scan, o.0) != Zone::Body);
    if rule.condition.without.iter().flatten().any(head) {
        return None;
    }
    let mut factors = Vec::new();
    let mut words = Vec::new();
    let mut place: Option<(Zone, Occurrence)> = None;
    for clause in &rule.condition.clauses {
        let used = find(clause, scan, concepts, rule.within, &words)?;
        let first = used.iter().map(|o| o.0).min()?;
        let last = used.iter().map(|o| o.1).max()?;
        words.extend(used.iter().flat_map(|o| o.0..=o.1));
        let zone = zone(scan, first);
        factors.push(compiled.scoring.factor(zone));
        // The clause that stands lowest is the one to show.
        if place.is_none_or(|(lowest, _)| lowest < zone) {
            place = Some((zone, (first, last)));
        }
    }
    // Clauses may share words.
    words.sort_unstable();
    words.dedup();
    let (field, at) = place?;
    let factor = match field {
        Zone::Body => compiled.scoring.body,
        Zone::Title | Zone::Lead => mean(&factors),
    };
    let evidence = Evidence {
        term: rule.text.clone(),
        field,
        weight: round(rule.weight * factor),
        span: scan.span(at.0, at.1),
    };
    Some((evidence, words))
}

/// The mean of a few numbers.
#[expect(clippy::cast_precision_loss, reason = "a rule has a handful of clauses")]
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// First and last word.
type Occurrence = (u32, u32);

/// The places of a clause's links.
type Used = SmallVec<[Occurrence; 8]>;

/// Where a word stands.
pub fn zone(scan: &Scan, token: u32) -> Zone {
    scan.tokens.get(token as usize).map_or(Zone::Body, |t| t.zone)
}

/// The first place where all links of a clause stand near each other, on other words than `taken`.
fn find(
    clause: &Clause,
    scan: &Scan,
    concepts: &Occurrences,
    within: u32,
    taken: &[u32],
) -> Option<Used> {
    let (first, rest) = clause.links.split_first()?;
    let mut starts: SmallVec<[Occurrence; 32]> =
        first.any.iter().flat_map(|c| concepts.of(*c)).copied().collect();
    if first.any.len() > 1 {
        starts.sort_unstable();
    }
    // A clause must bring a word of its own, or "and" would add nothing.
    let fresh = |used: &Used| used.iter().any(|o| (o.0..=o.1).any(|word| !taken.contains(&word)));
    starts.into_iter().filter_map(|start| near(start, rest, scan, concepts, within)).find(fresh)
}

/// The places of all links, when each has one of its own near the others.
fn near(
    start: Occurrence,
    rest: &[Link],
    scan: &Scan,
    concepts: &Occurrences,
    within: u32,
) -> Option<Used> {
    let sentence = |token: u32| scan.tokens.get(token as usize).map(|t| t.sentence);
    let of_start = sentence(start.0);
    let mut used = smallvec![start];
    for link in rest {
        let previous = *used.last()?;
        let candidates = link.any.iter().flat_map(|c| concepts.of(*c));
        let fitting = candidates
            .filter(|o| used.iter().any(|u| distance(*u, **o) <= within))
            .filter(|o| used.iter().all(|u| o.1 < u.0 || u.1 < o.0))
            .filter(|o| !link.ordered || o.0 > previous.1)
            .filter(|o| sentence(o.0) == of_start);
        let next = *fitting.min_by_key(|o| distance(previous, **o))?;
        used.push(next);
    }
    Some(used)
}

fn distance(a: Occurrence, b: Occurrence) -> u32 {
    if a.1 < b.0 { b.0 - a.1 } else { a.0.saturating_sub(b.1) }
}

/// Where each concept occurs.
pub struct Occurrences {
    /// By concept, then in order of the text.
    places: Vec<Occurrence>,
    /// By concept: where its places begin.
    begin: Vec<u32>,
}

impl Occurrences {
    /// Sorts by counting: what was found stands in order of the text already.
    fn new(found: &[Found], country: ConceptId) -> Self {
        let concept = |found: &Found| match found.target {
            Target::Concept(id) => Some(usize::from(id)),
            Target::Country(_) => Some(usize::from(country)),
            _ => None,
        };
        // The country is the last concept: no other has a higher number.
        let mut begin = vec![0u32; usize::from(country) + 2];
        for id in found.iter().filter_map(concept) {
            begin[id + 1] += 1;
        }
        for n in 1..begin.len() {
            begin[n] += begin[n - 1];
        }
        let mut next = begin.clone();
        let mut places = vec![(0, 0); begin[begin.len() - 1] as usize];
        for (id, found) in found.iter().filter_map(|f| Some((concept(f)?, f))) {
            let mut at = next[id] as usize;
            places[at] = (found.first, found.last);
            // Of those that begin with the same word, the shorter is the first.
            while at > begin[id] as usize && places[at - 1] > places[at] {
                places.swap(at - 1, at);
                at -= 1;
            }
            next[id] += 1;
        }
        Self { places, begin }
    }

    fn of(&self, concept: ConceptId) -> &[Occurrence] {
        let concept = usize::from(concept);
        let (start, end) = (self.begin[concept] as usize, self.begin[concept + 1] as usize);
        &self.places[start..end.min(start + MOST_OCCURRENCES)]
    }

    /// True where the concept occurs at all.
    pub fn has(&self, concept: ConceptId) -> bool {
        !self.of(concept).is_empty()
    }

    /// The concepts of title and lead, by name.
    fn in_head(&self, compiled: &Compiled, scan: &Scan) -> Vec<String> {
        let first = |id| self.of(id).first().copied();
        (0..=compiled.country)
            .filter(|id| first(*id).is_some_and(|place| zone(scan, place.0) != Zone::Body))
            .filter_map(|id| compiled.concepts.get(usize::from(id)).cloned())
            .collect()
    }
}

/// Two decimals, as scores are shown.
pub fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
