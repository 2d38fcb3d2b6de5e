//! One answer with all that a client needs to begin, and what a stream needs to go on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::channels::mine;
use super::retold::{Part, Told};
use super::seat::{Seat, first_shown};
use super::view::{AccountRole, Channel, ThreadState, User};
use super::{Actor, Domain, Error, Missing, Result, changes, reports, show, threads};
use crate::protocol::Seq;
use crate::protocol::ids::ChannelId;
use crate::storage::notifications::Unseen;
use crate::storage::{ChannelNum, UserNum, blocks, channels, notifications, users};

/// What a client begins with.
pub struct Snapshot {
    pub user: User,
    pub channels: Vec<Channel>,
    /// People in view: those in direct messages, and the authors of last messages.
    pub users: Vec<User>,
    pub unseen: Unseen,
    /// Threads that the person follows in which something is new.
    pub threads: Vec<ThreadState>,
    /// Whom the person blocks.
    pub blocks: Vec<String>,
    /// How many reports are open; none for who sees to none.
    pub reports_open: Option<i64>,
}

/// A channel that a stream follows, and where its log stood when it began to.
#[derive(Debug, Clone)]
pub struct Followed {
    pub num: ChannelNum,
    pub id: String,
    pub head: Seq,
    pub unread: i64,
    pub kept_from_seq: Seq,
}

/// What a client missed in one channel.
pub enum Missed {
    /// Everything after its cursor, in order.
    Changes(Arc<Told>),
    /// More than fits: the client pages.
    TooMuch,
}

impl Domain {
    pub async fn snapshot(&self, actor: &Actor) -> Result<Snapshot> {
        let user = actor.person.num;
        self.reads
            .read_in_turn(move |conn| {
                let me = users::by_num(conn, user)?.ok_or(Error::NotFound(Missing::User))?;
                let channels = mine(conn, user)?;
                let people = channels.iter().flat_map(|channel| &channel.people);
                let people: BTreeMap<&str, &User> =
                    people.map(|person| (person.id.as_str(), person)).collect();
                let mut ids: BTreeSet<String> = channels
                    .iter()
                    .flat_map(|channel| channel.last_message.iter().map(|message| message.sender.clone()))
                    .collect();
                ids.insert(me.id.clone());
                ids.retain(|id| !people.contains_key(id.as_str()));
                let ids: Vec<String> = ids.into_iter().collect();
                let mut shown: Vec<User> = users::by_ids(conn, &ids)?.iter().map(show::user).collect();
                shown.extend(people.into_values().cloned());
                let role = AccountRole::parse(&me.role);
                let moderates = channels.iter().any(Channel::is_moderated);
                Ok(Snapshot {
                    reports_open: reports::open(conn, user, role, moderates)?,
                    user: User { role: Some(role), ..show::user(&me) },
                    channels,
                    users: shown,
                    unseen: notifications::count_unseen(conn, user)?,
                    threads: threads::unread(conn, user)?,
                    blocks: blocks::of_user(conn, user)?,
                })
            })
            .await
    }

    /// The channels that a person's sockets follow: those they are joined in.
    pub async fn followed(&self, user: UserNum) -> Result<Vec<Followed>> {
        self.reads
            .read_in_turn(move |conn| {
                let rows = channels::followed(conn, user)?;
                let followed = rows.into_iter().map(|(num, id, size, messages, read, kept_from_seq)| {
                    Followed { num, id, head: size - 1, unread: (messages - read).max(0), kept_from_seq }
                });
                Ok(followed.collect())
            })
            .await
    }

    /// The ids of channels that a person is invited to.
    pub async fn invited_to(&self, user: UserNum) -> Result<HashSet<String>> {
        self.reads.read_in_turn(move |conn| Ok(channels::invited_to(conn, user)?.into_iter().collect())).await
    }

    /// What the log of a channel says after `seq`, at most `limit` entries.
    pub async fn missed(
        &self,
        user: UserNum,
        channel: ChannelId,
        seq: Seq,
        limit: i64,
    ) -> Result<(Missed, Seq)> {
        let (retold, now) = (self.retold.clone(), self.clock.now());
        self.reads
            .read_in_turn(move |conn| {
                let begun = retold.begin();
                let seat = Seat::joined(conn, user, &channel)?;
                let head = seat.head();
                let Some(readable_from) = first_shown(&seat.channel, seat.member.as_ref()) else {
                    return Ok((Missed::TooMuch, head));
                };
                // What is said of the channel and its people is kept for longer than messages.
                let from = seq.saturating_add(1).max(seat.first_entitled()?);
                if head - from + 1 > limit {
                    return Ok((Missed::TooMuch, head));
                }
                let part = Part { channel: seat.channel.num, from, to: head, readable_from };
                if let Some(told) = retold.get(&part) {
                    return Ok((Missed::Changes(told), head));
                }
                let range = (from, head);
                let bounds = (limit, now);
                let Some(changes) = changes::changes(conn, &seat.channel, range, readable_from, bounds)?
                else {
                    return Ok((Missed::TooMuch, head));
                };
                let told = Told::new(changes);
                retold.keep(begun, part, &told);
                Ok((Missed::Changes(told), head))
            })
            .await
    }

    /// Unseen notifications per channel.
    pub async fn mentions(&self, user: UserNum) -> Result<Vec<(ChannelNum, i64)>> {
        Ok(self.reads.read_in_turn(move |conn| notifications::unseen_by_channel(conn, user)).await?)
    }
}
