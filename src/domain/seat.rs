//! Where somebody sits in a channel: what they may see of it.

use super::{Error, Forbidden, Missing, Result, stored};
use crate::protocol::Seq;
use crate::protocol::ids::ChannelId;
use crate::protocol::rules::HistoryPolicy;
use crate::storage::channels::ChannelRow;
use crate::storage::joinings::JoiningRow;
use crate::storage::members::{self, MemberRow};
use crate::storage::{Conn, UserNum, joinings};

pub(super) struct Seat {
    pub channel: ChannelRow,
    pub member: Option<MemberRow>,
}

impl Seat {
    /// The channel, if the person may know of it: it is public, or they are or were asked in.
    ///
    /// # Errors
    /// `channel_not_found`
    pub fn find(conn: &mut Conn, user: UserNum, id: &ChannelId) -> Result<Seat> {
        let found = members::in_channel(conn, id.as_str(), user)?;
        let (channel, member) = found.ok_or(Error::NotFound(Missing::Channel))?;
        let member = or_early(conn, &channel, user, member)?;
        let seat = Seat { channel, member };
        if seat.is_known() { Ok(seat) } else { Err(Error::NotFound(Missing::Channel)) }
    }

    /// As [`Seat::find`], for what only members may see.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`
    pub fn joined(conn: &mut Conn, user: UserNum, id: &ChannelId) -> Result<Seat> {
        let seat = Seat::find(conn, user, id)?;
        if seat.is("joined") { Ok(seat) } else { Err(Error::Forbidden(Forbidden::NotMember)) }
    }

    /// Whether the person may know of the channel.
    pub fn is_known(&self) -> bool {
        self.channel.visibility == "public" || self.is("joined") || self.is("invited")
    }

    pub fn is(&self, membership: &str) -> bool {
        self.member.as_ref().is_some_and(|member| member.membership == membership)
    }

    pub fn has_role(&self, roles: &[&str]) -> bool {
        self.is("joined") && self.member.as_ref().is_some_and(|member| roles.contains(&member.role.as_str()))
    }

    /// The first seq whose content the person may read.
    ///
    /// # Errors
    /// As [`first_readable`].
    pub fn first_readable(&self) -> Result<Seq> {
        first_readable(&self.channel, self.member.as_ref())
    }

    /// As [`Seat::first_readable`], also of what was kept long enough: a thread goes on when its beginning is gone.
    ///
    /// # Errors
    /// As [`first_readable`].
    pub fn first_entitled(&self) -> Result<Seq> {
        first_entitled(&self.channel, self.member.as_ref())
    }

    /// How many entries are not here yet, up to the one that took the person in; none once it is here.
    pub fn lacks(&self) -> Option<i64> {
        let member = self.member.as_ref().filter(|member| member.membership == "joined")?;
        Some(member.since_seq + 1 - self.channel.size).filter(|lacks| *lacks > 0)
    }

    /// The seq of the log's last entry.
    pub fn head(&self) -> Seq {
        self.channel.size - 1
    }
}

/// What the person is in the channel: by its log, or by the word of its host where the log is still on its way.
fn or_early(
    conn: &mut Conn,
    channel: &ChannelRow,
    user: UserNum,
    member: Option<MemberRow>,
) -> Result<Option<MemberRow>> {
    if member.as_ref().is_some_and(|member| member.membership == "joined") {
        return Ok(member);
    }
    let joining = joinings::coming(conn, (channel.num, channel.size), user)?;
    Ok(joining.map(|joining| early(&joining)).or(member))
}

/// The seat of somebody whose join is on its way here: the host has taken it.
pub(super) fn early(joining: &JoiningRow) -> MemberRow {
    MemberRow {
        channel: joining.channel,
        user_num: joining.user_num,
        membership: "joined".to_owned(),
        role: "member".to_owned(),
        since_seq: joining.seq,
        joined_seq: Some(joining.seq),
        invited_by: None,
        notify: "all".to_owned(),
        read_seq: -1,
        // Nothing counts as unread until it is here.
        read_base: i64::MAX,
    }
}

/// The first seq whose content this member of the channel may read.
///
/// # Errors
/// Where the channel's policy can't be read: then nobody may read anything.
pub(super) fn first_readable(channel: &ChannelRow, member: Option<&MemberRow>) -> Result<Seq> {
    Ok(first_entitled(channel, member)?.max(channel.kept_from_seq))
}

fn first_entitled(channel: &ChannelRow, member: Option<&MemberRow>) -> Result<Seq> {
    Ok(match stored::policy(channel)?.history {
        HistoryPolicy::All => 0,
        HistoryPolicy::SinceJoin => member.and_then(|member| member.joined_seq).unwrap_or(channel.size),
    })
}

/// From where on the person may read the channel; none where they are not in it.
///
/// # Errors
/// Those of the database.
pub(super) fn reads_from(conn: &mut Conn, channel: &ChannelRow, user: UserNum) -> Result<Option<Seq>> {
    Ok(entitled_from(conn, channel, user)?.map(|first| first.max(channel.kept_from_seq)))
}

/// As [`reads_from`], also of what was kept long enough.
///
/// # Errors
/// Those of the database.
pub(super) fn entitled_from(conn: &mut Conn, channel: &ChannelRow, user: UserNum) -> Result<Option<Seq>> {
    let member = members::get(conn, channel.num, user)?.filter(|member| member.membership == "joined");
    Ok(member.and_then(|member| shown_from(channel, first_entitled(channel, Some(&member)))))
}

/// As [`first_readable`], where one of many channels is looked at: none if nothing may be read, and the others are shown
/// all the same.
pub(super) fn first_shown(channel: &ChannelRow, member: Option<&MemberRow>) -> Option<Seq> {
    shown_from(channel, first_readable(channel, member))
}

fn shown_from(channel: &ChannelRow, first: Result<Seq>) -> Option<Seq> {
    first
        .inspect_err(
            |error| tracing::error!(%error, channel = %channel.id, "nothing of a channel can be shown"),
        )
        .ok()
}
