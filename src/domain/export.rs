//! A person's own data.

use super::attention::{self, Attention};
use super::content::{self, MessageContent};
use super::settings::{self, SETTINGS_MAX};
use super::view::{AccountRole, Attachment, Channel, Setting, User};
use super::{Actor, Domain, Error, Missing, Result, channels, files, show};
use crate::protocol::event::EventType;
use crate::protocol::{Seq, Ts};
use crate::storage::entries::EntryRow;
use crate::storage::{
    ChannelNum, Conn, UserNum, blocks, channels as rows, emails, entries, files as stored_files, messages,
    settings as stored, users,
};

/// How many messages one page of an export has.
pub const EXPORT_PAGE_MESSAGES: i64 = 1_000;

/// Something that the person wrote; what was deleted since is not there any more.
pub struct Written {
    pub channel: String,
    pub seq: Seq,
    pub id: String,
    pub ts: Ts,
    pub text: String,
    pub attachments: Vec<Attachment>,
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
}

pub struct Export {
    pub user: User,
    pub channels: Vec<Channel>,
    /// What one's clients keep; on the first page only.
    pub settings: Vec<Setting>,
    pub messages: Vec<Written>,
    /// On the first page only.
    pub beside: Option<Beside>,
    pub next: Option<(ChannelNum, Seq)>,
}

impl Domain {
    /// Profile, channels, and a page of all that one wrote, after the place `after`.
    pub async fn export(&self, actor: &Actor, after: (ChannelNum, Seq)) -> Result<Export> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let me = users::by_num(conn, user)?.ok_or(Error::NotFound(Missing::User))?;
                let kind = EventType::Message;
                let written = entries::by_sender(conn, user, kind.as_str(), after, EXPORT_PAGE_MESSAGES)?;
                let full = i64::try_from(written.len()).unwrap_or(0) == EXPORT_PAGE_MESSAGES;
                let next = written.last().filter(|_| full).map(|entry| (entry.channel, entry.seq));
                let mut names: std::collections::HashMap<ChannelNum, String> =
                    std::collections::HashMap::new();
                let mut messages = Vec::with_capacity(written.len());
                for entry in written {
                    if let std::collections::hash_map::Entry::Vacant(slot) = names.entry(entry.channel) {
                        slot.insert(rows::by_num(conn, entry.channel)?.map(|row| row.id).unwrap_or_default());
                    }
                    let Some(body) = current_body(conn, &entry)? else { continue };
                    let content: MessageContent = content::read_body(&body).unwrap_or_default();
                    messages.push(Written {
                        channel: names.get(&entry.channel).cloned().unwrap_or_default(),
                        seq: entry.seq,
                        id: entry.event_id,
                        ts: entry.host_ts,
                        text: content.text,
                        attachments: content.attachments,
                    });
                }
                let first = after.1 < 0;
                let kept = if first { stored::page(conn, user, "", SETTINGS_MAX)? } else { Vec::new() };
                let settings = kept.into_iter().map(settings::shown).collect();
                let beside = if first { Some(beside(conn, user)?) } else { None };
                let channels = channels::mine(conn, user)?;
                let user = User { role: Some(AccountRole::parse(&me.role)), ..show::user(&me) };
                Ok(Export { user, channels, settings, messages, beside, next })
            })
            .await
    }
}

fn beside(conn: &mut Conn, user: UserNum) -> Result<Beside> {
    let email = emails::get(conn, user)?.map(|row| (row.address, row.pending)).unwrap_or_default();
    let mut uploads = Vec::new();
    for hash in stored_files::owned_by(conn, user)? {
        let row = stored_files::get(conn, &hash)?;
        uploads.extend(row.map(|row| files::shown(&row, "file".to_owned())));
    }
    Ok(Beside {
        attention: attention::load(conn, user)?,
        email,
        uploads,
        blocks: blocks::of_user(conn, user)?,
    })
}

/// What a message says now; none when it was deleted.
fn current_body(conn: &mut Conn, entry: &EntryRow) -> Result<Option<String>> {
    match messages::get(conn, entry.channel, entry.seq)? {
        Some(message) => Ok(entries::body(conn, entry.channel, message.body_seq)?),
        None => Ok(None),
    }
}
