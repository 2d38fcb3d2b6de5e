//! Messages: send, edit, delete, get.

use std::time::Duration;

use super::content::{self, MessageContent, ReasonContent};
use super::effect::{Change, Effect};
use super::files::{self, Attach};
use super::link_previews::{self, LinkPreview};
use super::mentions::{self, Mentions};
use super::pending::pending_message;
use super::relations::{answered, relation};
use super::remote::change::{Done, PATIENCE};
use super::repeats::{again, waiting};
use super::seat::Seat;
use super::view::{Attachment, Imported, Message, MessageStatus};
use super::writer::{Draft, Outgoing, Ready, Work};
use super::{Actor, Domain, Error, Forbidden, Missing, Result, accounts, dms, show};
use crate::protocol::Seq;
use crate::protocol::event::{EventType, Rel, Relates};
use crate::protocol::ids::{ChannelId, EventId, Nonce};
use crate::protocol::rules::{Capability, Membership, Refusal, Rules};
use crate::storage::messages::MessageRow;
use crate::storage::{ChannelNum, Conn, entries, members, messages};

pub(super) const REASON_CHARS_MAX: usize = 500;

/// What somebody wants to say.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub nonce: Nonce,
    pub text: String,
    pub reply_to: Option<EventId>,
    pub thread: Option<EventId>,
    pub attachments: Vec<Attach>,
    pub previews: Vec<LinkPreview>,
    /// It was said elsewhere: then it mentions nobody here.
    pub imported: Option<Imported>,
}

impl Domain {
    /// `alone`: there is nothing beside the text.
    pub(super) fn check_text(&self, text: &str, alone: bool) -> Result<()> {
        let most = usize::try_from(self.config.settings.limits.message_bytes).unwrap_or(usize::MAX);
        if text.len() > most {
            return Err(Error::invalid("text_too_long", "/text", format!("must have at most {most} bytes")));
        }
        if alone && text.trim().is_empty() {
            return Err(Error::invalid("text_empty", "/text", "must not be empty"));
        }
        if text.contains('\0') {
            return Err(Error::invalid("bad_text", "/text", "must not contain a NUL character"));
        }
        Ok(())
    }

    /// Sends a message. True when it is new; the same nonce with the same content answers the message
    /// that was sent then.
    ///
    /// # Errors
    /// `nonce_reused`, refusals of the channel's rules, and what is wrong with a field.
    pub async fn send_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        new: NewMessage,
    ) -> Result<(Message, bool)> {
        self.send_within(PATIENCE, actor, channel, new).await
    }

    /// What can be said of a message without looking at its channel; its files are here then, if they can be had.
    pub(super) async fn check_new(&self, actor: &Actor, new: NewMessage) -> Result<NewMessage> {
        self.check_text(&new.text, new.attachments.is_empty())?;
        let attachments = files::check(new.attachments)?;
        let previews = link_previews::check(&new.text, new.previews)?;
        for attach in &attachments {
            // What another server has is fetched before it is sent on; all else is the message's own refusal.
            if let Err(error @ Error::Peer(_)) = self.file(actor, &attach.file).await {
                return Err(error);
            }
        }
        Ok(NewMessage { attachments, previews, ..new })
    }

    /// As [`Domain::send_message`]: where the channel's host is another server, that is waited for so long.
    pub(super) async fn send_within(
        &self,
        patience: Duration,
        actor: &Actor,
        channel: ChannelId,
        new: NewMessage,
    ) -> Result<(Message, bool)> {
        let new = self.check_new(actor, new).await?;
        let found = match new.imported {
            Some(_) => Mentions::default(),
            None => mentions::find(&new.text, self.server()),
        };
        let actor = actor.clone();
        let id = channel.clone();
        let (asker, again) = (actor.clone(), new.clone());
        let ready =
            plain(&new, &found).and_then(|draft| self.writer.compose_ahead(&channel, &actor.person, draft));
        let work = move |work: &mut Work<'_>| send(work, &actor, &id, (new, found), ready);
        let nonce = (asker.person.id.clone(), again.nonce.as_str().to_owned());
        let sent = self.writer.one_event(&channel, Some(nonce), work).await;
        match sent {
            Err(Error::Elsewhere(out)) => self.send_elsewhere(patience, &asker, &channel, *out, again).await,
            sent => sent,
        }
    }

    /// Sends to a channel that is hosted elsewhere: kept first, then handed to the host, and shown as pending
    /// if that takes long. Nothing is kept for a host that the operator blocks.
    async fn send_elsewhere(
        &self,
        patience: Duration,
        actor: &Actor,
        channel: &ChannelId,
        out: Outgoing,
        new: NewMessage,
    ) -> Result<(Message, bool)> {
        self.may_talk(&out.host)?;
        let Some(event) = out.events.last().cloned() else { return Err(Error::Busy) };
        let arrives = self.expect(&event.id);
        let (asker, again, host) = (actor.clone(), new.clone(), out.host.clone());
        let twice = self
            .writer
            .channel(channel, move |work| {
                // The same request may have come twice at once.
                match waiting(work, out.num, &asker, &again)? {
                    None => work.keep_pending(&out).map(|()| None),
                    first => Ok(first),
                }
            })
            .await?;
        self.peers.wake(&host);
        if let Some(first) = twice {
            // Where it stands by now is where the other answer has it.
            let id = first.id.parse().map_err(|_| Error::Busy)?;
            self.arrival(self.expect(&id), patience).await?;
            return Ok((self.message(actor, channel.clone(), id).await.unwrap_or(first), false));
        }
        if self.arrival(arrives, patience).await?.is_some() {
            return Ok((self.message(actor, channel.clone(), event.id).await?, true));
        }
        self.tell_waiting(channel, event.id.clone()).await;
        let content: MessageContent = event.body.as_deref().and_then(content::read_body).unwrap_or_default();
        let about = (event.id.as_str(), self.clock.now(), event.nonce.as_str());
        let relates = (new.reply_to.as_ref(), new.thread.as_ref());
        Ok((pending_message(channel, &actor.person.id, about, relates, content), true))
    }

    /// Replaces a message's text. Where the channel's host is away, the answer is the message as it is going to be, and
    /// says that it waits.
    pub async fn edit_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        text: String,
        previews: Option<Vec<LinkPreview>>,
    ) -> Result<Message> {
        self.check_text(&text, false)?;
        let previews = previews.map(|given| link_previews::check(&text, given)).transpose()?;
        let found = mentions::find(&text, self.server());
        let (asker, key, edited, new) =
            (actor.clone(), channel.clone(), id.clone(), (text.clone(), previews.clone()));
        let work = move |work: &mut Work<'_>| edit(work, &asker, &key, &edited, (text, previews, found));
        match self.change_in_time(&channel, work).await? {
            Done::Now(message) => Ok(message),
            Done::Waits => {
                let edited_ts = Some(self.clock.now());
                let message = self.message(actor, channel, id).await?;
                let (text, previews) = new;
                let previews = previews.unwrap_or_else(|| link_previews::of_text(&text, message.previews));
                Ok(Message { text, previews, edited_ts, status: MessageStatus::Pending, ..message })
            }
        }
    }

    /// Deletes a message for good. Deleting it again does nothing. One that waits for its channel's host is not sent.
    pub async fn delete_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        reason: Option<String>,
    ) -> Result<Done<()>> {
        let reason = check_reason(reason)?;
        if self.take_back(actor, &channel, &id).await? {
            return Ok(Done::Now(()));
        }
        let actor = actor.clone();
        let key = channel.clone();
        let deleted = self
            .change_in_time(&key, move |work| {
                let (num, row) = find_entitled(work, &actor, &channel, &id)?;
                if is_redacted(work.conn, &row)? {
                    return Ok(());
                }
                let why = ReasonContent { reason, administrator: None };
                work.append(num, &actor.person, Draft::redact(id, why)).map(drop)
            })
            .await;
        self.files.doomed.notify_one();
        deleted
    }

    /// One message.
    pub async fn message(&self, actor: &Actor, channel: ChannelId, id: EventId) -> Result<Message> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                let row = readable(conn, &seat, &id)?;
                let rows = messages::by_seqs(conn, seat.channel.num, &[row.seq])?;
                let shown = show::messages(conn, seat.channel.num, &seat.channel.id, rows, Some(user))?;
                shown.into_iter().next().ok_or(Error::NotFound(Missing::Message))
            })
            .await
    }
}

/// Why somebody does something to another or to what they said, as typed.
pub(super) fn check_reason(reason: Option<String>) -> Result<Option<String>> {
    let checked = reason
        .map(|text| accounts::check_line(&text, REASON_CHARS_MAX, "bad_reason", "/reason"))
        .transpose()?;
    Ok(checked.filter(|reason| !reason.is_empty()))
}

/// Whoever may read it.
pub(super) fn by_id(conn: &mut Conn, channel: ChannelNum, id: &EventId) -> Result<Option<MessageRow>> {
    let Some(entry) = entries::by_event(conn, channel, id.as_str())? else { return Ok(None) };
    Ok(messages::get(conn, channel, entry.seq)?)
}

/// Whether the log says that the message is deleted. One that is gone from here need not be from elsewhere.
pub(super) fn is_redacted(conn: &mut Conn, row: &MessageRow) -> Result<bool> {
    if !row.deleted {
        return Ok(false);
    }
    let entry = entries::by_seq(conn, row.channel, row.seq)?;
    Ok(entry.is_some_and(|entry| entry.redacted_seq.is_some()))
}

/// A message that the seat's person may read.
pub(super) fn readable(conn: &mut Conn, seat: &Seat, id: &EventId) -> Result<MessageRow> {
    message_from(conn, seat, id, seat.first_readable()?)
}

/// As [`readable`], also one that was kept long enough: a thread may go on from it.
pub(super) fn entitled(conn: &mut Conn, seat: &Seat, id: &EventId) -> Result<MessageRow> {
    message_from(conn, seat, id, seat.first_entitled()?)
}

fn message_from(conn: &mut Conn, seat: &Seat, id: &EventId, first: Seq) -> Result<MessageRow> {
    let missing = || Error::NotFound(Missing::Message);
    let entry = entries::by_event(conn, seat.channel.num, id.as_str())?.ok_or_else(missing)?;
    if entry.seq < first {
        return Err(missing());
    }
    messages::get(conn, seat.channel.num, entry.seq)?.ok_or_else(missing)
}

/// The channel's number, for somebody who may know of it.
pub(super) fn find_channel(work: &mut Work<'_>, actor: &Actor, channel: &ChannelId) -> Result<ChannelNum> {
    let num = work.lane.num_of(work.conn, channel)?.ok_or(Error::NotFound(Missing::Channel))?;
    // What people here are in channels of other hosts need not be what the log says of them yet.
    if work.is_host(num)? {
        let state = work.lane.open(work.conn, num)?.state_of(work.conn, &[&actor.person.id])?;
        let membership = state.members.get(&actor.person.id).map(|member| member.membership);
        if matches!(membership, Some(Membership::Joined | Membership::Invited)) {
            return Ok(num);
        }
    }
    Seat::find(work.conn, actor.person.num, channel).map(|_| num)
}

/// A message that somebody is about to change, and its channel.
pub(super) fn find_message(
    work: &mut Work<'_>,
    actor: &Actor,
    channel: &ChannelId,
    id: &EventId,
) -> Result<(ChannelNum, MessageRow)> {
    let seat = Seat::joined(work.conn, actor.person.num, channel)?;
    let row = readable(work.conn, &seat, id)?;
    Ok((seat.channel.num, row))
}

/// As [`find_message`], also one that was kept long enough: it can be on other servers.
pub(super) fn find_entitled(
    work: &mut Work<'_>,
    actor: &Actor,
    channel: &ChannelId,
    id: &EventId,
) -> Result<(ChannelNum, MessageRow)> {
    let seat = Seat::joined(work.conn, actor.person.num, channel)?;
    let row = entitled(work.conn, &seat, id)?;
    Ok((seat.channel.num, row))
}

/// The first message that this unit of work appended since `mark`.
fn told_message(work: &Work<'_>, mark: usize) -> Option<Message> {
    work.told_since(mark).iter().find_map(|effect| match effect {
        Effect::Entry { change: Some(Change::MessageCreated(message)), .. } => Some((**message).clone()),
        _ => None,
    })
}

fn send(
    work: &mut Work<'_>,
    actor: &Actor,
    channel: &ChannelId,
    (new, found): (NewMessage, Mentions),
    ready: Option<Ready>,
) -> Result<(Message, bool)> {
    let num = work.lane.num_of(work.conn, channel)?.ok_or(Error::NotFound(Missing::Channel))?;
    work.lane.lock_soon(work.conn, num);
    let (sender, nonce) = (actor.person.num, new.nonce.as_str());
    let sent = match work.lane.is_unused(num, sender, nonce) {
        true => None,
        false => entries::by_nonce(work.conn, num, sender, nonce)?,
    };
    find_channel(work, actor, channel)?;
    if let Some(entry) = sent {
        return again(work.conn, actor, channel, &entry, &new).map(|message| (message, false));
    }
    if let Some(message) = waiting(work, num, actor, &new)? {
        return Ok((message, false));
    }
    let relates = relation(work, channel, actor, &new)?;
    let post = |work: &mut Work<'_>| post(work, actor, num, (new, found, relates), ready);
    let sent = if work.is_host(num)? && (dms::is_left(work, num)? || work.binds_a_key(num)?) {
        // What goes before the message is taken back with it, should it be refused.
        work.sheltered(|work| {
            dms::reopen(work, num, &actor.person.id)?;
            post(work)
        })
    } else {
        post(work)
    };
    sent.map(|message| (message, true))
}

fn post(
    work: &mut Work<'_>,
    actor: &Actor,
    num: ChannelNum,
    (new, found, relates): (NewMessage, Mentions, Option<Relates>),
    ready: Option<Ready>,
) -> Result<Message> {
    let mark = work.told();
    match ready {
        Some(ready) => work.append_ready(num, &actor.person, ready)?,
        None => {
            let found = concerned(work, num, actor, found)?;
            let files = files::attachments(work.conn, actor.person.num, new.attachments.clone())?;
            work.append(num, &actor.person, drafted(&new, relates, files, found))?
        }
    };
    told_message(work, mark).ok_or(Error::NotFound(Missing::Message))
}

/// The message with all that was found out about it.
fn drafted(
    new: &NewMessage,
    relates: Option<Relates>,
    attachments: Vec<Attachment>,
    found: Mentions,
) -> Draft {
    let content = MessageContent {
        text: new.text.clone(),
        reply_to: new.reply_to.as_ref().filter(|_| new.thread.is_some()).map(|id| id.as_str().to_owned()),
        attachments,
        previews: new.previews.clone(),
        mentions: found.users,
        mentions_all: found.all,
        mentions_here: found.here,
        imported: new.imported.clone(),
    };
    Draft {
        kind: EventType::Message,
        nonce: Some(new.nonce.clone()),
        relates,
        state: None,
        content: Some(content::map(&content)),
    }
}

/// What a plain message is, as most are: that of others is known only when things have been looked up.
fn plain(new: &NewMessage, found: &Mentions) -> Option<Draft> {
    let is_plain = new.thread.is_none() && new.attachments.is_empty() && *found == Mentions::default();
    is_plain.then(|| drafted(new, answered(new), Vec::new(), Mentions::default()))
}

/// Those mentioned who are in the channel, and whether this author may address all of them, or those who are there.
fn concerned(work: &mut Work<'_>, channel: ChannelNum, actor: &Actor, found: Mentions) -> Result<Mentions> {
    let users = match found.users.is_empty() {
        true => Vec::new(),
        false => members::joined_among(work.conn, channel, &found.users)?
            .into_iter()
            .map(|(_, id, _)| id)
            .collect(),
    };
    if !found.all && !found.here {
        return Ok(Mentions { users, ..Mentions::default() });
    }
    let state = work.lane.open(work.conn, channel)?.state_of(work.conn, &[&actor.person.id])?;
    let role = state.members.get(&actor.person.id).map(|member| member.role);
    let rules = Rules::by_version(state.create.rules);
    let may = rules.zip(role).is_some_and(|(rules, role)| rules.allows(state, role, Capability::MentionAll));
    Ok(Mentions { users, all: found.all && may, here: found.here && may })
}

fn edit(
    work: &mut Work<'_>,
    actor: &Actor,
    channel: &ChannelId,
    id: &EventId,
    (text, previews, found): (String, Option<Vec<LinkPreview>>, Mentions),
) -> Result<Message> {
    let (num, row) = find_message(work, actor, channel, id)?;
    if row.sender != actor.person.num {
        return Err(Error::Forbidden(Forbidden::NotYours));
    }
    if row.deleted {
        return Err(Refusal::TargetRedacted.into());
    }
    let body = entries::body(work.conn, num, row.body_seq)?;
    let old: MessageContent = body.as_deref().and_then(content::read_body).unwrap_or_default();
    if text.trim().is_empty() && old.attachments.is_empty() {
        return Err(Error::invalid("text_empty", "/text", "must not be empty"));
    }
    let previews = previews.unwrap_or_else(|| link_previews::of_text(&text, old.previews.clone()));
    if old.text != text || old.previews != previews {
        let Mentions { users: mentions, all: mentions_all, here: mentions_here } =
            concerned(work, num, actor, found)?;
        let content = MessageContent { text, previews, mentions, mentions_all, mentions_here, ..old };
        let relates = Relates { rel: Rel::Edit, to: id.clone() };
        let draft = Draft::new(EventType::Edit).relates(relates).content(content::map(&content));
        work.append(num, &actor.person, draft)?;
    }
    let rows = messages::by_seqs(work.conn, num, &[row.seq])?;
    let shown = show::messages(work.conn, num, channel.as_str(), rows, Some(actor.person.num))?;
    shown.into_iter().next().ok_or(Error::NotFound(Missing::Message))
}
