//! Other servers, as the domain sees them: somebody who can be asked, and who may say no.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::BoxStream;
use tokio::sync::oneshot;

use super::error::SLOW_MODE;
use super::remote::wire::OutcomeError;
use crate::protocol::ids::{KeyId, ServerName};
use crate::protocol::limits::SLOW_SECONDS_MAX;
use crate::protocol::sign::PublicKey;
use crate::protocol::{Seq, Ts};

/// A request to another server: below `/federation/v1`.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: &'static str,
    /// With its query, such as `/channels/!../entries?from=0`.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

impl Ask {
    pub fn get(path: String) -> Ask {
        Ask { method: "GET", path, body: None }
    }

    pub fn post(path: String, body: String) -> Ask {
        Ask { method: "POST", path, body: Some(body) }
    }
}

/// A part of the path of an [`Ask`].
pub(super) fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Codes of refusals that are about the moment and not about what was asked.
pub const PASSING_CODES: &[&str] = &["busy", "internal", "recovering", "rate_limited", "fenced"];

/// How the code of an answer begins that had none.
pub const NO_CODE: &str = "status_";

/// Why another server did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PeerError {
    #[error("this server talks to no others")]
    Disabled,
    #[error("this server does not talk to {0}")]
    Blocked(ServerName),
    #[error("{0} could not be reached: {1}")]
    Unreachable(ServerName, String),
    #[error("{server} says: {detail}")]
    Problem {
        server: ServerName,
        status: u16,
        code: String,
        detail: String,
        /// When to ask again, if it says so.
        retry_after: Option<Duration>,
    },
    #[error("{0} answered something else than the protocol says: {1}")]
    Nonsense(ServerName, String),
}

impl PeerError {
    /// A host's refusal of one event.
    pub fn of_outcome(server: &ServerName, error: OutcomeError) -> PeerError {
        let OutcomeError { code, detail, retry_after } = error;
        // With any other code it is no word of the protocol's.
        let retry_after = retry_after.filter(|_| code == SLOW_MODE).map(Duration::from_secs);
        PeerError::Problem { server: server.clone(), status: 403, code, detail, retry_after }
    }

    /// When the author may write in a slow channel again, where the host says so (REPL-35).
    pub fn slow_s(&self) -> Option<u64> {
        match self {
            PeerError::Problem { code, retry_after, .. } if code == SLOW_MODE => {
                retry_after.map(|wait| wait.as_secs().clamp(1, SLOW_SECONDS_MAX.unsigned_abs()))
            }
            _ => None,
        }
    }

    /// A host that put an event where the channel's rules take it for nothing.
    pub fn without_effect(host: ServerName) -> PeerError {
        PeerError::Nonsense(host, "it placed the event where it has no effect".to_owned())
    }

    pub fn code(&self) -> &'static str {
        match self {
            PeerError::Disabled => "federation_disabled",
            PeerError::Blocked(_) => "peer_blocked",
            PeerError::Unreachable(..) => "peer_unreachable",
            PeerError::Problem { .. } => "peer_refused",
            PeerError::Nonsense(..) => "peer_nonsense",
        }
    }

    /// The server's own code where it answered with one, whatever that is.
    pub fn said(&self) -> Cow<'_, str> {
        match self {
            PeerError::Problem { code, .. } => Cow::Borrowed(code),
            other => Cow::Borrowed(other.code()),
        }
    }

    /// Whether asking again later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            PeerError::Unreachable(..) => true,
            // An answer without a code of the protocol is of something that stands before the server.
            PeerError::Problem { status, code, .. } => {
                matches!(status, 401 | 408 | 425 | 429 | 500..)
                    || code.starts_with(NO_CODE)
                    || PASSING_CODES.contains(&code.as_str())
            }
            PeerError::Disabled | PeerError::Blocked(_) | PeerError::Nonsense(..) => false,
        }
    }
}

pub type KeyAnswer<'a> = Pin<Box<dyn Future<Output = Result<Option<PublicKey>, PeerError>> + Send + 'a>>;

pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<String, PeerError>> + Send + 'a>>;

/// How talking to a server went, since this one started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub last_seen_ts: Option<Ts>,
    /// Why it could not be reached the last time.
    pub last_error: Option<String>,
}

/// A file that another server gives, from some byte on.
pub struct FileAnswer {
    /// How long the whole file is.
    pub size: u64,
    /// The bytes from the one on that was asked for, or from the first.
    pub from: u64,
    pub bytes: BoxStream<'static, Result<bytes::Bytes, PeerError>>,
}

pub type FileReply<'a> = Pin<Box<dyn Future<Output = Result<FileAnswer, PeerError>> + Send + 'a>>;

/// Talks to other servers.
pub trait Peers: Send + Sync {
    /// Asks, and answers the body of a success.
    fn ask<'a>(&'a self, server: &'a ServerName, ask: Ask) -> Answer<'a>;
    /// Asks for the bytes of a file, from one of them on. `path` is as in [`Ask`].
    fn file<'a>(&'a self, server: &'a ServerName, path: &'a str, from: u64) -> FileReply<'a>;
    /// The key of this name in the server's key document, in force or not; none if it has no such.
    fn key<'a>(&'a self, server: &'a ServerName, kid: &'a KeyId) -> KeyAnswer<'a>;
    /// Something waits for the server: entries, events or errands.
    fn wake(&self, server: &ServerName);
    /// A host may have more of its channels than it gave.
    fn doubt(&self, host: &ServerName);
    /// Whether the operator lets us talk to it.
    fn admits(&self, server: &ServerName) -> bool;
    /// Whether it could not be reached the last time.
    fn is_away(&self, server: &ServerName) -> bool;
    /// When it was last heard of.
    fn contact(&self, server: &ServerName) -> Contact;
}

/// A server that talks to no others.
pub struct NoPeers;

impl Peers for NoPeers {
    fn ask<'a>(&'a self, _: &'a ServerName, _: Ask) -> Answer<'a> {
        Box::pin(async { Err(PeerError::Disabled) })
    }

    fn file<'a>(&'a self, _: &'a ServerName, _: &'a str, _: u64) -> FileReply<'a> {
        Box::pin(async { Err(PeerError::Disabled) })
    }

    fn key<'a>(&'a self, _: &'a ServerName, _: &'a KeyId) -> KeyAnswer<'a> {
        Box::pin(async { Err(PeerError::Disabled) })
    }

    fn wake(&self, _: &ServerName) {}

    fn doubt(&self, _: &ServerName) {}

    fn admits(&self, _: &ServerName) -> bool {
        false
    }

    fn is_away(&self, _: &ServerName) -> bool {
        true
    }

    fn contact(&self, _: &ServerName) -> Contact {
        Contact::default()
    }
}

/// Where an event came to stand, or why its host did not take it.
pub type Arrival = Result<Seq, PeerError>;

/// Who waits for an event to stand in the log.
#[derive(Default)]
pub struct Arrivals(Mutex<HashMap<String, Vec<oneshot::Sender<Arrival>>>>);

impl Arrivals {
    /// Hears of the event's place, should it arrive from now on.
    pub fn expect(&self, event: &str) -> oneshot::Receiver<Arrival> {
        let (tell, hear) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, tellers| {
            tellers.retain(|teller| !teller.is_closed());
            !tellers.is_empty()
        });
        waiting.entry(event.to_owned()).or_default().push(tell);
        hear
    }

    pub fn arrived(&self, events: &[(String, Seq)]) {
        for (event, seq) in events {
            self.tell(event, &Ok(*seq));
        }
    }

    /// The host will not take the event.
    pub fn refused(&self, event: &str, why: PeerError) {
        self.tell(event, &Err(why));
    }

    fn tell(&self, event: &str, arrival: &Arrival) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for teller in waiting.remove(event).unwrap_or_default() {
            let _ = teller.send(arrival.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_says_how_long_to_wait_in_a_slow_channel_and_nothing_else_by_that() {
        let server: ServerName = "a.test".parse().expect("a name");
        let told = |text: &str| {
            let error = PeerError::of_outcome(&server, serde_json::from_str(text).expect("an error"));
            (error.slow_s(), error.is_passing())
        };
        let slow =
            |after: &str| told(&format!(r#"{{"code":"slow_mode","detail":"","retry_after":{after}}}"#));
        assert_eq!(slow("30"), (Some(30), false));
        assert_eq!([slow("0"), slow("18446744073709551615")], [(Some(1), false), (Some(21_600), false)]);
        assert_eq!([slow("-1"), slow("\"30\""), slow("null")], [(None, false); 3]);
        assert_eq!(told(r#"{"code":"slow_mode","detail":""}"#), (None, false));
        assert_eq!(told(r#"{"code":"rate_limited","detail":"","retry_after":30}"#), (None, true));
    }

    #[test]
    fn arrivals_are_told_of_after_a_panic_too() {
        let arrivals = Arrivals::default();
        std::thread::scope(|scope| {
            let panics = || {
                let _held = arrivals.0.lock();
                panic!("with the lock held");
            };
            scope.spawn(panics).join().expect_err("a panic");
        });
        let mut hears = arrivals.expect("$event");
        arrivals.arrived(&[("$event".to_owned(), 7)]);
        assert!(matches!(hears.try_recv(), Ok(Ok(7))));
    }
}
