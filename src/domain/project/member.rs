//! Somebody joins, leaves, is invited, removed, banned, or changes role.

use super::At;
use super::channel::row;
use crate::domain::Error;
use crate::domain::blocks;
use crate::domain::content::ReasonContent;
use crate::domain::effect::{Change, Effect};
use crate::domain::remote::host::{INVITES, Invited};
use crate::domain::show;
use crate::domain::status;
use crate::domain::view::{Member as MemberView, Removal, User};
use crate::domain::writer::Work;
use crate::protocol::ids::UserId;
use crate::protocol::rules::Role;
use crate::protocol::state::content::MemberContent;
use crate::protocol::state::{ChannelKind, Member, Membership};
use crate::storage::channels::ChannelChange;
use crate::storage::members::{self, MemberRow};
use crate::storage::users::UserRow;
use crate::storage::{self, ChannelNum, UserNum, channels, notifications, peers, threads, users};

pub(super) fn changed(work: &mut Work<'_>, at: &At<'_>) -> Result<Change, Error> {
    let missing =
        |what: &str| Error::Internal(storage::Error::Damaged(format!("member entry without {what}")));
    let (id, content) = MemberContent::of(at.event)?;
    let user = users::by_id(work.conn, id.as_str())?.ok_or_else(|| missing("a user"))?;
    let before = members::get(work.conn, at.channel, user.num)?;
    let open = work.lane.open(work.conn, at.channel)?;
    let live_count = open.position.live_count;
    let state = open.state_of(work.conn, &[&id, &at.sender.id])?;
    let member = state.members.get(&id).cloned().ok_or_else(|| missing("a membership"))?;
    let demoted = state.members.get(&at.sender.id).cloned();
    let owner = state.owner.clone();
    let joined_count = state.joined_count;

    let inviter = inviter(work, &member)?;
    let stands = stands_here(work, at, &user, member.membership, before.as_ref())?;
    let member = Member { membership: stands, ..member };
    members::put(work.conn, &member_row(at, user.num, &member, inviter, live_count))?;
    let was = before.as_ref().map(|row| row.membership.as_str());
    let is_dm = work.lane.open(work.conn, at.channel)?.state_kind() == Some(ChannelKind::Dm);
    // Whoever comes back to a channel begins with what is new. A direct conversation is theirs all along: what was said to
    // them meanwhile is unread.
    if member.membership == Membership::Joined && was.is_some_and(|was| was != "joined") && !is_dm {
        members::set_read(work.conn, at.channel, user.num, at.seq, live_count)?;
        work.lane.open(work.conn, at.channel)?.forget_reader(user.num);
    }
    if content.role == Some(Role::Owner) && id != at.sender.id {
        transfer(work, at, demoted, owner.as_ref(), live_count)?;
    }
    if work.is_host(at.channel)? {
        tell_server(work, at, &id, member.membership)?;
    }
    // An invitation by somebody whom they block is not shown to them.
    let unheard = member.membership == Membership::Invited
        && !blocks::among(work, at.sender.num, [user.num])?.is_empty();
    let was_unheard = match before.as_ref().filter(|row| row.membership == "invited") {
        Some(MemberRow { invited_by: Some(inviter), .. }) => {
            !blocks::among(work, *inviter, [user.num])?.is_empty()
        }
        _ => false,
    };
    // Nobody who was not in hears that they are out.
    let is_news = was.or(Some("left")) != Some(member.membership.as_str());
    if is_news && !unheard {
        let was_in = matches!(was, Some("joined" | "invited")) && !was_unheard;
        let is_told_why =
            was_in && at.sender.num != user.num && blocks::among(work, at.sender.num, [user.num])?.is_empty();
        let removal = is_told_why.then(|| removal(at, member.membership));
        tell_user(work, at, &user, member.membership, removal)?;
    }
    let user = status::current(show::user(&user), work.lane.clock.now());
    let member = show_member(user, &member);
    Ok(Change::MemberUpdated { member: Box::new(member), member_count: joined_count })
}

/// What an entry makes of somebody, as far as this server and its clients go. Where another server orders the log, somebody
/// of here comes in, or knocks, by an entry that a key of this server signed, and by no other: a host can bind a key in
/// any name, and speak by it. Entries are judged by the log all the same.
fn stands_here(
    work: &mut Work<'_>,
    at: &At<'_>,
    user: &UserRow,
    said: Membership,
    before: Option<&MemberRow>,
) -> Result<Membership, Error> {
    let is_ours = user.server == work.lane.identity.name.as_str();
    let is_own = is_ours && (user.is_account() || user.deleted_ts.is_some());
    let comes = matches!(said, Membership::Joined | Membership::Knocking);
    if !comes || !is_own || work.is_host(at.channel)? {
        return Ok(said);
    }
    let is_true = match at.sender.num == user.num {
        true => signed_here(work, at)?,
        // Of whoever is in somebody else can say no more than their role.
        false => before.is_some_and(|row| row.membership == said.as_str()),
    };
    Ok(if is_true { said } else { Membership::Left })
}

/// Whether the key of an entry in this server's name, which the log knows, is this server's.
fn signed_here(work: &mut Work<'_>, at: &At<'_>) -> Result<bool, Error> {
    let own = work.own_key(at.event.kid.as_str())?;
    let server = work.lane.identity.name.clone();
    let state = work.lane.open(work.conn, at.channel)?.state_of(work.conn, &[])?;
    let bound = state.keys.get(&(server, at.event.kid.clone()));
    Ok(bound.is_some_and(|bound| Some(bound.public) == own))
}

fn inviter(work: &mut Work<'_>, member: &Member) -> Result<Option<UserNum>, Error> {
    let Some(id) = &member.invited_by else { return Ok(None) };
    Ok(users::by_id(work.conn, id.as_str())?.map(|user| user.num))
}

fn member_row(
    at: &At<'_>,
    user: UserNum,
    member: &Member,
    invited_by: Option<UserNum>,
    live_count: i64,
) -> MemberRow {
    MemberRow {
        channel: at.channel,
        user_num: user,
        membership: member.membership.as_str().to_owned(),
        role: member.role.as_str().to_owned(),
        since_seq: member.since,
        joined_seq: member.joined,
        invited_by,
        notify: "all".to_owned(),
        read_seq: at.seq,
        read_base: live_count,
    }
}

/// Ownership moved: the sender is a moderator now.
fn transfer(
    work: &mut Work<'_>,
    at: &At<'_>,
    demoted: Option<Member>,
    owner: Option<&UserId>,
    live_count: i64,
) -> Result<(), Error> {
    if let Some(member) = demoted {
        let inviter = inviter(work, &member)?;
        let before = members::get(work.conn, at.channel, at.sender.num)?;
        // Whom the log alone knows to be in, by a key that is not this server's, is not in by giving something away.
        let is_out = before.is_some_and(|row| row.membership == "left");
        let membership = if is_out { Membership::Left } else { member.membership };
        let member = Member { membership, ..member };
        members::put(work.conn, &member_row(at, at.sender.num, &member, inviter, live_count))?;
    }
    let change = ChannelChange { owner: owner.map(AsRef::as_ref), ..ChannelChange::default() };
    channels::update(work.conn, at.channel, &change)?;
    Ok(())
}

/// Where this server is the host: who gets copies of the log, and who is to be told of an invitation.
fn tell_server(work: &mut Work<'_>, at: &At<'_>, id: &UserId, membership: Membership) -> Result<(), Error> {
    let server = id.server();
    if server == work.lane.identity.name {
        return Ok(());
    }
    match membership {
        Membership::Joined => {
            // Whoever has another role now was in before, and their server may be excluded since.
            let state = work.lane.open(work.conn, at.channel)?.state_of(work.conn, &[])?;
            if state.allows_server(server.as_str()) {
                peers::add_replica(work.conn, at.channel, server.as_str(), 0)?;
                work.tell(Effect::Replica { channel: at.channel, server, ends: false });
            }
        }
        Membership::Invited => invite(work, at.channel, &at.sender.id, id)?,
        Membership::Left | Membership::Banned | Membership::Knocking => {
            if peers::joined_of(work.conn, at.channel, server.as_str())? == 0 {
                peers::end_replica(work.conn, at.channel, server.as_str(), at.seq + 1)?;
                work.tell(Effect::Replica { channel: at.channel, server, ends: true });
            }
        }
    }
    Ok(())
}

/// Has another server told of an invitation, some time after the commit.
pub fn invite(
    work: &mut Work<'_>,
    channel: ChannelNum,
    inviter: &UserId,
    invitee: &UserId,
) -> Result<(), Error> {
    let channel_id = work.lane.open(work.conn, channel)?.id.clone();
    let kept = Invited { channel: channel_id, inviter: inviter.clone(), invitee: invitee.clone() };
    let kept = serde_json::to_string(&kept)
        .map_err(|error| Error::Internal(storage::Error::Damaged(error.to_string())))?;
    let (server, now) = (invitee.server(), work.lane.clock.now());
    peers::add_errand(work.conn, server.as_str(), INVITES, &kept, now)?;
    work.tell(Effect::Errand { server });
    Ok(())
}

/// Who puts somebody out, and why.
fn removal(at: &At<'_>, membership: Membership) -> Removal {
    let why = at.content.cloned().map(serde_json::Value::Object);
    let why: ReasonContent = why.and_then(|why| serde_json::from_value(why).ok()).unwrap_or_default();
    Removal { banned: membership == Membership::Banned, by: at.sender.id.to_string(), reason: why.reason }
}

/// The person's own devices learn which channels are theirs.
fn tell_user(
    work: &mut Work<'_>,
    at: &At<'_>,
    user: &UserRow,
    membership: Membership,
    removal: Option<Removal>,
) -> Result<(), Error> {
    let channel = row(work, at.channel)?;
    let id = work.lane.open(work.conn, at.channel)?.id.clone();
    let (user, channel_num, seq) = (user.num, at.channel, at.seq);
    match membership {
        Membership::Joined | Membership::Invited => {
            let info = Box::new(show::channel_info(&channel));
            let joined = membership == Membership::Joined;
            work.tell(Effect::Joined { user, channel: channel_num, info, joined, seq });
        }
        Membership::Left | Membership::Banned => {
            // They show messages as these stand now, which is for those who are in the channel.
            notifications::delete_of(work.conn, user, channel_num)?;
            threads::delete_of(work.conn, user, channel_num)?;
            let removal = removal.map(Box::new);
            work.tell(Effect::Left { user, channel: channel_num, id, removal })
        }
        Membership::Knocking => {}
    }
    Ok(())
}

fn show_member(user: User, member: &Member) -> MemberView {
    MemberView {
        user,
        membership: member.membership.as_str().to_owned(),
        role: member.role.as_str().to_owned(),
        since_seq: member.since,
        change: None,
    }
}
