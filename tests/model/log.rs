//! A log in the model is a short list of numbers; what is done with it is done by the protocol's own types.

use std::collections::HashMap;

use loggia::protocol::head::{Evidence, Finding, Head, SignedHead};
use loggia::protocol::ids::{ChannelId, EventId, Hash};
use loggia::protocol::log::{Entry, Frontier, consistency_proof};
use loggia::protocol::sign::{PublicKey, SigningKey};

/// Events are numbered; 0 is the genesis.
pub type Event = u8;

/// The genesis and what people write.
pub const LOG_ENTRIES_MAX: usize = 5;

/// The events of a log, in order.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Log {
    events: [Event; LOG_ENTRIES_MAX],
    size: u8,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.events())
    }
}

impl Log {
    pub fn founded() -> Self {
        Self { events: [0; LOG_ENTRIES_MAX], size: 1 }
    }

    pub fn events(&self) -> &[Event] {
        &self.events[..self.size()]
    }

    pub fn size(&self) -> usize {
        usize::from(self.size)
    }

    pub fn push(&mut self, event: Event) {
        self.events[self.size()] = event;
        self.size += 1;
    }

    /// Its first entries.
    pub fn first(&self, size: usize) -> Self {
        let mut log = Self::founded();
        self.events()[1..size].iter().for_each(|event| log.push(*event));
        log
    }

    /// The one with more entries; this one if they have as many.
    pub fn longer(self, other: Self) -> Self {
        if other.size > self.size { other } else { self }
    }

    pub fn contains(&self, event: Event) -> bool {
        self.events().contains(&event)
    }

    pub fn begins(&self, longer: &Self) -> bool {
        longer.events().starts_with(self.events())
    }

    /// Whether both can be true.
    pub fn agrees(&self, other: &Self) -> bool {
        self.begins(other) || other.begins(self)
    }

    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.events().iter().zip(0..).map(|(event, seq)| Entry {
            event: EventId::from_hash(Hash([*event; 32])),
            host_ts: seq,
            seq,
            term: 1,
        })
    }

    fn leaves(&self) -> Vec<Hash> {
        self.entries().map(|entry| entry.leaf()).collect()
    }
}

/// What comes of entries and a signed head that somebody is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Received {
    /// The log is now this.
    Extended(Log),
    /// Nothing new.
    Known,
    /// What lies between is missing.
    Gap,
    /// The host has signed another log than the one that is here.
    Conflict,
}

/// Signs and judges, and remembers: the same few logs come up millions of times.
pub struct Tree {
    key: SigningKey,
    public: PublicKey,
    heads: HashMap<Log, SignedHead>,
    received: HashMap<(Log, Log, u8), Received>,
    findings: HashMap<(Log, Log), Finding>,
}

impl Tree {
    pub fn new() -> Self {
        let key = SigningKey::from_seed([1; 32]);
        let public = key.public();
        Self { key, public, heads: HashMap::new(), received: HashMap::new(), findings: HashMap::new() }
    }

    fn head(&mut self, log: Log) -> SignedHead {
        let signed = self.heads.entry(log).or_insert_with(|| {
            let mut frontier = Frontier::new();
            log.leaves().into_iter().for_each(|leaf| frontier.push(leaf));
            let head = Head {
                channel: ChannelId::from_hash(Hash([9; 32])),
                host: "a.example".parse().expect("a name"),
                kid: "k1".parse().expect("a key id"),
                root: frontier.root(),
                size: frontier.size(),
                term: 1,
                ts: frontier.size(),
            };
            SignedHead::sign(head, &self.key)
        });
        signed.clone()
    }

    /// Somebody whose log is `own` is given the entries of `sent` from `start` on, and the head over all of it.
    pub fn receive(&mut self, own: Log, sent: Log, start: u8) -> Received {
        if let Some(known) = self.received.get(&(own, sent, start)) {
            return *known;
        }
        let head = self.head(sent);
        head.verify(&self.public).expect("the host's signature");
        let from_start: Vec<Entry> = sent.entries().skip(usize::from(start)).collect();
        let found = judge(own, &from_start, &head.head);
        if found != Received::Gap {
            assert_eq!(found == Received::Conflict, !own.agrees(&sent), "{own:?} and {sent:?}");
        }
        self.received.insert((own, sent, start), found);
        found
    }

    /// What the heads over two logs show, with a proof from whoever has the longer one.
    pub fn compare(&mut self, one: Log, other: Log) -> Finding {
        if let Some(known) = self.findings.get(&(one, other)) {
            return *known;
        }
        let (shorter, longer) = if one.size() <= other.size() { (one, other) } else { (other, one) };
        let (a, b) = (self.head(shorter), self.head(longer));
        let proof = Some(consistency_proof(&longer.leaves(), a.head.size));
        let found = Evidence { a, b, proof }.check(&self.public, &self.public);
        self.findings.insert((one, other), found);
        found
    }
}

/// By what a replica has: its own log, the entries that came, and the head, which says nothing of what it signs but the root.
fn judge(own: Log, sent: &[Entry], head: &Head) -> Received {
    let have = own.size();
    let claimed = usize::try_from(head.size).expect("a size");
    let mut frontier = Frontier::new();
    own.leaves().into_iter().take(claimed).for_each(|leaf| frontier.push(leaf));
    if claimed <= have {
        return if frontier.root() == head.root { Received::Known } else { Received::Conflict };
    }
    let next = i64::try_from(have).expect("a seq");
    let new: Vec<&Entry> = sent.iter().filter(|entry| entry.seq >= next).collect();
    if new.first().is_none_or(|entry| entry.seq != next) {
        return Received::Gap;
    }
    let mut extended = own;
    let mut last = own.entries().last();
    for entry in new {
        entry.check_follows(last.as_ref()).expect("an entry that follows");
        frontier.push(entry.leaf());
        extended.push(entry.event.hash().0[0]);
        last = Some(entry.clone());
    }
    if frontier.root() == head.root { Received::Extended(extended) } else { Received::Conflict }
}
