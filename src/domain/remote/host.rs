//! What other servers may do and see of channels that are hosted here.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::crowds::asks_for_seat;
use super::history::is_in;
use super::wire::{
    ChannelCard, DirectoryPage, Invitation, Outcome, OutcomeError, Profile, Submission, SubmissionAnswer,
    WireEvent,
};
use crate::domain::status::Status;
use crate::domain::stored::{damaged, policy, raw, signature};
use crate::domain::verify::stored_head;
use crate::domain::{Conflict, Domain, Error, Forbidden, Missing, Result, dms};
use crate::protocol::event::{EventType, SignedEvent};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{Alias, ChannelId, ServerName, UserId};
use crate::protocol::key_document::KeySet;
use crate::protocol::limits::SUBMIT_EVENTS_MAX;
use crate::protocol::log::Entry;
use crate::protocol::rules::Membership;
use crate::protocol::state::ChannelKind;
use crate::protocol::state::content::{KeyContent, MemberContent};
use crate::storage::channels::ChannelRow;
use crate::storage::{ChannelNum, Conn, channels, entries, members, peers, users};

/// Most channels on a page of the directory for other servers.
pub const DIRECTORY_PAGE_MAX: i64 = 50;

/// What a submission may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Anything.
    Events,
    /// The sender's own membership, and the key that signs it.
    Membership(Membership),
}

/// An invitation that is on its way: what is kept of it until it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Invited {
    pub channel: ChannelId,
    pub inviter: UserId,
    pub invitee: UserId,
}

/// Where servers are told of invitations.
pub const INVITES: &str = "/invites";

/// Where a server is told of what was reported in a channel.
pub fn reports_path(channel: &ChannelId) -> String {
    format!("/channels/{channel}/reports")
}

impl Invited {
    /// With what begins that which is kept of invitations into a channel, by this person or by anybody.
    pub fn begin(channel: &ChannelId, inviter: Option<&UserId>) -> String {
        let by = inviter.map(|inviter| format!(r#","inviter":"{inviter}","#)).unwrap_or_default();
        format!(r#"{{"channel":"{channel}"{by}"#)
    }

    fn read(kept: &str) -> Result<Invited> {
        serde_json::from_str(kept).map_err(|error| damaged("invitation", error))
    }
}

impl Domain {
    /// Takes another server's events into a channel hosted here. Each is answered for itself.
    ///
    /// # Errors
    /// `channel_not_found`; `bad_event` where the purpose demands another event; `too_large`;
    /// `rate_limited`.
    pub async fn accept_events(
        &self,
        origin: &ServerName,
        keys: &KeySet,
        channel: &ChannelId,
        submission: Submission,
        purpose: Purpose,
    ) -> Result<SubmissionAnswer> {
        let count = submission.events.len();
        if count == 0 || count > SUBMIT_EVENTS_MAX {
            return Err(Error::invalid(
                "too_large",
                "/events",
                format!("from 1 to {SUBMIT_EVENTS_MAX} events"),
            ));
        }
        let mut checked = Vec::with_capacity(count);
        for event in &submission.events {
            checked.push(check_event(origin, keys, channel, event));
        }
        if let Purpose::Membership(membership) = purpose {
            check_purpose(&checked, membership)?;
        }
        let (id, ours) = (channel.clone(), self.server().clone());
        let size = self
            .reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?;
                row.filter(|row| row.host == ours.as_str())
                    .map(|row| row.size)
                    .ok_or(Error::NotFound(Missing::Channel))
            })
            .await?;
        self.crowds.pace(origin, &mut checked)?;
        let comers = checked.iter().flatten().filter(|event| asks_for_seat(&event.event).is_some());
        if !self.crowds.admits(origin, channel, comers.count()) {
            return Err(Error::Conflict(Conflict::Crowded));
        }
        // Who has seen more than there is knows what was lost here; if it is so is found out first.
        let ahead =
            checked.iter().flatten().any(|event| event.event.seen.is_some_and(|seen| seen.size > size));
        if ahead && self.recovery.hint(origin) {
            return Err(Error::Recovering);
        }
        // Here, and once for all of them: whoever waits for itself may be overtaken by the next.
        self.writer.gate.passed(channel).await;
        let units = checked.into_iter().zip(submission.events).map(|(event, wire)| async move {
            let event = event?;
            let (id, seen) = (channel.clone(), event.id.clone());
            let comes = asks_for_seat(&event.event) == Some(Membership::Joined);
            let comes = comes.then(|| event.event.sender.clone());
            let appended = self
                .writer
                .channel(channel, move |work| {
                    let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                    // Should the event be refused, nothing of this is kept either.
                    dms::reopen_for(work, num, &event)?;
                    let appended = work.accept(num, event, wire.body_bytes())?;
                    let term = work.lane.open(work.conn, num)?.position.term;
                    Ok((appended, term))
                })
                .await;
            let (appended, term) = appended?;
            if let Some(user) = comes {
                self.ask_profile_of_comer(user);
            }
            Ok(Entry { event: seen, host_ts: appended.ts, seq: appended.seq, term })
        });
        // All are in the writer's queue before the first is done, so that they share a commit.
        let results = futures_util::future::join_all(units).await;
        Ok(SubmissionAnswer { results: results.into_iter().map(outcome).collect() })
    }

    /// A public channel of this server by its alias.
    ///
    /// # Errors
    /// `alias_not_found`
    pub async fn card_of_alias(&self, alias: &Alias) -> Result<ChannelCard> {
        let (alias, ours) = (alias.as_str().to_owned(), self.server().clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_alias(conn, &alias)?.filter(|row| row.host == ours.as_str());
                let row = row.filter(|row| row.visibility == "public");
                card(conn, &row.ok_or(Error::NotFound(Missing::Alias))?)
            })
            .await
    }

    /// Public channels, for other servers.
    pub async fn cards(&self, query: String, after: ChannelNum) -> Result<DirectoryPage> {
        let ours = self.server().clone();
        self.reads
            .read(move |conn| {
                let rows = channels::directory(conn, ours.as_str(), &query, after, DIRECTORY_PAGE_MAX)?;
                let full = i64::try_from(rows.len()).unwrap_or(0) >= DIRECTORY_PAGE_MAX;
                let next = rows.last().filter(|_| full).map(|row| row.num.to_string());
                let hosted = rows.iter().filter(|row| row.host == ours.as_str());
                Ok(DirectoryPage {
                    channels: hosted.map(|row| written(&card(conn, row)?)).collect::<Result<_>>()?,
                    next,
                })
            })
            .await
    }

    /// What somebody is told who shares a channel with the person.
    ///
    /// # Errors
    /// `user_not_found`, for anybody else too.
    pub async fn profile_for(&self, server: &ServerName, user: &UserId) -> Result<Profile> {
        let (server, user, now) = (server.clone(), user.clone(), self.clock.now());
        if user.server() != *self.server() {
            return Err(Error::NotFound(Missing::User));
        }
        self.reads
            .read(move |conn| {
                let row = users::by_id(conn, user.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                if !peers::shares_channel(conn, row.num, server.as_str())? {
                    return Err(Error::NotFound(Missing::User));
                }
                Ok(Profile {
                    user,
                    deactivated: row.deleted_ts.is_some(),
                    bot: row.is_webhook(),
                    automated: row.bot,
                    status: Status::of(&row).filter(|status| !status.is_over(now)).map(Into::into),
                    display_name: row.display_name,
                    bio: row.bio,
                    avatar: row.avatar,
                    ts: now,
                })
            })
            .await
    }

    /// What is sent of an invitation; none if the channel is gone, or the invitation was taken back meanwhile.
    ///
    /// # Errors
    /// [`storage::Error::Damaged`] where what is kept is none.
    pub async fn invitation(&self, kept: &str) -> Result<Option<Invitation>> {
        let Invited { channel, inviter, invitee } = Invited::read(kept)?;
        let ts = self.clock.now();
        self.reads
            .read(move |conn| {
                let Some(row) = channels::by_id(conn, channel.as_str())? else { return Ok(None) };
                let seat = match users::by_id(conn, invitee.as_str())? {
                    Some(user) => members::get(conn, row.num, user.num)?,
                    None => None,
                };
                let membership = seat.as_ref().map(|seat| seat.membership.as_str());
                // Whoever a direct conversation is of may come in without an invitation in the log.
                let stands = match row.kind == ChannelKind::Dm.as_str() {
                    true => membership != Some("joined"),
                    false => membership == Some("invited"),
                };
                if !stands {
                    return Ok(None);
                }
                Ok(Some(Invitation { card: card(conn, &row)?, inviter, invitee, ts }))
            })
            .await
    }

    /// Channels hosted here of which the server says that it has less than there is. It may have gone back behind
    /// what it once acknowledged: that is forgotten.
    pub async fn fell_behind(
        &self,
        server: &ServerName,
        claims: &super::wire::Heads,
    ) -> Result<Vec<(ChannelNum, i64)>> {
        let (name, ours) = (server.as_str().to_owned(), self.server().clone());
        let claims: Vec<(String, i64)> =
            claims.heads.iter().map(|claim| (claim.channel.as_str().to_owned(), claim.size.max(0))).collect();
        let (behind, wrong, ahead) = self
            .reads
            .read(move |conn| {
                let (mut behind, mut wrong, mut ahead) = (Vec::new(), Vec::new(), false);
                for (id, size) in claims {
                    let row = channels::by_id(conn, &id)?.filter(|row| row.host == ours.as_str());
                    ahead |= row.as_ref().is_some_and(|row| size > row.size);
                    let Some(row) = row.filter(|row| size < row.size) else { continue };
                    let replicas = peers::replicas_of(conn, row.num)?;
                    let Some(replica) = replicas.into_iter().find(|replica| replica.server == name) else {
                        continue;
                    };
                    behind.push((row.num, size));
                    if replica.acked > size {
                        wrong.push((row.num, size));
                    }
                }
                Ok::<_, Error>((behind, wrong, ahead))
            })
            .await?;
        if ahead {
            self.recovery.hint(server);
        }
        if !wrong.is_empty() {
            let name = server.as_str().to_owned();
            let note = move |work: &mut crate::domain::writer::Work<'_>| {
                for (channel, size) in wrong {
                    peers::set_acked(work.conn, channel, &name, size)?;
                }
                Ok(())
            };
            self.writer.other(server.as_str(), note).await?;
        }
        Ok(behind)
    }

    /// Takes nothing any more that the server signed up to this second. What was on its way is done when this answers.
    pub async fn raise_fence(&self, server: &ServerName, created_s: i64) -> Result<()> {
        self.fences.raise(server, created_s);
        self.writer.drained().await
    }

    /// Signed heads of channels in which the caller has something else than what is here.
    pub async fn newer_heads(
        &self,
        server: &ServerName,
        claims: super::wire::Heads,
    ) -> Result<Vec<SignedHead>> {
        let server = server.clone();
        self.reads
            .read(move |conn| {
                let mut newer = Vec::new();
                if claims.fence {
                    let most = i64::try_from(super::replica::HEADS_MAX).unwrap_or(1_000);
                    let named: std::collections::HashSet<&str> =
                        claims.heads.iter().map(|claim| claim.channel.as_str()).collect();
                    let unnamed = channels::hosted_unnamed(conn, server.as_str(), &named, most)?;
                    for num in unnamed {
                        newer.extend(channels::by_num(conn, num)?.as_ref().and_then(stored_head));
                    }
                }
                for claim in claims.heads {
                    let Some(row) = channels::by_id(conn, claim.channel.as_str())? else { continue };
                    let is_other = row.size != claim.size || row.root != claim.root.as_bytes();
                    if row.size > 0 && is_other && is_in(conn, &row, &server)? {
                        newer.extend(stored_head(&row));
                    }
                }
                Ok(newer)
            })
            .await
    }
}

fn outcome(result: Result<Entry>) -> Outcome {
    match result {
        Ok(entry) => Outcome { entry: Some(entry), error: None },
        Err(error) => {
            let (code, detail) = (error.code().to_owned(), error.to_string());
            let retry_after = if let Error::SlowMode(seconds) = error { Some(seconds) } else { None };
            Outcome { entry: None, error: Some(OutcomeError { code, detail, retry_after }) }
        }
    }
}

/// What can be said of an event without its channel's state.
fn check_event(
    origin: &ServerName,
    keys: &KeySet,
    channel: &ChannelId,
    wire: &WireEvent,
) -> Result<SignedEvent> {
    let signed = wire.signed().map_err(|error| Error::invalid(error.code(), "/event", error.to_string()))?;
    if signed.event.sender.server() != *origin {
        return Err(Error::Forbidden(Forbidden::BadOrigin));
    }
    if signed.event.channel.as_ref() != Some(channel) {
        return Err(Error::invalid("path_mismatch", "/event/channel", "the event is of another channel"));
    }
    // Within a channel a first key vouches for itself: that it is the server's own is checked where it comes in.
    if signed.event.kind == EventType::ServerKey {
        let published = KeyContent::of(&signed.event).ok().is_some_and(|(_, content)| {
            keys.keys.iter().any(|key| key.kid == content.kid && key.public == content.public)
        });
        if !published {
            return Err(Error::invalid(
                "key_unknown",
                "/event",
                "the key is not in the server's key document",
            ));
        }
    }
    Ok(signed)
}

/// The endpoint for joining takes a join, and so on; before it may stand the key that signs it.
fn check_purpose(events: &[Result<SignedEvent>], wanted: Membership) -> Result<()> {
    let bad =
        || Error::invalid("bad_event", "/events", "this endpoint takes the sender's own membership only");
    let Some((last, before)) = events.split_last() else { return Err(bad()) };
    let last = last.as_ref().map_err(Clone::clone)?;
    let fits = MemberContent::of(&last.event)
        .is_ok_and(|(user, content)| user == last.event.sender && content.membership == wanted);
    let keys = before.iter().flatten().all(|signed| signed.event.kind == EventType::ServerKey);
    if fits && keys && before.len() <= 1 { Ok(()) } else { Err(bad()) }
}

fn written(card: &ChannelCard) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(card).map_err(|error| damaged("card", error))
}

fn card(conn: &mut Conn, row: &ChannelRow) -> Result<ChannelCard> {
    let genesis = entries::by_seq(conn, row.num, 0)?.ok_or(Error::NotFound(Missing::Channel))?;
    Ok(ChannelCard {
        channel: row.id.parse().map_err(|error| damaged("channel", error))?,
        name: row.name.clone(),
        topic: row.topic.clone(),
        alias: row.alias.clone(),
        member_count: row.joined_count,
        join: Some(policy(row)?.join),
        genesis: WireEvent {
            event: raw(genesis.event)?,
            signature: signature(&genesis.signature)?,
            body: None,
        },
        head: stored_head(row).ok_or_else(|| damaged("channel", "its head"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_an_invitation_begins_so() {
        let channel = ChannelId::from_hash(crate::protocol::ids::Hash([1; 32]));
        let id = |id: &str| -> UserId { id.parse().expect("an id") };
        let (inviter, invitee) = (id("@ann:a.test"), id("@bob:b.test"));
        let kept = Invited { channel: channel.clone(), inviter: inviter.clone(), invitee };
        let kept = serde_json::to_string(&kept).expect("JSON");
        assert!(kept.starts_with(&Invited::begin(&channel, Some(&inviter))));
        assert!(kept.starts_with(&Invited::begin(&channel, None)));
        assert!(!kept.starts_with(&Invited::begin(&channel, Some(&id("@ann:a.tes")))));
    }

    /// It is not taken for one into a channel that is gone, which would be dropped without a word.
    #[test]
    fn what_is_no_invitation_is_damage() {
        for kept in ["", "{}", r#"{"channel":"!x","inviter":"@ann:a.test","invitee":"@bob:b.test"}"#] {
            let read = Invited::read(kept).map(|invited| invited.channel);
            assert!(
                matches!(read, Err(Error::Internal(crate::storage::Error::Damaged(_)))),
                "{kept}: {read:?}"
            );
        }
    }
}
