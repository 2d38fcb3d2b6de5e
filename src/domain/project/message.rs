//! Messages and their edits.

use std::collections::BTreeMap;

use super::At;
use crate::domain::attention;
use crate::domain::content::{self, MessageContent};
use crate::domain::effect::{Change, Effect};
use crate::domain::files;
use crate::domain::pushes;
use crate::domain::search::document;
use crate::domain::show;
use crate::domain::view::{Message, MessageStatus, Notification, ReadState};
use crate::domain::writer::Work;
use crate::domain::{Error, NOTIFIED_MAX};
use crate::protocol::event::{EventType, Rel};
use crate::protocol::rules::{Capability, Rules};
use crate::protocol::state::ChannelKind;
use crate::storage::messages::MessageRow;
use crate::storage::notifications::NewNotification;
use crate::storage::{self, UserNum, entries, members, messages, notifications, search};

pub(super) fn created(work: &mut Work<'_>, at: &At<'_>) -> Result<Change, Error> {
    let content: MessageContent = content::read(at.content).unwrap_or_default();
    let relates = at.event.relates.as_ref();
    let thread =
        relates.filter(|relates| relates.rel == Rel::Thread).map(|relates| relates.to.as_str().to_owned());
    let reply =
        relates.filter(|relates| relates.rel == Rel::Reply).map(|relates| relates.to.as_str().to_owned());
    let thread_seq = if thread.is_some() { at.target } else { None };
    let thread_index = match thread_seq {
        Some(root) => Some(messages::next_in_thread(work.conn, at.channel, root)?),
        None => None,
    };
    let row = MessageRow {
        channel: at.channel,
        seq: at.seq,
        id: at.id.as_str().to_owned(),
        sender: at.sender.num,
        ts: at.ts,
        nonce: at.event.nonce.as_str().to_owned(),
        body_seq: at.seq,
        edited_ts: None,
        deleted: false,
        reply_to: reply.or_else(|| content.reply_to.clone()),
        thread,
        thread_seq,
        thread_index,
        thread_count: 0,
        has_reactions: false,
    };
    messages::insert(work.conn, &row)?;
    search::add(work.conn, at.channel, at.seq, &document(&row, &content))?;
    let is_ours = show::is_of(at.sender.id.as_str(), work.lane.identity.name.as_str());
    files::refer(work.conn, at.channel, at.seq, at.sender.num, &content, is_ours)?;
    let open = work.lane.open(work.conn, at.channel)?;
    open.position.live_count += 1;
    open.position.last_message_seq = Some(at.seq);
    let (live_count, channel) = (open.position.live_count, open.id.as_str().to_owned());
    read_by_author(work, at, &channel, live_count)?;
    let message = show::fresh_message(&channel, &row, at.sender.id.as_str(), content);
    notify(work, at, &message)?;
    Ok(Change::MessageCreated(Box::new(message)))
}

/// Whoever writes has read what stands before; their other devices hear of it where that changes anything.
fn read_by_author(work: &mut Work<'_>, at: &At<'_>, channel: &str, live_count: i64) -> Result<(), Error> {
    let author = at.sender.num;
    let before = members::get(work.conn, at.channel, author)?;
    members::set_read(work.conn, at.channel, author, at.seq, live_count)?;
    // The count has grown by the message itself. Where nothing was unread, nothing was unseen.
    if before.is_none_or(|row| row.read_base + 1 >= live_count) {
        return Ok(());
    }
    notifications::mark_seen_in(work.conn, author, at.channel, at.seq)?;
    let state = ReadState { channel: channel.to_owned(), read_seq: at.seq, unread: 0, mentions: 0 };
    work.tell(Effect::Read { user: author, state });
    Ok(())
}

/// Rows and news for those whom the message concerns.
fn notify(work: &mut Work<'_>, at: &At<'_>, message: &Message) -> Result<(), Error> {
    let open = work.lane.open(work.conn, at.channel)?;
    let dm = open.state_kind() == Some(ChannelKind::Dm);
    let watchers = if dm { Vec::new() } else { attention::watchers(work, at.channel, &message.text)? };
    let addressed = !message.mentions.is_empty() || message.mentions_all || message.reply_to.is_some();
    if !dm && !addressed && watchers.is_empty() {
        return pushes::queue(work, at, &[]);
    }
    let server = work.lane.identity.name.clone();
    let mut concerned: BTreeMap<UserNum, &'static str> = BTreeMap::new();
    let all = message.mentions_all && may_mention_all(work, at)?;
    if dm || all {
        let kind = if dm { "dm" } else { "mention" };
        for (num, id, level) in members::joined(work.conn, at.channel, NOTIFIED_MAX)? {
            if level != "none" && show::is_of(&id, server.as_str()) {
                concerned.insert(num, kind);
            }
        }
    }
    if !dm && !message.mentions.is_empty() {
        for (num, id, level) in members::joined_among(work.conn, at.channel, &message.mentions)? {
            if level != "none" && show::is_of(&id, server.as_str()) {
                concerned.insert(num, "mention");
            }
        }
    }
    if let Some(author) = replied_author(work, at, message)? {
        concerned.entry(author).or_insert("reply");
    }
    for watcher in watchers {
        concerned.entry(watcher).or_insert("keyword");
    }
    concerned.remove(&at.sender.num);
    pushes::queue(work, at, &concerned.keys().copied().collect::<Vec<_>>())?;
    for (user_num, kind) in concerned {
        let row =
            NewNotification { user_num, channel: at.channel, seq: at.seq, kind, ts: at.ts, seen: false };
        let id = notifications::insert(work.conn, &row)?;
        let notification = Notification {
            id,
            kind: kind.to_owned(),
            channel: message.channel.clone(),
            message: message.clone(),
            ts: at.ts,
            read: false,
        };
        work.tell(Effect::Notified { user: user_num, notification: Box::new(notification) });
    }
    Ok(())
}

/// Another server may say so of a message whose author must not.
fn may_mention_all(work: &mut Work<'_>, at: &At<'_>) -> Result<bool, Error> {
    let state = work.lane.open(work.conn, at.channel)?.state_of(work.conn, &[&at.sender.id])?;
    let role = state.members.get(&at.sender.id).map(|member| member.role);
    let rules = Rules::by_version(state.create.rules);
    Ok(rules.zip(role).is_some_and(|(rules, role)| rules.allows(state, role, Capability::MentionAll)))
}

/// The joined author of what the message answers.
fn replied_author(work: &mut Work<'_>, at: &At<'_>, message: &Message) -> Result<Option<UserNum>, Error> {
    let Some(target) = &message.reply_to else { return Ok(None) };
    let Some(entry) = entries::by_event(work.conn, at.channel, target)? else { return Ok(None) };
    let member = members::get(work.conn, at.channel, entry.sender)?;
    Ok(member.filter(|row| row.membership == "joined" && row.notify != "none").map(|_| entry.sender))
}

pub(super) fn edited(work: &mut Work<'_>, at: &At<'_>) -> Result<Change, Error> {
    let content: MessageContent = content::read(at.content).unwrap_or_default();
    let target = at.target.ok_or_else(|| lost("an edit"))?;
    let row = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("an edit"))?;
    forget_words(work, &row)?;
    messages::add_edit(work.conn, at.channel, target, at.seq, at.ts)?;
    messages::set_edited(work.conn, at.channel, target, at.seq, at.ts)?;
    search::add(work.conn, at.channel, target, &document(&row, &content))?;
    let channel = work.lane.open(work.conn, at.channel)?.id.as_str().to_owned();
    let message =
        show::message_at(work.conn, at.channel, &channel, target)?.ok_or_else(|| lost("an edit"))?;
    debug_assert_eq!(message.status, MessageStatus::Sent);
    Ok(Change::MessageEdited(Box::new(message)))
}

/// The body of a message or of an edit came after its entry: what it says is shown, if it still says that.
pub(super) fn late(work: &mut Work<'_>, at: &At<'_>, body: &str) -> Result<Option<Change>, Error> {
    let target = at.target.filter(|_| at.event.kind == EventType::Edit).unwrap_or(at.seq);
    let row = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("a body"))?;
    if row.deleted {
        return Ok(None);
    }
    let content: MessageContent = content::read(at.content).unwrap_or_default();
    if target == at.seq {
        let is_ours = show::is_of(at.sender.id.as_str(), work.lane.identity.name.as_str());
        files::refer(work.conn, at.channel, at.seq, at.sender.num, &content, is_ours)?;
    }
    if row.body_seq != at.seq {
        entries::insert_body(work.conn, at.channel, at.seq, body)?;
        return Ok(None);
    }
    forget_words(work, &row)?;
    entries::insert_body(work.conn, at.channel, at.seq, body)?;
    search::add(work.conn, at.channel, target, &document(&row, &content))?;
    let channel = work.lane.open(work.conn, at.channel)?.id.as_str().to_owned();
    let message = show::message_at(work.conn, at.channel, &channel, target)?.ok_or_else(|| lost("a body"))?;
    // In a direct conversation everybody was told of it when it came.
    let is_dm = work.lane.open(work.conn, at.channel)?.state_kind() == Some(ChannelKind::Dm);
    if target == at.seq && !is_dm {
        notify(work, at, &message)?;
    }
    Ok(Some(Change::MessageEdited(Box::new(message))))
}

/// Takes what the message says now out of the index. Its body must still be there.
pub(super) fn forget_words(work: &mut Work<'_>, row: &MessageRow) -> Result<(), Error> {
    let body = entries::body(work.conn, row.channel, row.body_seq)?;
    let content: MessageContent = body.as_deref().and_then(content::read_body).unwrap_or_default();
    Ok(search::remove(work.conn, row.channel, row.seq, &document(row, &content))?)
}

pub(super) fn lost(what: &str) -> Error {
    Error::Internal(storage::Error::Damaged(format!("{what} without its message")))
}
