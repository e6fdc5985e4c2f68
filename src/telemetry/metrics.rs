//! Every metric, in one place. Names follow Prometheus' conventions.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// One label: how something ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// `ok`, `not_modified`, or the kind of an error.
    pub outcome: String,
}

/// One label: which work or stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WorkLabels {
    /// `poll`, `process`, `fetch`, `extract`, `classify`, `record`.
    pub work: &'static str,
}

/// One label: a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SourceLabels {
    /// The source's id.
    pub source: String,
}

/// Every metric of the service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Polls of sources, by outcome.
    pub polls: Family<OutcomeLabels, Counter>,
    /// Fetches of article pages, by outcome.
    pub pages: Family<OutcomeLabels, Counter>,
    /// Entries not seen before.
    pub entries_new: Counter,
    /// Processed entries, by verdict: `relevant`, `review`, `irrelevant`.
    pub verdicts: Family<OutcomeLabels, Counter>,
    /// Articles that joined a group as further copies.
    pub copies: Counter,
    /// Time spent, by work.
    pub durations: Family<WorkLabels, Histogram>,
    /// Sources due.
    pub sources_due: Gauge,
    /// Seconds that the longest due source has waited.
    pub sources_oldest: Gauge,
    /// Entries ready to be processed.
    pub entries_due: Gauge,
    /// Entries waiting for a later attempt.
    pub entries_waiting: Gauge,
    /// Seconds that the longest waiting entry has been due.
    pub entries_oldest: Gauge,
    /// Published groups.
    pub groups: Gauge,
    /// Last success of each source, seconds since the epoch.
    pub source_success: Family<SourceLabels, Gauge>,
    /// 1 for each source whose last attempt failed.
    pub source_failing: Family<SourceLabels, Gauge>,
    /// 1 while changed configuration files are refused.
    pub config_refused: Gauge,
    /// Subscriptions at our hub.
    pub hub_subscriptions: Gauge,
    /// Those whose last delivery failed.
    pub hub_failing: Gauge,
    /// Deliveries of our hub, by outcome: `ok`, `failed`, `gone`.
    pub hub_deliveries: Family<OutcomeLabels, Counter>,
    /// Requests answered, by status class.
    pub http: Family<OutcomeLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("rasad"),
            polls: Family::default(),
            pages: Family::default(),
            entries_new: Counter::default(),
            verdicts: Family::default(),
            copies: Counter::default(),
            durations: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(0.001, 2.5, 12))
            }),
            sources_due: Gauge::default(),
            sources_oldest: Gauge::default(),
            entries_due: Gauge::default(),
            entries_waiting: Gauge::default(),
            entries_oldest: Gauge::default(),
            groups: Gauge::default(),
            source_success: Family::default(),
            source_failing: Family::default(),
            config_refused: Gauge::default(),
            hub_subscriptions: Gauge::default(),
            hub_failing: Gauge::default(),
            hub_deliveries: Family::default(),
            http: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("polls", "Polls of sources, by outcome", self.polls.clone());
        r.register("pages", "Fetches of article pages, by outcome", self.pages.clone());
        r.register("entries_new", "Entries not seen before", self.entries_new.clone());
        r.register("verdicts", "Processed entries, by verdict", self.verdicts.clone());
        r.register("copies", "Articles that joined a group as copies", self.copies.clone());
        let durations = self.durations.clone();
        r.register_with_unit("duration", "Time spent, by work", Unit::Seconds, durations);
        r.register("sources_due", "Sources due", self.sources_due.clone());
        let oldest = self.sources_oldest.clone();
        r.register_with_unit(
            "sources_due_age",
            "Age of the longest due source",
            Unit::Seconds,
            oldest,
        );
        r.register("entries_due", "Entries ready to be processed", self.entries_due.clone());
        let waiting = self.entries_waiting.clone();
        r.register("entries_waiting", "Entries waiting for a later attempt", waiting);
        let oldest = self.entries_oldest.clone();
        r.register_with_unit(
            "entries_due_age",
            "Age of the longest due entry",
            Unit::Seconds,
            oldest,
        );
        r.register("groups", "Published groups", self.groups.clone());
        let success = self.source_success.clone();
        r.register("source_last_success_timestamp_seconds", "Last success of each source", success);
        let failing = self.source_failing.clone();
        r.register("source_failing", "1 where a source's last attempt failed", failing);
        let refused = self.config_refused.clone();
        r.register("config_refused", "1 while changed configuration is refused", refused);
        r.register("hub_subscriptions", "Subscriptions at our hub", self.hub_subscriptions.clone());
        r.register("hub_failing", "Those whose delivery failed", self.hub_failing.clone());
        let deliveries = self.hub_deliveries.clone();
        r.register("hub_deliveries", "Deliveries of our hub, by outcome", deliveries);
        r.register("http_requests", "Requests answered, by status", self.http.clone());
    }

    /// Counts one poll.
    pub fn poll(&self, outcome: &str) {
        self.polls.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Counts one fetch of an article page.
    pub fn page(&self, outcome: &str) {
        self.pages.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Counts one verdict.
    pub fn verdict(&self, word: &str) {
        self.verdicts.get_or_create(&OutcomeLabels { outcome: word.to_owned() }).inc();
    }

    /// Counts a delivery of our hub.
    pub fn hub_delivery(&self, outcome: &str) {
        self.hub_deliveries.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Counts one answered request.
    pub fn http(&self, status: u16) {
        self.http.get_or_create(&OutcomeLabels { outcome: status.to_string() }).inc();
    }

    /// Notes how long a piece of work took.
    pub fn took(&self, work: &'static str, time: std::time::Duration) {
        self.durations.get_or_create(&WorkLabels { work }).observe(time.as_secs_f64());
    }

    /// Notes a source's last success and whether it fails now.
    pub fn source(&self, source: &str, last_success: Option<i64>, failing: bool) {
        let labels = SourceLabels { source: source.to_owned() };
        if let Some(seconds) = last_success {
            self.source_success.get_or_create(&labels).set(seconds);
        }
        self.source_failing.get_or_create(&labels).set(i64::from(failing));
    }

    /// All of it in the OpenMetrics text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::default();
        metrics.poll("ok");
        metrics.poll("timeout");
        metrics.took("extract", std::time::Duration::from_millis(5));
        metrics.source("hespress", Some(1_700_000_000), true);
        let text = metrics.render();
        assert!(text.contains(r#"rasad_polls_total{outcome="timeout"} 1"#), "{text}");
        assert!(text.contains("rasad_duration_seconds_bucket"), "{text}");
        assert!(text.contains(r#"rasad_source_failing{source="hespress"} 1"#), "{text}");
    }
}
