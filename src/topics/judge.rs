//! From terms found to a verdict with its evidence.

use super::compiled::{Compiled, Rule, TopicId};
use super::condition::{Clause, ConceptId, Link};
use super::lexicon::Target;
use super::scan::{Found, Scan};
use crate::model::{Evidence, TopicScore, Verdict, Zone};
use rustc_hash::FxHashSet;

/// Countries named in a verdict at most.
const MOST_COUNTRIES: usize = 5;
/// Points from which a country is what a text is about: once in the title or lead, or often below.
const COUNTRY_POINTS: u32 = 3;
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
struct Point {
    topic: TopicId,
    evidence: Evidence,
    /// The words it stands on.
    words: Vec<u32>,
}

/// Judges what a scan found.
pub fn judge(compiled: &Compiled, scan: &Scan, lang: Option<String>, lean: Lean) -> Verdict {
    let concepts = Occurrences::new(&scan.found, compiled.country);
    let mut points = phrases(compiled, scan);
    if !lean.phrases_only {
        points.extend(rules(compiled, scan, &concepts));
    }
    let against = against(compiled, scan, &concepts);
    let sum = Sum::of(compiled, &points, against.iter().map(|e| -e.weight).sum());
    let score = round(sum.total * lean.weight);
    let scoring = &compiled.scoring;
    let threshold = if lean.trusted { scoring.review } else { scoring.accept };
    let relevant = score >= threshold;
    let mut verdict = Verdict {
        relevant,
        review: !relevant && score >= scoring.review,
        score,
        lang,
        countries: countries(compiled, scan),
        concepts: concepts.in_head(compiled, scan),
        ..Verdict::default()
    };
    if verdict.relevant || verdict.review {
        verdict.topics = topics(compiled, points, against, &sum, lean.weight);
    }
    verdict
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

#[expect(clippy::cast_precision_loss, reason = "a rule has a handful of clauses")]
fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// First and last word.
type Occurrence = (u32, u32);

fn zone(scan: &Scan, token: u32) -> Zone {
    scan.tokens.get(token as usize).map_or(Zone::Body, |t| t.zone)
}

/// The first place where all links of a clause stand near each other, on other words than `taken`.
fn find(
    clause: &Clause,
    scan: &Scan,
    concepts: &Occurrences,
    within: u32,
    taken: &[u32],
) -> Option<Vec<Occurrence>> {
    let (first, rest) = clause.links.split_first()?;
    let mut starts: Vec<Occurrence> =
        first.any.iter().flat_map(|c| concepts.of(*c)).copied().collect();
    starts.sort_unstable();
    // A clause must bring a word of its own, or "and" would add nothing.
    let fresh = |used: &Vec<Occurrence>| {
        used.iter().any(|o| (o.0..=o.1).any(|word| !taken.contains(&word)))
    };
    starts.into_iter().filter_map(|start| near(start, rest, scan, concepts, within)).find(fresh)
}

/// The places of all links, when each has one of its own near the others.
fn near(
    start: Occurrence,
    rest: &[Link],
    scan: &Scan,
    concepts: &Occurrences,
    within: u32,
) -> Option<Vec<Occurrence>> {
    let sentence = |token: u32| scan.tokens.get(token as usize).map(|t| t.sentence);
    let mut used = vec![start];
    for link in rest {
        let previous = *used.last()?;
        let candidates = link.any.iter().flat_map(|c| concepts.of(*c));
        let free = candidates.filter(|o| used.iter().all(|u| o.1 < u.0 || u.1 < o.0));
        let fitting = free
            .filter(|o| sentence(o.0) == sentence(start.0))
            .filter(|o| !link.ordered || o.0 > previous.1)
            .filter(|o| used.iter().any(|u| distance(*u, **o) <= within));
        used.push(*fitting.min_by_key(|o| distance(previous, **o))?);
    }
    Some(used)
}

fn distance(a: Occurrence, b: Occurrence) -> u32 {
    if a.1 < b.0 { b.0 - a.1 } else { a.0.saturating_sub(b.1) }
}

/// Where each concept occurs.
struct Occurrences {
    /// Sorted by concept, then by place.
    all: Vec<(ConceptId, Occurrence)>,
    places: Vec<Occurrence>,
}

impl Occurrences {
    fn new(found: &[Found], country: ConceptId) -> Self {
        let mut all: Vec<(ConceptId, Occurrence)> = found
            .iter()
            .filter_map(|f| match f.target {
                Target::Concept(id) => Some((id, (f.first, f.last))),
                Target::Country(_) => Some((country, (f.first, f.last))),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        let places = all.iter().map(|(_, place)| *place).collect();
        Self { all, places }
    }

    fn of(&self, concept: ConceptId) -> &[Occurrence] {
        let start = self.all.partition_point(|(c, _)| *c < concept);
        let end = self.all.partition_point(|(c, _)| *c <= concept);
        &self.places[start..end.min(start + MOST_OCCURRENCES)]
    }

    fn has(&self, concept: ConceptId) -> bool {
        !self.of(concept).is_empty()
    }

    /// The concepts of title and lead, by name.
    fn in_head(&self, compiled: &Compiled, scan: &Scan) -> Vec<String> {
        let mut ids: Vec<ConceptId> = self
            .all
            .iter()
            .filter(|(_, place)| zone(scan, place.0) != Zone::Body)
            .map(|(concept, _)| *concept)
            .collect();
        ids.dedup();
        ids.iter().filter_map(|id| compiled.concepts.get(usize::from(*id))).cloned().collect()
    }
}

/// Scores of topics and the whole.
struct Sum {
    by_topic: Vec<f64>,
    total: f64,
}

impl Sum {
    /// Every word counts once, with the strongest evidence that stands on it: a single
    /// "refugees" must not count as phrase, as concept and in three rules. So it is in
    /// the whole and in each topic.
    fn of(compiled: &Compiled, points: &[Point], against: f64) -> Self {
        let mut order: Vec<&Point> = points.iter().collect();
        order.sort_by(|a, b| b.evidence.weight.total_cmp(&a.evidence.weight));
        let mut by_topic = vec![0.0; compiled.topics.len()];
        let mut by_topic_words: FxHashSet<(TopicId, u32)> = FxHashSet::default();
        let mut words: FxHashSet<u32> = FxHashSet::default();
        let (mut head, mut body) = (0.0, 0.0);
        for point in order {
            let share = |fresh: &mut dyn FnMut(u32) -> bool| {
                let flags: Vec<f64> =
                    point.words.iter().map(|w| f64::from(u8::from(fresh(*w)))).collect();
                point.evidence.weight * mean(&flags)
            };
            by_topic[point.topic] += share(&mut |w| by_topic_words.insert((point.topic, w)));
            let part = share(&mut |w| words.insert(w));
            match point.evidence.field {
                Zone::Body => body += part,
                Zone::Title | Zone::Lead => head += part,
            }
        }
        let scoring = &compiled.scoring;
        let total = head + body.min(scoring.body_cap) - against.min(scoring.against_cap);
        Self { by_topic, total: total.max(0.0) }
    }
}

/// Leaves that stand out, each root once, the fallback leaf where no leaf does.
fn topics(
    compiled: &Compiled,
    points: Vec<Point>,
    against: Vec<Evidence>,
    sum: &Sum,
    weight: f64,
) -> Vec<TopicScore> {
    let scoring = &compiled.scoring;
    let mut whole = sum.by_topic.clone();
    for (id, topic) in compiled.topics.iter().enumerate() {
        if let Some(root) = topic.parent {
            whole[root] += sum.by_topic[id];
        }
    }
    let best_root = compiled.roots().map(|r| whole[r]).fold(0.0, f64::max);
    let mut chosen: Vec<(TopicId, f64)> = Vec::new();
    for root in compiled.roots() {
        if whole[root] <= 0.0 || whole[root] < best_root * scoring.topic_share {
            continue;
        }
        let leaves = compiled.leaves(root);
        let best = leaves.clone().map(|l| sum.by_topic[l]).fold(0.0, f64::max);
        let floor = scoring.topic_accept.max(best * scoring.topic_share);
        let named: Vec<_> = leaves.filter(|l| sum.by_topic[*l] >= floor).collect();
        if named.is_empty() {
            let leaf = compiled.topics[root].fallback.unwrap_or(root);
            chosen.push((leaf, whole[root]));
        }
        chosen.extend(named.into_iter().map(|l| (l, sum.by_topic[l])));
        chosen.push((root, whole[root]));
    }
    chosen.sort_by(|a, b| {
        let leaf = |id: TopicId| compiled.topics[id].parent.is_none();
        leaf(a.0).cmp(&leaf(b.0)).then(b.1.total_cmp(&a.1))
    });
    scores(compiled, points, against, chosen, weight)
}

fn scores(
    compiled: &Compiled,
    points: Vec<Point>,
    against: Vec<Evidence>,
    chosen: Vec<(TopicId, f64)>,
    weight: f64,
) -> Vec<TopicScore> {
    let named: Vec<TopicId> = chosen.iter().map(|(id, _)| *id).collect();
    let mut scores: Vec<TopicScore> = chosen
        .iter()
        .map(|(id, score)| TopicScore {
            id: compiled.topics[*id].id.clone(),
            score: round(score * weight),
            evidence: Vec::new(),
        })
        .collect();
    for point in points {
        // Evidence stands at its own topic where that is named, else at the root or its fallback.
        let topic = &compiled.topics[point.topic];
        let root = topic.parent.unwrap_or(point.topic);
        let own = named.iter().position(|id| *id == point.topic);
        let fallback = named.iter().position(|id| Some(*id) == compiled.topics[root].fallback);
        let place = own
            .filter(|_| topic.parent.is_some())
            .or(fallback)
            .or_else(|| named.iter().position(|id| *id == root));
        if let Some(score) = place.and_then(|n| scores.get_mut(n)) {
            score.evidence.push(point.evidence);
        }
    }
    if let Some(first) = scores.first_mut() {
        first.evidence.extend(against);
    }
    for score in &mut scores {
        score.evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    }
    scores
}

/// Countries most mentioned, ISO 3166-1 alpha-2.
fn countries(compiled: &Compiled, scan: &Scan) -> Vec<String> {
    let mut points: Vec<(u16, u32, u32)> = Vec::new();
    for found in &scan.found {
        let Target::Country(id) = found.target else { continue };
        let worth = match zone(scan, found.first) {
            Zone::Title => 4,
            Zone::Lead => 3,
            Zone::Body => 1,
        };
        match points.iter_mut().find(|(seen, ..)| *seen == id) {
            Some((_, sum, _)) => *sum += worth,
            None => points.push((id, worth, found.first)),
        }
    }
    points.retain(|(_, sum, _)| *sum >= COUNTRY_POINTS);
    points.sort_by_key(|(_, sum, first)| (std::cmp::Reverse(*sum), *first));
    points.truncate(MOST_COUNTRIES);
    points.iter().filter_map(|(id, ..)| compiled.countries.get(usize::from(*id))).cloned().collect()
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
