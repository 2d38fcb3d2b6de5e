//! Telling devices that have no window open: which want it, what waits for them, and whether it is still wanted when
//! its time has come. Sending is `push`'s.
//!
//! What concerns somebody waits for a moment and goes out if they have not read it by then: whoever looks at another
//! device is not told twice. Per device and channel only the newest message waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use web_push_native::p256::PublicKey;

use super::attention::is_quiet;
use super::exclusions::Excluded;
use super::pace::backoff_ms;
use super::project::At;
use super::writer::Work;
use super::{Actor, Domain, Error, Forbidden, Missing, Result, show};
use crate::config;
use crate::protocol::{Seq, Ts};
use crate::storage::members::MemberRow;
use crate::storage::messages::MessageRow;
use crate::storage::notifications::REMINDER;
use crate::storage::pushes::{self, EndpointRow, PushRow};
use crate::storage::{
    ChannelNum, Conn, UserNum, attention, blocks, channels, members, messages, notifications, threads,
};

/// Longest address of a device, in bytes.
pub const ENDPOINT_BYTES_MAX: usize = 1_024;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 100;
/// What is older when it arrives does not ring: it was missed, and is in the inbox. 10 minutes.
const FRESH_MS: i64 = 600_000;
/// How long a claimed push is somebody's: longer than any request may take.
const LEASE_MS: i64 = 60_000;
/// How often one push is tried.
const TRIES_MAX: i64 = 10;
/// First and longest pause between two tries.
const PAUSE_MS_MIN: i64 = 100;
const PAUSE_MS_MAX: i64 = 3_600_000;
/// A device to which nothing could be delivered for so long is forgotten: 7 days.
const FAILING_MS_MAX: i64 = 7 * 24 * 3_600_000;

/// What anybody wants at all, so that messages on a server where nobody does cost nothing.
#[derive(Debug)]
pub struct Wanted {
    pub push: AtomicBool,
    pub keywords: AtomicBool,
    /// Whether anybody blocks somebody.
    pub blocks: AtomicBool,
    /// Whom an administrator keeps out.
    pub excluded: Excluded,
    /// How long a push waits for its person to read the message anyway, and how long it is worth sending.
    push_delay_ms: i64,
    push_ttl_ms: i64,
}

impl Wanted {
    /// As the database has it.
    pub fn load(conn: &mut Conn, settings: &config::Push) -> crate::storage::Result<Arc<Wanted>> {
        Ok(Arc::new(Wanted {
            keywords: AtomicBool::new(attention::any_keyword(conn)?),
            blocks: AtomicBool::new(blocks::any(conn)?),
            excluded: Excluded::load(conn)?,
            push: AtomicBool::new(settings.enabled && pushes::any_endpoint(conn)?),
            push_delay_ms: i64::from(settings.delay_ms),
            push_ttl_ms: i64::from(settings.ttl_s) * 1_000,
        }))
    }
}

/// What a device wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What concerns the person: direct messages, mentions, replies.
    Mine,
    /// Also every message in channels at the level `all`.
    All,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Mine => "mine",
            Scope::All => "all",
        }
    }
}

/// Where and how a device is reached, as its browser said.
pub struct Subscription {
    pub endpoint: String,
    /// Uncompressed point on P-256, base64url.
    pub p256dh: String,
    /// 16 bytes, base64url.
    pub auth: String,
    pub scope: Scope,
}

/// What is encrypted for the device.
#[derive(Debug, Serialize)]
struct Payload {
    title: String,
    body: String,
    channel: String,
    seq: i64,
    message: String,
    /// Said of a reminder alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

/// Something to be sent now.
pub struct Push {
    row: PushRow,
    pub user: UserNum,
    pub device: EndpointRow,
    /// JSON
    pub payload: String,
    /// The channel's id: what comes later of the same channel replaces this one. A reminder has one of its own.
    pub topic: String,
    pub ttl_s: i64,
    /// It concerns the person, and not only the channel.
    pub urgent: bool,
}

/// What came of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    Delivered,
    /// The device is no longer there.
    Gone,
    /// This will never be taken.
    Refused,
    /// Not now; after so many milliseconds, if that was said.
    Later(Option<i64>),
    /// It was not tried.
    NotTried(i64),
}

impl Domain {
    /// Keeps where this session's device is reached.
    ///
    /// # Errors
    /// `push_disabled`, `bad_endpoint`, `bad_push_keys`.
    pub async fn set_push(&self, actor: &Actor, given: Subscription) -> Result<EndpointRow> {
        if self.push_key.is_none() {
            return Err(Error::Forbidden(Forbidden::PushDisabled));
        }
        check_endpoint(&given.endpoint)?;
        let row = EndpointRow {
            session: actor.session.clone(),
            user_num: actor.person.num,
            p256dh: public_key(&given.p256dh)?,
            auth: auth_secret(&given.auth)?,
            endpoint: given.endpoint,
            scope: given.scope.as_str().to_owned(),
            created_ts: self.clock.now(),
            failing_ts: None,
        };
        let kept = row.clone();
        self.own(actor, move |work| match pushes::put_endpoint(work.conn, &row)? {
            true => Ok(()),
            false => Err(Error::NotFound(Missing::Session)),
        })
        .await?;
        self.wanted.push.store(true, Ordering::Relaxed);
        Ok(kept)
    }

    /// This session's device, if it wants to be told.
    pub async fn push(&self, actor: &Actor) -> Result<Option<EndpointRow>> {
        let session = actor.session.clone();
        Ok(self.reads.read(move |conn| pushes::endpoint(conn, &session)).await?)
    }

    /// This session's device is told nothing any more.
    pub async fn delete_push(&self, actor: &Actor) -> Result<()> {
        let session = actor.session.clone();
        self.own(actor, move |work| Ok(pushes::delete_endpoint(work.conn, &session)?)).await
    }

    /// Takes up to `limit` of what is due, without what is no longer wanted. Each has to be settled.
    pub async fn claim_pushes(&self, limit: i64) -> Result<Vec<Push>> {
        let now = self.clock.now();
        if !self.wanted.push.load(Ordering::Relaxed)
            || !self.reads.read(move |conn| pushes::any_due(conn, now)).await?
        {
            return Ok(Vec::new());
        }
        let claim = move |work: &mut Work<'_>| Ok(pushes::claim(work.conn, now, limit, now + LEASE_MS)?);
        let rows: Vec<PushRow> = self.writer.other("push", claim).await?;
        let asked = self.wanted.clone();
        let composed = move |conn: &mut Conn| {
            let mut due = Vec::with_capacity(rows.len());
            for row in rows {
                due.push((row.clone(), compose(conn, row, (now, &asked.excluded))?));
            }
            Ok::<_, Error>(due)
        };
        let mut wanted = Vec::new();
        let mut moot = Vec::new();
        for (row, push) in self.reads.read(composed).await? {
            match push {
                Some(push) => wanted.push(push),
                None => moot.push(row),
            }
        }
        if !moot.is_empty() {
            let drop_them = move |work: &mut Work<'_>| {
                moot.iter().try_for_each(|row| pushes::finish(work.conn, row, now)).map_err(Error::from)
            };
            self.writer.other("push", drop_them).await?;
        }
        Ok(wanted)
    }

    /// Notes what came of a push.
    pub async fn settle_push(&self, push: &Push, sent: Sent) -> Result<()> {
        let (row, device) = (push.row.clone(), push.device.clone());
        let now = self.clock.now();
        let first_pause = i64::from(self.config.settings.push.delay_ms).max(PAUSE_MS_MIN);
        let settle = move |work: &mut Work<'_>| {
            match sent {
                Sent::Delivered => {
                    pushes::finish(work.conn, &row, now)?;
                    if device.failing_ts.is_some() {
                        pushes::set_failing(work.conn, &device, None)?;
                    }
                }
                Sent::Gone => {
                    // The device may have said meanwhile where it is now: it gets this one there.
                    if !pushes::delete_gone(work.conn, &device)? {
                        pushes::postpone(work.conn, &row, now, row.tries)?;
                    }
                }
                Sent::NotTried(after) => pushes::postpone(work.conn, &row, now + after, row.tries)?,
                Sent::Refused | Sent::Later(_) => {
                    let since = device.failing_ts.unwrap_or(now);
                    if now - since > FAILING_MS_MAX {
                        if !pushes::delete_gone(work.conn, &device)? {
                            pushes::postpone(work.conn, &row, now, row.tries)?;
                        }
                        return Ok(());
                    }
                    pushes::set_failing(work.conn, &device, Some(since))?;
                    match pause(sent, first_pause, row.tries) {
                        Some(pause) => pushes::postpone(work.conn, &row, now + pause, row.tries + 1)?,
                        None => pushes::finish(work.conn, &row, now)?,
                    }
                }
            }
            Ok(())
        };
        self.writer.other("push", settle).await
    }
}

/// How long to wait before the next try; none when there is none.
fn pause(sent: Sent, first: i64, tries: i64) -> Option<i64> {
    let Sent::Later(said) = sent else { return None };
    let own = backoff_ms(first, PAUSE_MS_MAX, tries);
    (tries + 1 < TRIES_MAX).then(|| said.map_or(own, |said| said.clamp(own, PAUSE_MS_MAX.max(own))))
}

/// `https://host/..` with a name for a host: to a bare address nothing is sent, and names are looked up with care.
fn check_endpoint(endpoint: &str) -> Result<()> {
    let bad = |detail: &str| Err(Error::invalid("bad_endpoint", "/endpoint", detail));
    if endpoint.len() > ENDPOINT_BYTES_MAX {
        return bad("is too long");
    }
    // What a URL is mended to is not what would be kept.
    if !endpoint.bytes().all(|byte| byte.is_ascii_graphic()) {
        return bad("must be plain ASCII");
    }
    let Ok(url) = url::Url::parse(endpoint) else { return bad("is no URL") };
    let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    match url.host() {
        Some(url::Host::Domain(name)) if name.contains('.') && plain && url.scheme() == "https" => Ok(()),
        _ => bad("must be https:// with a host name, at the usual port"),
    }
}

fn public_key(text: &str) -> Result<Vec<u8>> {
    let decoded = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let point = decoded.filter(|bytes| bytes.len() == 65 && PublicKey::from_sec1_bytes(bytes).is_ok());
    point.ok_or_else(|| {
        Error::invalid(
            "bad_push_keys",
            "/keys/p256dh",
            "must be an uncompressed point on P-256, in base64url",
        )
    })
}

fn auth_secret(text: &str) -> Result<Vec<u8>> {
    let decoded = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok().filter(|bytes| bytes.len() == 16);
    decoded.ok_or_else(|| Error::invalid("bad_push_keys", "/keys/auth", "must be 16 bytes, in base64url"))
}

/// Lets the message wait for the devices that it is for, in the transaction that appends it.
pub(super) fn queue(work: &mut Work<'_>, at: &At<'_>, concerned: &[UserNum]) -> Result<()> {
    let (now, wanted) = (work.lane.clock.now(), work.lane.wanted.clone());
    if !wanted.push.load(Ordering::Relaxed) || now - at.ts > FRESH_MS {
        return Ok(());
    }
    for session in pushes::devices_for(work.conn, at.channel, concerned, at.sender.num)? {
        let row = PushRow {
            session,
            channel: at.channel,
            reminder: 0,
            seq: at.seq,
            due_ts: now + wanted.push_delay_ms,
            expires_ts: now + wanted.push_delay_ms + wanted.push_ttl_ms,
            tries: 0,
        };
        pushes::add(work.conn, &row)?;
    }
    Ok(())
}

/// Lets a reminder of a message wait for all devices of whoever asked for it, in the transaction that notifies them.
pub(super) fn queue_reminder(
    work: &mut Work<'_>,
    user: UserNum,
    (channel, seq): (ChannelNum, Seq),
) -> Result<()> {
    let wanted = work.lane.wanted.clone();
    if !wanted.push.load(Ordering::Relaxed) {
        return Ok(());
    }
    let due_ts = work.lane.clock.now() + wanted.push_delay_ms;
    for session in pushes::devices_of(work.conn, user)? {
        let expires_ts = due_ts + wanted.push_ttl_ms;
        let row = PushRow { session, channel, reminder: seq, seq, due_ts, expires_ts, tries: 0 };
        pushes::add(work.conn, &row)?;
    }
    Ok(())
}

/// What to send, if it is still wanted: the person is in the channel, wants to hear of it, and has not read it.
fn compose(conn: &mut Conn, row: PushRow, (now, excluded): (Ts, &Excluded)) -> Result<Option<Push>> {
    let Some(device) = pushes::endpoint(conn, &row.session)? else { return Ok(None) };
    let user = device.user_num;
    let Some(member) = members::get(conn, row.channel, user)? else { return Ok(None) };
    let Some(shown) = messages::get(conn, row.channel, row.seq)? else { return Ok(None) };
    // Whoever was blocked since, or is kept out, is heard no more.
    let unheard = excluded.has_num(shown.sender) || blocks::is_blocked(conn, user, shown.sender)?;
    let is_in = member.membership == "joined";
    if !is_in || unheard || row.expires_ts <= now || is_quiet(conn, user, now)? {
        return Ok(None);
    }
    let urgent = match row.reminder {
        0 => is_wanted(conn, &device, &member, &shown)?,
        _ => {
            let seen = notifications::seen_reminder(conn, user, row.channel, row.seq)?;
            (seen == Some(false)).then_some(true)
        }
    };
    match urgent {
        Some(urgent) => composed(conn, row, device, (now, urgent)),
        None => Ok(None),
    }
}

/// Whether it concerns the person; none where they do not want to hear of it, or have read it.
fn is_wanted(
    conn: &mut Conn,
    device: &EndpointRow,
    member: &MemberRow,
    shown: &MessageRow,
) -> Result<Option<bool>> {
    let (user, channel) = (device.user_num, shown.channel);
    let thread = match shown.thread_seq {
        Some(root) => threads::get(conn, channel, root, user)?,
        None => None,
    };
    let follows = thread.as_ref().is_some_and(|thread| thread.following);
    let read_seq = thread.map_or(member.read_seq, |thread| thread.read_seq);
    if member.notify == "none" || read_seq >= shown.seq {
        return Ok(None);
    }
    let notified = notifications::seen(conn, user, channel, shown.seq)?;
    let everything = device.scope == "all" && member.notify == "all";
    if notified == Some(true) || (notified.is_none() && !everything && !follows) {
        return Ok(None);
    }
    Ok(Some(notified.is_some()))
}

fn composed(
    conn: &mut Conn,
    row: PushRow,
    device: EndpointRow,
    (now, urgent): (Ts, bool),
) -> Result<Option<Push>> {
    let Some(channel) = channels::by_num(conn, row.channel)? else { return Ok(None) };
    let found = messages::by_seqs(conn, row.channel, &[row.seq])?;
    let message = show::messages(conn, row.channel, &channel.id, found, None)?.pop();
    let Some(message) = message.filter(|message| !message.deleted) else { return Ok(None) };
    let title = show::headline(conn, &channel, &message)?;
    let payload = Payload {
        title: title.chars().take(TITLE_CHARS_MAX).collect(),
        body: show::in_short(&message.text, &message.attachments),
        channel: channel.id.clone(),
        seq: message.seq,
        message: message.id,
        kind: (row.reminder != 0).then_some(REMINDER),
    };
    let topic = match row.reminder {
        0 => channel.id,
        seq => format!("{} {seq}", channel.id),
    };
    Ok(Some(Push {
        user: device.user_num,
        device,
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        topic,
        ttl_s: (row.expires_ts - now) / 1_000,
        urgent,
        row,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_reached_by_name_and_by_tls() {
        for good in ["https://push.example/abc?d=e", "https://fcm.googleapis.com/fcm/send/x:y"] {
            assert!(check_endpoint(good).is_ok(), "{good}");
        }
        let long = format!("https://push.example/{}", "a".repeat(ENDPOINT_BYTES_MAX));
        for bad in [
            "",
            "push.example",
            "http://push.example/a",
            "https://push.example:8443/a",
            "https://me@push.example/a",
            "https://:x@push.example/a",
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://0x7f.1/a",
            "https://[::1]/a",
            "https://localhost/a",
            "https://push.example/\0",
            "https://push.example/a\nb",
            "https://push.example/ä",
            "file:///etc/passwd",
            &long,
        ] {
            assert_eq!(check_endpoint(bad).unwrap_err().code(), "bad_endpoint", "{bad}");
        }
    }

    #[test]
    fn keys_are_what_browsers_give() {
        // RFC 8291, appendix A.
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert_eq!(public_key(good).unwrap().len(), 65);
        assert_eq!(auth_secret("BTBZMqHH6r4Tts7J_aSIgg==").unwrap().len(), 16);
        let off_the_curve = URL_SAFE_NO_PAD.encode([4; 65]);
        for bad in ["", "x", &off_the_curve, &good[..43]] {
            assert_eq!(public_key(bad).unwrap_err().code(), "bad_push_keys", "{bad}");
        }
        for bad in ["", "BTBZMqHH6r4Tts7J_aSI", "*"] {
            assert_eq!(auth_secret(bad).unwrap_err().code(), "bad_push_keys", "{bad}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let later = Sent::Later(None);
        assert_eq!(pause(later, 5_000, 0), Some(5_000));
        assert_eq!(pause(later, 5_000, 3), Some(40_000));
        assert_eq!(pause(later, 600_000, 8), Some(PAUSE_MS_MAX));
        assert_eq!(pause(later, 5_000, TRIES_MAX - 1), None);
        assert_eq!(pause(Sent::Later(Some(90_000)), 5_000, 0), Some(90_000), "the service's own word");
        assert_eq!(pause(Sent::Later(Some(i64::MAX)), 5_000, 0), Some(PAUSE_MS_MAX));
        assert_eq!(pause(Sent::Later(Some(0)), 5_000, 1), Some(10_000), "never sooner than on our own");
        assert_eq!(pause(Sent::Refused, 5_000, 0), None);
    }
}
