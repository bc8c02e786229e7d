//! What is counted while we run, as Prometheus reads it. Labels come from fixed lists, never from a client's text.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// All counters and gauges.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    log_ins: Family<OutcomeLabels, Counter>,
    pulls: Family<PullLabels, Counter>,
    writes: Family<PullLabels, Counter>,
    messages: Family<PullLabels, Counter>,
    connections: Gauge,
    turned_away: Counter,
    waiting: Gauge,
    outbox: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    command: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PullLabels {
    connection: String,
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("lomme"),
            requests: Family::default(),
            log_ins: Family::default(),
            pulls: Family::default(),
            writes: Family::default(),
            messages: Family::default(),
            connections: Gauge::default(),
            turned_away: Counter::default(),
            waiting: Gauge::default(),
            outbox: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Answered, by command and HTTP status", metrics.requests.clone());
        registry.register("log_ins", "Checked, by outcome", metrics.log_ins.clone());
        registry.register("pulls", "Pull runs, by connection and outcome", metrics.pulls.clone());
        registry.register("writes", "Writes to the back office, by outcome", metrics.writes.clone());
        registry.register(
            "messages",
            "Messages of phones, by connection and outcome",
            metrics.messages.clone(),
        );
        registry.register("connections", "Open now", metrics.connections.clone());
        let text = "Connections closed because their address had as many as it may";
        registry.register("turned_away", text, metrics.turned_away.clone());
        registry.register("waiting", "Requests that wait for news now", metrics.waiting.clone());
        registry.register("outbox", "Writes owed to back offices", metrics.outbox.clone());
        metrics
    }
}

impl Metrics {
    /// A request was answered. `command` comes from our own list.
    pub fn request(&self, command: &'static str, status: u16) {
        self.requests.get_or_create(&RequestLabels { command, status }).inc();
    }

    /// A log-in was checked.
    pub fn log_in(&self, outcome: &'static str) {
        self.log_ins.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// A pull run ended. `connection` is a name from the configuration.
    pub fn pull(&self, connection: &str, outcome: &'static str) {
        self.pulls.get_or_create(&PullLabels { connection: connection.to_owned(), outcome }).inc();
    }

    /// A write to a back office was answered, or not.
    pub fn write(&self, connection: &str, outcome: &'static str) {
        self.writes.get_or_create(&PullLabels { connection: connection.to_owned(), outcome }).inc();
    }

    /// A message of a phone was handed over for delivery, or not.
    pub fn message(&self, connection: &str, outcome: &'static str) {
        self.messages.get_or_create(&PullLabels { connection: connection.to_owned(), outcome }).inc();
    }

    /// How many writes are owed.
    pub fn set_outbox(&self, rows: i64) {
        self.outbox.set(rows);
    }

    /// A connection was opened; it counts until the guard is dropped.
    pub fn connected(&self) -> Connected {
        self.connections.inc();
        Connected { connections: self.connections.clone() }
    }

    /// A connection was closed because its address had as many as it may.
    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// All of it as text.
    pub fn to_text(&self, waiting: usize) -> String {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts one open connection.
#[derive(Debug)]
pub struct Connected {
    connections: Gauge,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.connections.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_can_be_read() {
        let metrics = Metrics::default();
        metrics.request("Sync", 200);
        metrics.request("Sync", 200);
        let guard = metrics.connected();
        let text = metrics.to_text(3);
        assert!(text.contains("lomme_requests_total{command=\"Sync\",status=\"200\"} 2"), "{text}");
        assert!(text.contains("lomme_waiting 3") && text.contains("lomme_connections 1"), "{text}");
        drop(guard);
        assert!(metrics.to_text(0).contains("lomme_connections 0"));
    }
}
