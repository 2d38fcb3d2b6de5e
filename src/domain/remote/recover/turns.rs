//! Whose turn it is to be asked, and what is not taken any more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::domain::pace::backoff;
use crate::protocol::ids::ServerName;

/// First and longest pause before a server is asked again that did not answer.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// After an answer, how long a server's word that it has more is not looked into again.
const HINT_PAUSE: Duration = Duration::from_secs(10);
/// Servers whose answers are remembered.
const ANSWERED_MAX: usize = 10_000;

/// Who is still to be asked, and when.
#[derive(Default)]
pub struct Recovery {
    pub(super) todo: Mutex<BTreeMap<ServerName, Turn>>,
    answered: Mutex<HashMap<ServerName, Instant>>,
    /// Seconds since 1970 of the last fence that was put up; 0 without any.
    pub(super) fence_s: Mutex<i64>,
    pub(super) refreshing: tokio::sync::Mutex<()>,
    /// Notified when somebody has to be asked.
    pub(super) wake: Notify,
    /// Notified when the set of servers still to answer may have changed.
    pub(super) changed: Notify,
}

pub(super) struct Turn {
    next: Instant,
    failures: u32,
}

/// Until when what a server signed is not taken any more: it was restored since.
#[derive(Default)]
pub struct Fences(Mutex<HashMap<ServerName, i64>>);

impl Fences {
    /// From now on only requests count that were signed after this second.
    pub fn raise(&self, server: &ServerName, created_s: i64) {
        let mut fences = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fence = fences.entry(server.clone()).or_insert(created_s);
        *fence = created_s.max(*fence);
    }

    pub fn admits(&self, server: &ServerName, created_s: i64) -> bool {
        let fences = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fences.get(server).is_none_or(|fence| created_s > *fence)
    }
}

impl Recovery {
    /// The server is to be asked now.
    pub(super) fn ask(&self, server: &ServerName) {
        let mut todo = self.todo.lock().unwrap_or_else(PoisonError::into_inner);
        todo.insert(server.clone(), Turn { next: Instant::now(), failures: 0 });
        self.wake.notify_one();
        self.changed.notify_one();
    }

    /// The server says that it has more than there is. False when it was asked just now, and had not.
    pub fn hint(&self, server: &ServerName) -> bool {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.get(server).is_some_and(|when| when.elapsed() < HINT_PAUSE) {
            return false;
        }
        drop(answered);
        self.ask(server);
        true
    }

    /// The server is there: no pause is kept any longer.
    pub fn revived(&self, server: &ServerName) {
        let mut todo = self.todo.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = todo.get_mut(server).filter(|turn| turn.failures > 0) {
            *turn = Turn { next: Instant::now(), failures: 0 };
            self.wake.notify_one();
        }
    }

    /// Who may be asked now, but for these.
    pub(super) fn due(&self, but: &HashSet<ServerName>) -> Vec<ServerName> {
        let (now, todo) = (Instant::now(), self.todo.lock().unwrap_or_else(PoisonError::into_inner));
        let due = todo.iter().filter(|(server, turn)| turn.next <= now && !but.contains(*server));
        due.map(|(server, _)| server.clone()).collect()
    }

    /// How long until somebody may be asked, but for these.
    pub(super) fn next_in(&self, but: &HashSet<ServerName>) -> Option<Duration> {
        let todo = self.todo.lock().unwrap_or_else(PoisonError::into_inner);
        let others = todo.iter().filter(|(server, _)| !but.contains(*server));
        others.map(|(_, turn)| turn.next.saturating_duration_since(Instant::now())).min()
    }

    pub(super) fn succeeded(&self, server: &ServerName) {
        self.todo.lock().unwrap_or_else(PoisonError::into_inner).remove(server);
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.len() >= ANSWERED_MAX {
            answered.clear();
        }
        answered.insert(server.clone(), Instant::now());
        self.changed.notify_one();
    }

    pub(super) fn failed(&self, server: &ServerName) {
        let mut todo = self.todo.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = todo.get(server).map_or(0, |turn| turn.failures).saturating_add(1);
        let pause = backoff(PAUSE_MIN, PAUSE_MAX, failures);
        todo.insert(server.clone(), Turn { next: Instant::now() + pause, failures });
    }
}
