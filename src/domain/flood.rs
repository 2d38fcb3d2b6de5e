//! After a flood: what somebody wrote and reacted with lately goes at once.

use std::collections::HashSet;

use futures_util::future::try_join_all;

use super::clock::DAY_MS;
use super::remote::change::Done;
use super::seat::Seat;
use super::{Actor, Domain, Error, Missing, Result, stored};
use crate::protocol::event::{Event, Rel};
use crate::protocol::ids::{ChannelId, UserId};
use crate::storage::lately::{self, From};
use crate::storage::pending::{self, PendingRow};
use crate::storage::{Conn, users};

/// How many messages and reactions go at a time.
const DELETED_AT_ONCE_MAX: i64 = 100;
/// How far back it goes, in seconds: as much of a channel is looked through.
pub const WITHIN_S_MAX: i64 = 7 * DAY_MS / 1_000;

/// What came of it.
pub struct Swept {
    /// Messages.
    pub deleted: usize,
    pub reactions: usize,
    /// Those that the channel's host, which is away, is still to be told of.
    pub waiting: usize,
    pub more: bool,
}

impl Domain {
    /// Deletes what somebody wrote in a channel in the last `within_s` seconds, the newest first, each as by [`Domain::delete_message`],
    /// and their reactions of that time. Answers how many went, and whether there are more.
    ///
    /// # Errors
    /// `bad_within`, `user_not_found`, and what the channel's rules say to one of them; others may be deleted then.
    pub async fn delete_messages_of(
        &self,
        actor: &Actor,
        channel: ChannelId,
        user: UserId,
        within_s: i64,
    ) -> Result<Swept> {
        if !(1..=WITHIN_S_MAX).contains(&within_s) {
            return Err(Error::invalid(
                "bad_within",
                "/within_s",
                format!("must be from 1 to {WITHIN_S_MAX}"),
            ));
        }
        let ts = self.clock.now() - within_s * 1_000;
        let (asker, id) = (actor.person.num, channel.clone());
        let find = move |conn: &mut Conn| {
            let seat = Seat::joined(conn, asker, &id)?;
            let row = users::by_id(conn, user.as_str())?.ok_or(Error::NotFound(Missing::User))?;
            let (num, from) = (seat.channel.num, From { ts, seq: seat.first_readable()? });
            // What the host is still to be told of is not asked of it again.
            let asked = redactions(&pending::of_person(conn, num, asker)?);
            let limit = DELETED_AT_ONCE_MAX + 1 + i64::try_from(asked.len()).unwrap_or(0);
            let said = lately::said(conn, num, row.num, from, limit)?;
            let reacted = lately::reacted(conn, num, row.num, from, limit)?;
            let messages = said.into_iter().map(|id| (id, What::Message));
            let mut found: Vec<_> =
                messages.chain(reacted.into_iter().map(|id| (id, What::Reaction))).collect();
            let all = found.len();
            found.retain(|(id, _)| !asked.contains(id));
            Ok::<_, Error>((all - found.len(), found))
        };
        let (waiting, mut found) = self.reads.read(find).await?;
        let most = usize::try_from(DELETED_AT_ONCE_MAX).unwrap_or(usize::MAX);
        let more = found.len() > most;
        found.truncate(most);
        // All at once, so that they are one commit.
        let deletions = found.into_iter().map(|(id, what)| {
            let channel = channel.clone();
            async move {
                let id = id.parse().map_err(|error| stored::damaged("event id", error))?;
                let done = match what {
                    What::Message => self.delete_message(actor, channel, id, None).await?,
                    What::Reaction => self.delete_reaction(actor, &channel, id).await?,
                };
                Ok::<_, Error>((done, what))
            }
        });
        let done = try_join_all(deletions).await?;
        let went =
            |which| done.iter().filter(|(done, what)| (done, *what) == (&Done::Now(()), which)).count();
        let (deleted, reactions) = (went(What::Message), went(What::Reaction));
        Ok(Swept { deleted, reactions, waiting: waiting + done.len() - deleted - reactions, more })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Message,
    Reaction,
}

/// What the deletions among these delete.
fn redactions(rows: &[PendingRow]) -> HashSet<String> {
    let events = rows.iter().filter_map(|row| serde_json::from_str::<Event>(&row.event).ok());
    let deletes = events.filter_map(|event| event.relates.filter(|relates| relates.rel == Rel::Redact));
    deletes.map(|relates| relates.to.to_string()).collect()
}
