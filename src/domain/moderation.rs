//! What administrators may do in channels. A server signs for its own people only (EVENT-13), so it is done in the name of
//! one of them who could: a message's author, or the owner of a channel that is hosted here. Its body says who did it. What
//! they keep on their own disk is theirs to say: any message can be taken from there.

use super::acts::ActKind;
use super::admin::admin;
use super::content::ReasonContent;
use super::effect::{Effect, Late};
use super::members::{hand_over, join, open_archived};
use super::messages::{by_id, check_reason, is_redacted};
use super::remote::change::Done;
use super::writer::{Draft, Work};
use super::{
    Actor, Domain, Error, Forbidden, Missing, Person, Result, accounts, project, show, stored, webhooks,
};
use crate::protocol::event::EventType;
use crate::protocol::ids::{ChannelId, EventId, UserId};
use crate::protocol::rules::{Membership, Role};
use crate::storage::acts::{self, NewAct};
use crate::storage::messages::MessageRow;
use crate::storage::{ChannelNum, users};

impl Domain {
    /// Deletes a message that somebody of this server wrote, or that stands in a channel whose owner is of this server.
    ///
    /// # Errors
    /// `admin_only`, `channel_not_found`, `message_not_found`, `out_of_reach`, `bad_reason`, and what the channel's rules or its
    /// host say.
    pub async fn remove_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        reason: Option<String>,
    ) -> Result<Done<()>> {
        admin(actor)?;
        let reason = check_reason(reason)?;
        let why = ReasonContent { reason: reason.clone(), administrator: Some(actor.person.id.to_string()) };
        let act = ActKind::MessageDeleted.by(Some(&actor.person.id), self.clock.now());
        let act = NewAct { channel: Some(channel.to_string()), message: Some(id.to_string()), reason, ..act };
        let removal = Removal { channel: channel.clone(), message: id.clone(), act };
        let waiting = removal.clone();
        let done = self
            .change_in_time(&channel, move |work| {
                let (num, row) = removal.message(work)?;
                let draft = Draft::redact(removal.message.clone(), why);
                if is_redacted(work.conn, &row)? && !work.is_settled(&draft) {
                    return Ok(());
                }
                let name = in_whose_name(work, num, &row)?;
                work.append(num, &name, draft)?;
                removal.record(work, &row)
            })
            .await;
        self.files.doomed.notify_one();
        if let Ok(Done::Now(())) = done {
            let closed = self.close_reports(&channel, &id, actor.person.num).await;
            // What was deleted is deleted.
            if let Err(error) = closed {
                tracing::warn!(%error, "reports of a deleted message could not be closed");
            }
        }
        if let Ok(Done::Waits) = done {
            self.writer
                .channel(&channel, move |work| {
                    let (_, row) = waiting.message(work)?;
                    waiting.record(work, &row)
                })
                .await?;
        }
        done
    }

    /// Takes a message's words and files from this server alone, whoever wrote it and wherever its channel is: others keep what
    /// they have, and the log says nothing of it.
    ///
    /// # Errors
    /// `admin_only`, `channel_not_found`, `message_not_found`, `bad_reason`
    pub async fn withhold_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        reason: Option<String>,
    ) -> Result<()> {
        admin(actor)?;
        let reason = check_reason(reason)?;
        let act = ActKind::MessageWithheld.by(Some(&actor.person.id), self.clock.now());
        let act = NewAct { channel: Some(channel.to_string()), message: Some(id.to_string()), reason, ..act };
        let removal = Removal { channel: channel.clone(), message: id.clone(), act };
        self.writer
            .channel(&channel, move |work| {
                let (num, row) = removal.message(work)?;
                if row.deleted {
                    return Ok(());
                }
                project::forget::messages(work, num, std::slice::from_ref(&row), true)?;
                let late = Late::Deleted { channel: removal.channel.to_string(), id: row.id.clone() };
                work.tell(Effect::Late { channel: num, late });
                removal.record(work, &row)
            })
            .await?;
        self.files.doomed.notify_one();
        self.close_reports(&channel, &id, actor.person.num).await
    }

    /// Makes somebody the owner of a channel that is hosted here, in the name of its owner. An account of this server need not
    /// have joined.
    ///
    /// # Errors
    /// `admin_only`, `channel_not_found`, `user_not_found`, `bad_reason`, `out_of_reach`, and what the channel's rules say.
    pub async fn hand_over_channel(
        &self,
        actor: &Actor,
        channel: ChannelId,
        user: UserId,
        reason: Option<String>,
    ) -> Result<()> {
        admin(actor)?;
        let reason = check_reason(reason)?;
        let (by, now, key) = (actor.person.id.clone(), self.clock.now(), channel.clone());
        self.writer
            .channel(&key, move |work| {
                let num = work.lane.num_of(work.conn, &channel)?.ok_or(Error::NotFound(Missing::Channel))?;
                let owner = owner_here(work, num)?.ok_or(Error::Forbidden(Forbidden::OutOfReach))?;
                if owner.id == user {
                    return Ok(());
                }
                let row = users::by_id(work.conn, user.as_str())?.filter(|row| row.deleted_ts.is_none());
                let row = row.ok_or(Error::NotFound(Missing::User))?;
                webhooks::check_member(work, num, &row, (Membership::Joined, Some(Role::Owner)))?;
                let heir = Person { num: row.num, id: user.clone() };
                let why = ReasonContent { reason: reason.clone(), administrator: Some(by.to_string()) };
                if row.is_account() && !is_joined(work, num, &user)? {
                    take_in(work, num, (&owner, &heir), why.clone())?;
                }
                hand_over(work, num, &owner, user.as_str(), why)?;
                let act = ActKind::ChannelHandedOver.to(&user, Some(&by), now);
                acts::add(work.conn, &NewAct { channel: Some(channel.to_string()), reason, ..act })?;
                Ok(())
            })
            .await
    }

    /// Deletes somebody's account, as they could themselves.
    ///
    /// # Errors
    /// `admin_only`, `user_not_found`, `bad_reason`; `last_admin`
    pub async fn remove_account(&self, actor: &Actor, user: UserId, reason: Option<String>) -> Result<()> {
        admin(actor)?;
        self.remove_account_by(Some(&actor.person.id), user, reason).await
    }

    /// As [`Domain::remove_account`]: for the operator.
    ///
    /// # Errors
    /// As there.
    pub async fn delete_named(&self, username: &str, reason: Option<String>) -> Result<()> {
        let user = accounts::parse_named(username, self.server())?;
        self.remove_account_by(None, user, reason).await
    }

    async fn remove_account_by(
        &self,
        by: Option<&UserId>,
        user: UserId,
        reason: Option<String>,
    ) -> Result<()> {
        let reason = check_reason(reason)?;
        let id = user.clone();
        let row = self.reads.read(move |conn| users::by_id(conn, id.as_str())).await?;
        let row = row.filter(|row| row.is_account()).ok_or(Error::NotFound(Missing::User))?;
        let act = ActKind::AccountDeleted.to(&user, by, self.clock.now());
        self.erase_account(&Person { num: row.num, id: user }, Some(NewAct { reason, ..act })).await
    }
}

/// A message that goes, and what is recorded of it.
#[derive(Clone)]
struct Removal {
    channel: ChannelId,
    message: EventId,
    /// Without its author.
    act: NewAct,
}

impl Removal {
    fn message(&self, work: &mut Work<'_>) -> Result<(ChannelNum, MessageRow)> {
        let num = work.lane.num_of(work.conn, &self.channel)?.ok_or(Error::NotFound(Missing::Channel))?;
        let row = by_id(work.conn, num, &self.message)?.ok_or(Error::NotFound(Missing::Message))?;
        Ok((num, row))
    }

    fn record(self, work: &mut Work<'_>, row: &MessageRow) -> Result<()> {
        let author = show::user_id(work.conn, row.sender)?;
        Ok(acts::add(work.conn, &NewAct { user_id: Some(author), ..self.act })?)
    }
}

/// Who of this server may delete the message: its author, or where these are of another server or banned, the channel's owner.
fn in_whose_name(work: &mut Work<'_>, num: ChannelNum, row: &MessageRow) -> Result<Person> {
    let ours = work.lane.identity.name.clone();
    let author = show::user_id(work.conn, row.sender)?;
    let author: UserId = author.parse().map_err(|error| stored::damaged("user id", error))?;
    if author.server() == ours && membership(work, num, &author)? != Some(Membership::Banned) {
        return Ok(Person { num: row.sender, id: author });
    }
    owner_here(work, num)?.ok_or(Error::Forbidden(Forbidden::OutOfReach))
}

/// The owner, if they are in the channel and of this server, and so is it.
fn owner_here(work: &mut Work<'_>, num: ChannelNum) -> Result<Option<Person>> {
    let ours = work.lane.identity.name.clone();
    if !work.is_host(num)? {
        return Ok(None);
    }
    let owner = work.lane.open(work.conn, num)?.state_of(work.conn, &[])?.owner.clone();
    match owner.filter(|owner| owner.server() == ours) {
        Some(owner) if is_joined(work, num, &owner)? => work.person(&owner).map(Some),
        _ => Ok(None),
    }
}

fn membership(work: &mut Work<'_>, num: ChannelNum, user: &UserId) -> Result<Option<Membership>> {
    let state = work.lane.open(work.conn, num)?.state_of(work.conn, &[user])?;
    Ok(state.members.get(user).map(|member| member.membership))
}

fn is_joined(work: &mut Work<'_>, num: ChannelNum, user: &UserId) -> Result<bool> {
    Ok(membership(work, num, user)? == Some(Membership::Joined))
}

/// Brings somebody in who has not joined, by the owner's invitation.
fn take_in(
    work: &mut Work<'_>,
    num: ChannelNum,
    (owner, heir): (&Person, &Person),
    why: ReasonContent,
) -> Result<()> {
    open_archived(work, num, owner)?;
    if membership(work, num, &heir.id)? != Some(Membership::Invited) {
        let content = serde_json::json!({ "membership": "invited" });
        work.append(num, owner, Draft::new(EventType::Member).state(heir.id.as_str(), content).because(why))?;
    }
    join(work, num, heir)
}
