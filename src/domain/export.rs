//! A person's own data.

use std::collections::HashMap;

use super::attention::{self, Attention};
use super::content::{self, MessageContent};
use super::pending::{self, Pending, Refusal};
use super::scheduled::{self, Scheduled};
use super::settings::{self, SETTINGS_MAX};
use super::view::{AccountRole, Attachment, Channel, Imported, Setting, User};
use super::{Actor, Domain, Error, Missing, Person, Result, channels, files, show};
use crate::protocol::event::EventType;
use crate::protocol::ids::ChannelId;
use crate::protocol::{Seq, Ts};
use crate::storage::entries::EntryRow;
use crate::storage::messages::MessageRow;
use crate::storage::sessions::SessionRow;
use crate::storage::{
    ChannelNum, Conn, UserNum, blocks, channels as rows, emails, entries, files as stored_files, messages,
    reports, saved, sessions, settings as stored, threads, users,
};

/// How many messages and reactions one page of an export has.
pub const EXPORT_PAGE_MESSAGES: i64 = 1_000;
/// How many threads that the person follows it has.
const FOLLOWED_MAX: i64 = 5_000;
/// How many of what they reported.
const REPORTED_MAX: i64 = 5_000;

/// A channel, and an entry's place in its log.
pub type Place = (ChannelNum, Seq);

/// Something that the person wrote; what was deleted since is not there any more.
pub struct Written {
    pub channel: String,
    pub seq: Seq,
    pub id: String,
    pub ts: Ts,
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub reply_to: Option<String>,
    pub thread: Option<String>,
    pub edited_ts: Option<Ts>,
    /// What they brought from elsewhere is another's word.
    pub imported: Option<Imported>,
}

/// A reaction of the person's that stands.
pub struct Reacted {
    pub channel: String,
    pub message: String,
    pub emoji: String,
    pub ts: Ts,
}

/// A message that the person reported.
pub struct Reported {
    pub channel: String,
    pub message: String,
    pub ts: Ts,
    pub reason: Option<String>,
}

/// A message that the person saved, and when they are reminded of it.
pub struct Kept {
    pub channel: String,
    pub message: String,
    pub saved_ts: Ts,
    pub remind_ts: Option<Ts>,
}

/// What is kept of a person beside what they wrote.
pub struct Beside {
    pub attention: Attention,
    /// The address that counts, and one that was not confirmed yet.
    pub email: (Option<String>, Option<String>),
    /// Files that they uploaded and no message carries yet.
    pub uploads: Vec<Attachment>,
    /// Ids of those whom they block.
    pub blocks: Vec<String>,
    pub sessions: Vec<SessionRow>,
    /// (channel, first message) of the threads that they follow.
    pub threads: Vec<(String, String)>,
    /// What they saved for later, newest first.
    pub saved: Vec<Kept>,
    /// What they are going to send, soonest first.
    pub scheduled: Vec<Scheduled>,
    /// What they reported, newest first.
    pub reports: Vec<Reported>,
    /// What waits for other servers, and what these refused.
    pub pending: Vec<(ChannelId, Pending)>,
    pub refusals: Vec<Refusal>,
}

pub struct Export {
    pub user: User,
    pub channels: Vec<Channel>,
    /// What one's clients keep; on the first page only.
    pub settings: Vec<Setting>,
    pub messages: Vec<Written>,
    pub reactions: Vec<Reacted>,
    /// On the first page only.
    pub beside: Option<Beside>,
    pub next: Option<Place>,
}

impl Domain {
    /// Profile, channels, and a page of all that one wrote, after the place `after`.
    pub async fn export(&self, actor: &Actor, after: Place) -> Result<Export> {
        let person = actor.person.clone();
        self.reads
            .read(move |conn| {
                let user = person.num;
                let me = users::by_num(conn, user)?.ok_or(Error::NotFound(Missing::User))?;
                let (entries, next) = page(conn, user, after)?;
                let mut names = Names::default();
                let (mut messages, mut reactions) = (Vec::with_capacity(entries.len()), Vec::new());
                for entry in entries {
                    let channel = names.of(conn, entry.channel)?;
                    match entry.kind == EventType::Reaction.as_str() {
                        true => reactions.extend(reacted(conn, channel, &entry)?),
                        false => messages.extend(written(conn, channel, entry)?),
                    }
                }
                let first = after.1 < 0;
                let kept = if first { stored::page(conn, user, "", SETTINGS_MAX)? } else { Vec::new() };
                let settings = kept.into_iter().map(settings::shown).collect();
                let beside = if first { Some(beside(conn, &person, &mut names)?) } else { None };
                let channels = channels::mine(conn, user)?;
                let user = User { role: Some(AccountRole::parse(&me.role)), ..show::user(&me) };
                Ok(Export { user, channels, settings, messages, reactions, beside, next })
            })
            .await
    }
}

/// Ids of channels, each looked up once.
#[derive(Default)]
struct Names(HashMap<ChannelNum, String>);

impl Names {
    fn of(&mut self, conn: &mut Conn, channel: ChannelNum) -> Result<String> {
        if let Some(id) = self.0.get(&channel) {
            return Ok(id.clone());
        }
        let id = rows::by_num(conn, channel)?.map(|row| row.id).unwrap_or_default();
        self.0.insert(channel, id.clone());
        Ok(id)
    }
}

/// The entries of a page, and where the next one begins.
fn page(conn: &mut Conn, user: UserNum, after: Place) -> Result<(Vec<EntryRow>, Option<Place>)> {
    let mut found = Vec::new();
    for kind in [EventType::Message, EventType::Reaction] {
        found.extend(entries::by_sender(conn, user, kind.as_str(), after, EXPORT_PAGE_MESSAGES)?);
    }
    found.sort_by_key(|entry| (entry.channel, entry.seq));
    let most = usize::try_from(EXPORT_PAGE_MESSAGES).unwrap_or(0);
    let full = found.len() >= most;
    found.truncate(most);
    let next = found.last().filter(|_| full).map(|entry| (entry.channel, entry.seq));
    Ok((found, next))
}

/// A message as it stands; none when it was deleted.
fn written(conn: &mut Conn, channel: String, entry: EntryRow) -> Result<Option<Written>> {
    let Some(row) = messages::get(conn, entry.channel, entry.seq)? else { return Ok(None) };
    let MessageRow { body_seq, reply_to, thread, edited_ts, .. } = row;
    let Some(body) = entries::body(conn, entry.channel, body_seq)? else { return Ok(None) };
    let content: MessageContent = content::read_body(&body).unwrap_or_default();
    Ok(Some(Written {
        channel,
        seq: entry.seq,
        id: entry.event_id,
        ts: entry.host_ts,
        text: content.text,
        attachments: content.attachments,
        reply_to,
        thread,
        edited_ts,
        imported: content.imported,
    }))
}

/// A reaction; none when it was taken back, or its message deleted.
fn reacted(conn: &mut Conn, channel: String, entry: &EntryRow) -> Result<Option<Reacted>> {
    let Some(row) = messages::reaction_at(conn, entry.channel, entry.seq)? else { return Ok(None) };
    let message = messages::get(conn, entry.channel, row.message_seq)?;
    Ok(message.map(|message| Reacted { channel, message: message.id, emoji: row.emoji, ts: entry.host_ts }))
}

fn beside(conn: &mut Conn, person: &Person, names: &mut Names) -> Result<Beside> {
    let user = person.num;
    let email = emails::get(conn, user)?.map(|row| (row.address, row.pending)).unwrap_or_default();
    let mut uploads = Vec::new();
    for hash in stored_files::owned_by(conn, user)? {
        let row = stored_files::get(conn, &hash)?;
        uploads.extend(row.map(|row| files::shown(&row, "file".to_owned())));
    }
    let mut followed = Vec::new();
    for (channel, message) in threads::followed(conn, user, FOLLOWED_MAX)? {
        followed.push((names.of(conn, channel)?, message));
    }
    let mut kept = Vec::new();
    let mut reported = Vec::new();
    for (row, message) in reports::of_reporter(conn, user, REPORTED_MAX)? {
        let channel = names.of(conn, row.channel)?;
        reported.push(Reported { channel, message, ts: row.ts, reason: row.reason });
    }
    for (row, message) in saved::all(conn, user)? {
        let channel = names.of(conn, row.channel)?;
        kept.push(Kept { channel, message, saved_ts: row.saved_ts, remind_ts: row.remind_ts });
    }
    Ok(Beside {
        attention: attention::load(conn, user)?,
        email,
        uploads,
        blocks: blocks::of_user(conn, user)?,
        sessions: sessions::of_user(conn, user)?,
        threads: followed,
        saved: kept,
        scheduled: scheduled::listed(conn, user)?,
        reports: reported,
        pending: pending::waiting(conn, person)?,
        refusals: pending::refused(conn, person)?,
    })
}
