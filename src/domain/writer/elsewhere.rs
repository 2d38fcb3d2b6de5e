//! What this server's people add to channels that are hosted elsewhere: composed and signed here, ordered there.

use super::append::{Composed, binding, compose};
use super::early::is_leave;
use super::lane::Signer;
use super::{Appended, Draft, Person, Work};
use crate::domain::pending::Fate;
use crate::domain::stored::{self, damaged};
use crate::domain::{Conflict, Error, files};
use crate::protocol::event::{EventType, Seen, StateChange};
use crate::protocol::ids::{ChannelId, EventId, ServerName};
use crate::protocol::rules::{self, Refusal, Rules};
use crate::protocol::sign::Signature;
use crate::storage::joinings::JoiningRow;
use crate::storage::pending::{self, NewPending};
use crate::storage::refusals;
use crate::storage::{ChannelNum, UserNum, joinings, members, peers};

/// Events that one person may have waiting for hosts.
pub const PENDING_PER_PERSON_MAX: i64 = 500;

/// What a unit of work asked of a host before it ran again, and where it came to stand.
#[derive(Debug, Clone)]
pub struct Settled {
    pub draft: Draft,
    pub appended: Appended,
}

/// Signed events for a channel's host. The last is the draft's; one before it binds this server's key.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub host: ServerName,
    pub channel: ChannelId,
    pub num: ChannelNum,
    pub sender: UserNum,
    pub draft: Draft,
    pub events: Vec<OutgoingEvent>,
}

#[derive(Debug, Clone)]
pub struct OutgoingEvent {
    pub id: EventId,
    pub nonce: String,
    /// Canonical.
    pub event: String,
    pub signature: Signature,
    /// Canonical.
    pub body: Option<String>,
}

impl Work<'_> {
    pub(super) fn ask_host(&mut self, channel: ChannelNum, sender: &Person, draft: Draft) -> Error {
        self.outgoing(channel, sender, draft, None)
            .map_or_else(|error| error, |out| Error::Elsewhere(Box::new(out)))
    }

    /// Composes an event for a channel that is hosted elsewhere. Without a copy of its log, `seen` is what its
    /// host said of it, and the host alone judges; so it does for somebody whose join is on its way here.
    ///
    /// # Errors
    /// As [`Work::append`]; `fork` once there is evidence against the host.
    pub fn outgoing(
        &mut self,
        channel: ChannelNum,
        sender: &Person,
        draft: Draft,
        seen: Option<Seen>,
    ) -> Result<Outgoing, Error> {
        let clock = self.lane.clock.clone();
        let at = (clock.now(), clock.as_ref());
        let identity = self.lane.identity.clone();
        let size = self.lane.open(self.conn, channel)?.position.size;
        let joining = joinings::coming(self.conn, (channel, size), sender.num)?;
        let seen = match (seen, &joining) {
            (None, Some(joining)) => Some(seen_by(joining)?),
            (seen, _) => seen,
        };
        let open = self.lane.open(self.conn, channel)?;
        let (id, at_hand) = open.place();
        let host = open.host.clone();
        if peers::evidence(self.conn, id.as_str())?.is_some() {
            return Err(Error::Conflict(Conflict::Fork));
        }
        let place = (id.clone(), seen.unwrap_or(at_hand));
        let newest = (&identity.kid, &identity.key);
        let composed = compose(newest, sender, draft.clone(), at, Some(place.clone()))?;
        let state = open.state(self.conn, &rules::reads(&composed.signed.event))?;
        let bind = match identity.signer(state)? {
            Signer::Bound => None,
            // The join brought it along.
            Signer::First if joining.is_some() => None,
            Signer::First => Some(compose(newest, sender, binding(&identity, None), at, Some(place))?),
            Signer::Older(kid, key) => {
                Some(compose((kid, key), sender, binding(&identity, Some(kid)), at, Some(place))?)
            }
        };
        if seen.is_none() {
            if !self.is_here(channel, sender, &draft)? {
                return Err(Refusal::NotMember.into());
            }
            let open = self.lane.open(self.conn, channel)?;
            let state = open.state(self.conn, &rules::reads(&composed.signed.event))?;
            let rules = Rules::by_version(state.create.rules).ok_or(Refusal::UnknownRules)?;
            rules::authorise(rules, state, &composed.signed.event, &composed.signed.id)?;
        }
        let events = bind.into_iter().chain([composed]).map(outgoing_event).collect::<Result<_, _>>()?;
        Ok(Outgoing { host, channel: id, num: channel, sender: sender.num, draft, events })
    }

    /// Whether the person is in the channel as far as this server goes, or does not need to be: for what they are themselves.
    fn is_here(&mut self, channel: ChannelNum, sender: &Person, draft: &Draft) -> Result<bool, Error> {
        let is_own = |state: &StateChange| state.key == sender.id.as_str();
        if draft.kind == EventType::Member && draft.state.as_ref().is_some_and(is_own) {
            return Ok(true);
        }
        let seat = members::get(self.conn, channel, sender.num)?;
        Ok(seat.is_some_and(|seat| seat.membership == "joined"))
    }

    /// Keeps what waits for a host, so that it is sent however long that takes.
    ///
    /// # Errors
    /// `too_much_waiting`; never for a leave: whoever goes is not kept by what they wrote.
    pub fn keep_pending(&mut self, out: &Outgoing) -> Result<(), Error> {
        let leaves = || out.events.last().map_or(Ok(false), |event| is_leave(&event.event));
        if pending::count(self.conn, out.sender)? >= PENDING_PER_PERSON_MAX && !leaves()? {
            return Err(Error::Conflict(Conflict::TooMuchWaiting));
        }
        let now = self.lane.clock.now();
        for event in &out.events {
            // Sent again: what became of the first is seen.
            if let Some(row) = refusals::by_nonce(self.conn, out.num, out.sender, &event.nonce)?
                && let Some(row) = refusals::take(self.conn, out.sender, &row.event_id)?
            {
                self.tell_fate(&row.into(), Fate::Dismissed)?;
            }
            let row = NewPending {
                event_id: event.id.as_str(),
                channel: out.num,
                host: out.host.as_str(),
                sender: out.sender,
                nonce: &event.nonce,
                event: &event.event,
                signature: &event.signature.0,
                body: event.body.as_deref(),
                created_ts: now,
            };
            pending::add(self.conn, &row)?;
            files::hold(self.conn, out.sender, row.body, now)?;
        }
        Ok(())
    }
}

/// What this server had seen of the log when its host took the person in.
fn seen_by(joining: &JoiningRow) -> Result<Seen, Error> {
    Ok(Seen { size: joining.seen_size, root: stored::hash(&joining.seen_root)? })
}

fn outgoing_event(composed: Composed) -> Result<OutgoingEvent, Error> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|error| damaged("event", error));
    Ok(OutgoingEvent {
        id: composed.signed.id,
        nonce: composed.signed.event.nonce.as_str().to_owned(),
        event: text(composed.signed.bytes)?,
        signature: composed.signed.signature,
        body: composed.body.map(text).transpose()?,
    })
}
