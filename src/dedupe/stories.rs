//! Stories in memory: what the store does with tables, for `inspect group`.

use rustc_hash::FxHashMap;

use super::story::{
    Frequencies, MAX_KIN, SHARED_KEYS, StoryFeatures, story_keys, story_of, story_vector,
};
use crate::model::{StoryVector, Time};

/// Days within which an event is news; later texts begin another story.
pub const STORY_DAYS: i64 = 4;

/// Groups of the window with their stories.
#[derive(Debug, Default)]
pub struct Stories {
    frequencies: Frequencies,
    waiting: Vec<(Time, StoryFeatures)>,
}

#[derive(Debug)]
struct Kept {
    time: Time,
    story: i64,
    vector: StoryVector,
}

impl Stories {
    /// Takes the first text of a group. Groups are numbered from 0 in order of arrival.
    pub fn add(&mut self, time: Time, features: StoryFeatures) {
        self.frequencies.add(&features);
        self.waiting.push((time, features));
    }

    /// The story of each group, named by the number of the story's first group. Only
    /// now is it known what is rare in this collection.
    pub fn assign(self) -> Vec<i64> {
        let mut kept: Vec<Option<Kept>> = Vec::with_capacity(self.waiting.len());
        let mut by_key: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut stories = Vec::with_capacity(self.waiting.len());
        let mut oldest = 0;
        for (number, (time, features)) in self.waiting.into_iter().enumerate() {
            while kept.get(oldest).is_some_and(|k| k.as_ref().is_none_or(|k| far(k.time, time))) {
                kept[oldest] = None;
                oldest += 1;
            }
            let vector = story_vector(&features, &self.frequencies);
            let keys = story_keys(&vector, &self.frequencies);
            let kin = kin(&keys, &mut by_key, oldest as u32);
            let near = kin
                .iter()
                .filter_map(|n| kept.get(*n as usize)?.as_ref())
                .filter(|kept| !far(kept.time, time))
                .map(|kept| (kept.story, &kept.vector));
            let story = story_of(&vector, near).unwrap_or(number as i64);
            stories.push(story);
            for key in keys {
                by_key.entry(key).or_default().push(number as u32);
            }
            kept.push(Some(Kept { time, story, vector }));
        }
        stories
    }
}

fn far(a: Time, b: Time) -> bool {
    (a - b).num_days().abs() > STORY_DAYS
}

/// The groups that share most keys, not older than `oldest`.
fn kin(keys: &[u32], by_key: &mut FxHashMap<u32, Vec<u32>>, oldest: u32) -> Vec<u32> {
    let mut hits: FxHashMap<u32, u32> = FxHashMap::default();
    for key in keys {
        if let Some(groups) = by_key.get_mut(key) {
            if groups.first().is_some_and(|first| *first < oldest) {
                groups.retain(|group| *group >= oldest);
            }
            groups.iter().for_each(|group| *hits.entry(*group).or_default() += 1);
        }
    }
    let mut ranked: Vec<(u32, u32)> =
        hits.into_iter().filter(|(_, n)| *n >= SHARED_KEYS).map(|(group, n)| (n, group)).collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    ranked.into_iter().take(MAX_KIN).map(|(_, group)| group).collect()
}
