//! The end of an account.

use std::collections::BTreeSet;

use super::accounts::{keep_an_administrator, one, tell_profile};
use super::content::ReasonContent;
use super::effect::Effect;
use super::members::hand_over;
use super::writer::{Draft, Work};
use super::{Actor, Domain, Error, Person, Result, exclusions, files, scheduled};
use crate::protocol::event::EventType;
use crate::storage::acts::{self, NewAct};
use crate::storage::{
    ChannelNum, Conn, UserNum, attention, blocks, channels, emails, joinings, members, refusals, saved,
    sessions, settings, threads, totp, users, webhooks,
};

impl Domain {
    /// Deletes the account: profile and sessions go, channels are left (one's own pass to the
    /// longest-standing moderator or member). Messages stay, as they do when somebody leaves.
    ///
    /// # Errors
    /// [`Error::Credentials`]; `last_admin` for the last administrator of others' accounts.
    pub async fn delete_account(&self, actor: &Actor, password: String) -> Result<()> {
        self.check_own_password(actor, password).await?;
        // An intruder's, who is out by now, does nothing.
        self.own(actor, |_| Ok(())).await?;
        self.erase_account(&actor.person, None).await
    }

    /// As [`Domain::delete_account`], for whoever has seen to it that it may be done; `act` is what is recorded of it.
    pub(super) async fn erase_account(&self, person: &Person, act: Option<NewAct>) -> Result<()> {
        let num = person.num;
        self.forget_reporter(num).await?;
        // Before anything is left, and once more at the end.
        self.writer.other("accounts", move |work| keep_an_administrator(work, num)).await?;
        self.leave_all(person).await?;
        self.erase(person, act).await?;
        // Their other devices went on until then, and may have taken another seat. From now on they take none.
        self.leave_all(person).await?;
        self.forget_reporter(num).await
    }

    /// Leaves every channel that somebody is in or invited to, and takes back what they asked of others.
    async fn leave_all(&self, person: &Person) -> Result<()> {
        let num = person.num;
        for channel in self.reads.read(move |conn| seats_of(conn, num)).await? {
            let channel = self.reads.read(move |conn| channels::by_num(conn, channel)).await?;
            let Some(channel) = channel else { continue };
            let Ok(id) = channel.id.parse() else { continue };
            let person = person.clone();
            if channel.host != self.server().as_str() {
                self.leave_elsewhere(&person, &id).await?;
                continue;
            }
            self.writer.channel(&id, move |work| depart(work, &person, channel.num)).await?;
        }
        Ok(())
    }

    /// The account goes.
    async fn erase(&self, person: &Person, act: Option<NewAct>) -> Result<()> {
        let (num, id, now) = (person.num, person.id.clone(), self.clock.now());
        self.writer
            .other("accounts", move |work| {
                keep_an_administrator(work, num)?;
                // Before its files, as whoever schedules a message takes them.
                let avatar = users::lock(work.conn, id.as_str())?.and_then(|row| row.avatar);
                scheduled::forget(work, num)?;
                files::forget_person(work.conn, num, avatar.as_deref())?;
                settings::delete_all(work.conn, num)?;
                attention::forget(work.conn, num)?;
                blocks::forget(work.conn, num)?;
                saved::forget(work.conn, num)?;
                threads::forget(work.conn, num)?;
                refusals::delete_of(work.conn, num)?;
                emails::forget(work.conn, num)?;
                webhooks::forget(work.conn, num)?;
                totp::forget(work.conn, num)?;
                users::erase(work.conn, num, now)?;
                act.map_or(Ok(()), |act| acts::add(work.conn, &act))?;
                let ended = sessions::delete_all(work.conn, num)?;
                work.tell(Effect::SessionsEnded { sessions: ended });
                let erased = one(work.conn, num)?;
                tell_profile(work, num, erased);
                Ok(())
            })
            .await
    }
}

/// Sees to it that whoever takes a seat has not deleted their account meanwhile: nobody could take them out of it again.
///
/// # Errors
/// `unauthenticated`
pub(super) fn still_here(work: &mut Work<'_>, person: &Person) -> Result<()> {
    match users::is_deleted(work.conn, person.num)? {
        true => Err(Error::SessionOver),
        false => Ok(()),
    }
}

/// Where somebody is, is invited to, asks to be let in, or is about to come in.
fn seats_of(conn: &mut Conn, person: UserNum) -> Result<BTreeSet<ChannelNum>> {
    let mut seats = BTreeSet::new();
    for membership in ["joined", "invited", "knocking"] {
        seats.extend(members::of_user(conn, person, membership)?.into_iter().map(|seat| seat.channel));
    }
    seats.extend(joinings::of_user(conn, person)?.into_iter().map(|(joining, _)| joining.channel));
    Ok(seats)
}

/// Leaves one channel for good; an owner who is not alone hands it over first.
fn depart(work: &mut Work<'_>, person: &Person, channel: i64) -> Result<()> {
    let member = members::get(work.conn, channel, person.num)?;
    if member.is_some_and(|member| member.membership == "joined" && member.role == "owner") {
        exclusions::clear(work, channel, person)?;
        if let Some((_, heir)) = members::successor(work.conn, channel, person.num)? {
            hand_over(work, channel, person, &heir, ReasonContent::default())?;
        }
    }
    let content = serde_json::json!({ "membership": "left" });
    work.append(channel, person, Draft::new(EventType::Member).state(person.id.as_str(), content))?;
    Ok(())
}
