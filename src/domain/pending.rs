//! What somebody wants of channels that are hosted elsewhere, and that waits for the host: kept, and sent until the host
//! has answered. Each has its final id already.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::{self, MessageContent, ReactionContent};
use super::effect::Effect;
use super::peers::PeerError;
use super::remote::change::PATIENCE;
use super::seat::Seat;
use super::view::{Message, MessageStatus};
use super::writer::Work;
use super::{Actor, Domain, Error, Person, Result};
use crate::protocol::event::{Event, EventType, Rel};
use crate::protocol::ids::{ChannelId, EventId, UserId};
use crate::protocol::{Seq, Ts};
use crate::storage::pending::{self, PendingRow};
use crate::storage::refusals::{self, RefusalRow};
use crate::storage::regrets::{self, RegretRow};
use crate::storage::{ChannelNum, Conn, UserNum, channels, entries, messages, users};

/// The `seq` of a message that has no place in the log yet.
pub const NO_SEQ: Seq = -1;

/// One event that waits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Pending {
    /// The id that it keeps.
    pub id: String,
    /// `message`, `edit`, `reaction`, `redact` (a deletion; with `emoji` a reaction taken back), or what else the event is.
    pub kind: String,
    /// When it was written.
    pub ts: Ts,
    /// The message that it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub emoji: Option<String>,
    /// The message, or as it is going to be after the edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<Message>,
}

/// What became of an event that waits, as its sender's devices are told.
#[derive(Debug, Clone)]
pub enum Fate {
    /// Its host could not be had for [`PATIENCE`].
    Waits,
    /// It stands in the log.
    Delivered,
    /// Its host will not have it.
    Refused(PeerError),
    /// Its sender does not want it any more.
    TakenBack,
    /// Its sender has seen that it was refused.
    Dismissed,
}

/// Something that a host refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub channel: ChannelId,
    pub channel_name: String,
    pub host: String,
    pub pending: Pending,
    /// The host's, whatever that is.
    pub code: String,
    pub detail: String,
    pub refused_ts: Ts,
}

impl Domain {
    /// What of one's own was refused after it had waited, and was not dismissed, the oldest first.
    pub async fn refusals(&self, actor: &Actor) -> Result<Vec<Refusal>> {
        let person = actor.person.clone();
        self.reads.read(move |conn| refused(conn, &person)).await
    }

    /// Forgets that something of one's own was refused.
    pub async fn dismiss_refusal(&self, actor: &Actor, event: EventId) -> Result<()> {
        let person = actor.person.num;
        self.writer
            .other("refusals", move |work| match refusals::take(work.conn, person, event.as_str())? {
                Some(row) => work.tell_fate(&row.into(), Fate::Dismissed),
                None => Ok(()),
            })
            .await
    }

    /// What of one's own waits for the channel's host, the oldest first.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`
    pub async fn pending(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Pending>> {
        let (person, now) = (actor.person.clone(), self.clock.now());
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, person.num, &channel)?;
                let mut rows = pending::of_person(conn, seat.channel.num, person.num)?;
                rows.retain(|row| has_waited(row, now));
                let shown = rows.iter().map(|row| shown(conn, &channel, &person.id, row));
                Ok(shown.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
            })
            .await
    }

    /// Forgets an event of one's own that waits: it is sent no more, and should its host have it by now, it is deleted once it
    /// comes back. False if there is none.
    pub(super) async fn take_back(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        event: &EventId,
    ) -> Result<bool> {
        let event = event.as_str().to_owned();
        self.drop_waiting(actor, channel, move |row| row.event_id == event).await
    }

    /// As [`Domain::take_back`], for a reaction.
    pub(super) async fn take_reaction_back(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        message: &EventId,
        emoji: &str,
    ) -> Result<bool> {
        let (message, emoji) = (message.clone(), emoji.to_owned());
        self.drop_waiting(actor, channel, move |row| is_reaction(row, &message, &emoji)).await
    }

    /// Tells the sender's devices of an event that is kept for its host, should it still be.
    pub(super) async fn tell_waiting(&self, channel: &ChannelId, event: EventId) {
        let tell = move |work: &mut Work<'_>| match pending::get(work.conn, event.as_str())? {
            Some(row) => work.tell_fate(&row, Fate::Waits),
            None => Ok(()),
        };
        // It waits all the same; devices learn of it when they ask.
        if let Err(error) = self.writer.channel(channel, tell).await {
            tracing::warn!(%error, "what waits could not be told");
        }
    }

    async fn drop_waiting(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        is_meant: impl Fn(&PendingRow) -> bool + Send + Sync + 'static,
    ) -> Result<bool> {
        let (person, id) = (actor.person.num, channel.clone());
        let known = self.reads.read(move |conn| {
            let Some(num) = channels::num_of(conn, id.as_str())? else { return Ok(Vec::new()) };
            let mut rows = pending::of_person(conn, num, person)?;
            rows.retain(is_meant);
            Ok::<_, Error>(rows)
        });
        let rows = known.await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let events: Vec<String> = rows.iter().map(|row| row.event_id.clone()).collect();
        let taken_back = move |work: &mut Work<'_>| {
            let (ts, mut dropped) = (work.lane.clock.now(), Vec::new());
            for event in &events {
                // What came back meanwhile is deleted as all else is.
                let Some(row) = pending::get(work.conn, event)? else { continue };
                dropped.push((row.event_id.clone(), row.host.clone()));
                let regret =
                    RegretRow { event_id: row.event_id, channel: row.channel, sender: row.sender, ts };
                regrets::add(work.conn, &regret)?;
                work.drop_pending(event, Fate::TakenBack)?;
            }
            Ok(dropped)
        };
        let dropped = self.writer.channel(channel, taken_back).await?;
        for (event, host) in &dropped {
            if let Ok(host) = host.parse() {
                let why = PeerError::Unreachable(host, "it was taken back before it was sent".to_owned());
                self.arrivals.refused(event, why);
            }
        }
        Ok(!dropped.is_empty())
    }
}

pub(super) fn refused(conn: &mut Conn, person: &Person) -> Result<Vec<Refusal>> {
    let mut found = Vec::new();
    for row in refusals::of_person(conn, person.num)? {
        let Some(known) = channels::by_num(conn, row.channel)? else { continue };
        let Ok(channel) = known.id.parse() else { continue };
        let (channel_name, host) = (known.name, known.host);
        let RefusalRow { code, detail, refused_ts, .. } = row.clone();
        if let Some(pending) = shown(conn, &channel, &person.id, &row.into())? {
            found.push(Refusal { channel, channel_name, host, pending, code, detail, refused_ts });
        }
    }
    Ok(found)
}

/// All that waits of one's own, each with its channel.
pub(super) fn waiting(conn: &mut Conn, person: &Person) -> Result<Vec<(ChannelId, Pending)>> {
    let mut found = Vec::new();
    for row in pending::all_of_person(conn, person.num)? {
        let Some(known) = channels::by_num(conn, row.channel)? else { continue };
        let Ok(channel) = known.id.parse() else { continue };
        if let Some(pending) = shown(conn, &channel, &person.id, &row)? {
            found.push((channel, pending));
        }
    }
    Ok(found)
}

impl Work<'_> {
    /// Forgets that the person wanted an event deleted, should that wait.
    pub(super) fn keep_after_all(&mut self, channel: ChannelNum, person: UserNum, event: &str) -> Result<()> {
        for row in pending::of_person(self.conn, channel, person)? {
            let known = serde_json::from_str::<Event>(&row.event).ok();
            let relates =
                known.filter(|known| known.kind == EventType::Redact).and_then(|known| known.relates);
            if relates.is_some_and(|relates| relates.to.as_str() == event) {
                self.drop_pending(&row.event_id, Fate::TakenBack)?;
            }
        }
        Ok(())
    }

    /// Tells the sender's devices what became of an event that waits.
    pub(super) fn tell_fate(&mut self, row: &PendingRow, fate: Fate) -> Result<()> {
        let now = self.lane.clock.now();
        if !matches!(fate, Fate::Waits) && !has_waited(row, now) {
            return Ok(());
        }
        let channel = channels::by_num(self.conn, row.channel)?.and_then(|row| row.id.parse().ok());
        let sender = users::by_num(self.conn, row.sender)?.and_then(|user| user.id.parse().ok());
        let (Some(channel), Some(sender)) = (channel, sender) else { return Ok(()) };
        if let Some(pending) = shown(self.conn, &channel, &sender, row)? {
            // No page may be open to hear it.
            if let Fate::Refused(why) = &fate {
                refusals::add(self.conn, row, (&why.said(), &why.to_string()), now)?;
            }
            self.tell(Effect::Pending { user: row.sender, channel, pending: Box::new(pending), fate });
        }
        Ok(())
    }
}

impl From<RefusalRow> for PendingRow {
    /// As it waited.
    fn from(row: RefusalRow) -> PendingRow {
        PendingRow {
            num: row.num,
            event_id: row.event_id,
            channel: row.channel,
            host: String::new(),
            sender: row.sender,
            nonce: row.nonce,
            event: row.event,
            signature: Vec::new(),
            body: row.body,
            created_ts: row.created_ts,
        }
    }
}

/// Of what is on its way for a moment only nobody is told that it waits, nor that it does no longer: whoever sent it
/// is being answered.
fn has_waited(row: &PendingRow, now: Ts) -> bool {
    u128::try_from(now - row.created_ts).unwrap_or(0) >= PATIENCE.as_millis()
}

fn is_reaction(row: &PendingRow, message: &EventId, emoji: &str) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(&row.event) else { return false };
    let content: Option<ReactionContent> = row.body.as_deref().and_then(content::read_body);
    event.kind == EventType::Reaction
        && event.relates.is_some_and(|relates| relates.to == *message)
        && content.is_some_and(|content| content.emoji == emoji)
}

fn shown(conn: &mut Conn, channel: &ChannelId, sender: &UserId, row: &PendingRow) -> Result<Option<Pending>> {
    let Ok(event) = serde_json::from_str::<Event>(&row.event) else { return Ok(None) };
    // A server's own affair.
    if event.kind == EventType::ServerKey {
        return Ok(None);
    }
    let of =
        |rel: Rel| event.relates.as_ref().filter(|relates| relates.rel == rel).map(|relates| &relates.to);
    let says: Option<MessageContent> = matches!(event.kind, EventType::Message | EventType::Edit)
        .then(|| row.body.as_deref().and_then(content::read_body))
        .flatten();
    let id = of(Rel::Edit).map_or(row.event_id.as_str(), AsRef::as_ref);
    let message = says.map(|content| {
        let about = (id, row.created_ts, row.nonce.as_str());
        pending_message(channel, sender, about, (of(Rel::Reply), of(Rel::Thread)), content)
    });
    let mut target = event.relates.as_ref().map(|relates| relates.to.as_str().to_owned());
    let mut emoji: Option<String> = None;
    if event.kind == EventType::Reaction {
        let content: Option<ReactionContent> = row.body.as_deref().and_then(content::read_body);
        emoji = content.map(|content| content.emoji);
    } else if let Some((message, reaction)) = reaction_of(conn, row.channel, of(Rel::Redact))? {
        (target, emoji) = (Some(message), Some(reaction));
    }
    Ok(Some(Pending {
        id: row.event_id.clone(),
        kind: event.kind.as_str().to_owned(),
        ts: row.created_ts,
        target,
        emoji,
        message,
    }))
}

/// The message and the emoji of a reaction that is to be taken back; none where it is something else.
fn reaction_of(
    conn: &mut Conn,
    channel: ChannelNum,
    event: Option<&EventId>,
) -> Result<Option<(String, String)>> {
    let Some(event) = event else { return Ok(None) };
    let entry = entries::by_event(conn, channel, event.as_str())?;
    let Some(entry) = entry.filter(|entry| entry.kind == EventType::Reaction.as_str()) else {
        return Ok(None);
    };
    let Some(row) = messages::reaction_at(conn, channel, entry.seq)? else { return Ok(None) };
    let message = messages::get(conn, channel, row.message_seq)?;
    Ok(message.map(|message| (message.id, row.emoji)))
}

/// A message as it is shown until its host has given it a place: (id, time, nonce), (answers, thread), content.
pub(super) fn pending_message(
    channel: &ChannelId,
    sender: &UserId,
    (id, ts, nonce): (&str, Ts, &str),
    (reply_to, thread): (Option<&EventId>, Option<&EventId>),
    content: MessageContent,
) -> Message {
    Message {
        id: id.to_owned(),
        channel: channel.as_str().to_owned(),
        seq: NO_SEQ,
        sender: sender.as_str().to_owned(),
        ts,
        text: content.text,
        nonce: Some(nonce.to_owned()),
        edited_ts: None,
        deleted: false,
        reply_to: reply_to.map(|id| id.as_str().to_owned()).or(content.reply_to),
        thread: thread.map(|id| id.as_str().to_owned()),
        thread_index: None,
        thread_count: None,
        reactions: Vec::new(),
        attachments: content.attachments,
        previews: content.previews,
        mentions: content.mentions,
        mentions_all: content.mentions_all,
        mentions_here: content.mentions_here,
        imported: content.imported,
        status: MessageStatus::Pending,
    }
}
