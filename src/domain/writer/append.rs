//! Appending to a log: compose, authorise, sign, record, project.

use serde_json::{Map, Value};

use super::lane::{Identity, Signer};
use super::open::{LogPosition, Open, Person};
use super::{Ready, Work};
use crate::domain::clock::{Clock, nonce};
use crate::domain::content::{self, ReasonContent};
use crate::domain::effect::Effect;
use crate::domain::stored::damaged;
use crate::domain::{Error, erasing, exclusions, project};
use crate::protocol::body::{self, Body};
use crate::protocol::event::{EVENT_VERSION, Event, EventType, Rel, Relates, Seen, SignedEvent, StateChange};
use crate::protocol::ids::{ChannelId, EventId, Hash, KeyId, Nonce};
use crate::protocol::log::Entry;
use crate::protocol::rules::{self, Refusal, Rules};
use crate::protocol::sign::SigningKey;
use crate::protocol::state::State;
use crate::protocol::{Seq, Ts};
use crate::storage::entries::EntryRow;
use crate::storage::{ChannelNum, channels, entries};

/// What somebody wants to add to a log, before it has a place there.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub kind: EventType,
    /// Chosen by the client for what it may send again; else random.
    pub nonce: Option<Nonce>,
    pub relates: Option<Relates>,
    pub state: Option<StateChange>,
    /// What stands in the detachable body.
    pub content: Option<Map<String, Value>>,
}

impl Draft {
    pub fn new(kind: EventType) -> Draft {
        Draft { kind, nonce: None, relates: None, state: None, content: None }
    }

    pub fn redact(of: EventId, why: ReasonContent) -> Draft {
        Draft::new(EventType::Redact).relates(Relates { rel: Rel::Redact, to: of }).because(why)
    }

    pub fn state(mut self, key: &str, content: Value) -> Draft {
        self.state = Some(StateChange { key: key.to_owned(), content });
        self
    }

    pub fn content(mut self, content: Map<String, Value>) -> Draft {
        self.content = Some(content);
        self
    }

    /// With a reason in its body, if there is one.
    pub fn because(self, why: ReasonContent) -> Draft {
        if why == ReasonContent::default() { self } else { self.content(content::map(&why)) }
    }

    pub fn relates(mut self, relates: Relates) -> Draft {
        self.relates = Some(relates);
        self
    }

    /// Whether its sender comes in by it, or asks to.
    fn takes_seat(&self, sender: &Person) -> bool {
        let mine = self
            .state
            .as_ref()
            .filter(|state| self.kind == EventType::Member && state.key == sender.id.as_str());
        mine.is_some_and(|state| {
            matches!(state.content.get("membership").and_then(Value::as_str), Some("joined" | "knocking"))
        })
    }
}

/// Where an event came to stand.
#[derive(Debug, Clone)]
pub struct Appended {
    pub seq: Seq,
    pub id: EventId,
    pub ts: Ts,
}

/// An event on its way into a log, with its detachable body.
pub(super) struct Composed {
    pub signed: SignedEvent,
    pub body: Option<Vec<u8>>,
    pub content: Option<Map<String, Value>>,
}

/// What an entry does, and by what it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has its effect, and its author's nonce finds it.
    Effective,
    /// It has its effect, but its author's nonce finds one before it, which a host elsewhere may let pass: its id finds it.
    SecondOfNonce,
    /// It has none, by this rule.
    Void(&'static str),
}

impl Work<'_> {
    /// Appends an event to a channel, with all that follows from it. Where the channel is hosted elsewhere the
    /// unit ends here: its event goes to the host, and once that has answered the unit runs again.
    ///
    /// # Errors
    /// [`Error::Refused`] by the channel's rules; `user_excluded`; [`Error::Invalid`] when it is too large;
    /// [`Error::Elsewhere`] with what the host is to be asked.
    pub fn append(&mut self, channel: ChannelNum, sender: &Person, draft: Draft) -> Result<Appended, Error> {
        self.append_as(channel, sender, draft, None)
    }

    /// As [`Work::append`], of an event that was made ahead.
    ///
    /// # Errors
    /// As [`Work::append`].
    pub fn append_ready(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        ready: Ready,
    ) -> Result<Appended, Error> {
        self.append_as(channel, sender, ready.draft, Some(ready.composed))
    }

    fn append_as(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        draft: Draft,
        ready: Option<Composed>,
    ) -> Result<Appended, Error> {
        if let Some(known) = self.lane.settled.iter().find(|settled| settled.draft == draft) {
            return Ok(known.appended.clone());
        }
        exclusions::check_draft(self, channel, &sender.id, &draft)?;
        if draft.takes_seat(sender) {
            erasing::still_here(self, sender)?;
        }
        let identity = self.lane.identity.clone();
        let open = self.lane.open(self.conn, channel)?;
        if open.host != identity.name {
            return Err(self.ask_host(channel, sender, draft));
        }
        // HEAD-8: nothing is added while the end of the log may be lost.
        if self.lane.gate.is_shut(channel) {
            return Err(Error::Recovering);
        }
        let open = self.lane.open(self.conn, channel)?;
        let state = open.state_of(self.conn, &[])?;
        if let Signer::Older(kid, key) = identity.signer(state)? {
            let binding = binding(&identity, Some(kid));
            self.append_signed(channel, sender, binding, (kid, key), None)?;
        }
        self.append_signed(channel, sender, draft, (&identity.kid, &identity.key), ready)
    }

    fn append_signed(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        draft: Draft,
        key: (&KeyId, &SigningKey),
        ready: Option<Composed>,
    ) -> Result<Appended, Error> {
        let clock = self.lane.clock.clone();
        let now = clock.now();
        let open = self.lane.open(self.conn, channel)?;
        let composed = match ready {
            Some(composed) => composed,
            None => compose(key, sender, draft, (now, clock.as_ref()), Some(open.place()))?,
        };
        let event = &composed.signed.event;
        let state = open.state(self.conn, &rules::reads(event))?;
        let rules = Rules::by_version(state.create.rules).ok_or(Refusal::UnknownRules)?;
        rules::authorise(rules, state, event, &composed.signed.id)?;
        let entry = open.position.next(&composed.signed.id, now);
        self.check_slow(channel, sender, &composed)?;
        self.record(channel, sender, &composed, entry, Standing::Effective)
    }

    /// Whether the next event of this server in a channel that it hosts comes with another, which binds its newest key.
    ///
    /// # Errors
    /// [`Error::Refused`] when no key of this server's is bound.
    pub fn binds_a_key(&mut self, channel: ChannelNum) -> Result<bool, Error> {
        let identity = self.lane.identity.clone();
        let state = self.lane.open(self.conn, channel)?.state_of(self.conn, &[])?;
        Ok(matches!(identity.signer(state)?, Signer::Older(..)))
    }

    /// Begins a channel: appends its genesis. The row is made by `project`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the genesis breaks the rules.
    pub fn begin_channel(
        &mut self,
        sender: &Person,
        draft: Draft,
        local: &project::NewLocal<'_>,
    ) -> Result<ChannelNum, Error> {
        erasing::still_here(self, sender)?;
        let (clock, identity) = (self.lane.clock.clone(), self.lane.identity.clone());
        let now = clock.now();
        let signer = (&identity.kid, &identity.key);
        let composed = compose(signer, sender, draft, (now, clock.as_ref()), None)?;
        let state = State::genesis(&composed.signed)?;
        let position = LogPosition::start(now);
        let entry = position.next(&composed.signed.id, now);
        let num = project::insert_channel(self.conn, &state, &position, local, now)?;
        self.lane.adopt(Open::new(num, position, state));
        self.record(num, sender, &composed, entry, Standing::Effective)?;
        Ok(num)
    }

    /// Gives a judged event its place: entry, tree, body, state and projections. A void one gets the place alone.
    pub(super) fn record(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        composed: &Composed,
        entry: Entry,
        standing: Standing,
    ) -> Result<Appended, Error> {
        let (event, id) = (&composed.signed.event, &composed.signed.id);
        let (nonce, void) = match standing {
            Standing::Effective => (event.nonce.as_str(), None),
            Standing::SecondOfNonce => (id.as_str(), None),
            Standing::Void(rule) => (event.nonce.as_str(), Some(rule)),
        };
        let root = self.place(channel, &entry)?;
        let (seq, ts) = (entry.seq, entry.host_ts);
        let open = self.lane.open(self.conn, channel)?;
        let target = event.relates.as_ref().filter(|_| void.is_none()).and_then(|relates| {
            open.state_at_hand().and_then(|state| state.targets.get(&relates.to).map(|target| target.seq))
        });
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| damaged("event", error));
        let row = EntryRow {
            channel,
            seq,
            event_id: id.as_str().to_owned(),
            kind: event.kind.as_str().to_owned(),
            sender: sender.num,
            nonce: nonce.to_owned(),
            term: entry.term,
            host_ts: ts,
            root: root.as_bytes().to_vec(),
            event: text(&composed.signed.bytes)?,
            signature: composed.signed.signature.0.to_vec(),
            void: void.map(str::to_owned),
            target_seq: target,
            redacted_seq: None,
        };
        open.bytes_since_head += row.event.len();
        self.lane.use_nonce(channel, sender.num, nonce);
        entries::insert(self.conn, row)?;
        if void.is_some() {
            let id = self.lane.open(self.conn, channel)?.id.clone();
            self.tell(Effect::Entry { channel, id, seq, change: None });
            return Ok(Appended { seq, id: composed.signed.id.clone(), ts });
        }
        if let Some(body) = &composed.body {
            entries::insert_body(self.conn, channel, seq, text(body)?)?;
        }
        self.apply(channel, seq, event, id)?;
        let at =
            project::At { channel, seq, ts, sender, event, id, content: composed.content.as_ref(), target };
        project::project(self, &at)?;
        Ok(Appended { seq, id: id.clone(), ts })
    }

    /// The log grows by an entry; answers its new root.
    pub(super) fn place(&mut self, channel: ChannelNum, entry: &Entry) -> Result<Hash, Error> {
        let position = self.lane.open(self.conn, channel)?.position.clone();
        self.lane.touch(channel, position);
        let place = &mut self.lane.open(self.conn, channel)?.position;
        place.frontier.push(entry.leaf());
        place.size = place.frontier.size();
        place.root = place.frontier.root();
        place.last_ts = entry.host_ts;
        Ok(place.root)
    }

    /// So many messages of a channel count no more, and no entry says so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn uncount(&mut self, channel: ChannelNum, messages: usize) -> Result<(), Error> {
        let position = self.lane.open(self.conn, channel)?.position.clone();
        self.lane.remember(channel, position);
        let position = &mut self.lane.open(self.conn, channel)?.position;
        position.live_count -= i64::try_from(messages).unwrap_or(0);
        Ok(channels::set_live_count(self.conn, channel, position.live_count)?)
    }

    /// Folds the event into the state at hand.
    fn apply(&mut self, channel: ChannelNum, seq: Seq, event: &Event, id: &EventId) -> Result<(), Error> {
        let open = self.lane.open(self.conn, channel)?;
        if let Some(state) = open.state_at_hand() {
            if event.kind != EventType::ChannelCreate {
                state.apply(seq, event, id);
            }
            open.position.joined_count = open.state_at_hand().map_or(0, |state| state.joined_count);
        }
        Ok(())
    }
}

/// What binds this server's newest key in a channel, and ends an older one.
pub(super) fn binding(identity: &Identity, ends: Option<&KeyId>) -> Draft {
    let mut content = serde_json::json!({ "kid": identity.kid, "public": identity.key.public() });
    if let (Some(ends), Some(map)) = (ends, content.as_object_mut()) {
        map.insert("ends".to_owned(), ends.as_str().into());
    }
    Draft::new(EventType::ServerKey).state(&format!("{}/{}", identity.name, identity.kid), content)
}

pub(super) fn compose(
    (kid, key): (&KeyId, &SigningKey),
    sender: &Person,
    draft: Draft,
    (now, clock): (Ts, &dyn Clock),
    place: Option<(ChannelId, Seen)>,
) -> Result<Composed, Error> {
    let too_large = |_| Error::invalid("too_large", "", "The content is too large for one event.");
    let size = place.as_ref().map_or(0, |(_, seen)| seen.size).to_string();
    let purpose = [sender.id.as_str(), draft.kind.as_str(), &size];
    let nonce = draft.nonce.unwrap_or_else(|| nonce(clock, &purpose));
    let salt = || clock.draw(&["salt", sender.id.as_str(), nonce.as_str()]);
    let body = draft.content.clone().map(|content| Body::new(salt(), content));
    if let Some(body) = &body {
        body.check().map_err(|error| Error::invalid(error.code(), "", error.to_string()))?;
    }
    let body = body.map(|body| body.canonical());
    let (channel, seen) = place.unzip();
    let event = Event {
        body_hash: body.as_deref().map(Body::hash_bytes),
        channel,
        kid: kid.clone(),
        nonce,
        origin_ts: now,
        relates: draft.relates,
        seen,
        sender: sender.id.clone(),
        state: draft.state,
        kind: draft.kind,
        v: EVENT_VERSION,
    };
    let signed = SignedEvent::sign(event, key);
    body::check_size(signed.bytes.len(), body.as_ref().map_or(0, Vec::len)).map_err(too_large)?;
    Ok(Composed { signed, body, content: draft.content })
}
