//! The second listener, for the machines that watch over us: alive, ready, metrics.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::get;

use super::state::Web;

/// OpenMetrics 1.0, which Prometheus reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Web {
    /// `/livez`, `/readyz` and `/metrics`.
    pub fn ops_router(&self) -> Router {
        Router::new()
            .route("/livez", get(livez))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self.clone())
    }
}

async fn livez() -> Response<Body> {
    plain(StatusCode::OK, "text/plain; charset=utf-8", "alive\n".to_owned())
}

/// Ready when the store answers.
async fn readyz(State(web): State<Web>) -> Response<Body> {
    match web.0.store.ping().await {
        Ok(()) => plain(StatusCode::OK, "text/plain; charset=utf-8", "ready\n".to_owned()),
        Err(error) => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain; charset=utf-8",
            format!("not ready: {error}\n"),
        ),
    }
}

/// Figures of the store are read when they are asked for; without it the others are still told.
async fn metrics(State(web): State<Web>) -> Response<Body> {
    if let Err(error) = web.0.measure().await {
        tracing::warn!(kind = error.kind(), error = %error, "the store's figures are missing in the metrics");
    }
    plain(StatusCode::OK, METRICS, web.0.metrics.render())
}

impl super::state::Shared {
    async fn measure(&self) -> Result<(), crate::store::StoreError> {
        let queue = self.store.queue_stats(self.clock.now()).await?;
        let metrics = &self.metrics;
        metrics.sources_due.set(queue.sources_due);
        metrics.sources_oldest.set(queue.sources_oldest_ms / 1000);
        metrics.entries_due.set(queue.entries_due);
        metrics.entries_waiting.set(queue.entries_waiting);
        metrics.entries_oldest.set(queue.entries_oldest_ms / 1000);
        metrics.groups.set(queue.groups);
        for source in self.store.source_stats().await? {
            let success = source.last_success.map(|time| time.timestamp());
            metrics.source(&source.id, success, source.error_kind.is_some());
        }
        Ok(())
    }
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
