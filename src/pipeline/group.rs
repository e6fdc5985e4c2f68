//! Recording an article: its group, the group's lead and what subscribers see of it.

use chrono::Datelike;

use super::Pipeline;
use super::catalog::Catalog;
use super::process::{Prepared, is_body};
use crate::dedupe::{self, Candidate, CopyFacts, Posting, Shortlist};
use crate::model::{Method, SourceKind, Time, Verdict};
use crate::store::{GroupRow, GroupState, NewArticle, Recorded, Recording, StoreError};

/// Records an article in one transaction. True where it joined others as a further copy.
pub(super) async fn record(
    pipeline: &Pipeline,
    catalog: &Catalog,
    prepared: &Prepared,
    id: i64,
) -> Result<bool, StoreError> {
    let now = pipeline.now();
    let article = &prepared.article;
    let mut recording = pipeline.store.begin_recording(now).await?;
    recording.finish_entry(&pipeline.worker, id).await?;
    let (found, enter) = find_group(&mut recording, prepared).await?;
    let (group, copy) = match found {
        Some(group) => (group, true),
        None => {
            let tag = tag(&catalog.settings.tag_authority, now);
            (recording.create_group(&tag, article, None).await?, false)
        }
    };
    recording.write_article(article, group).await?;
    recording.remember(id, group, &prepared.fingerprint, &enter).await?;
    let copies = recording.copies(group).await?;
    if let Some(row) = recording.group(group).await? {
        let state = state(&row, &copies, article, catalog, now);
        if state.relevant && !row.relevant {
            link(&mut recording, pipeline, catalog, prepared, &row).await?;
        }
        recording.write_group(group, &state).await?;
    }
    recording.commit().await?;
    let further = copy && copies.len() > 1;
    if further {
        pipeline.metrics.copies.inc();
    }
    Ok(further)
}

/// The group of this text where there is one, and the phrases to enter for those that follow.
async fn find_group(
    recording: &mut Recording,
    prepared: &Prepared,
) -> Result<(Option<i64>, Vec<u32>), StoreError> {
    let (id, fingerprint) = (prepared.article.id, &prepared.fingerprint);
    let phrases = dedupe::phrases(&fingerprint.tokens);
    let grams: Vec<u32> = phrases.iter().map(|phrase| phrase.gram).collect();
    let hits = recording.phrase_hits(&grams, id).await?;
    let postings: Vec<Posting> = hits
        .iter()
        .map(|hit| Posting {
            gram: hit.gram as u32,
            article: hit.article,
            group: hit.group_id,
            source: dedupe::source_number(&hit.source),
            hour: (hit.at / 3_600_000) as i32,
        })
        .collect();
    let shortlist = Shortlist::new(fingerprint, &phrases, &postings);
    let enter = shortlist.enter.clone();
    // A revised article stays where it is: its published id must not change.
    if let Some(group) = recording.group_of(id).await? {
        return Ok((Some(group), enter));
    }
    if let Some(group) = recording.group_at(&prepared.article.url_key, id).await? {
        return Ok((Some(group), enter));
    }
    let kept = recording.fingerprints(&shortlist.articles).await?;
    let candidates: Vec<Candidate<'_>> = kept
        .iter()
        .map(|kept| Candidate {
            article: kept.article,
            group: kept.group,
            fingerprint: &kept.fingerprint,
        })
        .collect();
    Ok((shortlist.decide(fingerprint, &candidates).map(|found| found.group), enter))
}

/// Puts a group that subscribers are about to see into the story that it tells of.
async fn link(
    recording: &mut Recording,
    pipeline: &Pipeline,
    catalog: &Catalog,
    prepared: &Prepared,
    group: &GroupRow,
) -> Result<(), StoreError> {
    // Only what subscribers see is linked, so what is rare is learnt from that alone: that a text
    // is about migrants tells nothing here.
    pipeline.rarity.add(&prepared.features);
    let (vector, keys) = pipeline.rarity.vector(&prepared.features);
    let at = prepared.article.published;
    let window = catalog.settings.story_window;
    let kin =
        recording.story_kin(group.id, &keys, (at - window, at + window), dedupe::MAX_KIN).await?;
    let story = dedupe::story_of(&vector, kin.iter().map(|(story, vector)| (*story, vector)));
    recording.remember_story(group.id, at, (&vector, &keys), story).await
}

/// A published id, made once (RFC 4151): authority, date, and a name that nobody else makes.
fn tag(authority: &str, now: Time) -> String {
    let name = uuid::Uuid::new_v4().simple();
    if authority.contains(',') {
        format!("tag:{authority}:{name}")
    } else {
        format!("tag:{authority},{}:{name}", now.year())
    }
}

/// What a group becomes with a new or revised copy in it.
fn state<'a>(
    row: &GroupRow,
    copies: &'a [Recorded],
    newest: &NewArticle,
    catalog: &Catalog,
    now: Time,
) -> GroupState<'a> {
    let lead = lead(copies, catalog);
    let relevant = match row.decision.as_deref() {
        Some("accept") => true,
        Some("reject") => false,
        _ => copies.iter().any(|copy| copy.verdict.relevant),
    };
    let verdict = verdict(lead, copies);
    let new_to_readers = relevant && !row.relevant;
    let published = if new_to_readers { lead.published.min(now) } else { row.published };
    let changed = lead.id != row.lead || (lead.id == newest.id && row.relevant);
    let updated = match (new_to_readers, changed) {
        (true, _) => published,
        (false, true) => now,
        (false, false) => row.updated,
    };
    let review =
        !relevant && row.decision.is_none() && copies.iter().any(|copy| copy.verdict.review);
    GroupState { lead, published, updated, relevant, review, verdict }
}

/// The copy that is shown.
fn lead<'a>(copies: &'a [Recorded], catalog: &Catalog) -> &'a Recorded {
    let facts: Vec<CopyFacts> = copies.iter().map(|copy| facts(copy, catalog)).collect();
    &copies[dedupe::lead(&facts)]
}

fn facts(copy: &Recorded, catalog: &Catalog) -> CopyFacts {
    let kind = catalog.sources.get(&copy.source).map(|watched| watched.source.kind);
    CopyFacts {
        agency: kind == Some(SourceKind::Agency),
        credits: copy.credits,
        body: Method::parse(&copy.method).is_some_and(is_body),
        chars: copy.chars,
        published: copy.published,
    }
}

/// The lead's verdict where it is relevant, else that of the copy with the best score.
fn verdict<'a>(lead: &'a Recorded, copies: &'a [Recorded]) -> &'a Verdict {
    if lead.verdict.relevant {
        return &lead.verdict;
    }
    copies
        .iter()
        .map(|copy| &copy.verdict)
        .max_by(|a, b| {
            (a.relevant, a.score)
                .partial_cmp(&(b.relevant, b.score))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .unwrap_or(&lead.verdict)
}
