//! What messages said before they were edited.

use std::collections::HashMap;

use super::content::{self, MessageContent};
use super::messages::readable;
use super::seat::Seat;
use super::{Actor, Domain, Error, Forbidden, Page, Result, cut};
use crate::protocol::ids::{ChannelId, EventId};
use crate::protocol::{Seq, Ts};
use crate::storage::{entries, messages};

/// How many versions of a message a page has at most.
pub const VERSIONS_PAGE_MAX: i64 = 100;

/// An earlier version of a message.
pub struct Version {
    pub seq: Seq,
    pub ts: Ts,
    pub text: String,
}

impl Domain {
    /// What a message said before, the first version first, after the place `after`: for its author and for moderators.
    pub async fn versions(
        &self,
        actor: &Actor,
        (channel, id): (ChannelId, EventId),
        after: Option<Seq>,
        limit: i64,
    ) -> Result<Page<Version, Seq>> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                let row = readable(conn, &seat, &id)?;
                if row.sender != user && !seat.has_role(&["owner", "moderator"]) {
                    return Err(Error::Forbidden(Forbidden::EditsPrivate));
                }
                let first = after.is_none().then_some((row.seq, row.ts));
                let edits = (after.unwrap_or(row.seq), limit + 1);
                let edits = messages::edits_of(conn, seat.channel.num, row.seq, edits)?;
                let (places, next) = cut(first.into_iter().chain(edits).collect(), limit, |(seq, _)| *seq);
                let seqs: Vec<Seq> = places.iter().map(|(seq, _)| *seq).collect();
                let bodies = entries::bodies_of(conn, seat.channel.num, &seqs)?;
                let mut texts: HashMap<Seq, String> = bodies
                    .into_iter()
                    .filter_map(|(seq, body)| Some((seq, content::read_body::<MessageContent>(&body)?.text)))
                    .collect();
                let versions = places
                    .into_iter()
                    .filter_map(|(seq, ts)| Some(Version { seq, ts, text: texts.remove(&seq)? }));
                Ok((versions.collect(), next))
            })
            .await
    }
}
