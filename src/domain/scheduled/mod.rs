//! Messages that are sent later. They are kept on their author's own server, which sends each when its time has come, as if the
//! author had sent it then: by the same rules, and whether or not any of their clients is open. A message keeps its nonce, so
//! one that was sent and is on the list still, after a crash, is not sent again.

mod due;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::Serialize;
use tokio::sync::OwnedMutexGuard;
use utoipa::ToSchema;

use super::clock::{DAY_MS, random_text};
use super::content::MessageContent;
use super::effect::Effect;
use super::files::{self, Attach};
use super::link_previews::{self, LinkPreview};
use super::messages::NewMessage;
use super::relations::relation;
use super::remote::change::PATIENCE;
use super::seat::Seat;
use super::turns::Turns;
use super::view::{Attachment, Message};
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Missing, Result, stored};
use crate::protocol::Ts;
use crate::protocol::ids::ChannelId;
use crate::protocol::rules::Refusal;
use crate::storage::scheduled::{self, ScheduledRow};
use crate::storage::{Conn, UserNum, channels, entries, files as rows, pending};

/// How many messages somebody can have on their list.
pub const SCHEDULED_MAX: i64 = 100;
/// How many of one person's wait to be sent at once, or are being sent.
const SENDS_WAITING_MAX: usize = 20;
/// How far ahead.
pub const AHEAD_MS_MAX: i64 = 120 * DAY_MS;

/// Why a message is not sent that was scheduled by a session which a new password has put out.
const PASSWORD_CHANGED: &str = "password_changed";

/// A message that is to be sent later.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Scheduled {
    pub id: String,
    pub channel: String,
    /// That of the message.
    pub nonce: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reply_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread: Option<String>,
    pub attachments: Vec<Attachment>,
    pub previews: Vec<LinkPreview>,
    pub created_ts: Ts,
    /// When it is to be sent. While something is in the way that passes (a slow channel, say) it is tried again after that.
    pub send_ts: Ts,
    /// The code of why it can't be sent; `password_changed`: it was scheduled by a session that a new password has put out;
    /// `restored`: the server was restored to an earlier state since. It is tried again once it is changed, or sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub failed: Option<String>,
}

/// What somebody changes of a message on their list; what is none stays.
pub struct ScheduledChange {
    pub text: Option<String>,
    pub send_ts: Option<Ts>,
}

/// A message of somebody's list.
type Listed = (UserNum, String);

/// Which messages of whose list somebody is about to send or to change: of one message one at a time.
pub struct Scheduling {
    busy: Mutex<HashMap<Listed, Weak<tokio::sync::Mutex<()>>>>,
    /// Those that are sent at once because somebody asked: some of each person's, however long their hosts take.
    sending: Arc<Turns>,
}

impl Default for Scheduling {
    fn default() -> Scheduling {
        Scheduling { busy: Mutex::default(), sending: Arc::new(Turns::for_each()) }
    }
}

impl Scheduling {
    fn lock(&self, user: UserNum, id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.retain(|_, lock| lock.strong_count() > 0);
        let key = (user, id.to_owned());
        let lock = busy.get(&key).and_then(Weak::upgrade).unwrap_or_default();
        busy.insert(key, Arc::downgrade(&lock));
        lock
    }

    async fn turn(&self, user: UserNum, id: &str) -> OwnedMutexGuard<()> {
        self.lock(user, id).lock_owned().await
    }

    /// None while somebody else has the message.
    fn try_turn(&self, user: UserNum, id: &str) -> Option<OwnedMutexGuard<()>> {
        self.lock(user, id).try_lock_owned().ok()
    }
}

impl Domain {
    /// What one has scheduled, soonest first.
    pub async fn scheduled(&self, actor: &Actor) -> Result<Vec<Scheduled>> {
        let user = actor.person.num;
        self.reads.read(move |conn| listed(conn, user)).await
    }

    /// Keeps a message until it is sent at its time. True when it is new; the same nonce with the same message and time answers
    /// what was kept then.
    ///
    /// # Errors
    /// As for sending it, `slow_mode` excepted; `bad_send_ts`, `scheduled_full`
    pub async fn schedule_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        new: NewMessage,
        send_ts: Ts,
    ) -> Result<(Scheduled, bool)> {
        let now = self.clock.now();
        check_time(send_ts, now)?;
        let new = self.check_new(actor, new).await?;
        let asked = actor.clone();
        self.own(actor, move |work| keep(work, &asked, &channel, &new, (send_ts, now))).await
    }

    /// Changes text or time of a message on one's list. One that failed is tried again: at once where its time is over.
    ///
    /// # Errors
    /// `scheduled_not_found`, also of one that was sent; what is wrong with a field
    pub async fn update_scheduled(
        &self,
        actor: &Actor,
        id: String,
        change: ScheduledChange,
    ) -> Result<Scheduled> {
        let ScheduledChange { text, send_ts } = change;
        text.as_deref().map_or(Ok(()), |text| self.check_text(text, false))?;
        send_ts.map_or(Ok(()), |ts| check_time(ts, self.clock.now()))?;
        let (user, session) = (actor.person.num, session_of(actor));
        let _turn = self.scheduling.turn(user, &id).await;
        self.own(actor, move |work| {
            let mut row = find(work.conn, user, &id)?;
            if let Some(text) = text {
                let content = content_of(&row)?;
                if text.trim().is_empty() && content.attachments.is_empty() {
                    return Err(Error::invalid("text_empty", "/text", "must not be empty"));
                }
                let previews = link_previews::of_text(&text, content.previews);
                row.content = written(&MessageContent { text, previews, ..content })?;
            }
            row.send_ts = send_ts.unwrap_or(row.send_ts);
            row.session = session;
            try_again(work, row)
        })
        .await
    }

    /// Takes a message off one's list.
    ///
    /// # Errors
    /// `scheduled_not_found`, also of one that was sent
    pub async fn delete_scheduled(&self, actor: &Actor, id: String) -> Result<()> {
        let user = actor.person.num;
        let _turn = self.scheduling.turn(user, &id).await;
        self.own(actor, move |work| {
            let row = find(work.conn, user, &id)?;
            remove(work, &row)
        })
        .await?;
        self.files.doomed.notify_one();
        Ok(())
    }

    /// Sends a message of one's list at once. What keeps it from being sent is answered, and becomes of it what would at its
    /// time.
    ///
    /// # Errors
    /// `scheduled_not_found`; `busy` where many of one's wait already; as for sending it
    pub async fn send_scheduled(&self, actor: &Actor, id: String) -> Result<(Message, bool)> {
        let (user, now, key) = (actor.person.num, self.clock.now(), id.clone());
        let session = session_of(actor);
        let _sends = self.scheduling.sending.wait(user, SENDS_WAITING_MAX).await?;
        let _turn = self.scheduling.turn(user, &id).await;
        // First it is due: whoever asked may go away meanwhile.
        self.own(actor, move |work| {
            let row = ScheduledRow { send_ts: now, session, ..find(work.conn, user, &key)? };
            try_again(work, row).map(drop)
        })
        .await?;
        self.send_listed(actor, id, PATIENCE).await
    }
}

fn check_time(send_ts: Ts, now: Ts) -> Result<()> {
    if send_ts <= now || send_ts > now.saturating_add(AHEAD_MS_MAX) {
        let detail = "must be in the future, at most 120 days from now";
        return Err(Error::invalid("bad_send_ts", "/send_ts", detail));
    }
    Ok(())
}

fn keep(
    work: &mut Work<'_>,
    actor: &Actor,
    channel: &ChannelId,
    new: &NewMessage,
    (send_ts, now): (Ts, Ts),
) -> Result<(Scheduled, bool)> {
    let (user, nonce) = (actor.person.num, new.nonce.as_str());
    let seat = Seat::joined(work.conn, user, channel)?;
    if seat.channel.archived {
        return Err(Refusal::Archived.into());
    }
    let num = seat.channel.num;
    if let Some(row) = scheduled::by_nonce(work.conn, user, num, nonce)? {
        return match is_same(&row, new)? && row.send_ts == send_ts {
            true => Ok((shown(row, channel.as_str().to_owned())?, false)),
            false => Err(Error::Conflict(Conflict::NonceReused)),
        };
    }
    let is_used = entries::by_nonce(work.conn, num, user, nonce)?.is_some()
        || pending::by_nonce(work.conn, num, user, nonce)?.is_some();
    if is_used {
        return Err(Error::Conflict(Conflict::NonceReused));
    }
    relation(work, channel, actor, new)?;
    if scheduled::count(work.conn, user)? >= SCHEDULED_MAX {
        return Err(Error::Conflict(Conflict::ScheduledFull));
    }
    let attachments = files::attachments(work.conn, user, new.attachments.clone())?;
    let content = MessageContent {
        text: new.text.clone(),
        previews: new.previews.clone(),
        attachments,
        ..MessageContent::default()
    };
    let row = ScheduledRow {
        id: random_text::<12>(),
        user_num: user,
        channel: num,
        nonce: nonce.to_owned(),
        reply_to: new.reply_to.as_ref().map(|id| id.as_str().to_owned()),
        thread: new.thread.as_ref().map(|id| id.as_str().to_owned()),
        content: written(&content)?,
        // Later than that of what was scheduled before, whatever the clock did: of one time, the first goes first.
        created_ts: scheduled::newest(work.conn, user)?.map_or(now, |newest| now.max(newest + 1)),
        send_ts,
        due_ts: Some(send_ts),
        tries: 0,
        failed: None,
        session: session_of(actor),
    };
    scheduled::add(work.conn, &row)?;
    for file in &content.attachments {
        scheduled::carry(work.conn, &row, &file.hash)?;
    }
    Ok((tell(work, row)?, true))
}

/// Writes a message of the list anew, to be sent at its time.
fn try_again(work: &mut Work<'_>, row: ScheduledRow) -> Result<Scheduled> {
    // Something else was said with this nonce: it can never be sent with it.
    let is_reused = row.failed.as_deref() == Some(Conflict::NonceReused.code());
    let nonce = if is_reused { random_text::<16>() } else { row.nonce };
    let row = ScheduledRow { nonce, due_ts: Some(row.send_ts), tries: 0, failed: None, ..row };
    scheduled::put(work.conn, &row)?;
    tell(work, row)
}

/// Holds back what somebody's sessions, but for the one that is kept, were going to send: whoever had the password before may
/// have written it.
pub(super) fn hold(work: &mut Work<'_>, user: UserNum, keep: Option<&str>) -> Result<()> {
    for row in scheduled::of_others(work.conn, user, keep)? {
        let row = ScheduledRow { due_ts: None, failed: Some(PASSWORD_CHANGED.to_owned()), ..row };
        scheduled::put(work.conn, &row)?;
        tell(work, row)?;
    }
    Ok(())
}

fn session_of(actor: &Actor) -> Option<String> {
    Some(actor.session.clone()).filter(|session| !session.is_empty())
}

fn remove(work: &mut Work<'_>, row: &ScheduledRow) -> Result<()> {
    let hashes = scheduled::delete(work.conn, &row.id)?;
    let_go(work, hashes)?;
    work.tell(Effect::Scheduled { user: row.user_num, id: row.id.clone(), scheduled: None });
    Ok(())
}

/// All of an account that is deleted.
pub(super) fn forget(work: &mut Work<'_>, user: UserNum) -> Result<()> {
    let hashes = scheduled::forget(work.conn, user)?;
    let_go(work, hashes)
}

/// These files are needed for no message of the list any more.
fn let_go(work: &mut Work<'_>, mut hashes: Vec<String>) -> Result<()> {
    hashes.sort_unstable();
    hashes.dedup();
    for hash in hashes {
        rows::drop_unneeded(work.conn, &hash)?;
    }
    Ok(())
}

/// Tells the person's devices how a message of the list stands.
fn tell(work: &mut Work<'_>, row: ScheduledRow) -> Result<Scheduled> {
    let channel = channels::by_num(work.conn, row.channel)?.ok_or(Error::NotFound(Missing::Channel))?;
    let user = row.user_num;
    let scheduled = shown(row, channel.id)?;
    let told = Some(Box::new(scheduled.clone()));
    work.tell(Effect::Scheduled { user, id: scheduled.id.clone(), scheduled: told });
    Ok(scheduled)
}

fn find(conn: &mut Conn, user: UserNum, id: &str) -> Result<ScheduledRow> {
    scheduled::get(conn, user, id)?.ok_or(Error::NotFound(Missing::Scheduled))
}

/// All of somebody's list, soonest first.
pub(super) fn listed(conn: &mut Conn, user: UserNum) -> Result<Vec<Scheduled>> {
    let rows = scheduled::of_user(conn, user)?;
    rows.into_iter().map(|(row, channel)| shown(row, channel)).collect()
}

fn shown(row: ScheduledRow, channel: String) -> Result<Scheduled> {
    let MessageContent { text, attachments, previews, .. } = content_of(&row)?;
    let ScheduledRow { id, nonce, reply_to, thread, created_ts, send_ts, failed, .. } = row;
    Ok(Scheduled {
        id,
        channel,
        nonce,
        text,
        reply_to,
        thread,
        attachments,
        previews,
        created_ts,
        send_ts,
        failed,
    })
}

fn content_of(row: &ScheduledRow) -> Result<MessageContent> {
    serde_json::from_str(&row.content).map_err(|error| stored::damaged("scheduled message", error))
}

fn written(content: &MessageContent) -> Result<String> {
    serde_json::to_string(content).map_err(|error| stored::damaged("scheduled message", error))
}

/// What is to be said.
fn said(row: &ScheduledRow) -> Result<NewMessage> {
    let damaged = |what| move |error| stored::damaged(what, error);
    let MessageContent { text, attachments, previews, .. } = content_of(row)?;
    let attach = |Attachment { hash, name, description, .. }| {
        let file = hash.parse().map_err(|error| stored::damaged("hash", error))?;
        Ok(Attach { file, name, description })
    };
    Ok(NewMessage {
        nonce: row.nonce.parse().map_err(damaged("nonce"))?,
        text,
        reply_to: row.reply_to.as_deref().map(str::parse).transpose().map_err(damaged("event id"))?,
        thread: row.thread.as_deref().map(str::parse).transpose().map_err(damaged("event id"))?,
        attachments: attachments.into_iter().map(attach).collect::<Result<_>>()?,
        previews,
        imported: None,
    })
}

/// Whether the message is what is on the list already.
fn is_same(row: &ScheduledRow, new: &NewMessage) -> Result<bool> {
    let kept = said(row)?;
    let files = |message: &NewMessage| -> Vec<(String, String, Option<String>)> {
        let files = message.attachments.iter();
        files
            .map(|file| (file.file.as_str().to_owned(), file.name.clone(), file.description.clone()))
            .collect()
    };
    Ok(kept.text == new.text
        && kept.reply_to == new.reply_to
        && kept.thread == new.thread
        && files(&kept) == files(new))
}
