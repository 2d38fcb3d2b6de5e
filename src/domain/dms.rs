//! Direct messages: one channel per set of people.

use super::channels::{begin, view_after};
use super::members::join;
use super::peers::PeerError;
use super::view::Channel;
use super::writer::{Person, Work};
use super::{Actor, Domain, Error, Forbidden, Missing, Result, blocks, project};
use crate::protocol::event::{EventType, SignedEvent};
use crate::protocol::ids::{ChannelId, UserId};
use crate::protocol::limits::DM_USERS_MAX;
use crate::protocol::rules::Refusal;
use crate::protocol::state::ChannelKind;
use crate::storage::users::UserRow;
use crate::storage::{ChannelNum, UserNum, channels, entries, members, users};

/// How often a conversation is looked for and begun, while those of others come in between.
const OPEN_TRIES: usize = 3;

impl Domain {
    /// The channel of this set of people and the asker; true when it was made just now. Whoever had
    /// left it is in again.
    ///
    /// # Errors
    /// `bad_users`, `user_not_found`, `peer_blocked`, `user_excluded`, `not_accepted`
    pub async fn open_dm(&self, actor: &Actor, mut people: Vec<UserId>) -> Result<(Channel, bool)> {
        people.push(actor.person.id.clone());
        people.sort();
        people.dedup();
        if people.len() > DM_USERS_MAX {
            return Err(Error::invalid(
                "bad_users",
                "/users",
                format!("at most {DM_USERS_MAX} people, oneself included"),
            ));
        }
        let ids: Vec<String> = people.iter().map(|id| id.as_str().to_owned()).collect();
        let key = ids.join(" ");
        people.iter().try_for_each(|id| self.may_know(id))?;
        // One of another server may come in between: then that is where they talk.
        for _ in 0..OPEN_TRIES {
            if let Some(channel) = self.dm_elsewhere(&key).await? {
                return Ok((self.join_elsewhere(actor, &channel).await?, false));
            }
            let (person, people, ids, same) =
                (actor.person.clone(), people.clone(), ids.clone(), key.clone());
            let opened = self.writer.other(&key, move |work| open(work, &person, &people, ids, &same)).await;
            match opened {
                // In another lane, at the same moment.
                Err(Error::Internal(error)) if error.is_duplicate() => {}
                Ok(None) => {}
                Ok(Some(opened)) => return Ok(opened),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Busy)
    }
}

impl Domain {
    /// Whether the person's server is this one, or one that this one talks to, and nobody keeps them out.
    ///
    /// # Errors
    /// `user_excluded`, `peer_blocked`; `user_not_found` where this server talks to no others.
    pub(super) fn may_know(&self, id: &UserId) -> Result<()> {
        if self.wanted.excluded.has(id) {
            return Err(Error::Forbidden(Forbidden::UserExcluded));
        }
        let server = id.server();
        match server == *self.server() || self.peers.admits(&server) {
            true => Ok(()),
            false if self.config.federation.enabled => Err(PeerError::Blocked(server).into()),
            false => Err(Error::NotFound(Missing::User)),
        }
    }

    /// The channel of these people, if another server hosts it.
    async fn dm_elsewhere(&self, people: &str) -> Result<Option<ChannelId>> {
        let (people, ours) = (people.to_owned(), self.server().clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_people(conn, &people)?.filter(|row| row.host != ours.as_str());
                Ok(row.and_then(|row| row.id.parse().ok()))
            })
            .await
    }
}

/// None where another server hosts it.
fn open(
    work: &mut Work<'_>,
    creator: &Person,
    people: &[UserId],
    ids: Vec<String>,
    key: &str,
) -> Result<Option<(Channel, bool)>> {
    for id in people {
        if id.server() != work.lane.identity.name {
            work.person(id)?;
        }
    }
    let rows = users::by_ids(work.conn, &ids)?;
    let ours = work.lane.identity.name.as_str();
    let is_nobody = |row: &UserRow| {
        row.deleted_ts.is_some() || row.is_webhook() || (row.server == ours && !row.is_account())
    };
    if rows.len() != ids.len() || rows.iter().any(is_nobody) {
        return Err(Error::NotFound(Missing::User));
    }
    let deaf = blocks::among(work, creator.num, rows.iter().map(|row| row.num))?;
    let (num, new) = match channels::by_people(work.conn, key)? {
        Some(row) if row.host != work.lane.identity.name.as_str() => return Ok(None),
        Some(row) => (row.num, false),
        None if !deaf.is_empty() => return Err(Error::Forbidden(Forbidden::NotAccepted)),
        None => (begin(work, creator, "dm", ids, false)?, true),
    };
    for id in people {
        if id.server() != work.lane.identity.name {
            // Their own server lets them in, once it has heard of it.
            if new {
                project::invite(work, num, &creator.id, id)?;
            }
            continue;
        }
        let row = rows.iter().find(|row| row.id == id.as_str()).ok_or(Error::NotFound(Missing::User))?;
        // This server answers for its own people: a direct message needs no consent here.
        let takes_it = row.password_hash.is_some() && !deaf.contains(&row.num);
        if takes_it && !stands(work, num, row.num, "joined")? {
            match join(work, num, &Person { num: row.num, id: id.clone() }) {
                Ok(()) | Err(Error::Refused(Refusal::NoChange)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Some((view_after(work, num, creator.num)?, new)))
}

/// Whether it is a direct conversation, and somebody of it is not in it.
pub(super) fn is_left(work: &mut Work<'_>, num: ChannelNum) -> Result<bool> {
    let state = work.lane.open(work.conn, num)?.state_of(work.conn, &[])?;
    let everybody = i64::try_from(state.create.users.len()).unwrap_or(i64::MAX);
    Ok(state.create.kind == ChannelKind::Dm && state.joined_count < everybody && !state.archived)
}

/// People of this server who left a direct conversation that is kept here are in it again before something is said
/// there, and those of others are invited by who says it: nobody speaks to a closed door without knowing it. Not those
/// who block the speaker, nor those whom an administrator keeps out.
pub(super) fn reopen(work: &mut Work<'_>, num: ChannelNum, sender: &UserId) -> Result<()> {
    if !is_left(work, num)? {
        return Ok(());
    }
    let state = work.lane.open(work.conn, num)?.state_of(work.conn, &[])?;
    let people: Vec<String> = state.create.users.iter().map(|id| id.as_str().to_owned()).collect();
    let ours = work.lane.identity.name.clone();
    let rows = users::by_ids(work.conn, &people)?;
    let deaf = match rows.iter().find(|row| row.id == sender.as_str()) {
        Some(speaker) => blocks::among(work, speaker.num, rows.iter().map(|row| row.num))?,
        None => Vec::new(),
    };
    let wanted = work.lane.wanted.clone();
    let is_wanted = |row: &UserRow| !deaf.contains(&row.num) && !wanted.excluded.has_num(row.num);
    for row in rows.into_iter().filter(is_wanted) {
        let Ok(id) = row.id.parse() else { continue };
        if id == *sender || !stands(work, num, row.num, "left")? {
            continue;
        }
        if row.server != ours.as_str() {
            project::invite(work, num, sender, &id)?;
        } else if row.is_account() {
            join(work, num, &Person { num: row.num, id })?;
        }
    }
    Ok(())
}

/// As [`reopen`], for what another server's person is about to say.
pub(super) fn reopen_for(work: &mut Work<'_>, num: ChannelNum, signed: &SignedEvent) -> Result<()> {
    let event = &signed.event;
    // What is sent again was said before.
    if event.kind != EventType::Message || entries::by_event(work.conn, num, signed.id.as_str())?.is_some() {
        return Ok(());
    }
    reopen(work, num, &event.sender)
}

fn stands(work: &mut Work<'_>, num: ChannelNum, user: UserNum, membership: &str) -> Result<bool> {
    Ok(members::get(work.conn, num, user)?.is_some_and(|row| row.membership == membership))
}
