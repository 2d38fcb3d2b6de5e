//! What somebody wants of channels that are hosted elsewhere, and that waits for the host: kept, and sent until the host
//! has answered. Each has its final id already.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::{self, MessageContent, ReactionContent};
use super::peers::PeerError;
use super::seat::Seat;
use super::view::{Message, MessageStatus};
use super::writer::Work;
use super::{Actor, Domain, Error, Result};
use crate::protocol::event::{Event, EventType, Rel};
use crate::protocol::ids::{ChannelId, EventId, UserId};
use crate::protocol::{Seq, Ts};
use crate::storage::channels;
use crate::storage::peers::{self, PendingRow};

/// The `seq` of a message that has no place in the log yet.
pub const NO_SEQ: Seq = -1;

/// One event that waits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Pending {
    /// The id that it keeps.
    pub id: String,
    /// `message`, `edit`, `reaction`, `redact` (a deletion), or what else the event is.
    pub kind: String,
    /// When it was written.
    pub ts: Ts,
    /// The message that it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The message, or as it is going to be after the edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

impl Domain {
    /// What of one's own waits for the channel's host, the oldest first.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`
    pub async fn pending(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Pending>> {
        let person = actor.person.clone();
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, person.num, &channel)?;
                let rows = peers::pending_of(conn, seat.channel.num, person.num)?;
                Ok(rows.iter().filter_map(|row| shown(&channel, &person.id, row)).collect())
            })
            .await
    }

    /// Forgets an event of one's own that waits: its host hears nothing of it, unless it was being sent just now. False
    /// if there is none.
    pub(super) async fn take_back(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        event: &EventId,
    ) -> Result<bool> {
        let (person, id, event) = (actor.person.num, channel.clone(), event.as_str().to_owned());
        let known = self.reads.read(move |conn| {
            let Some(num) = channels::num_of(conn, id.as_str())? else { return Ok(None) };
            let rows = peers::pending_of(conn, num, person)?;
            Ok::<_, Error>(rows.into_iter().find(|row| row.event_id == event))
        });
        let Some(row) = known.await? else { return Ok(false) };
        self.drop_waiting(channel, row).await.map(|()| true)
    }

    /// As [`Domain::take_back`], for a reaction.
    pub(super) async fn take_reaction_back(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        message: &EventId,
        emoji: &str,
    ) -> Result<bool> {
        let (person, id) = (actor.person.num, channel.clone());
        let (message, emoji) = (message.clone(), emoji.to_owned());
        let known = self.reads.read(move |conn| {
            let Some(num) = channels::num_of(conn, id.as_str())? else { return Ok(None) };
            let rows = peers::pending_of(conn, num, person)?;
            Ok::<_, Error>(rows.into_iter().find(|row| is_reaction(row, &message, &emoji)))
        });
        let Some(row) = known.await? else { return Ok(false) };
        self.drop_waiting(channel, row).await.map(|()| true)
    }

    async fn drop_waiting(&self, channel: &ChannelId, row: PendingRow) -> Result<()> {
        let (num, event) = (row.channel, row.event_id.clone());
        let dropped = move |work: &mut Work<'_>| work.drop_pending(num, &event);
        self.writer.channel(channel, dropped).await?;
        if let Ok(host) = row.host.parse() {
            let why = PeerError::Unreachable(host, "it was taken back before it was sent".to_owned());
            self.arrivals.refused(&row.event_id, why);
        }
        Ok(())
    }
}

fn is_reaction(row: &PendingRow, message: &EventId, emoji: &str) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(&row.event) else { return false };
    let content: Option<ReactionContent> = row.body.as_deref().and_then(content::read_body);
    event.kind == EventType::Reaction
        && event.relates.is_some_and(|relates| relates.to == *message)
        && content.is_some_and(|content| content.emoji == emoji)
}

fn shown(channel: &ChannelId, sender: &UserId, row: &PendingRow) -> Option<Pending> {
    let event: Event = serde_json::from_str(&row.event).ok()?;
    // A server's own affair.
    if event.kind == EventType::ServerKey {
        return None;
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
    let emoji: Option<ReactionContent> = match event.kind {
        EventType::Reaction => row.body.as_deref().and_then(content::read_body),
        _ => None,
    };
    Some(Pending {
        id: row.event_id.clone(),
        kind: event.kind.as_str().to_owned(),
        ts: row.created_ts,
        target: event.relates.as_ref().map(|relates| relates.to.as_str().to_owned()),
        emoji: emoji.map(|content| content.emoji),
        message,
    })
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
        mentions: content.mentions,
        mentions_all: content.mentions_all,
        mentions_here: content.mentions_here,
        imported: content.imported,
        status: MessageStatus::Pending,
    }
}
