//! From what was found to scores, topics and countries.

use rustc_hash::FxHashSet;

use super::compiled::{Compiled, TopicId};
use super::judge::{Point, mean, round, zone};
use super::lexicon::Target;
use super::scan::Scan;
use crate::model::{Evidence, TopicScore, Zone};

/// Countries named in a verdict at most.
const MOST_COUNTRIES: usize = 5;
/// Points from which a country is what a text is about: once in the title or lead, or often below.
const COUNTRY_POINTS: u32 = 3;

/// Scores of topics and the whole.
pub struct Sum {
    /// By leaf, and by root with its leaves.
    by_topic: Vec<f64>,
    /// The same of what stands in title and lead alone.
    in_head: Vec<f64>,
    /// The whole.
    pub total: f64,
}

impl Sum {
    /// Every word counts once, with the strongest evidence that stands on it: a single
    /// "refugees" must not count as phrase, as concept and in three rules. So it is in
    /// the whole and in each topic.
    pub fn of(compiled: &Compiled, mut order: Vec<&Point>, against: f64) -> Self {
        order.sort_by(|a, b| b.evidence.weight.total_cmp(&a.evidence.weight));
        let mut by_topic = vec![0.0; compiled.topics.len()];
        let mut in_head = by_topic.clone();
        let mut by_topic_words: FxHashSet<(TopicId, u32)> = FxHashSet::default();
        let mut words: FxHashSet<u32> = FxHashSet::default();
        let (mut head, mut body) = (0.0, 0.0);
        for point in order {
            let share = |fresh: &mut dyn FnMut(u32) -> bool| {
                let flags: Vec<f64> =
                    point.words.iter().map(|w| f64::from(u8::from(fresh(*w)))).collect();
                point.evidence.weight * mean(&flags)
            };
            let own = share(&mut |w| by_topic_words.insert((point.topic, w)));
            by_topic[point.topic] += own;
            if point.evidence.field != Zone::Body {
                in_head[point.topic] += own;
            }
            if let Some(root) = compiled.topics[point.topic].parent {
                by_topic[root] += share(&mut |w| by_topic_words.insert((root, w)));
            }
            let part = share(&mut |w| words.insert(w));
            match point.evidence.field {
                Zone::Body => body += part,
                Zone::Title | Zone::Lead => head += part,
            }
        }
        let scoring = &compiled.scoring;
        let total = head + body.min(scoring.body_cap) - against.min(scoring.against_cap);
        Self { by_topic, in_head, total: total.max(0.0) }
    }
}

/// Leaves that stand out, each root once, the fallback leaf where no leaf does.
pub fn topics(
    compiled: &Compiled,
    points: Vec<Point>,
    against: Vec<Evidence>,
    sum: &Sum,
    weight: f64,
) -> Vec<TopicScore> {
    let scoring = &compiled.scoring;
    let whole = &sum.by_topic;
    // Named by a rule that says no more, in title or lead.
    let told = |leaf: TopicId| {
        points
            .iter()
            .any(|p| p.topic == leaf && p.evidence.weight <= 0.0 && p.evidence.field != Zone::Body)
    };
    let best_root = compiled.roots().map(|r| whole[r]).fold(0.0, f64::max);
    let mut chosen: Vec<(TopicId, f64)> = Vec::new();
    for root in compiled.roots() {
        // A second root is named only where it would be without the first.
        let second = whole[root] < best_root;
        let floor = scoring.topic_accept.max(best_root * scoring.topic_share);
        if whole[root] <= 0.0 || second && whole[root] < floor {
            continue;
        }
        let leaves = compiled.leaves(root);
        // A leaf is named by title and lead; by what stands further down only where they name none.
        let outstanding = |scores: &[f64]| -> Vec<TopicId> {
            let best = leaves.clone().map(|l| scores[l]).fold(0.0, f64::max);
            let floor = scoring.topic_accept.max(best * scoring.topic_share);
            leaves.clone().filter(|l| scores[*l] >= floor || told(*l)).collect()
        };
        let mut named = outstanding(&sum.in_head);
        if named.is_empty() {
            named = outstanding(whole);
        }
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
pub fn countries(compiled: &Compiled, scan: &Scan) -> Vec<String> {
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
