//! The effect of each type of event.

use super::{
    KeyBinding, Member, Membership, State, Target,
    content::{self, ArchiveContent, KeyContent, MemberContent},
};
use crate::protocol::{
    Seq,
    event::{Event, EventType},
    ids::{EventId, UserId},
    rules::Role,
};

impl State {
    /// Folds in an event that [`State::check`] or [`crate::protocol::rules::authorise`] accepted at this place. What is malformed has no
    /// effect.
    pub fn apply(&mut self, seq: Seq, event: &Event, id: &EventId) {
        match event.kind {
            EventType::Member => self.apply_member(seq, event),
            EventType::ServerKey => self.apply_key(seq, event),
            EventType::Redact => self.apply_redact(event),
            EventType::ChannelPolicy => {
                if let Ok(policy) = content::of(event) {
                    self.policy = policy;
                }
            }
            EventType::ChannelServers => {
                if let Ok(servers) = content::of(event) {
                    self.servers = servers;
                }
            }
            EventType::ChannelArchive => {
                if let Ok(ArchiveContent { archived }) = content::of(event) {
                    self.archived = archived;
                }
            }
            // Bodies are projected elsewhere; unknown types have no effect (AUTH-45).
            _ => {}
        }
        self.remember(seq, event, id, false);
    }

    pub(super) fn remember(&mut self, seq: Seq, event: &Event, id: &EventId, void: bool) {
        let target = Target {
            seq,
            sender: event.sender.clone(),
            kind: event.kind.clone(),
            redacted: false,
            relates: event.relates.clone(),
            void,
        };
        self.targets.insert(id.clone(), target);
    }

    // STATE-4: memberships and roles.
    fn apply_member(&mut self, seq: Seq, event: &Event) {
        let Ok((user, content)) = MemberContent::of(event) else { return };
        let previous = self.members.get(&user).cloned();
        let was_joined = previous.as_ref().is_some_and(|member| member.membership == Membership::Joined);
        let is_joined = content.membership == Membership::Joined;
        if was_joined && is_joined {
            self.apply_role(&event.sender, &user, content.role);
            return;
        }
        let (joined, invited_by) = match previous {
            Some(member) => (member.joined, member.invited_by),
            None => (None, None),
        };
        let member = Member {
            membership: content.membership,
            role: match content.membership {
                Membership::Joined => self.role_on_join(&user),
                Membership::Invited => content.role.unwrap_or(Role::Member),
                _ => Role::Member,
            },
            since: seq,
            joined: if is_joined { Some(seq) } else { joined },
            invited_by: match content.membership {
                Membership::Invited => Some(event.sender.clone()),
                Membership::Joined => invited_by,
                _ => None,
            },
        };
        self.joined_count += i64::from(is_joined) - i64::from(was_joined);
        self.members.insert(user, member);
    }

    fn apply_role(&mut self, sender: &UserId, user: &UserId, role: Option<Role>) {
        let Some(role) = role else { return };
        if let Some(member) = self.members.get_mut(user) {
            member.role = role;
        }
        // STATE-6: there is one owner: whoever transfers ownership becomes a moderator.
        if role == Role::Owner {
            if let Some(member) = self.members.get_mut(sender) {
                member.role = Role::Moderator;
            }
            self.owner = Some(user.clone());
        }
    }

    // STATE-7: keys by place in the log.
    fn apply_key(&mut self, seq: Seq, event: &Event) {
        let Ok((server, content)) = KeyContent::of(event) else { return };
        if let Some(ended) = content.ends
            && let Some(binding) = self.keys.get_mut(&(server.clone(), ended))
        {
            binding.until = Some(seq);
        }
        self.keys
            .insert((server, content.kid), KeyBinding { public: content.public, from: seq, until: None });
    }

    fn apply_redact(&mut self, event: &Event) {
        let target = event.relates.as_ref().and_then(|relates| self.targets.get_mut(&relates.to));
        if let Some(target) = target {
            target.redacted = true;
        }
    }
}
