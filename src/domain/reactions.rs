//! Reactions to messages.

use super::content::{self, ReactionContent};
use super::emoji;
use super::messages::find_message;
use super::remote::change::Done;
use super::seat::Seat;
use super::writer::Draft;
use super::{Actor, Domain, Error, Missing, Result};
use crate::protocol::event::{EventType, Rel, Relates};
use crate::protocol::ids::{ChannelId, EventId, UserId};
use crate::protocol::rules::Refusal;
use crate::storage::{messages, users};

/// How many different emoji one message may have.
pub const EMOJI_PER_MESSAGE_MAX: usize = 50;

impl Domain {
    /// Reacts. To react twice with the same emoji changes nothing.
    pub async fn add_reaction(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        emoji: String,
    ) -> Result<Done<()>> {
        let emoji = emoji::check_new(&emoji)?;
        let actor = actor.clone();
        let key = channel.clone();
        self.change_in_time(&key, move |work| {
            let (num, row) = find_message(work, &actor, &channel, &id)?;
            if row.deleted {
                return Err(Refusal::TargetRedacted.into());
            }
            if let Some(known) = messages::reaction(work.conn, num, row.seq, &emoji, actor.person.num)? {
                return work.keep_after_all(num, actor.person.num, &known.event_id);
            }
            let others = messages::emoji_of(work.conn, num, row.seq)?;
            if others.len() >= EMOJI_PER_MESSAGE_MAX && !others.contains(&emoji) {
                return Err(Error::invalid(
                    "too_many_emoji",
                    "/emoji",
                    "This message has as many emoji as it can have.",
                ));
            }
            let relates = Relates { rel: Rel::React, to: id };
            let content = content::map(&ReactionContent { emoji });
            work.append(
                num,
                &actor.person,
                Draft::new(EventType::Reaction).relates(relates).content(content),
            )?;
            Ok(())
        })
        .await
    }

    /// Takes one's reaction back, or deletes that of `other`, by the rules for deleting what others say. Where there is none,
    /// nothing changes.
    pub async fn remove_reaction(
        &self,
        actor: &Actor,
        (channel, id): (ChannelId, EventId),
        emoji: String,
        other: Option<UserId>,
    ) -> Result<Done<()>> {
        let emoji = emoji::checked(&emoji)?;
        let other = other.filter(|other| *other != actor.person.id);
        if other.is_none() && self.take_reaction_back(actor, &channel, &id, &emoji).await? {
            return Ok(Done::Now(()));
        }
        let actor = actor.clone();
        let key = channel.clone();
        self.change_in_time(&key, move |work| {
            let (num, row) = find_message(work, &actor, &channel, &id)?;
            let whose = match &other {
                None => actor.person.num,
                Some(other) => {
                    let other = users::by_id(work.conn, other.as_str())?;
                    other.ok_or(Error::NotFound(Missing::User))?.num
                }
            };
            let theirs = messages::reaction(work.conn, num, row.seq, &emoji, whose)?;
            let Some(to) = theirs.and_then(|theirs| theirs.event_id.parse().ok()) else { return Ok(()) };
            let relates = Relates { rel: Rel::Redact, to };
            work.append(num, &actor.person, Draft::new(EventType::Redact).relates(relates)).map(drop)
        })
        .await
    }

    /// Deletes what was reacted with by this event, by the rules for deleting what others say.
    pub(super) async fn delete_reaction(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        event: EventId,
    ) -> Result<Done<()>> {
        let (actor, id) = (actor.clone(), channel.clone());
        self.change_in_time(channel, move |work| {
            let seat = Seat::joined(work.conn, actor.person.num, &id)?;
            let relates = Relates { rel: Rel::Redact, to: event };
            let draft = Draft::new(EventType::Redact).relates(relates);
            work.append(seat.channel.num, &actor.person, draft).map(drop)
        })
        .await
    }
}
