//! Brings devices what waits for them (RFC 8030): takes what is due from the domain, encrypts it for the device
//! ([`sealed`], RFC 8291), says who is asking ([`vapid`], RFC 8292), and notes what came of it.
//!
//! Whose device it is decides the address, so addresses are hostile: they are vetted as other servers' are, nothing is
//! followed, and nobody has more than a few requests under way.

mod sealed;
mod vapid;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, StatusCode};
use sha2::{Digest, Sha256};
use tokio::task::{JoinHandle, JoinSet};

use crate::config::PushAccess;
use crate::domain::Domain;
use crate::domain::pushes::{Push, Sent};
use crate::net::{self, Authorities, ClientError, cause};
use crate::storage::UserNum;
pub use vapid::Vapid;

/// Requests under way.
const IN_FLIGHT_MAX: usize = 64;
/// Requests under way for one person.
const PER_PERSON_MAX: usize = 4;
/// How often is looked for what is due.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How long a whole request may take.
const SEND_DEADLINE: Duration = Duration::from_secs(15);
/// How long what could not be tried yet waits, in milliseconds.
const TURN_MS: i64 = 1_000;
/// Push services that asked for a pause; of more it is not kept.
const RESTING_MAX: usize = 1_000;
/// Longest pause that a push service is given, whatever it asks for.
const REST_MAX: Duration = Duration::from_secs(3_600);
/// A topic has so many characters at most (RFC 8030, section 5.4).
const TOPIC_CHARS: usize = 32;

/// What a request needs.
struct Post {
    client: Client,
    vapid: Vapid,
    contact: String,
    /// Until when hosts want to be left alone.
    resting: Mutex<HashMap<String, Instant>>,
}

/// What requests to push services are made with.
pub fn client(access: &PushAccess) -> Result<Client, ClientError> {
    net::client(access.resolve.clone(), Authorities::of("push", access.extra_root_ca.as_deref()))
}

/// Begins to send whatever waits, where the settings want that.
pub fn start(domain: Arc<Domain>, vapid: Vapid) -> Result<JoinHandle<()>, ClientError> {
    let access = &domain.config.push;
    let post =
        Post { client: client(access)?, vapid, contact: access.contact.clone(), resting: Mutex::default() };
    Ok(tokio::spawn(run(domain, Arc::new(post))))
}

async fn run(domain: Arc<Domain>, post: Arc<Post>) {
    if domain.push_key.is_none() {
        return;
    }
    let mut interval = tokio::time::interval(LOOK_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way: JoinSet<UserNum> = JoinSet::new();
    let mut by_person: HashMap<UserNum, usize> = HashMap::new();
    loop {
        interval.tick().await;
        while let Some(done) = under_way.try_join_next() {
            match done {
                Ok(person) => leave(&mut by_person, person),
                // Whose it was is not known any more: nothing of anybody's may count for ever.
                Err(error) => {
                    tracing::error!(%error, "a push failed");
                    by_person.clear();
                }
            }
        }
        let free = i64::try_from(IN_FLIGHT_MAX.saturating_sub(under_way.len())).unwrap_or(0);
        if free == 0 {
            continue;
        }
        match domain.claim_pushes(free).await {
            Ok(pushes) => {
                for push in pushes {
                    let of_person = by_person.entry(push.user).or_default();
                    let has_turn = *of_person < PER_PERSON_MAX;
                    *of_person += usize::from(has_turn);
                    if has_turn {
                        let (domain, post) = (domain.clone(), post.clone());
                        under_way.spawn(async move { bring(&domain, &post, push).await });
                    } else {
                        settle(&domain, &push, Sent::NotTried(TURN_MS)).await;
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "what is to be pushed could not be read; this is tried again")
            }
        }
    }
}

fn leave(by_person: &mut HashMap<UserNum, usize>, person: UserNum) {
    if let Some(count) = by_person.get_mut(&person) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            by_person.remove(&person);
        }
    }
}

async fn bring(domain: &Domain, post: &Post, push: Push) -> UserNum {
    let now_s = domain.clock.now() / 1_000;
    let sent = post.send(&push, now_s).await;
    settle(domain, &push, sent).await;
    push.user
}

async fn settle(domain: &Domain, push: &Push, sent: Sent) {
    if let Err(error) = domain.settle_push(push, sent).await {
        tracing::warn!(%error, "what came of a push could not be kept; it may be sent again");
    }
}

impl Post {
    async fn send(&self, push: &Push, now_s: i64) -> Sent {
        let Ok(url) = url::Url::parse(&push.device.endpoint) else { return Sent::Gone };
        let host = url.host_str().unwrap_or_default().to_owned();
        if let Some(rest) = self.rest_of(&host) {
            return Sent::NotTried(i64::try_from(rest.as_millis()).unwrap_or(TURN_MS).max(TURN_MS));
        }
        let Some(sealed) = sealed::seal(&push.payload, &push.device.p256dh, &push.device.auth) else {
            return Sent::Gone;
        };
        let origin = url.origin().ascii_serialization();
        let request = self
            .client
            .post(url)
            .timeout(SEND_DEADLINE)
            .header("authorization", self.vapid.authorization(&origin, &self.contact, now_s))
            .header("ttl", push.ttl_s.to_string())
            .header("urgency", if push.urgent { "high" } else { "normal" })
            .header("topic", topic(&push.topic))
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .body(sealed);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(host, error = cause(&error), "a push service can't be reached");
                return Sent::Later(None);
            }
        };
        let status = answer.status();
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
        if let Some(seconds) = retry_after.filter(|_| is_busy(status)) {
            self.give_rest(host.clone(), Duration::from_secs(seconds));
        }
        let sent = outcome(status, retry_after);
        if matches!(sent, Sent::Refused) {
            tracing::info!(host, status = status.as_u16(), "a push was refused");
        }
        sent
    }

    fn rest_of(&self, host: &str) -> Option<Duration> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(host).and_then(|until| until.checked_duration_since(Instant::now()))
    }

    fn give_rest(&self, host: String, pause: Duration) {
        let now = Instant::now();
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|_, until| *until > now);
        if resting.len() < RESTING_MAX {
            resting.insert(host, now + pause.min(REST_MAX));
        }
    }
}

fn is_busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn outcome(status: StatusCode, retry_after_s: Option<u64>) -> Sent {
    match status {
        _ if status.is_success() => Sent::Delivered,
        StatusCode::NOT_FOUND | StatusCode::GONE => Sent::Gone,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Sent::Later(said(retry_after_s)),
        _ if status.is_server_error() => Sent::Later(said(retry_after_s)),
        _ => Sent::Refused,
    }
}

fn said(seconds: Option<u64>) -> Option<i64> {
    seconds.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000))
}

/// The service learns that two pushes are of the same channel, and not of which.
fn topic(channel: &str) -> String {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(channel.as_bytes()));
    hash.chars().take(TOPIC_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_the_protocol_says() {
        let outcome = |status, after| outcome(StatusCode::from_u16(status).unwrap(), after);
        assert_eq!(outcome(201, None), Sent::Delivered);
        assert_eq!(outcome(202, Some(5)), Sent::Delivered);
        assert_eq!(outcome(404, None), Sent::Gone);
        assert_eq!(outcome(410, None), Sent::Gone);
        assert_eq!(outcome(429, Some(90)), Sent::Later(Some(90_000)));
        assert_eq!(outcome(429, Some(u64::MAX)), Sent::Later(Some(i64::MAX)));
        assert_eq!(outcome(500, None), Sent::Later(None));
        assert_eq!(outcome(503, Some(1)), Sent::Later(Some(1_000)));
        for refused in [301, 400, 403, 413] {
            assert_eq!(outcome(refused, None), Sent::Refused);
        }
    }

    #[test]
    fn topics_are_short_and_tell_channels_apart() {
        assert_eq!(topic("!a").len(), TOPIC_CHARS);
        assert_ne!(topic("!a"), topic("!b"));
        assert!(topic("!a").chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    }
}
