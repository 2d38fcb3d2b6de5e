//! Appending to a log that this server hosts: compose, authorise, sign, record, project.

use serde_json::{Map, Value};

use super::Work;
use super::lane::Identity;
use super::open::{LogPosition, Open, Person, damaged};
use crate::domain::clock::{random, random_nonce};
use crate::domain::{Error, project};
use crate::protocol::body::{self, Body};
use crate::protocol::event::{EVENT_VERSION, Event, EventType, Relates, Seen, SignedEvent, StateChange};
use crate::protocol::ids::{ChannelId, EventId, Nonce};
use crate::protocol::log::{Entry, Frontier};
use crate::protocol::rules::{self, Refusal, Rules};
use crate::protocol::state::State;
use crate::protocol::{Seq, Ts};
use crate::storage::entries::EntryRow;
use crate::storage::{ChannelNum, entries};

/// What somebody wants to add to a log, before it has a place there.
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

    pub fn state(mut self, key: &str, content: Value) -> Draft {
        self.state = Some(StateChange { key: key.to_owned(), content });
        self
    }

    pub fn content(mut self, content: Map<String, Value>) -> Draft {
        self.content = Some(content);
        self
    }

    pub fn relates(mut self, relates: Relates) -> Draft {
        self.relates = Some(relates);
        self
    }
}

/// Where an event came to stand.
#[derive(Debug, Clone)]
pub struct Appended {
    pub seq: Seq,
    pub id: EventId,
    pub ts: Ts,
}

/// An event on its way into the log, with its detachable body.
struct Composed {
    signed: SignedEvent,
    body: Option<Vec<u8>>,
    content: Option<Map<String, Value>>,
}

impl Work<'_> {
    /// Appends an event to a channel that this server hosts, with all that follows from it.
    ///
    /// # Errors
    /// [`Error::Refused`] by the channel's rules; [`Error::Invalid`] when it is too large.
    pub fn append(&mut self, channel: ChannelNum, sender: &Person, draft: Draft) -> Result<Appended, Error> {
        let now = self.lane.clock.now();
        let identity = self.lane.identity.clone();
        let open = self.lane.open(self.conn, channel)?;
        let seen = Seen { size: open.position.size, root: open.position.root };
        let composed = compose(&identity, sender, draft, now, Some((open.id.clone(), seen)))?;
        let event = &composed.signed.event;
        let state = open.state(self.conn, &rules::reads(event))?;
        let rules = Rules::by_version(state.create.rules).ok_or(Refusal::UnknownRules)?;
        rules::authorise(rules, state, event, &composed.signed.id)?;
        self.record(channel, sender, &composed, now)
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
        let now = self.lane.clock.now();
        let identity = self.lane.identity.clone();
        let composed = compose(&identity, sender, draft, now, None)?;
        let state = State::genesis(&composed.signed)?;
        let frontier = Frontier::new();
        let position = LogPosition {
            term: 1,
            size: 0,
            root: frontier.root(),
            frontier,
            last_ts: now,
            live_count: 0,
            joined_count: 0,
            last_message_seq: None,
        };
        let num = project::insert_channel(self.conn, &state, &position, local, now)?;
        self.lane.adopt(Open::new(num, position, state));
        self.record(num, sender, &composed, now)?;
        Ok(num)
    }

    /// Gives an authorised event its place: entry, tree, body, state and projections.
    fn record(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        composed: &Composed,
        now: Ts,
    ) -> Result<Appended, Error> {
        let (event, id) = (&composed.signed.event, &composed.signed.id);
        let position = self.lane.open(self.conn, channel)?.position.clone();
        self.lane.touch(channel, position);
        let open = self.lane.open(self.conn, channel)?;
        let place = &mut open.position;
        let ts = now.max(place.last_ts);
        let entry = Entry { term: place.term, seq: place.size, event: id.clone(), host_ts: ts };
        place.frontier.push(entry.leaf());
        place.size = place.frontier.size();
        place.root = place.frontier.root();
        place.last_ts = ts;
        let (seq, term, root) = (entry.seq, entry.term, place.root);
        let target = event.relates.as_ref().and_then(|relates| {
            open.state_at_hand().and_then(|state| state.targets.get(&relates.to).map(|target| target.seq))
        });
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| damaged("event", error));
        let row = EntryRow {
            channel,
            seq,
            event_id: id.as_str().to_owned(),
            kind: event.kind.as_str().to_owned(),
            sender: sender.num,
            nonce: event.nonce.as_str().to_owned(),
            term,
            host_ts: ts,
            root: root.as_bytes().to_vec(),
            event: text(&composed.signed.bytes)?,
            signature: composed.signed.signature.0.to_vec(),
            void: None,
            target_seq: target,
            redacted_seq: None,
        };
        entries::insert(self.conn, &row)?;
        if let Some(body) = &composed.body {
            entries::insert_body(self.conn, channel, seq, &text(body)?)?;
        }
        self.apply(channel, seq, event, id)?;
        let at =
            project::At { channel, seq, ts, sender, event, id, content: composed.content.as_ref(), target };
        project::project(self, &at)?;
        Ok(Appended { seq, id: id.clone(), ts })
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

fn compose(
    identity: &Identity,
    sender: &Person,
    draft: Draft,
    now: Ts,
    place: Option<(ChannelId, Seen)>,
) -> Result<Composed, Error> {
    let too_large = |_| Error::invalid("too_large", "", "The content is too large for one event.");
    let body = draft.content.clone().map(|content| Body::new(random(), content));
    if let Some(body) = &body {
        body.check().map_err(|error| Error::invalid(error.code(), "", error.to_string()))?;
    }
    let body = body.map(|body| body.canonical());
    let (channel, seen) = place.unzip();
    let event = Event {
        body_hash: body.as_deref().map(Body::hash_bytes),
        channel,
        kid: identity.kid.clone(),
        nonce: draft.nonce.unwrap_or_else(random_nonce),
        origin_ts: now,
        relates: draft.relates,
        seen,
        sender: sender.id.clone(),
        state: draft.state,
        kind: draft.kind,
        v: EVENT_VERSION,
    };
    let signed = SignedEvent::sign(event, &identity.key);
    body::check_size(signed.bytes.len(), body.as_ref().map_or(0, Vec::len)).map_err(too_large)?;
    Ok(Composed { signed, body, content: draft.content })
}
