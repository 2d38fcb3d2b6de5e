//! Memberships: joining, leaving, inviting, removing, roles.

use std::collections::HashMap;

use super::channels::{set_archived, view_after};
use super::content::{self, ReasonContent};
use super::effect::Effect;
use super::messages::{check_reason, find_channel};
use super::peers::PeerError;
use super::seat::Seat;
use super::view::{Channel, Member, MemberChange, Removal};
use super::writer::{Draft, Work};
use super::{Actor, Domain, Error, Forbidden, Missing, Person, Result, blocks, cut, show, webhooks};
use crate::protocol::Seq;
use crate::protocol::event::{Event, EventType};
use crate::protocol::ids::{Alias, ChannelId, UserId};
use crate::protocol::rules::{Membership, Refusal, Role};
use crate::protocol::state::content::MemberContent;
use crate::storage::blocks as blocked;
use crate::storage::members::MemberRow;
use crate::storage::{ChannelNum, Conn, UserNum, channels, entries, members, users};

/// Most members on a page.
pub const MEMBERS_PAGE_MAX: i64 = 200;

/// What is wanted of somebody's membership.
pub struct MemberPatch {
    pub membership: Option<Membership>,
    pub role: Option<Role>,
    pub reason: Option<String>,
}

/// Some members, and the number after which the next page begins.
pub struct MemberPage {
    pub members: Vec<Member>,
    pub next: Option<UserNum>,
}

impl Domain {
    /// Joins a channel, or accepts an invitation. Whoever is in already stays.
    pub async fn join_channel(&self, actor: &Actor, id: ChannelId) -> Result<Channel> {
        if self.is_elsewhere(&id).await? {
            return self.join_elsewhere(actor, &id).await;
        }
        let actor = actor.clone();
        let key = id.clone();
        self.change(&key, move |work| {
            let num = find_channel(work, &actor, &id)?;
            unless_unchanged(join(work, num, &actor.person))?;
            view_after(work, num, actor.person.num)
        })
        .await
    }

    /// The channel that an alias names, if the asker may know of it.
    ///
    /// # Errors
    /// `alias_not_found`
    pub async fn resolve_alias(&self, actor: &Actor, alias: &Alias) -> Result<ChannelId> {
        if alias.server() != *self.server() {
            return match self.find_elsewhere(alias).await {
                Err(Error::Peer(PeerError::Disabled)) => Err(Error::NotFound(Missing::Alias)),
                found => found,
            };
        }
        let (user, alias) = (actor.person.num, alias.as_str().to_owned());
        let missing = || Error::NotFound(Missing::Alias);
        self.reads
            .read(move |conn| {
                let row = channels::by_alias(conn, &alias)?.ok_or_else(missing)?;
                let id = row.id.parse().map_err(|_| missing())?;
                match Seat::find(conn, user, &id) {
                    Ok(_) => Ok(id),
                    // A private channel's alias is not there either.
                    Err(Error::NotFound(_)) => Err(missing()),
                    Err(error) => Err(error),
                }
            })
            .await
    }

    /// Asks to be let in. To ask twice changes nothing.
    pub async fn knock_channel(&self, actor: &Actor, id: ChannelId) -> Result<()> {
        if self.is_elsewhere(&id).await? {
            return self.knock_elsewhere(actor, &id).await;
        }
        let actor = actor.clone();
        let key = id.clone();
        self.change(&key, move |work| {
            let num = find_channel(work, &actor, &id)?;
            let content = serde_json::json!({ "membership": "knocking" });
            let draft = Draft::new(EventType::Member).state(actor.person.id.as_str(), content);
            unless_unchanged(work.append(num, &actor.person, draft).map(drop))
        })
        .await
    }

    /// Leaves a channel, or declines an invitation.
    pub async fn leave_channel(&self, actor: &Actor, id: ChannelId) -> Result<()> {
        if self.is_elsewhere(&id).await? {
            return self.leave_elsewhere(&actor.person, &id).await;
        }
        let actor = actor.clone();
        let key = id.clone();
        self.change(&key, move |work| {
            let num = find_channel(work, &actor, &id)?;
            known_in(work, num, actor.person.num)?;
            let content = serde_json::json!({ "membership": "left" });
            let draft = Draft::new(EventType::Member).state(actor.person.id.as_str(), content);
            unless_unchanged(work.append(num, &actor.person, draft).map(drop))
        })
        .await
    }

    /// Invites, removes, bans or promotes somebody.
    pub async fn set_member(
        &self,
        actor: &Actor,
        id: ChannelId,
        user: UserId,
        patch: MemberPatch,
    ) -> Result<Member> {
        // Somebody can be sent away whatever their server.
        if !matches!(patch.membership, Some(Membership::Left | Membership::Banned)) {
            self.may_know(&user)?;
        }
        let reason = check_reason(patch.reason)?;
        let bad = |pointer, detail: &str| Err(Error::invalid("bad_member", pointer, detail));
        let membership = match patch.membership.or(patch.role.map(|_| Membership::Joined)) {
            None => return bad("/membership", "membership or role must be given"),
            Some(membership) => membership,
        };
        if patch.role.is_some() && matches!(membership, Membership::Left | Membership::Banned) {
            return bad("/role", "who is not there has no role");
        }
        let actor = actor.clone();
        let key = id.clone();
        self.change(&key, move |work| {
            let num = find_channel(work, &actor, &id)?;
            // People of other servers need not have been met.
            if user.server() != work.lane.identity.name {
                work.person(&user)?;
            } else if !work.exists(num, &user)? {
                return Err(Error::NotFound(Missing::User));
            }
            let row = users::by_id(work.conn, user.as_str())?.filter(|row| row.deleted_ts.is_none());
            let row = row.ok_or(Error::NotFound(Missing::User))?;
            let comes_back = webhooks::check_member(work, num, &row, (membership, patch.role))?;
            if patch.membership == Some(Membership::Invited)
                && !blocks::among(work, actor.person.num, [row.num])?.is_empty()
            {
                return Err(Error::Forbidden(Forbidden::NotAccepted));
            }
            if patch.membership == Some(Membership::Invited) {
                work.check_inviting(num, &actor.person.id, &user)?;
            }
            if membership == Membership::Left && row.num == actor.person.num {
                known_in(work, num, row.num)?;
            }
            // Who is joined stays as they are.
            let known = members::get(work.conn, num, row.num)?.filter(|_| membership == Membership::Joined);
            let known = known.filter(|known| known.membership == "joined").map(|known| known.role);
            let role = patch.role.map(|role| role.as_str().to_owned()).or(known);
            let wanted = match role {
                Some(role) => serde_json::json!({ "membership": membership, "role": role }),
                None => serde_json::json!({ "membership": membership }),
            };
            let why = ReasonContent { reason, administrator: None };
            let draft = Draft::new(EventType::Member).state(user.as_str(), wanted).because(why);
            let outcome = work.append(num, &actor.person, draft).map(drop);
            let is_unchanged = matches!(outcome, Err(Error::Refused(Refusal::NoChange)));
            unless_unchanged(outcome)?;
            if comes_back {
                webhooks::come_in(work, num, &Person { num: row.num, id: user.clone() })?;
            }
            let member = member(work, num, &row)?;
            // To those who are in a channel the rules say that joining it changes nothing, whatever role they ask for.
            match patch.role.filter(|_| is_unchanged) {
                Some(role) if role.as_str() != member.role => Err(Error::Refused(Refusal::JoinRole)),
                _ => Ok(member),
            }
        })
        .await
    }

    /// People in a channel, in the order in which this server came to know them.
    pub async fn channel_members(
        &self,
        actor: &Actor,
        id: ChannelId,
        membership: Option<Membership>,
        after: UserNum,
        limit: i64,
    ) -> Result<MemberPage> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &id)?;
                let membership = membership.map(Membership::as_str);
                let rows = members::page(conn, seat.channel.num, membership, after, limit + 1)?;
                let (rows, next) = cut(rows, limit, |(row, _)| row.user_num);
                let asked_how = membership.is_some_and(|membership| membership != "joined");
                let seqs: Vec<Seq> =
                    rows.iter().filter(|_| asked_how).map(|(row, _)| row.since_seq).collect();
                let mut changes = changes_at(conn, seat.channel.num, &seqs)?;
                let members = rows.into_iter().map(|(row, user)| Member {
                    user: show::user(&user),
                    change: changes.remove(&(row.since_seq, row.membership.clone())),
                    membership: row.membership,
                    role: row.role,
                    since_seq: row.since_seq,
                });
                Ok(MemberPage { members: members.collect(), next })
            })
            .await
    }

    /// By whom, and why, the person was banned from those of these channels that they are banned from.
    pub async fn bans(&self, user: UserNum, ids: Vec<String>) -> Result<HashMap<String, Removal>> {
        self.reads
            .read_in_turn(move |conn| {
                let mut found = HashMap::new();
                for (id, member) in members::banned_from(conn, user, &ids)? {
                    found.extend(ban(conn, &member)?.map(|ban| (id, ban)));
                }
                Ok(found)
            })
            .await
    }

    /// Sets how loud a channel is for oneself.
    pub async fn set_notify(&self, actor: &Actor, id: ChannelId, level: &'static str) -> Result<()> {
        let actor = actor.clone();
        let key = id.clone();
        self.change(&key, move |work| {
            let seat = Seat::joined(work.conn, actor.person.num, &id)?;
            let user = actor.person.num;
            members::set_notify(work.conn, seat.channel.num, user, level)?;
            work.tell(Effect::Level { user, channel: id, level });
            Ok(())
        })
        .await
    }
}

/// Unless by somebody of whom the person wants to hear nothing.
fn ban(conn: &mut Conn, member: &MemberRow) -> Result<Option<Removal>> {
    let mut changes = changes_at(conn, member.channel, &[member.since_seq])?;
    let Some(change) = changes.remove(&(member.since_seq, member.membership.clone())) else {
        return Ok(None);
    };
    let by = users::by_id(conn, &change.by)?.ok_or(Error::NotFound(Missing::User))?;
    let is_heard = !blocked::is_blocked(conn, member.user_num, by.num)?;
    Ok(is_heard.then_some(Removal { banned: true, by: change.by, reason: change.reason }))
}

/// Who made what these entries say of somebody, and why; by the entry and the membership that it gives.
fn changes_at(
    conn: &mut Conn,
    channel: ChannelNum,
    seqs: &[Seq],
) -> Result<HashMap<(Seq, String), MemberChange>> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let bodies = entries::bodies_of(conn, channel, seqs)?;
    let mut reasons: HashMap<Seq, String> = bodies
        .into_iter()
        .filter_map(|(seq, body)| Some((seq, content::read_body::<ReasonContent>(&body)?.reason?)))
        .collect();
    let made = entries::made_by(conn, channel, seqs)?;
    let changes = made.into_iter().filter_map(|made| {
        // Whoever declines is out by their own word, for which there is no entry before the host has it.
        let event: Event = serde_json::from_str(&made.event).ok()?;
        let membership = MemberContent::of(&event).ok()?.1.membership;
        let change = MemberChange { by: made.by, ts: made.ts, reason: reasons.remove(&made.seq) };
        Some(((made.seq, membership.as_str().to_owned()), change))
    });
    Ok(changes.collect())
}

pub(super) fn join(work: &mut Work<'_>, num: ChannelNum, person: &Person) -> Result<()> {
    let content = serde_json::json!({ "membership": "joined" });
    work.append(num, person, Draft::new(EventType::Member).state(person.id.as_str(), content)).map(drop)
}

/// Makes a member of the owner's channel its owner. An archived channel takes no hand-over, so it is opened for that: else it
/// would belong to nobody for ever.
pub(super) fn hand_over(
    work: &mut Work<'_>,
    num: ChannelNum,
    owner: &Person,
    heir: &str,
    why: ReasonContent,
) -> Result<()> {
    open_archived(work, num, owner)?;
    let content = serde_json::json!({ "membership": "joined", "role": "owner" });
    work.append(num, owner, Draft::new(EventType::Member).state(heir, content).because(why)).map(drop)
}

pub(super) fn open_archived(work: &mut Work<'_>, num: ChannelNum, owner: &Person) -> Result<()> {
    match channels::by_num(work.conn, num)?.is_some_and(|row| row.archived) {
        true => set_archived(work, num, owner, false),
        false => Ok(()),
    }
}

fn member(work: &mut Work<'_>, num: ChannelNum, user: &users::UserRow) -> Result<Member> {
    let row = members::get(work.conn, num, user.num)?.ok_or(Error::NotFound(Missing::User))?;
    Ok(Member {
        user: show::user(user),
        membership: row.membership,
        role: row.role,
        since_seq: row.since_seq,
        change: None,
    })
}

/// To ask for what already is so is no error.
/// For the log who never was anything has left (AUTH-20); people are told that they never were there.
fn known_in(work: &mut Work<'_>, channel: ChannelNum, user: UserNum) -> Result<()> {
    members::get(work.conn, channel, user)?.map(drop).ok_or(Error::Forbidden(Forbidden::NotMember))
}

pub(super) fn unless_unchanged(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(Error::Refused(Refusal::NoChange)) => Ok(()),
        other => other,
    }
}
