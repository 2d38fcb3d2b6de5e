//! After a flood: what somebody wrote lately goes at once.

use futures_util::future::try_join_all;

use super::clock::DAY_MS;
use super::seat::Seat;
use super::{Actor, Domain, Error, Missing, Result, stored};
use crate::protocol::Ts;
use crate::protocol::ids::{ChannelId, UserId};
use crate::storage::{messages, users};

/// How many messages go at a time.
const DELETED_AT_ONCE_MAX: i64 = 100;
/// How far back it goes: as much of a channel is looked through.
const SINCE_MS_MAX: i64 = 7 * DAY_MS;

impl Domain {
    /// Deletes what somebody wrote in a channel from `since` on, or in the last seven days, the newest first, each as by [`Domain::delete_message`].
    /// Answers how many went, and whether there are more.
    ///
    /// # Errors
    /// `bad_since`, `user_not_found`, and what the channel's rules say to one of them; others may be deleted then.
    pub async fn delete_messages_of(
        &self,
        actor: &Actor,
        channel: ChannelId,
        user: UserId,
        since: Option<Ts>,
    ) -> Result<(usize, bool)> {
        let first = self.clock.now() - SINCE_MS_MAX;
        let since = since.unwrap_or(first);
        if since < first {
            return Err(Error::invalid("bad_since", "/since_ts", "must be at most seven days ago"));
        }
        let (asker, id) = (actor.person.num, channel.clone());
        let mut found = self
            .reads
            .read(move |conn| {
                let seat = Seat::joined(conn, asker, &id)?;
                let row = users::by_id(conn, user.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                let from = (since, seat.first_readable()?);
                Ok::<_, Error>(messages::said_since(
                    conn,
                    seat.channel.num,
                    row.num,
                    from,
                    DELETED_AT_ONCE_MAX + 1,
                )?)
            })
            .await?;
        let most = usize::try_from(DELETED_AT_ONCE_MAX).unwrap_or(usize::MAX);
        let more = found.len() > most;
        found.truncate(most);
        // All at once, so that they are one commit.
        let deletions = found.into_iter().map(|id| {
            let channel = channel.clone();
            async move {
                let id = id.parse().map_err(|error| stored::damaged("event id", error))?;
                self.delete_message(actor, channel, id, None).await.map(drop)
            }
        });
        let deleted = try_join_all(deletions).await?.len();
        Ok((deleted, more))
    }
}
