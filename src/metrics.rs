//! What is counted while the server runs, for whoever watches over it. Each part counts its own; the server tells it
//! (`server::scraped`), in the words of Prometheus and OpenMetrics.

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of what requests take, in seconds.
const REQUEST_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Upper bounds of what commits take, in seconds: a sync of a fast disk is a tenth of a millisecond.
const COMMIT_SECONDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// Which of the server's interfaces a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interface {
    ClientApi,
    Federation,
    /// The web client's own files, and everything else.
    Web,
}

impl Interface {
    /// By the path that was asked for.
    pub fn of(path: &str) -> Interface {
        let begins = |with: &str| path.starts_with(with);
        match () {
            () if begins("/api/") => Interface::ClientApi,
            () if begins("/federation/") || begins("/.well-known/") => Interface::Federation,
            () => Interface::Web,
        }
    }
}

impl EncodeLabelValue for Interface {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        let name = match self {
            Interface::ClientApi => "client_api",
            Interface::Federation => "federation",
            Interface::Web => "web",
        };
        EncodeLabelValue::encode(&name, encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    interface: Interface,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Took {
    interface: Interface,
}

/// Counters since the start.
pub struct Metrics {
    answered: Family<Answered, Counter>,
    took: Family<Took, Histogram, fn() -> Histogram>,
    commits: Histogram,
    failed_commits: Counter,
    entries: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            answered: Family::default(),
            took: Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            commits: Histogram::new(COMMIT_SECONDS),
            failed_commits: Counter::default(),
            entries: Counter::default(),
        }
    }
}

impl Metrics {
    /// A request was answered, so long after it came: when its answer began, that is.
    pub fn answered(&self, interface: Interface, status: u16, after: Duration) {
        self.answered.get_or_create(&Answered { interface, status }).inc();
        self.took.get_or_create(&Took { interface }).observe(after.as_secs_f64());
    }

    /// A transaction is on the disk, so long after it began. The logs that this server hosts grew by so many entries.
    pub fn committed(&self, after: Duration, entries: i64) {
        self.commits.observe(after.as_secs_f64());
        self.entries.inc_by(u64::try_from(entries).unwrap_or(0));
    }

    /// Nothing of a transaction was kept.
    pub fn commit_failed(&self) {
        self.failed_commits.inc();
    }

    /// Gives the counters their names.
    pub fn register(&self, registry: &mut Registry) {
        let Metrics { answered, took, commits, failed_commits, entries } = self;
        registry.register("loggia_http_requests", "Requests that were answered", answered.clone());
        registry.register(
            "loggia_http_request_duration_seconds",
            "From a request's head to the beginning of its answer",
            took.clone(),
        );
        registry.register(
            "loggia_commit_duration_seconds",
            "From a transaction's begin to its end on the disk; each carries all that waited",
            commits.clone(),
        );
        registry.register("loggia_commits_failed", "Transactions that were given up", failed_commits.clone());
        registry.register("loggia_entries", "Entries that this server put into its logs", entries.clone());
    }
}
