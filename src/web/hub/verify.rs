//! Asks a callback whether it meant a request (WebSub 5.3), or tells it that it is denied (5.2).

use chrono::TimeDelta;
use std::time::Duration;

use super::super::state::Web;
use super::lanes::{Lanes, Passed};
use crate::fetch::{Client, Kind, Request};
use crate::store::{HubRequestRow, StoreError};
use crate::websub::{self, Mode};

/// Places for verifications.
const LANES: (usize, usize) = (64, 256);
/// How long a claim on a request lasts: longer than the question may take.
const CLAIM: TimeDelta = TimeDelta::seconds(12);
/// Largest answer that is read: a challenge is much shorter.
const ANSWER_BYTES: usize = 4 << 10;

/// What asks.
#[derive(Clone)]
pub(super) struct Verifier {
    web: Web,
    client: Client,
    lanes: Lanes,
}

impl Verifier {
    pub fn new(web: &Web, client: &Client) -> Self {
        let lanes = Lanes::new(LANES.0, LANES.1);
        Self { web: web.clone(), client: client.clone(), lanes }
    }

    /// Begins to verify what is due.
    pub async fn begin(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.web.0.store, self.web.0.clock.now());
        let due = store.take_hub_requests(now, now + CLAIM, self.lanes.free(false)).await?;
        for request in due {
            // Only this loop takes places; whoever finds none is asked when the claim ends.
            let Some(place) = self.lanes.enter(false) else { break };
            let this = self.clone();
            tokio::spawn(async move {
                let asked = this.lanes.pass(false, place, this.ask(&request)).await;
                let answer = match asked {
                    Passed::Quickly(answer) | Passed::Slowly(answer) => answer,
                    Passed::Cut => Answer::Nobody,
                };
                if let Err(error) = this.note(&request, answer).await {
                    tracing::warn!(kind = error.kind(), %error, "a verified request has to wait");
                }
            });
        }
        Ok(())
    }

    async fn ask(&self, request: &HubRequestRow) -> Answer {
        let challenge = uuid::Uuid::new_v4().simple().to_string();
        let mode = Mode::parse(&request.mode).unwrap_or(Mode::Denied);
        let lease = lease(request);
        let question =
            websub::question(&request.callback, mode, &request.hub_topic, &challenge, lease);
        let Some(question) = question else { return Answer::No };
        let question =
            Request { max_bytes: Some(ANSWER_BYTES), ..Request::new(question, Kind::Hub) };
        match self.client.get(question).await {
            Ok(answer) if websub::confirms(&answer.body, &challenge) => Answer::Yes,
            Ok(_) => Answer::No,
            Err(error) if error.status().is_some_and(|status| status < 500) => Answer::No,
            Err(error) => {
                tracing::debug!(callback = request.callback, kind = error.kind(), %error,
                    "a callback does not answer");
                Answer::Nobody
            }
        }
    }

    async fn note(&self, request: &HubRequestRow, answer: Answer) -> Result<(), StoreError> {
        let (store, now) = (&self.web.0.store, self.web.0.clock.now());
        let (callback, mode) = (request.callback.as_str(), request.mode.as_str());
        let attempts = u32::try_from(request.attempts).unwrap_or(u32::MAX);
        match answer {
            Answer::Yes if mode != Mode::Denied.as_str() => {
                tracing::info!(
                    callback,
                    mode,
                    hub_topic = request.hub_topic,
                    "hub request granted"
                );
                let until = now + TimeDelta::from_std(lease(request)).unwrap_or_default();
                store.grant_hub_request(request, until, now).await
            }
            Answer::Nobody if websub::asks_again(attempts) => {
                let pause = websub::pause(attempts + 1, fastrand::f64());
                let due = now + TimeDelta::from_std(pause).unwrap_or_default();
                store.put_off_hub_request(request.id, Some(due)).await
            }
            _ => {
                tracing::info!(
                    callback,
                    mode,
                    hub_topic = request.hub_topic,
                    "hub request dropped"
                );
                store.put_off_hub_request(request.id, None).await
            }
        }
    }
}

/// What a callback said.
enum Answer {
    Yes,
    No,
    /// It could not be asked.
    Nobody,
}

fn lease(request: &HubRequestRow) -> Duration {
    Duration::from_secs(u64::try_from(request.lease).unwrap_or(0))
}
