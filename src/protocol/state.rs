//! A channel's state: the fold of its log (spec: STATE-n), and a replica's verdict on each entry.
//!
//! Names, topics and pins are not here: they stand in bodies, and no rule looks at them. A `State` may be
//! partial: [`super::rules::reads`] says what one event needs.

use std::collections::BTreeMap;

use super::{
    Seq,
    event::{Event, EventType, Relates, SignedEvent, event_id},
    ids::{ChannelId, EventId, KeyId, ServerName, UserId},
    log::Entry,
    rules::{self, Policy, Refusal, Role, Rules},
    sign::{PublicKey, Signature},
};

pub mod content;
mod fold;
mod genesis;
#[cfg(test)]
mod tests;

pub use super::rules::Membership;
pub use content::{ChannelKind, HostKey, ServerList, ServerPattern};

/// What the genesis says, for ever.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Create {
    pub rules: i64,
    pub kind: ChannelKind,
    pub host: ServerName,
    pub key: HostKey,
    pub creator: UserId,
    /// The people of a direct conversation, sorted; empty in a channel.
    pub users: Vec<UserId>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    pub membership: Membership,
    /// Of a joined member; of an invited one, the role the invitation carries; else `member`.
    pub role: Role,
    /// Where `membership` last changed.
    pub since: Seq,
    /// The latest join, kept after leaving.
    pub joined: Option<Seq>,
    /// Who sent the invitation that is open or was accepted.
    pub invited_by: Option<UserId>,
}

impl Member {
    /// The role that others must exceed to act upon somebody: joined and invited people have theirs, everybody
    /// else ranks as a member (AUTH-28).
    pub fn rank(member: Option<&Self>) -> Role {
        match member {
            Some(member) if matches!(member.membership, Membership::Joined | Membership::Invited) => {
                member.role
            }
            _ => Role::Member,
        }
    }
}

/// A server's key and the part of the log in which it signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyBinding {
    pub public: PublicKey,
    pub from: Seq,
    /// The place of the event that ended it: the last at which it may have signed.
    pub until: Option<Seq>,
}

impl KeyBinding {
    pub fn is_in_force_at(&self, seq: Seq) -> bool {
        self.from <= seq && self.until.is_none_or(|until| seq <= until)
    }
}

/// What is remembered of an entry's event: enough for relations and repetitions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    pub seq: Seq,
    pub sender: UserId,
    pub kind: EventType,
    pub redacted: bool,
    pub relates: Option<Relates>,
    /// It had no effect, and nothing may relate to it.
    pub void: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    pub channel: ChannelId,
    pub create: Create,
    pub policy: Policy,
    pub servers: ServerList,
    pub archived: bool,
    /// Of a channel: whoever owns it, and of an empty one, whoever was the last to (at first the creator). `None` in a
    /// direct conversation.
    pub owner: Option<UserId>,
    /// Exact even when `members` is partial.
    pub joined_count: i64,
    pub members: BTreeMap<UserId, Member>,
    pub keys: BTreeMap<(ServerName, KeyId), KeyBinding>,
    pub targets: BTreeMap<EventId, Target>,
}

/// A replica's judgement of one entry. It depends on nothing but the log up to there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    Effective,
    /// The tree has the entry, but it has no effect and is not shown; an alarm is due, because an honest host
    /// would have refused it.
    Void(Refusal),
}

impl State {
    /// Judges an entry and folds it in. Everything a replica must look at is looked at here, except the tree and
    /// [`Entry::check_follows`]. [`Refusal::BadSignature`] is the one refusal of which another replica's copy might know
    /// better: the log commits to an event's header, and not to its signature (AUTH-7).
    pub fn evaluate(&mut self, entry: &Entry, signed: &SignedEvent) -> Verdict {
        match self.check(entry, signed) {
            Ok(()) => {
                self.apply(entry.seq, &signed.event, &signed.id);
                Verdict::Effective
            }
            Err(refusal) => {
                // A repetition leaves what the first occurrence was; a mismatch says nothing about the entry's event.
                if !matches!(refusal, Refusal::Repeated | Refusal::EventMismatch) {
                    self.remember(entry.seq, &signed.event, &signed.id, true);
                }
                Verdict::Void(refusal)
            }
        }
    }

    /// [`Self::evaluate`] for bytes that may not even be an event: those are void like any other (AUTH-3), so that a
    /// poisoned entry never stops a replica. The event comes back if there is one.
    pub fn evaluate_bytes(
        &mut self,
        entry: &Entry,
        bytes: Vec<u8>,
        signature: Signature,
    ) -> (Option<SignedEvent>, Verdict) {
        // LOG-7: an entry's event is the one that it names.
        if event_id(&bytes) != entry.event {
            return (None, Verdict::Void(Refusal::EventMismatch));
        }
        match SignedEvent::from_parts(bytes, signature) {
            Ok(signed) => {
                let verdict = self.evaluate(entry, &signed);
                (Some(signed), verdict)
            }
            // AUTH-3.
            Err(_) => (None, Verdict::Void(Refusal::Malformed)),
        }
    }

    /// Whether `signed` is effective as `entry`. The costly signature comes last.
    ///
    /// # Errors
    /// The [`Refusal`], with the id of the rule.
    pub fn check(&self, entry: &Entry, signed: &SignedEvent) -> Result<(), Refusal> {
        let event = &signed.event;
        // LOG-7.
        if entry.event != signed.id {
            return Err(Refusal::EventMismatch);
        }
        let rules = Rules::by_version(self.create.rules).ok_or(Refusal::UnknownRules)?;
        rules::authorise(rules, self, event, &signed.id)?;
        // AUTH-4: what the author has seen of the log lies before the entry.
        if event.seen.is_none_or(|seen| seen.size > entry.seq) {
            return Err(Refusal::SeenAhead);
        }
        // AUTH-8: the entry after the genesis is the creator's own join.
        let is_creators = event.kind == EventType::Member && event.sender == self.create.creator;
        if entry.seq == 1 && !(is_creators && self.is_join(event)) {
            return Err(Refusal::NotCreatorsJoin);
        }
        let key = self.signer(event, entry.seq)?;
        // AUTH-7: the signature verifies, strictly (SIGN-2).
        signed.verify(&key).map_err(|_| Refusal::BadSignature)
    }

    fn is_join(&self, event: &Event) -> bool {
        let member = content::MemberContent::of(event);
        member.is_ok_and(|(user, content)| user == event.sender && content.membership == Membership::Joined)
    }

    /// The key that must have signed `event` at `seq`.
    ///
    /// # Errors
    /// [`Refusal::KeyUnknown`], [`Refusal::KeyEnded`].
    pub fn signer(&self, event: &Event, seq: Seq) -> Result<PublicKey, Refusal> {
        let name = (event.sender.server(), event.kid.clone());
        if let Some(binding) = self.keys.get(&name) {
            // AUTH-6: a key signs from its binding to its end, by place in the log and not by time.
            return if binding.is_in_force_at(seq) { Ok(binding.public) } else { Err(Refusal::KeyEnded) };
        }
        // AUTH-5: events are signed by a key that the sender's server has bound in this channel. Its first binds itself.
        if event.kind == EventType::ServerKey && !self.has_key_of(name.0.as_str()) {
            let (_, content) = content::KeyContent::of(event)?;
            if content.kid == event.kid {
                return Ok(content.public);
            }
        }
        Err(Refusal::KeyUnknown)
    }

    pub(super) fn has_key_of(&self, server: &str) -> bool {
        self.keys.keys().any(|(owner, _)| owner.as_str() == server)
    }

    pub(super) fn is_key_in_force(&self, server: &ServerName, kid: &KeyId) -> bool {
        self.keys.get(&(server.clone(), kid.clone())).is_some_and(|key| key.until.is_none())
    }

    /// Whether the server list admits `server`. The host's own server always is.
    pub fn allows_server(&self, server: &str) -> bool {
        server == self.create.host.as_str() || self.servers.allows(server)
    }

    /// The role that `user` has upon joining now: an invitation's, the owner's own back in an empty channel, else member.
    /// In a direct conversation all are members, whatever an invitation says (STATE-4).
    pub fn role_on_join(&self, user: &UserId) -> Role {
        if self.create.kind == ChannelKind::Dm {
            return Role::Member;
        }
        if self.joined_count == 0 && self.owner.as_ref() == Some(user) {
            return Role::Owner;
        }
        let invited = self.members.get(user).filter(|member| member.membership == Membership::Invited);
        invited.map_or(Role::Member, |member| member.role)
    }
}
