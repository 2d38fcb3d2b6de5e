//! What comes from other servers: events for channels hosted here, and entries of channels hosted there.

use super::append::{Composed, Standing};
use super::batch_error::BatchError;
use super::before::{Before, Read, read};
use super::open::{LogPosition, Person};
use super::{Appended, Work};
use crate::domain::peers::PeerError;
use crate::domain::pending::Fate;
use crate::domain::stored::{self, damaged};
use crate::domain::{Conflict, Error, Missing, accounts, exclusions, project};
use crate::protocol::Seq;
use crate::protocol::Ts;
use crate::protocol::body::{self, Body};
use crate::protocol::event::{Event, EventType, SignedEvent, event_id};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{Hash, ServerName, UserId};
use crate::protocol::log::Entry;
use crate::protocol::rules::{self, Refusal};
use crate::protocol::sign::Signature;
use crate::protocol::state::State;
use crate::protocol::state::content::KeyContent;
use crate::storage::entries::EntryRow;
use crate::storage::users::NewUser;
use crate::storage::{ChannelNum, UserNum, channels, entries, members, pending, users};

/// How far a host's clock may be ahead, in milliseconds.
pub const HOST_SKEW_MS_MAX: i64 = 300_000;
/// The type under which an entry is kept whose event is none.
const MALFORMED: &str = "malformed";

/// An entry as another server sent it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub entry: Entry,
    pub event: Vec<u8>,
    pub signature: Signature,
    pub body: Option<Vec<u8>>,
}

/// What became of a batch of entries.
#[derive(Debug, Default)]
pub struct Ingested {
    /// Events that stand in the log now.
    pub events: Vec<(String, Seq)>,
    /// Entries of this batch that have no effect, and why.
    pub void: Vec<(Seq, Refusal)>,
    /// People who were met for the first time.
    pub met: Vec<UserId>,
    /// Keys that were bound, and by whom.
    pub keys: Vec<(ServerName, KeyContent)>,
    /// Events of people here that stand in the log without an effect.
    pub lost: Vec<String>,
    /// Events of people here that did not wait here: taken back, or of before this server was put back to an earlier state.
    pub returned: Vec<String>,
    /// Entries whose author saw another log than this.
    pub split: Vec<Seq>,
    /// What was here before it, and what came of it since.
    before: Before,
}

impl Ingested {
    /// Whether the log grew.
    fn has_new(&self) -> bool {
        !self.events.is_empty() || !self.void.is_empty()
    }
}

impl Work<'_> {
    /// Takes an event of another server into a channel that is hosted here. The same event again is answered
    /// with its first place.
    ///
    /// # Errors
    /// [`Error::Refused`] by the channel's rules, `user_excluded`, `nonce_reused`, `user_not_found` for a person of this
    /// server who does not exist.
    pub fn accept(
        &mut self,
        channel: ChannelNum,
        signed: SignedEvent,
        body: Option<Vec<u8>>,
    ) -> Result<Appended, Error> {
        if let Some(row) = entries::by_event(self.conn, channel, signed.id.as_str())? {
            return Ok(Appended { seq: row.seq, id: signed.id, ts: row.host_ts });
        }
        // HEAD-8, as in `append`.
        if self.lane.gate.is_shut(channel) {
            return Err(Error::Recovering);
        }
        exclusions::check_event(&self.lane.wanted.excluded, &signed.event)?;
        let content = self.check_body(&signed, body.as_deref())?;
        let now = self.lane.clock.now();
        let open = self.lane.open(self.conn, channel)?;
        let entry = open.position.next(&signed.id, now);
        open.state(self.conn, &rules::reads(&signed.event))?.check(&entry, &signed)?;
        self.check_crowd(channel, &signed.event)?;
        let sender = self.person(&signed.event.sender)?;
        if entries::by_nonce(self.conn, channel, sender.num, signed.event.nonce.as_str())?.is_some() {
            return Err(Error::Conflict(Conflict::NonceReused));
        }
        if let Some(subject) = subject(&signed.event)
            && subject.server() == self.lane.identity.name
            && !self.exists(channel, &subject)?
        {
            return Err(Error::NotFound(Missing::User));
        }
        let composed = Composed { signed, body, content };
        self.check_slow(channel, &sender, &composed)?;
        self.people_of(&composed.signed.event)?;
        self.record(channel, &sender, &composed, entry, Standing::Effective)
    }

    pub(super) fn check_body(
        &self,
        signed: &SignedEvent,
        body: Option<&[u8]>,
    ) -> Result<Option<serde_json::Map<String, serde_json::Value>>, Error> {
        match (&signed.event.body_hash, body) {
            (None, None) => Ok(None),
            (Some(hash), Some(bytes)) => {
                let bad = |detail: String| Error::invalid("bad_header", "/body", detail);
                body::check_size(signed.bytes.len(), bytes.len())
                    .map_err(|error| Error::invalid("too_large", "/body", error.to_string()))?;
                let parsed = Body::parse(bytes).map_err(|error| bad(error.to_string()))?;
                if parsed.hash() != *hash {
                    return Err(bad("the body is not the one that the event names".to_owned()));
                }
                Ok(Some(parsed.content))
            }
            _ => Err(Error::invalid("bad_header", "/body", "body and body_hash go together")),
        }
    }

    /// Makes the row of a channel that is hosted elsewhere, empty as yet, if there is none.
    ///
    /// # Errors
    /// [`BatchError::NotGenesis`]
    pub fn adopt_channel(&mut self, genesis: &SignedEvent) -> Result<ChannelNum, Error> {
        let state = State::genesis(genesis).map_err(|_| BatchError::NotGenesis)?;
        let ours = state.create.host == self.lane.identity.name;
        match self.lane.num_of(self.conn, &state.channel)? {
            Some(num) => Ok(num),
            None if ours => Err(BatchError::NotGenesis.into()),
            None => self.make_row(&state, genesis.event.origin_ts),
        }
    }

    /// As [`Work::adopt_channel`], for a channel that this server hosted and has lost.
    ///
    /// # Errors
    /// [`BatchError::NotGenesis`]
    pub fn adopt_lost_channel(&mut self, genesis: &SignedEvent) -> Result<ChannelNum, Error> {
        let state = State::genesis(genesis).map_err(|_| BatchError::NotGenesis)?;
        if state.create.host != self.lane.identity.name {
            return Err(BatchError::NotGenesis.into());
        }
        match self.lane.num_of(self.conn, &state.channel)? {
            Some(num) => Ok(num),
            None => self.make_row(&state, genesis.event.origin_ts),
        }
    }

    /// `founded` is its founder's word: as far as it can be true.
    fn make_row(&mut self, state: &State, founded: Ts) -> Result<ChannelNum, Error> {
        let founded = founded.clamp(0, self.lane.clock.now());
        // Of two direct conversations of the same people the one with the smaller id is theirs (REPL-7).
        let people: Vec<&str> = state.create.users.iter().map(AsRef::as_ref).collect();
        let mut theirs = true;
        if let Some(other) = channels::by_people(self.conn, &people.join(" "))?.filter(|_| !people.is_empty())
        {
            theirs = state.channel.as_str() < other.id.as_str();
            if theirs {
                channels::forget_people(self.conn, other.num)?;
            }
        }
        let local = project::NewLocal { visibility: "private", is_of_people: theirs };
        let num = project::insert_channel(self.conn, state, &LogPosition::start(0), &local, founded)?;
        self.lane.forget(num);
        Ok(num)
    }

    /// Takes entries of a channel that is hosted elsewhere: all of them, or none. What is here already is skipped.
    ///
    /// # Errors
    /// [`BatchError`]; that an entry is another than the one that is here proves nothing yet.
    pub fn ingest(
        &mut self,
        channel: ChannelNum,
        batch: Vec<Incoming>,
        head: SignedHead,
    ) -> Result<Ingested, Error> {
        let batch = self.without_known(channel, read(batch))?;
        let mut done = Ingested { before: self.before(channel, &batch)?, ..Ingested::default() };
        let early = self.readmit(channel)?;
        let kept = batch
            .into_iter()
            .try_for_each(|read| self.take(channel, read, &mut done))
            .and_then(|()| self.check_head(channel, &head, done.has_new()))
            .and_then(|is_newest| self.check_time(channel, done.has_new()).map(|()| is_newest))
            .and_then(|is_newest| if is_newest { self.adopt_head(channel, head) } else { Ok(()) });
        match (early, &kept) {
            (false, _) => {}
            (true, Ok(())) => self.dismiss(channel)?,
            // The rows are going to be taken back.
            (true, Err(_)) => self.lane.forget_state(channel),
        }
        kept.map(|()| done)
    }

    /// Takes entries back that this server appended before it lost them. That the log which they lead to is the one
    /// that it signed is the caller's to know: `root` is that log's after the last of them.
    ///
    /// # Errors
    /// [`BatchError`]
    pub fn regain(
        &mut self,
        channel: ChannelNum,
        batch: Vec<Incoming>,
        root: Hash,
    ) -> Result<Ingested, Error> {
        let Some(last) = batch.last().map(|incoming| incoming.entry.seq) else {
            return Ok(Ingested::default());
        };
        let batch = self.without_known(channel, read(batch))?;
        let mut done = Ingested { before: self.before(channel, &batch)?, ..Ingested::default() };
        batch.into_iter().try_for_each(|read| self.take(channel, read, &mut done))?;
        // This server lets nothing into its logs whose signature does not verify: who gives such an entry has changed it.
        if done.void.iter().any(|(_, refusal)| *refusal == Refusal::BadSignature) {
            return Err(BatchError::BadSignature.into());
        }
        let position = self.lane.open(self.conn, channel)?.position.clone();
        let then = if position.size == last + 1 {
            Some(position.root)
        } else {
            let row = entries::by_seq(self.conn, channel, last)?;
            row.map(|row| stored::hash(&row.root)).transpose()?
        };
        if then != Some(root) {
            return Err(BatchError::WrongHead.into());
        }
        if done.has_new() {
            let head = self.own_head(channel)?;
            self.lane.adopt_head(channel, head);
        }
        Ok(done)
    }

    /// REPL-31: nobody's clock is so far ahead; what it says is held until it is true. The last of the new entries has the
    /// latest time, and that the host said so is known once its head is checked. What this server said itself before it
    /// lost it is taken back whatever its clock said then.
    fn check_time(&mut self, channel: ChannelNum, fresh: bool) -> Result<(), Error> {
        let latest = self.lane.clock.now().saturating_add(HOST_SKEW_MS_MAX);
        let said = self.lane.open(self.conn, channel)?.position.last_ts;
        if fresh && said > latest { Err(BatchError::Ahead.into()) } else { Ok(()) }
    }

    fn take(&mut self, channel: ChannelNum, read: Read, done: &mut Ingested) -> Result<(), Error> {
        let Read { incoming: Incoming { entry, event, signature, body }, signed } = read;
        let open = self.lane.open(self.conn, channel)?;
        let (size, term, last_ts) = (open.position.size, open.position.term, open.position.last_ts);
        if entry.seq > size {
            return Err(BatchError::Gap.into());
        }
        if entry.term != term {
            return Err(BatchError::StaleTerm.into());
        }
        let last = Entry { term, seq: size - 1, event: entry.event.clone(), host_ts: last_ts };
        if entry.check_follows((size > 0).then_some(&last)).is_err() {
            return Err(BatchError::BadEntry.into());
        }
        if event_id(&event) != entry.event {
            return Err(BatchError::BadEntry.into());
        }
        let seq = entry.seq;
        let Some(signed) = signed else {
            if seq == 0 {
                return Err(BatchError::NotGenesis.into());
            }
            self.record_malformed(channel, &entry, &event, signature)?;
            done.void.push((seq, Refusal::Malformed));
            return Ok(());
        };
        if seq == 0 {
            match State::genesis(&signed) {
                Ok(state) if state.channel == self.lane.open(self.conn, channel)?.id => {}
                _ => return Err(BatchError::NotGenesis.into()),
            }
            // What an invitation said of members is the log's to say from now on.
            members::delete_all(self.conn, channel)?;
            self.lane.open(self.conn, channel)?.forget_state();
        }
        let refusal = match done.before.is_first(&signed.id) {
            true if seq == 0 => None,
            true => self.judge(channel, &entry, &signed)?,
            false => Some(Refusal::Repeated),
        };
        let content = match self.check_body(&signed, body.as_deref()) {
            Ok(content) => content,
            Err(Error::Invalid { .. }) => None,
            Err(error) => return Err(error),
        };
        let body = body.filter(|_| content.is_some());
        let (sender, known) = self.author(&signed.event.sender, &mut done.before)?;
        let nonce = signed.event.nonce.as_str();
        let standing = match refusal {
            Some(refusal) => Standing::Void(refusal.rule()),
            None if self.is_host(channel)? || done.before.is_first_with(sender.num, nonce) => {
                Standing::Effective
            }
            None => Standing::SecondOfNonce,
        };
        if refusal.is_none() {
            if !known {
                done.met.push(sender.id.clone());
            }
            done.met.extend(self.people_of(&signed.event)?);
            self.note(channel, &entry, &signed, done)?;
        }
        let ours = sender.id.server() == self.lane.identity.name;
        let id = signed.id.clone();
        if body.is_none() && signed.event.body_hash.is_some() && refusal.is_none() {
            self.note_missing(channel, &entry, &signed.event.kind)?;
        }
        self.record(channel, &sender, &Composed { signed, body, content }, entry, standing)?;
        let lost = refusal.is_some_and(|refusal| refusal != Refusal::Repeated);
        if ours {
            self.settle_pending(id.as_str(), lost, done)?;
        }
        match refusal {
            Some(refusal) => {
                done.void.push((seq, refusal));
                if ours && lost {
                    done.lost.push(id.as_str().to_owned());
                }
            }
            None => done.events.push((id.as_str().to_owned(), seq)),
        }
        Ok(())
    }

    /// An event of somebody here stands in the log; `lost` when it has no effect there.
    fn settle_pending(&mut self, event: &str, lost: bool, done: &mut Ingested) -> Result<(), Error> {
        let Some(row) = pending::take(self.conn, event)? else {
            done.returned.push(event.to_owned());
            return Ok(());
        };
        let fate = match row.host.parse() {
            Ok(host) if lost => Fate::Refused(PeerError::without_effect(host)),
            _ => Fate::Delivered,
        };
        self.tell_fate(&row, fate)
    }

    /// What is to be looked at of an entry once it is here: nothing of it decides whether it has an effect.
    fn note(
        &mut self,
        channel: ChannelNum,
        entry: &Entry,
        signed: &SignedEvent,
        done: &mut Ingested,
    ) -> Result<(), Error> {
        if signed.event.kind == EventType::ServerKey {
            done.keys.extend(KeyContent::of(&signed.event).ok());
        }
        let Some(seen) = signed.event.seen.filter(|seen| seen.size <= entry.seq) else { return Ok(()) };
        let then = self.lane.open(self.conn, channel)?.root_at(self.conn, seen.size)?;
        if then.is_some_and(|root| root != seen.root) {
            done.split.push(entry.seq);
        }
        Ok(())
    }

    /// Why the entry of an event that stood nowhere has no effect, if it has none.
    fn judge(
        &mut self,
        channel: ChannelNum,
        entry: &Entry,
        signed: &SignedEvent,
    ) -> Result<Option<Refusal>, Error> {
        let open = self.lane.open(self.conn, channel)?;
        let state = open.state(self.conn, &rules::reads(&signed.event))?;
        Ok(state.check(entry, signed).err())
    }

    /// Bytes that are no event keep their place all the same (AUTH-3).
    fn record_malformed(
        &mut self,
        channel: ChannelNum,
        entry: &Entry,
        event: &[u8],
        signature: Signature,
    ) -> Result<(), Error> {
        let root = self.place(channel, entry)?;
        let creator =
            channels::by_num(self.conn, channel)?.ok_or_else(|| damaged("channel", "its row is gone"))?;
        let creator: UserId = creator.creator.parse().map_err(|error| damaged("user", error))?;
        let sender = self.person(&creator)?;
        let row = EntryRow {
            channel,
            seq: entry.seq,
            event_id: entry.event.as_str().to_owned(),
            kind: MALFORMED.to_owned(),
            sender: sender.num,
            nonce: String::new(),
            term: entry.term,
            host_ts: entry.host_ts,
            root: root.as_bytes().to_vec(),
            event: String::from_utf8(event.to_vec()).map_err(|error| damaged("event", error))?,
            signature: signature.0.to_vec(),
            void: Some(Refusal::Malformed.rule().to_owned()),
            target_seq: None,
            redacted_seq: None,
        };
        self.lane.open(self.conn, channel)?.bytes_since_head += event.len();
        Ok(entries::insert(self.conn, row)?)
    }

    /// The row of a person of whatever server, made if need be.
    pub fn person(&mut self, id: &UserId) -> Result<Person, Error> {
        self.person_or_new(id).map(|(person, _)| person)
    }

    /// As [`Work::person`], and whether the row was there.
    pub(super) fn person_or_new(&mut self, id: &UserId) -> Result<(Person, bool), Error> {
        let (num, known) = match users::by_id(self.conn, id.as_str())? {
            Some(row) => (row.num, true),
            None => (self.meet(id)?, false),
        };
        Ok((Person { num, id: id.clone() }, known))
    }

    fn meet(&mut self, id: &UserId) -> Result<UserNum, Error> {
        let now = self.lane.clock.now();
        let row = NewUser {
            id: id.as_str(),
            server: id.server_str(),
            display_name: id.local(),
            bio: "",
            password_hash: None,
            role: "user",
            created_ts: now,
            search: &accounts::search_text(id, id.local()),
        };
        Ok(users::meet(self.conn, &row)?)
    }

    /// Whether there is somebody of this server, or the channel knows them from before the account was lost.
    pub fn exists(&mut self, channel: ChannelNum, id: &UserId) -> Result<bool, Error> {
        let row = users::by_id(self.conn, id.as_str())?.filter(|row| row.deleted_ts.is_none());
        let Some(row) = row else { return Ok(false) };
        Ok(row.is_account() || members::get(self.conn, channel, row.num)?.is_some())
    }

    /// Rows for those about whom an event is; answers who is new.
    fn people_of(&mut self, event: &Event) -> Result<Option<UserId>, Error> {
        let Some(subject) = subject(event) else { return Ok(None) };
        if users::by_id(self.conn, subject.as_str())?.is_some() {
            return Ok(None);
        }
        self.meet(&subject)?;
        Ok(Some(subject))
    }
}

/// The person about whom a membership event is.
fn subject(event: &Event) -> Option<UserId> {
    let state = event.state.as_ref().filter(|_| event.kind == EventType::Member)?;
    state.key.parse().ok()
}
