//! Invitations from other servers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::meet::{adopt_genesis, check_card, outside};
use super::wire::Invitation;
use crate::domain::clock::DAY_MS;
use crate::domain::effect::Effect;
use crate::domain::stored::damaged;
use crate::domain::view::AccountRole;
use crate::domain::writer::Work;
use crate::domain::{Actor, Domain, Error, Missing, Result, blocks, show};
use crate::protocol::event::SignedEvent;
use crate::protocol::ids::{ChannelId, ServerName, UserId};
use crate::protocol::state::{ChannelKind, Create};
use crate::storage::members::MemberRow;
use crate::storage::users::UserRow;
use crate::storage::{Conn, UserNum, channels, joinings, members, meta, peers, users};

/// Open invitations that one person may have: in all, and from one server.
const INVITATIONS_MAX: i64 = 200;
const INVITATIONS_PER_SERVER_MAX: i64 = 20;
/// Direct conversations of one host that one person is brought into unasked, in a day.
const UNASKED_PER_DAY_MAX: u32 = 10;

impl Domain {
    /// An invitation from a channel's host. Says nothing of what came of it.
    pub async fn take_invitation(&self, origin: &ServerName, mut invitation: Invitation) -> Result<()> {
        let (genesis, create) = check_card(&mut invitation.card, origin)?;
        let (channel, invitee) = (invitation.card.channel.clone(), invitation.invitee.clone());
        let heard = Arc::new(Heard { invitation, genesis, create, host: origin.clone() });
        let ours = self.server().clone();
        let unit = || {
            let (heard, ours) = (heard.clone(), ours.clone());
            self.writer.channel(&channel, move |work| heard.take(work, &ours))
        };
        let wanted = match unit().await {
            // A conversation of the same people was begun here at the same moment, in another lane: now it is known.
            Err(Error::Internal(error)) if error.is_duplicate() => unit().await,
            wanted => wanted,
        };
        let Some(num) = wanted? else { return Ok(()) };
        let person = crate::domain::Person { num, id: invitee };
        let actor = Actor::by_itself(person, AccountRole::User);
        self.join_elsewhere(&actor, &channel).await.map(drop)
    }

    /// Forgets who was brought into conversations unasked before today.
    pub async fn forget_unasked(&self) -> Result<()> {
        let today = self.clock.now().div_euclid(DAY_MS);
        self.writer.other("unasked", move |work| forget_unasked(work.conn, today)).await
    }
}

/// An invitation whose card was checked.
struct Heard {
    invitation: Invitation,
    genesis: SignedEvent,
    create: Create,
    host: ServerName,
}

impl Heard {
    /// Keeps it. The number of whom it is for, if they are to join at once.
    fn take(&self, work: &mut Work<'_>, ours: &ServerName) -> Result<Option<UserNum>> {
        let Heard { invitation: Invitation { card, invitee, inviter, .. }, genesis, create, host } = self;
        let Some(row) = users::by_id(work.conn, invitee.as_str())? else { return Ok(None) };
        let is_ours = invitee.server() == *ours && row.deleted_ts.is_none() && row.is_person();
        let is_dm = create.kind == ChannelKind::Dm;
        let concerned = !is_dm || (create.users.contains(invitee) && create.users.contains(inviter));
        // Whom its own people invite this server has signed itself.
        let may_be = inviter.server() != *ours || is_in(work, &card.channel, inviter)?;
        if !is_ours || !concerned || !may_be || has_enough(work, row.num, host)? {
            return Ok(None);
        }
        let founder = Some(&create.creator).filter(|_| is_dm);
        for person in founder.into_iter().chain([inviter]) {
            if blocks::blocks(work, row.num, person)? {
                return Ok(None);
            }
        }
        // Whoever brought it about, nobody gets into a new conversation with them.
        if is_dm && create.users.iter().any(|user| work.lane.wanted.excluded.has(user)) {
            return Ok(None);
        }
        let again = is_dm && has_another(work, create, &card.channel, host)?;
        let num = adopt_genesis(work, card, genesis)?;
        let seat = members::get(work.conn, num, row.num)?;
        let membership = seat.as_ref().map(|seat| seat.membership.as_str());
        if membership == Some("joined") {
            return Ok(None);
        }
        // While people of here are in a channel its log comes, and says who is invited; of a direct conversation
        // it need not.
        let is_told = !is_dm && peers::joined_of(work.conn, num, ours.as_str())? > 0;
        // People who know each other need not ask.
        let known = peers::shares_channel(work.conn, row.num, inviter.server_str())?;
        // The same again changes nothing, whoever is named this time.
        if !is_told && membership != Some("invited") {
            let sender = work.person(inviter)?;
            invite_here(work, seat.unwrap_or_else(|| outside(num, row.num)), sender.num)?;
        }
        // The host can put any name here; it speaks for its own people only.
        let genuine = *inviter == create.creator;
        let unasked = is_dm && known && genuine && !again;
        let unasked = unasked && may_join_unasked(work, row.num, host)?;
        Ok(unasked.then_some(row.num))
    }
}

/// Whether a host has founded another conversation of the same people already.
fn has_another(work: &mut Work<'_>, create: &Create, channel: &ChannelId, host: &ServerName) -> Result<bool> {
    let people: Vec<&str> = create.users.iter().map(AsRef::as_ref).collect();
    let known = channels::by_people(work.conn, &people.join(" "))?;
    Ok(known.is_some_and(|known| known.host == host.as_str() && known.id != channel.as_str()))
}

/// Facts with this name, a person's number and a server's name: [`Unasked`].
const UNASKED: &str = "unasked.";

/// How often somebody was brought into conversations of a host without being asked, since the day began.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Unasked {
    day: i64,
    count: u32,
}

/// Counts one more conversation into which somebody would be brought without being asked. False if it is one too many.
fn may_join_unasked(work: &mut Work<'_>, user: UserNum, host: &ServerName) -> Result<bool> {
    let (key, day) = (format!("{UNASKED}{user}.{host}"), work.lane.clock.now().div_euclid(DAY_MS));
    let kept = meta::get(work.conn, &key)?.map(|kept| serde_json::from_str::<Unasked>(&kept)).transpose();
    let kept = kept.map_err(|error| damaged("unasked", error))?.filter(|kept| kept.day == day);
    let count = kept.unwrap_or_default().count + 1;
    if count > UNASKED_PER_DAY_MAX {
        return Ok(false);
    }
    let kept = serde_json::to_string(&Unasked { day, count }).map_err(|error| damaged("unasked", error))?;
    meta::put(work.conn, &key, &kept)?;
    Ok(true)
}

/// Forgets what was counted on other days.
fn forget_unasked(conn: &mut Conn, today: i64) -> Result<()> {
    for key in meta::keys_with(conn, UNASKED)? {
        let kept = meta::get(conn, &key)?.and_then(|kept| serde_json::from_str::<Unasked>(&kept).ok());
        if kept.is_none_or(|kept| kept.day != today) {
            meta::delete(conn, &key)?;
        }
    }
    Ok(())
}

/// Whether as many invitations of the person are open as may be.
fn has_enough(work: &mut Work<'_>, user: i64, host: &ServerName) -> Result<bool> {
    let (all, theirs) = peers::count_invited(work.conn, user, host.as_str())?;
    Ok(all >= INVITATIONS_MAX || theirs >= INVITATIONS_PER_SERVER_MAX)
}

/// Shows an invitation by the host's word. What the log says of the person stays where it was said (`since_seq`).
fn invite_here(work: &mut Work<'_>, seat: MemberRow, inviter: UserNum) -> Result<()> {
    let (channel, user) = (seat.channel, seat.user_num);
    let row = MemberRow { membership: "invited".to_owned(), invited_by: Some(inviter), ..seat };
    members::put(work.conn, &row)?;
    let known = channels::by_num(work.conn, channel)?.ok_or(Error::NotFound(Missing::Channel))?;
    let info = Box::new(show::channel_info(&known));
    work.tell(Effect::Joined { user, channel, info, joined: false, seq: known.size.max(1) - 1 });
    Ok(())
}

/// Whether somebody of this server is in a channel, or is about to be.
fn is_in(work: &mut Work<'_>, channel: &ChannelId, user: &UserId) -> Result<bool> {
    let Some(num) = work.lane.num_of(work.conn, channel)? else { return Ok(false) };
    let Some(row) = users::by_id(work.conn, user.as_str())?.filter(UserRow::is_account) else {
        return Ok(false);
    };
    let size = work.lane.open(work.conn, num)?.position.size;
    let seat = members::get(work.conn, num, row.num)?;
    Ok(seat.is_some_and(|seat| seat.membership == "joined")
        || joinings::coming(work.conn, (num, size), row.num)?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_on_other_days_is_forgotten() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut conn = Conn::open(&dir.path().join("facts.db").to_string_lossy()).expect("a database");
        conn.migrate().expect("migrated");
        let counted = |day| serde_json::to_string(&Unasked { day, count: 3 }).expect("JSON");
        for (key, value) in [
            ("unasked.1.a.test", counted(6)),
            ("unasked.2.a.test", counted(7)),
            ("unasked.3.a.test", "?".to_owned()),
        ] {
            meta::put(&mut conn, key, &value).expect("kept");
        }
        forget_unasked(&mut conn, 7).expect("forgotten");
        assert_eq!(meta::keys_with(&mut conn, UNASKED).expect("read"), ["unasked.2.a.test"]);
    }
}
