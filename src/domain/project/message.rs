//! Messages and their edits.

use std::collections::BTreeMap;

use super::{At, forget};
use crate::domain::attention;
use crate::domain::blocks;
use crate::domain::content::{self, MessageContent};
use crate::domain::effect::{Change, Effect, Restated};
use crate::domain::files;
use crate::domain::pushes;
use crate::domain::search::document;
use crate::domain::shared;
use crate::domain::show;
use crate::domain::threads;
use crate::domain::view::{Message, MessageStatus, Notification, ReadState};
use crate::domain::writer::{Reader, Work};
use crate::domain::{Error, NOTIFIED_MAX};
use crate::protocol::Seq;
use crate::protocol::event::{EventType, Rel};
use crate::protocol::rules::{Capability, HistoryPolicy, Rules};
use crate::protocol::state::ChannelKind;
use crate::storage::messages::MessageRow;
use crate::storage::notifications::{NewNotification, Part};
use crate::storage::users::UserRow;
use crate::storage::{
    self, ChannelNum, UserNum, entries, members, messages, notifications, scheduled, search, users,
};

/// How long `@here` means those who are there: what comes later from another server notifies nobody by it.
const HERE_MS: i64 = 300_000;
/// Among so many `@here` looks for those who are there.
const HERE_MEMBERS_MAX: i64 = 20_000;

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
    messages::insert(work.conn, row.clone())?;
    found(work, &row, &content)?;
    let is_ours = show::is_of(at.sender.id.as_str(), work.lane.identity.name.as_str());
    files::refer(work.conn, at.channel, at.seq, at.sender.num, &content, is_ours)?;
    let open = work.lane.open(work.conn, at.channel)?;
    open.position.live_count += 1;
    open.position.last_message_seq = Some(at.seq);
    open.note_said(at.sender.num, at.ts);
    let (live_count, channel) = (open.position.live_count, open.id.as_str().to_owned());
    // How far others have read is their servers' to know.
    if is_ours {
        read_by_author(work, at, &channel, thread_seq, live_count)?;
    }
    if work.lane.open(work.conn, at.channel)?.state_kind() == Some(ChannelKind::Dm) {
        blocks::pass_over(work, at, live_count)?;
    }
    let followers = match thread_seq {
        Some(root) => threads::replied(work, at, root, &content.mentions)?,
        None => Vec::new(),
    };
    let message = show::fresh_message(&channel, &row, at.sender.id.as_str(), content);
    notify(work, at, &message, (thread_seq, followers))?;
    if let Some(root) = thread_seq {
        threads::tell_followers(work, at.channel, root)?;
    }
    Ok(Change::MessageCreated(Box::new(message)))
}

/// Whoever writes has read what stands before; their other devices hear of it where that changes anything.
fn read_by_author(
    work: &mut Work<'_>,
    at: &At<'_>,
    channel: &str,
    thread: Option<Seq>,
    live_count: i64,
) -> Result<(), Error> {
    let author = at.sender.num;
    let reader = match work.lane.open(work.conn, at.channel)?.reader(author) {
        Some(reader) => reader,
        None => match members::get(work.conn, at.channel, author)? {
            Some(row) => Reader { base: row.read_base, nothing_unseen: false },
            None => return Ok(()),
        },
    };
    // The count has grown by the message itself. Where nothing was unread, nothing outside of threads was unseen.
    let all_was_read = reader.base + 1 >= live_count;
    if !all_was_read && scheduled::by_nonce(work.conn, author, at.channel, at.event.nonce.as_str())?.is_some()
    {
        return pass_by(work, at, reader);
    }
    members::set_read(work.conn, at.channel, author, at.seq, live_count)?;
    let mut now = Reader { base: live_count, ..reader };
    if !all_was_read || thread.is_some() {
        let unseen = if reader.nothing_unseen {
            0
        } else {
            notifications::count_unseen_in(work.conn, author, at.channel)?
        };
        let mut see = |part| match unseen {
            0 => Ok(0),
            _ => notifications::mark_seen_in(work.conn, author, at.channel, at.seq, part),
        };
        let mut seen = thread.map_or(Ok(0), |root| see(Part::Thread(root)))?;
        if seen > 0 || !all_was_read {
            seen += see(Part::Outside)?;
            let mentions = match seen {
                0 => unseen,
                _ => notifications::count_unseen_in(work.conn, author, at.channel)?,
            };
            let channel = channel.to_owned();
            let state = ReadState { channel, read_seq: at.seq, unread: 0, mentions, threads: false };
            work.tell(Effect::Read { user: author, state });
        }
        now.nothing_unseen = unseen == 0;
    }
    work.lane.open(work.conn, at.channel)?.note_reader(author, now);
    Ok(())
}

/// What sends itself at its time was written by somebody who need not be there: what they have not read stays so, and their own
/// message is none of it.
fn pass_by(work: &mut Work<'_>, at: &At<'_>, reader: Reader) -> Result<(), Error> {
    let author = at.sender.num;
    let Some(row) = members::get(work.conn, at.channel, author)? else { return Ok(()) };
    let now = Reader { base: reader.base + 1, ..reader };
    members::set_read(work.conn, at.channel, author, row.read_seq, now.base)?;
    work.lane.open(work.conn, at.channel)?.note_reader(author, now);
    Ok(())
}

/// Rows and news for those whom the message concerns. Those who follow its thread are told by push only: what is new
/// there is counted for them.
fn notify(
    work: &mut Work<'_>,
    at: &At<'_>,
    message: &Message,
    (thread_seq, followers): (Option<Seq>, Vec<UserNum>),
) -> Result<(), Error> {
    let open = work.lane.open(work.conn, at.channel)?;
    let dm = open.state_kind() == Some(ChannelKind::Dm);
    let watchers = if dm { Vec::new() } else { attention::watchers(work, at.channel, &message.text)? };
    let everybody = message.mentions_all || message.mentions_here;
    let addressed = !message.mentions.is_empty() || everybody || message.reply_to.is_some();
    if !dm && !addressed && watchers.is_empty() {
        return pushes::queue(work, at, &followers);
    }
    let mut concerned = addressees(work, at, message, dm)?;
    if let Some(author) = replied_author(work, at, message)? {
        concerned.entry(author).or_insert("reply");
    }
    for watcher in watchers {
        concerned.entry(watcher).or_insert("keyword");
    }
    concerned.remove(&at.sender.num);
    for blocker in blocks::among(work, at.sender.num, concerned.keys().copied())? {
        concerned.remove(&blocker);
    }
    let mut told = followers;
    told.extend(concerned.keys());
    pushes::queue(work, at, &told)?;
    for (user_num, kind) in concerned {
        let row = NewNotification {
            user_num,
            channel: at.channel,
            seq: at.seq,
            kind,
            ts: at.ts,
            seen: false,
            thread_seq,
        };
        let id = notifications::insert(work.conn, &row)?;
        work.lane.open(work.conn, at.channel)?.note_unseen(user_num);
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

/// Whom the message names: one by one, as everybody, or as those who are there.
fn addressees(
    work: &mut Work<'_>,
    at: &At<'_>,
    message: &Message,
    dm: bool,
) -> Result<BTreeMap<UserNum, &'static str>, Error> {
    let (server, presences) = (work.lane.identity.name.clone(), work.lane.presences.clone());
    let is_ours = |id: &str, level: &str| level != "none" && show::is_of(id, server.as_str());
    let mut concerned: BTreeMap<UserNum, &'static str> = BTreeMap::new();
    let may = (message.mentions_all || message.mentions_here) && may_mention_all(work, at)?;
    let all = dm || (may && message.mentions_all);
    // Who is there now was there then only if then was just now.
    let here = may && message.mentions_here && work.lane.clock.now() - at.ts <= HERE_MS;
    if all || here {
        let kind = if dm { "dm" } else { "mention" };
        let notified_max = usize::try_from(NOTIFIED_MAX).unwrap_or(0);
        let most = if all { NOTIFIED_MAX } else { HERE_MEMBERS_MAX };
        let found = members::joined_of(work.conn, at.channel, server.as_str(), most)?;
        let found = found.into_iter().filter(|(_, id)| all || presences.is_online(id));
        concerned.extend(found.take(notified_max).map(|(num, _)| (num, kind)));
    }
    if !dm && !message.mentions.is_empty() {
        for (num, id, level) in members::joined_among(work.conn, at.channel, &message.mentions)? {
            if is_ours(&id, &level) {
                concerned.insert(num, "mention");
            }
        }
    }
    Ok(concerned)
}

/// Another server may say so of a message whose author must not.
fn may_mention_all(work: &mut Work<'_>, at: &At<'_>) -> Result<bool, Error> {
    let state = work.lane.open(work.conn, at.channel)?.state_of(work.conn, &[&at.sender.id])?;
    let role = state.members.get(&at.sender.id).map(|member| member.role);
    let rules = Rules::by_version(state.create.rules);
    Ok(rules.zip(role).is_some_and(|(rules, role)| rules.allows(state, role, Capability::MentionAll)))
}

/// The joined author of what the message answers, if they are of this server.
fn replied_author(work: &mut Work<'_>, at: &At<'_>, message: &Message) -> Result<Option<UserNum>, Error> {
    let Some(target) = &message.reply_to else { return Ok(None) };
    let Some(entry) = entries::by_event(work.conn, at.channel, target)? else { return Ok(None) };
    let member = members::get(work.conn, at.channel, entry.sender)?;
    if member.is_none_or(|row| row.membership != "joined" || row.notify == "none") {
        return Ok(None);
    }
    let author = users::by_num(work.conn, entry.sender)?;
    let is_ours = |row: &UserRow| row.server == work.lane.identity.name.as_str();
    Ok(author.filter(is_ours).map(|row| row.num))
}

/// None where the message is gone that the rules don't know to be: it was kept long enough.
pub(super) fn edited(work: &mut Work<'_>, at: &At<'_>) -> Result<Option<Change>, Error> {
    let content: MessageContent = content::read(at.content).unwrap_or_default();
    let target = at.target.ok_or_else(|| lost("an edit"))?;
    let row = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("an edit"))?;
    if row.deleted {
        entries::delete_bodies(work.conn, at.channel, &[at.seq])?;
        return Ok(None);
    }
    forget::words(work, &row)?;
    messages::add_edit(work.conn, at.channel, target, at.seq, at.ts)?;
    messages::set_edited(work.conn, at.channel, target, at.seq, Some(at.ts))?;
    found(work, &row, &content)?;
    let message = as_it_stands(work, at.channel, target)?;
    debug_assert_eq!(message.message.status, MessageStatus::Sent);
    Ok(Some(Change::MessageEdited(message)))
}

/// What the message says now is found from now on, and its files are among the channel's.
pub(super) fn found(work: &mut Work<'_>, row: &MessageRow, content: &MessageContent) -> Result<(), Error> {
    search::add(work.conn, row.channel, row.seq, &document(row, content))?;
    shared::carried(work.conn, row, content)
}

/// The message at `seq`, after this unit of work.
pub(super) fn as_it_stands(work: &mut Work<'_>, channel: ChannelNum, seq: Seq) -> Result<Restated, Error> {
    let open = work.lane.open(work.conn, channel)?;
    let id = open.id.as_str().to_owned();
    let history = open.state_of(work.conn, &[])?.policy.history;
    let message = show::message_at(work.conn, channel, &id, seq)?.ok_or_else(|| lost("a change"))?;
    let hidden_from = match history {
        HistoryPolicy::All => Vec::new(),
        HistoryPolicy::SinceJoin => {
            members::joined_after(work.conn, channel, seq, work.lane.identity.name.as_str())?
        }
    };
    Ok(Restated { message: Box::new(message), hidden_from })
}

/// The body of a message or of an edit came after its entry: what it says is shown, if it still says that.
pub(super) fn late(work: &mut Work<'_>, at: &At<'_>, body: &str) -> Result<Option<Restated>, Error> {
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
        entries::insert_body(work.conn, at.channel, at.seq, body.to_owned())?;
        return Ok(None);
    }
    forget::words(work, &row)?;
    entries::insert_body(work.conn, at.channel, at.seq, body.to_owned())?;
    found(work, &row, &content)?;
    let restated = as_it_stands(work, at.channel, target)?;
    // In a direct conversation everybody was told of it when it came.
    let is_dm = work.lane.open(work.conn, at.channel)?.state_kind() == Some(ChannelKind::Dm);
    if target == at.seq && !is_dm {
        if let Some(root) = row.thread_seq {
            threads::follow(work, at, root, &restated.message.mentions)?;
        }
        // Those who followed the thread before were told when the reply came.
        notify(work, at, &restated.message, (row.thread_seq, Vec::new()))?;
        if let Some(root) = row.thread_seq {
            threads::tell_followers(work, at.channel, root)?;
        }
    }
    Ok(Some(restated))
}

pub(super) fn lost(what: &str) -> Error {
    Error::Internal(storage::Error::Damaged(format!("{what} without its message")))
}
