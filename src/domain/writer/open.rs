//! A channel at hand: where its log stands, and as much of its state as was asked for.

use std::collections::{HashMap, HashSet};

use super::lane::Identity;
use super::slow::Said;
use crate::domain::Error;
use crate::domain::stored::{self, damaged, hash};
use crate::protocol::event::{Event, EventType, Seen};
use crate::protocol::ids::{ChannelId, EventId, Hash, KeyId, ServerName, UserId};
use crate::protocol::log::{Entry, Frontier};
use crate::protocol::rules::{Membership, Reads};
use crate::protocol::sign::{PublicKey, SigningKey};
use crate::protocol::state::content::{self, CreateContent, MemberContent};
use crate::protocol::state::{ChannelKind, Create, HostKey, KeyBinding, Member, State, Target};
use crate::protocol::{Seq, Ts};
use crate::storage::channels::{ChannelRow, LogState, Place};
use crate::storage::members::MemberRow;
use crate::storage::{self, ChannelNum, Conn, UserNum, channels, entries, members, users};

/// How many members of one channel are kept at hand.
const MEMBERS_AT_HAND_MAX: usize = 2_048;

/// A person whose row is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub num: UserNum,
    pub id: UserId,
}

/// Where a log stands, and the counters that grow with it.
#[derive(Clone)]
pub struct LogPosition {
    pub term: i64,
    pub size: i64,
    pub root: Hash,
    pub frontier: Frontier,
    pub last_ts: Ts,
    pub live_count: i64,
    pub joined_count: i64,
    pub last_message_seq: Option<Seq>,
}

impl LogPosition {
    /// Before the first entry.
    pub fn start(now: Ts) -> LogPosition {
        let frontier = Frontier::new();
        LogPosition {
            term: 1,
            size: 0,
            root: frontier.root(),
            frontier,
            last_ts: now,
            live_count: 0,
            joined_count: 0,
            last_message_seq: None,
        }
    }

    /// The entry that comes next, if the host takes the event now.
    pub fn next(&self, event: &EventId, now: Ts) -> Entry {
        Entry { term: self.term, seq: self.size, event: event.clone(), host_ts: now.max(self.last_ts) }
    }

    /// The row as [`LogPosition::write`] is going to leave it.
    pub fn laid_over(&self, row: ChannelRow) -> ChannelRow {
        ChannelRow {
            size: self.size,
            live_count: self.live_count,
            joined_count: self.joined_count,
            last_message_seq: self.last_message_seq,
            ..row
        }
    }

    /// Writes the position with the head that the host signed over it.
    pub(super) fn write(
        &self,
        conn: &mut Conn,
        num: ChannelNum,
        kid: &str,
        ts: Ts,
        signature: &[u8],
    ) -> Result<(), storage::Error> {
        let log = LogState {
            size: self.size,
            root: self.root.as_bytes().to_vec(),
            frontier: self.frontier.to_bytes(),
            last_ts: self.last_ts,
            head_kid: kid.to_owned(),
            head_ts: ts,
            head_signature: signature.to_vec(),
            live_count: self.live_count,
            joined_count: self.joined_count,
            last_message_seq: self.last_message_seq,
        };
        channels::set_log(conn, num, log)
    }
}

/// A channel at hand.
pub struct Open {
    pub num: ChannelNum,
    pub id: ChannelId,
    pub host: ServerName,
    pub position: LogPosition,
    /// None after a unit was taken back: it is read again when next needed.
    state: Option<State>,
    /// People who were looked up: those in the state's members, and those who are none.
    people: HashSet<UserId>,
    /// Members who wrote something, as their rows are.
    readers: HashMap<UserNum, Reader>,
    /// Who wrote here lately, where the channel is slow.
    pub(super) said: Option<Said>,
    /// A place of the log that was looked up last: what is written at the same time has seen the same.
    looked_up: Option<Seen>,
    /// Bytes of events since a head was kept for good, or since the channel is at hand.
    pub(super) bytes_since_head: usize,
}

/// How far a member has read, as far as this is known without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// As [`members::MemberRow::read_base`].
    pub base: i64,
    /// Nothing unseen notifies them here; if false, something may.
    pub nothing_unseen: bool,
}

impl Open {
    /// A channel that was just made.
    pub fn new(num: ChannelNum, position: LogPosition, state: State) -> Open {
        let (id, host) = (state.channel.clone(), state.create.host.clone());
        Open {
            num,
            id,
            host,
            position,
            state: Some(state),
            people: HashSet::new(),
            readers: HashMap::new(),
            said: None,
            looked_up: None,
            bytes_since_head: 0,
        }
    }

    pub(super) fn load(row: &ChannelRow) -> Result<Open, Error> {
        let position = LogPosition {
            term: row.term,
            size: row.size,
            root: hash(&row.root)?,
            frontier: Frontier::from_bytes(row.size, &row.frontier)
                .map_err(|error| damaged("frontier", error))?,
            last_ts: row.last_ts,
            live_count: row.live_count,
            joined_count: row.joined_count,
            last_message_seq: row.last_message_seq,
        };
        let id = row.id.parse().map_err(|error| damaged("channel", error))?;
        let host = row.host.parse().map_err(|error| damaged("host", error))?;
        Ok(Open {
            num: row.num,
            id,
            host,
            position,
            state: None,
            people: HashSet::new(),
            readers: HashMap::new(),
            said: None,
            looked_up: None,
            bytes_since_head: 0,
        })
    }

    /// The channel, and what an author of now has seen of its log.
    pub(super) fn place(&self) -> (ChannelId, Seen) {
        (self.id.clone(), Seen { size: self.position.size, root: self.position.root })
    }

    pub(super) fn is_at(&self, (size, root, live_count): &Place) -> bool {
        let here = &self.position;
        here.size == *size && here.root.as_bytes().as_slice() == root && here.live_count == *live_count
    }

    /// Forgets the state: its rows were changed otherwise than by an entry.
    pub fn forget_state(&mut self) {
        self.state = None;
        self.people.clear();
        self.readers.clear();
    }

    pub fn reader(&self, user: UserNum) -> Option<Reader> {
        self.readers.get(&user).copied()
    }

    pub fn note_reader(&mut self, user: UserNum, reader: Reader) {
        if self.readers.len() > MEMBERS_AT_HAND_MAX {
            self.readers.clear();
        }
        self.readers.insert(user, reader);
    }

    /// Something notifies a member.
    pub fn note_unseen(&mut self, user: UserNum) {
        if let Some(reader) = self.readers.get_mut(&user) {
            reader.nothing_unseen = false;
        }
    }

    /// A member's read marker was moved.
    pub fn forget_reader(&mut self, user: UserNum) {
        self.readers.remove(&user);
    }

    /// Read markers of many were moved.
    pub fn forget_readers(&mut self) {
        self.readers.clear();
    }

    /// The root of the log's first `size` entries, where the entry that led to it is here.
    pub(super) fn root_at(&mut self, conn: &mut Conn, size: i64) -> Result<Option<Hash>, Error> {
        if size > 0 && size == self.position.size {
            return Ok(Some(self.position.root));
        }
        if let Some(known) = self.looked_up.filter(|known| known.size == size) {
            return Ok(Some(known.root));
        }
        let Some(row) = entries::by_seq(conn, self.num, size - 1)? else { return Ok(None) };
        let root = hash(&row.root)?;
        self.looked_up = Some(Seen { size, root });
        Ok(Some(root))
    }

    pub(super) fn rewind(&mut self, position: LogPosition) {
        self.position = position;
        self.looked_up = None;
        self.said = None;
        self.forget_state();
    }

    /// The state, with at least what `reads` names in it, to judge an event by.
    pub fn state(&mut self, conn: &mut Conn, reads: &Reads) -> Result<&mut State, Error> {
        // Targets are read anew each time: the log is far longer than what is related to.
        let target = match &reads.target {
            Some(id) => load_target(conn, self.num, id)?.map(|target| (id.clone(), target)),
            None => None,
        };
        let mut people: Vec<&UserId> = reads.users.iter().collect();
        if reads.target_sender {
            people.extend(target.as_ref().map(|(_, target)| &target.sender));
        }
        // Only here, before an event is judged: from then on, until it is stored, the state is ahead of the rows.
        if self.people.len() > MEMBERS_AT_HAND_MAX {
            self.people.clear();
            if let Some(state) = &mut self.state {
                state.members.clear();
            }
        }
        let state = self.state_of(conn, &people)?;
        state.targets.clear();
        state.targets.extend(target.clone());
        Ok(state)
    }

    /// The state, with at least these people's memberships in it, as far as they have any.
    pub fn state_of(&mut self, conn: &mut Conn, people: &[&UserId]) -> Result<&mut State, Error> {
        let mut state = match self.state.take() {
            Some(state) => state,
            None => {
                let row =
                    channels::by_num(conn, self.num)?.ok_or_else(|| damaged("channel", "its row is gone"))?;
                load_state(conn, &row)?
            }
        };
        state.joined_count = self.position.joined_count;
        for user in people {
            if !self.people.contains(*user) {
                load_member(conn, (self.num, &self.host), user, &mut state)?;
                self.people.insert((*user).clone());
            }
        }
        Ok(self.state.insert(state))
    }

    /// The state as it is at hand, for a caller that has just loaded or changed it.
    pub(super) fn state_at_hand(&mut self) -> Option<&mut State> {
        self.state.as_mut()
    }

    /// With which of this server's keys a head over the log as it stands now is signed: one that is in force there (HEAD-7), the
    /// newest if it is.
    pub(super) fn head_signer<'a>(
        &mut self,
        conn: &mut Conn,
        identity: &'a Identity,
    ) -> Result<(&'a KeyId, &'a SigningKey), Error> {
        let last = self.position.size - 1;
        let state = self.state_of(conn, &[])?;
        let is_in_force = |kid: &KeyId| {
            let key = state.keys.get(&(identity.name.clone(), kid.clone()));
            key.is_some_and(|key| key.is_in_force_at(last))
        };
        let all = std::iter::once((&identity.kid, &identity.key)).chain(&identity.retired);
        let mut in_force = all.filter(|(kid, _)| is_in_force(kid));
        in_force.next().ok_or_else(|| damaged("channel", "no key of this server is in force"))
    }

    /// The kind of the channel, once its state is at hand.
    pub fn state_kind(&self) -> Option<ChannelKind> {
        self.state.as_ref().map(|state| state.create.kind)
    }
}

fn load_state(conn: &mut Conn, row: &ChannelRow) -> Result<State, Error> {
    let mut keys = std::collections::BTreeMap::new();
    let mut host_key = None;
    for key in channels::keys(conn, row.num)? {
        let bytes: [u8; 32] = key.public.as_slice().try_into().map_err(|_| damaged("key", "not 32 bytes"))?;
        let public = PublicKey::from_bytes(&bytes).map_err(|error| damaged("key", error))?;
        let server = key.server.parse().map_err(|error| damaged("key", error))?;
        let kid: crate::protocol::ids::KeyId = key.kid.parse().map_err(|error| damaged("key", error))?;
        if key.from_seq == 0 {
            host_key = Some(HostKey { kid: kid.clone(), public });
        }
        keys.insert((server, kid), KeyBinding { public, from: key.from_seq, until: key.until_seq });
    }
    let user = |id: &str| id.parse::<UserId>().map_err(|error| damaged("user", error));
    let create = Create {
        rules: row.rules,
        kind: row.kind.parse().map_err(|_| damaged("channel kind", &row.kind))?,
        host: row.host.parse().map_err(|error| damaged("host", error))?,
        key: host_key.ok_or_else(|| damaged("channel", "it has no first key"))?,
        creator: user(&row.creator)?,
        users: people(conn, row)?,
    };
    Ok(State {
        channel: row.id.parse().map_err(|error| damaged("channel", error))?,
        create,
        policy: stored::policy(row)?,
        servers: stored::servers(row)?,
        archived: row.archived,
        owner: row.owner.as_deref().map(user).transpose()?,
        joined_count: row.joined_count,
        members: std::collections::BTreeMap::new(),
        keys,
        targets: std::collections::BTreeMap::new(),
    })
}

/// The people of a direct conversation. Of two of the same people only one's row names them; the genesis always does.
fn people(conn: &mut Conn, row: &ChannelRow) -> Result<Vec<UserId>, Error> {
    let user = |id: &str| id.parse::<UserId>().map_err(|error| damaged("user", error));
    if let Some(people) = &row.people {
        return people.split_whitespace().map(user).collect();
    }
    let is_dm = row.kind == ChannelKind::Dm.as_str();
    let genesis = if is_dm { entries::by_seq(conn, row.num, 0)? } else { None };
    let Some(genesis) = genesis else { return Ok(Vec::new()) };
    let event: Event = serde_json::from_str(&genesis.event).map_err(|error| damaged("event", error))?;
    let content: CreateContent = content::of(&event)?;
    Ok(content.users.unwrap_or_default())
}

/// Puts the person's membership, if any, into the state.
fn load_member(
    conn: &mut Conn,
    (channel, host): (ChannelNum, &ServerName),
    id: &UserId,
    state: &mut State,
) -> Result<(), Error> {
    let Some(user) = users::by_id(conn, id.as_str())? else { return Ok(()) };
    let Some(row) = members::get(conn, channel, user.num)? else { return Ok(()) };
    // Of others the row is what the log says; so it is of all in channels that are hosted here.
    let is_own = user.is_account() || user.deleted_ts.is_some();
    let membership = match is_own && user.server != host.as_str() {
        true => in_log(conn, &row, id)?,
        false => Some(row.membership.parse().map_err(|error| damaged("membership", error))?),
    };
    let Some(membership) = membership else { return Ok(()) };
    let invited_by = match row.invited_by {
        Some(num) => users::by_num(conn, num)?.map(|user| user.id.parse()).transpose(),
        None => Ok(None),
    };
    let member = Member {
        membership,
        role: row.role.parse().map_err(|error| damaged("role", error))?,
        since: row.since_seq,
        joined: row.joined_seq,
        invited_by: invited_by.map_err(|error| damaged("user", error))?,
    };
    state.members.insert(id.clone(), member);
    Ok(())
}

/// What a log says of somebody: the entry since which it is so. For people here the row itself may be ahead of the copy:
/// they have left, knocked, or were invited by the host's word; and what was said of a name before there was an account
/// is not theirs.
pub(super) fn in_log(conn: &mut Conn, row: &MemberRow, id: &UserId) -> Result<Option<Membership>, Error> {
    let Some(entry) = entries::by_seq(conn, row.channel, row.since_seq)? else { return Ok(None) };
    let event: Event = serde_json::from_str(&entry.event).map_err(|error| damaged("event", error))?;
    let said = (event.kind == EventType::Member).then(|| MemberContent::of(&event).ok()).flatten();
    Ok(said.filter(|(user, _)| user == id).map(|(_, content)| content.membership))
}

fn load_target(conn: &mut Conn, channel: ChannelNum, id: &EventId) -> Result<Option<Target>, Error> {
    let Some(entry) = entries::by_event(conn, channel, id.as_str())? else { return Ok(None) };
    let event: Event = serde_json::from_str(&entry.event).map_err(|error| damaged("event", error))?;
    let kind: EventType = entry.kind.parse().map_err(|error| damaged("event type", error))?;
    // With a message its edits go, but only the message is what was redacted (STATE-8).
    let redacted = match entry.redacted_seq {
        Some(by) => entries::by_seq(conn, channel, by)?.is_some_and(|by| by.target_seq == Some(entry.seq)),
        None => false,
    };
    Ok(Some(Target {
        seq: entry.seq,
        sender: event.sender,
        kind,
        redacted,
        relates: event.relates,
        void: entry.void.is_some(),
    }))
}
