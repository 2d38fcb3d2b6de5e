//! A lane's memory: the channels it has at hand, and what the transaction under way did to them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::thread;

use super::elsewhere::Settled;
use super::gate::Gate;
use super::open::{LogPosition, Open};
use super::{Asks, WriterContext};
use crate::domain::clock::Clock;
use crate::domain::effect::Effect;
use crate::domain::pushes::Wanted;
use crate::domain::{Error, Presences};
use crate::protocol::event::Seen;
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::{ChannelId, KeyId, ServerName};
use crate::protocol::rules::Refusal;
use crate::protocol::sign::{Signature, SigningKey};
use crate::protocol::state::State;
use crate::storage::{self, ChannelNum, Conn, Soon, UserNum, channels, entries};

/// How many channels a lane keeps at hand.
const OPEN_CHANNELS_MAX: usize = 20_000;
/// From how many heads on a thread of its own signs them.
const HEADS_BESIDE_MIN: usize = 16;

/// Who signs.
pub struct Identity {
    pub name: ServerName,
    pub kid: KeyId,
    pub key: SigningKey,
    /// Keys that signed before. Channels in which the newest is not bound yet still know one of these.
    pub retired: BTreeMap<KeyId, SigningKey>,
}

/// With which key to sign in a channel, and what has to be said there first.
pub(super) enum Signer<'a> {
    /// The newest key is bound.
    Bound,
    /// No key of this server is: the first event binds it.
    First,
    /// An older one is: it binds the newest and ends itself.
    Older(&'a KeyId, &'a SigningKey),
}

impl Identity {
    /// The key of this id, if it is or was this server's.
    pub fn key_of(&self, kid: &str) -> Option<(&KeyId, &SigningKey)> {
        if self.kid.as_str() == kid {
            return Some((&self.kid, &self.key));
        }
        self.retired.iter().find(|(known, _)| known.as_str() == kid)
    }

    pub(super) fn signer(&self, state: &State) -> Result<Signer<'_>, Refusal> {
        let mut known = false;
        for ((server, kid), binding) in &state.keys {
            if *server != self.name {
                continue;
            }
            known = true;
            if binding.until.is_some() {
                continue;
            }
            if *kid == self.kid {
                return Ok(Signer::Bound);
            }
            if let Some((kid, key)) = self.retired.get_key_value(kid) {
                return Ok(Signer::Older(kid, key));
            }
        }
        if known { Err(Refusal::KeyUnknown) } else { Ok(Signer::First) }
    }
}

pub struct Lane {
    pub identity: Arc<Identity>,
    pub clock: Arc<dyn Clock>,
    pub wanted: Arc<Wanted>,
    pub presences: Arc<dyn Presences>,
    pub gate: Arc<Gate>,
    channels: HashMap<ChannelNum, Open>,
    /// Numbers of channels by id: they never change.
    nums: HashMap<ChannelId, ChannelNum>,
    /// Channels whose row this transaction has locked and compared.
    locked: HashSet<ChannelNum>,
    /// Those that the unit under way has locked: if it is taken back, so is the lock.
    locked_by_unit: Vec<ChannelNum>,
    /// Locks that were asked for, and may have been given.
    locks: HashMap<ChannelNum, Soon<channels::Place>>,
    /// Nonces that were asked for in this transaction, under the channel's lock, and that their author has not used.
    unused: HashSet<(ChannelNum, UserNum, String)>,
    /// Channels whose log grew in this transaction, and how long each was before. What failed has grown nothing.
    touched: BTreeMap<ChannelNum, i64>,
    /// Where the logs stood before each append of the unit under way; none for a channel it made.
    pub(super) undo: Vec<(ChannelNum, Option<LogPosition>)>,
    pub(super) effects: Vec<Effect>,
    /// What hosts elsewhere said of the logs that grew here.
    heads: HashMap<ChannelNum, SignedHead>,
    /// What this unit asked of a host elsewhere before, and what came of it.
    pub(super) settled: Vec<Settled>,
    /// A unit without a savepoint failed after it had written, or there is no room: nothing of this transaction may be kept.
    pub(super) spoilt: bool,
    /// What the database said in this transaction that takes no writes.
    pub(super) read_only: Option<storage::Error>,
}

impl Lane {
    pub(super) fn new(context: &WriterContext) -> Lane {
        Lane {
            identity: context.identity.clone(),
            clock: context.clock.clone(),
            wanted: context.wanted.clone(),
            presences: context.presences.clone(),
            gate: context.gate.clone(),
            channels: HashMap::new(),
            nums: HashMap::new(),
            locked: HashSet::new(),
            locked_by_unit: Vec::new(),
            locks: HashMap::new(),
            unused: HashSet::new(),
            touched: BTreeMap::new(),
            undo: Vec::new(),
            effects: Vec::new(),
            heads: HashMap::new(),
            settled: Vec::new(),
            spoilt: false,
            read_only: None,
        }
    }

    /// A transaction begins.
    pub(super) fn begin(&mut self) {
        if self.channels.len() > OPEN_CHANNELS_MAX {
            self.channels.clear();
            self.nums.clear();
        }
        self.locked.clear();
        self.unused.clear();
        self.touched.clear();
        self.heads.clear();
        self.begin_unit();
        self.effects.clear();
        self.spoilt = false;
        self.read_only = None;
    }

    /// A unit of the transaction begins.
    pub(super) fn begin_unit(&mut self) {
        self.undo.clear();
        self.locked_by_unit.clear();
        self.locks.clear();
        self.settled.clear();
    }

    /// What the host said of a log that grew here in this transaction.
    pub(super) fn adopt_head(&mut self, num: ChannelNum, head: SignedHead) {
        self.heads.insert(num, head);
    }

    /// The last such, if there was one in this transaction.
    pub(super) fn adopted_head(&self, num: ChannelNum) -> Option<&SignedHead> {
        self.heads.get(&num)
    }

    /// The number of a channel that exists.
    pub fn num_of(&mut self, conn: &mut Conn, id: &ChannelId) -> Result<Option<ChannelNum>, Error> {
        if let Some(num) = self.nums.get(id) {
            return Ok(Some(*num));
        }
        let found = channels::num_of(conn, id.as_str())?;
        // One that this transaction made may yet be taken back.
        if let Some(num) = found.filter(|num| !self.touched.contains_key(num)) {
            self.nums.insert(id.clone(), num);
        }
        Ok(found)
    }

    /// Asks for the channel's lock together with whatever this unit asks next, for [`Lane::open`] after that.
    pub fn lock_soon(&mut self, conn: &mut Conn, num: ChannelNum) {
        if !self.locked.contains(&num)
            && let Some(lock) = channels::lock_soon(conn, num)
        {
            self.locks.insert(num, lock);
        }
    }

    /// Asks what units of this transaction are going to ask, of one channel or of several: it is one journey to PostgreSQL and
    /// not one for each.
    pub(super) fn ask(&mut self, conn: &mut Conn, asked: &[Asks]) -> Result<(), storage::Error> {
        for same in asked.chunk_by(|one, other| one.channel == other.channel) {
            // A unit will say what is wrong with a channel.
            let Some(Ok(Some(num))) = same.first().map(|asks| self.num_of(conn, &asks.channel)) else {
                continue;
            };
            self.lock_soon(conn, num);
            let nonces: Vec<_> =
                same.iter().map(|asks| (asks.sender.as_str(), asks.nonce.as_str())).collect();
            let authors = entries::authors(conn, num, &nonces)?;
            if self.open(conn, num).is_err() {
                continue;
            }
            for (asks, author) in same.iter().zip(authors) {
                if let Some(sender) = author.num.filter(|_| !author.has_used_nonce) {
                    self.unused.insert((num, sender, asks.nonce.clone()));
                }
            }
        }
        Ok(())
    }

    /// Whether it is known that the author has not used the nonce, so that nobody needs to look for it.
    pub fn is_unused(&self, channel: ChannelNum, sender: UserNum, nonce: &str) -> bool {
        !self.unused.is_empty() && self.unused.contains(&(channel, sender, nonce.to_owned()))
    }

    /// The author uses the nonce. Should that be taken back, it is looked for again.
    pub(super) fn use_nonce(&mut self, channel: ChannelNum, sender: UserNum, nonce: &str) {
        if !self.unused.is_empty() {
            self.unused.remove(&(channel, sender, nonce.to_owned()));
        }
    }

    /// The channel, locked for this transaction and as it is in the database.
    pub fn open(&mut self, conn: &mut Conn, num: ChannelNum) -> Result<&mut Open, Error> {
        let gone = || Error::Internal(storage::Error::Damaged(format!("channel {num} is gone")));
        if conn.is_postgres() && !self.locked.contains(&num) {
            // Another node may have appended: what is remembered holds only for the same log.
            let asked = self.locks.remove(&num).and_then(Soon::found);
            let found = asked.map_or_else(|| channels::lock(conn, num), Ok)?;
            let place = found.ok_or_else(gone)?;
            if self.channels.get(&num).is_some_and(|open| !open.is_at(&place)) {
                self.channels.remove(&num);
            }
            self.locked.insert(num);
            self.locked_by_unit.push(num);
        }
        match self.channels.entry(num) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                Ok(place.insert(Open::load(&channels::by_num(conn, num)?.ok_or_else(gone)?)?))
            }
        }
    }

    /// A channel whose row this unit made, without a log yet: it is read when next needed.
    pub(super) fn forget(&mut self, num: ChannelNum) {
        self.undo.push((num, None));
        self.channels.remove(&num);
    }

    /// What is remembered of a channel's members may not be so any longer.
    pub(super) fn forget_state(&mut self, num: ChannelNum) {
        if let Some(open) = self.channels.get_mut(&num) {
            open.forget_state();
        }
    }

    /// A channel that this transaction made.
    pub(super) fn adopt(&mut self, open: Open) {
        self.undo.push((open.num, None));
        self.locked.insert(open.num);
        self.locked_by_unit.push(open.num);
        self.touched.insert(open.num, 0);
        self.channels.insert(open.num, open);
    }

    /// Notes that the log of `num` is about to grow from `position`.
    pub(super) fn touch(&mut self, num: ChannelNum, position: LogPosition) {
        self.touched.entry(num).or_insert(position.size);
        self.remember(num, position);
    }

    /// Notes where `num` stands, should the unit under way fail.
    pub(super) fn remember(&mut self, num: ChannelNum, position: LogPosition) {
        self.undo.push((num, Some(position)));
    }

    /// The unit under way failed: its channels stand where they stood before it.
    pub(super) fn take_back(&mut self) {
        for num in self.locked_by_unit.drain(..) {
            self.locked.remove(&num);
        }
        while let Some((num, position)) = self.undo.pop() {
            match (position, self.channels.get_mut(&num)) {
                (Some(position), Some(open)) => open.rewind(position),
                _ => {
                    self.channels.remove(&num);
                    self.touched.remove(&num);
                    // Another channel may get the number.
                    self.nums.retain(|_, known| *known != num);
                }
            }
        }
    }

    /// Signs one head for each channel hosted here whose log grew (others come with their host's), and
    /// writes where it stands.
    pub(super) fn write_heads(&mut self, conn: &mut Conn) -> Result<(), storage::Error> {
        let now = self.clock.now();
        let identity = self.identity.clone();
        let mut own = Vec::with_capacity(self.touched.len());
        for (num, before) in &self.touched {
            let Some(open) = self.channels.get_mut(num).filter(|open| open.position.size > *before) else {
                continue;
            };
            let said = self.heads.get(num).filter(|head| head.head.size == open.position.size);
            // Of a log hosted here only what was signed before has a head of its own.
            if said.is_some() || open.host != self.identity.name {
                let signed = said.ok_or_else(|| storage::Error::Damaged(format!("{}: no head", open.id)))?;
                let head = &signed.head;
                open.position.write(conn, *num, head.kid.as_str(), head.ts, &signed.signature.0)?;
                continue;
            }
            // Without another there is nothing to choose.
            let (kid, key) = match identity.retired.is_empty() {
                true => (&identity.kid, &identity.key),
                false => open.head_signer(conn, &identity).map_err(|error| match error {
                    Error::Internal(error) => error,
                    other => storage::Error::Damaged(other.to_string()),
                })?,
            };
            let head = Head {
                channel: open.id.clone(),
                term: open.position.term,
                size: open.position.size,
                root: open.position.root,
                ts: now.max(open.position.last_ts),
                host: identity.name.clone(),
                kid: kid.clone(),
            };
            own.push((*num, head, key));
        }
        for ((num, head, _), signature) in own.iter().zip(signed(&own, conn)?) {
            if let Some(open) = self.channels.get(num) {
                open.position.write(conn, *num, head.kid.as_str(), head.ts, &signature.0)?;
            }
        }
        Ok(())
    }

    /// Logs hosted here that grew in this transaction, with their sizes before it.
    fn hosted(&self) -> impl Iterator<Item = (&Open, i64)> {
        self.touched.iter().filter_map(|(num, before)| {
            let open = self.channels.get(num).filter(|open| open.host == self.identity.name)?;
            Some((open, *before)).filter(|_| open.position.size > *before)
        })
    }

    /// By how many entries they grew.
    pub(super) fn grown(&self) -> i64 {
        self.hosted().map(|(open, before)| open.position.size - before).sum()
    }

    /// Where they stand now.
    pub(super) fn places(&self) -> impl Iterator<Item = (ChannelId, Seen)> {
        self.hosted().map(|(open, _)| open.place())
    }

    /// The commit is durable: what it means for those who watch.
    pub(super) fn finish(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The commit failed: nothing that is remembered can be trusted.
    pub(super) fn abandon(&mut self) {
        self.channels.clear();
        self.nums.clear();
        self.effects.clear();
    }
}

/// The signatures of heads. Many are made on a thread beside this one, which writes the words of the transaction meanwhile.
fn signed(
    heads: &[(ChannelNum, Head, &SigningKey)],
    conn: &mut Conn,
) -> Result<Vec<Signature>, storage::Error> {
    let all = || -> Vec<Signature> {
        heads.iter().map(|(_, head, key)| SignedHead::sign(head.clone(), key).signature).collect()
    };
    if heads.len() < HEADS_BESIDE_MIN {
        return Ok(all());
    }
    thread::scope(|scope| {
        let beside = thread::Builder::new().name("sign-heads".to_owned()).spawn_scoped(scope, all);
        conn.write_words()?;
        // Without a thread it takes longer.
        beside.map_or_else(|_| Ok(all()), |beside| beside.join().map_err(|_| storage::Error::Lost))
    })
}
