//! Checking a whole log as a stranger would: every hash, signature, rule, body and root, from the first
//! entry on, and the head that the host signed. What a database and an exported file are checked with.

use super::{
    Seq,
    body::{self, Body},
    event::{EventType, SignedEvent, event_id},
    head::SignedHead,
    ids::{ChannelId, EventId, Hash},
    log::{Entry, Frontier},
    rules::Refusal,
    sign::Signature,
    state::{State, Verdict},
};

#[cfg(test)]
mod tests;

/// How many findings are kept; a log that is wrong from some point on would give one per entry.
pub const FINDINGS_MAX: usize = 100;

/// Something that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Where it shows; none for what concerns the whole.
    pub seq: Option<Seq>,
    /// Stable: `missing_entry`, `bad_entry`, `wrong_channel`, `event_mismatch`, `bad_event`, `bad_signature`,
    /// `refused`, `void_mismatch`, `body_mismatch`, `body_unexpected`, `body_not_deleted`, `head_channel`,
    /// `head_size`, `head_root`, `head_term`, `head_key`, `head_signature`, `no_head`.
    pub code: &'static str,
    pub detail: String,
}

/// An entry as somebody stored or sent it.
pub struct Item<'a> {
    pub entry: Entry,
    /// The canonical header.
    pub event: Vec<u8>,
    pub signature: Signature,
    /// The canonical body, where it is still there.
    pub body: Option<&'a [u8]>,
    /// Whether whoever keeps the log says that the entry is void.
    pub void: bool,
    /// Whether whoever keeps the log says that the body went with its message.
    pub gone: bool,
}

/// An event whose body is not there.
struct Without {
    id: EventId,
    kind: EventType,
    related: Option<EventId>,
    gone: bool,
}

/// A log in the course of being checked.
pub struct Audit {
    channel: ChannelId,
    frontier: Frontier,
    state: Option<State>,
    last: Option<Entry>,
    /// Entries whose body is there: it must not be where the event was redacted.
    with_body: Vec<(Seq, EventId)>,
    /// Events whose body is not there.
    without_body: Vec<Without>,
    has_head: bool,
    /// What follows cannot be judged.
    stopped: bool,
    pub entries: i64,
    pub bodies: i64,
    /// Bodies that are not there because the event, or the message that it relates to, was deleted, may have
    /// been kept for as long as the policy at the end of the log says (BODY-7), or was taken by whoever keeps the log.
    pub deleted: i64,
    /// Bodies that are not there for no reason that the log gives.
    pub missing: i64,
    pub void: i64,
    /// Servers that have signed something.
    pub servers: std::collections::BTreeSet<String>,
    pub findings: Vec<Finding>,
}

impl Audit {
    /// Begins with nothing of `channel` seen.
    pub fn new(channel: ChannelId) -> Audit {
        Audit {
            channel,
            frontier: Frontier::new(),
            state: None,
            last: None,
            with_body: Vec::new(),
            without_body: Vec::new(),
            has_head: false,
            stopped: false,
            entries: 0,
            bodies: 0,
            deleted: 0,
            missing: 0,
            void: 0,
            servers: std::collections::BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// Notes something that is wrong.
    pub fn find(&mut self, seq: Option<Seq>, code: &'static str, detail: impl std::fmt::Display) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { seq, code, detail: detail.to_string() });
        }
    }

    /// The root of the tree over the entries so far.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Notes something after which nothing can be judged.
    pub fn stop(&mut self, seq: Seq, code: &'static str, detail: impl std::fmt::Display) {
        self.find(Some(seq), code, detail);
        self.stopped = true;
    }

    /// Checks the next entry. False when the log can't be followed any further.
    pub fn entry(&mut self, item: Item<'_>) -> bool {
        let (seq, expected) = (item.entry.seq, self.frontier.size());
        if seq != expected {
            self.stop(expected, "missing_entry", format_args!("entry {seq} stands here instead"));
            return false;
        }
        if let Err(error) = item.entry.check_follows(self.last.as_ref()) {
            self.find(Some(seq), "bad_entry", error);
        }
        self.entries += 1;
        self.frontier.push(item.entry.leaf());
        self.last = Some(item.entry.clone());
        if self.state.is_none() {
            self.genesis(&item);
            return !self.stopped;
        }
        let (signed, refusal) = self.judge(&item);
        match (item.void, refusal) {
            (false, Some(refusal)) => self.find(Some(seq), code_of(&refusal), describe(&refusal)),
            (true, None) => self.find_not_void(seq),
            (true, Some(_)) => self.void += 1,
            (false, None) => {}
        }
        match signed {
            Some(signed) => self.body(seq, &signed, item.body, item.gone),
            None if item.body.is_some() => self.find(Some(seq), "body_unexpected", "a body without an event"),
            None => {}
        }
        true
    }

    /// Entry 0 founds the channel. Without it there is no state to judge anything by, so it is never void.
    fn genesis(&mut self, item: &Item<'_>) {
        let seq = item.entry.seq;
        let (signed, state) = match founded(item) {
            Ok(founded) => founded,
            Err(refusal) => return self.stop(seq, code_of(&refusal), describe(&refusal)),
        };
        if state.channel != self.channel {
            return self.stop(seq, "wrong_channel", format_args!("the genesis founds {}", state.channel));
        }
        if item.void {
            self.find_not_void(seq);
        }
        self.servers.insert(state.create.host.as_str().to_owned());
        self.state = Some(state);
        self.body(seq, &signed, item.body, item.gone);
    }

    fn find_not_void(&mut self, seq: Seq) {
        self.find(Some(seq), "void_mismatch", "kept as void, but it is effective");
    }

    /// The event, if the bytes are one, and why it has no effect, if it has none.
    fn judge(&mut self, item: &Item<'_>) -> (Option<SignedEvent>, Option<Refusal>) {
        let Some(state) = &mut self.state else { return (None, None) };
        let (signed, verdict) = state.evaluate_bytes(&item.entry, item.event.clone(), item.signature);
        let refusal = match verdict {
            Verdict::Effective => None,
            Verdict::Void(refusal) => Some(refusal),
        };
        if refusal.is_none() {
            self.servers.extend(signed.iter().map(|signed| signed.event.sender.server_str().to_owned()));
        }
        (signed, refusal)
    }

    fn body(&mut self, seq: Seq, signed: &SignedEvent, body: Option<&[u8]>, gone: bool) {
        match (&signed.event.body_hash, body) {
            (Some(hash), Some(body)) => {
                self.bodies += 1;
                if let Err(problem) = check_body(hash, signed.bytes.len(), body) {
                    self.find(Some(seq), "body_mismatch", problem);
                }
                self.with_body.push((seq, signed.id.clone()));
            }
            (Some(_), None) => {
                let related = signed.event.relates.as_ref().map(|relates| relates.to.clone());
                let (id, kind) = (signed.id.clone(), signed.event.kind.clone());
                self.without_body.push(Without { id, kind, related, gone });
            }
            (None, Some(_)) => self.find(Some(seq), "body_unexpected", "the event has no body"),
            (None, None) => {}
        }
    }

    /// Checks the host's word on the whole log; after the last entry.
    pub fn head(&mut self, signed: &SignedHead) {
        if self.stopped {
            return;
        }
        let size = self.frontier.size();
        let (Some(state), Some(last)) = (&self.state, &self.last) else {
            return self.stop(size, "missing_entry", "the head stands here instead");
        };
        self.has_head = true;
        let head = &signed.head;
        // HEAD-7: a key of the host, in force at the last entry.
        let key = state.keys.get(&(head.host.clone(), head.kid.clone()));
        let key = key.filter(|key| head.host == state.create.host && key.is_in_force_at(last.seq));
        let key = key.map(|key| key.public);
        let term = last.term;
        if head.channel != self.channel {
            self.find(None, "head_channel", format_args!("the head is of {}", head.channel));
        }
        if head.size != size {
            self.find(None, "head_size", format_args!("{size} entries, but the head says {}", head.size));
        } else if head.root != self.frontier.root() {
            self.find(None, "head_root", "the head has another root");
        }
        if head.term != term {
            self.find(None, "head_term", format_args!("term {term}, but the head says {}", head.term));
        }
        match key {
            Some(key) if signed.verify(&key).is_ok() => {}
            Some(_) => self.find(None, "head_signature", "the head's signature does not verify"),
            None => {
                self.find(None, "head_key", format_args!("{} is no key of the host in force", head.kid));
            }
        }
    }

    /// Everything was seen: what can only be said at the end.
    pub fn finish(&mut self) {
        if self.stopped {
            return;
        }
        if !self.has_head {
            self.find(None, "no_head", "there is no signed head");
        }
        let Some(state) = self.state.take() else { return };
        let is_redacted = |id: &EventId| state.targets.get(id).is_some_and(|target| target.redacted);
        for (seq, id) in std::mem::take(&mut self.with_body) {
            if is_redacted(&id) {
                self.find(
                    Some(seq),
                    "body_not_deleted",
                    "the event is redacted, but its body is still there",
                );
            }
        }
        let has_end = state.policy.retention_days.is_some();
        for Without { id, kind, related, gone } in std::mem::take(&mut self.without_body) {
            let is_said = matches!(kind, EventType::Message | EventType::Edit | EventType::Reaction);
            // With a message go the bodies of its edits and reactions.
            if gone || (has_end && is_said) || is_redacted(&id) || related.as_ref().is_some_and(is_redacted) {
                self.deleted += 1;
            } else {
                self.missing += 1;
            }
        }
    }
}

/// The state that entry 0 founds.
fn founded(item: &Item<'_>) -> Result<(SignedEvent, State), Refusal> {
    // LOG-7 before anything is said of the bytes.
    if event_id(&item.event) != item.entry.event {
        return Err(Refusal::EventMismatch);
    }
    let signed =
        SignedEvent::from_parts(item.event.clone(), item.signature).map_err(|_| Refusal::Malformed)?;
    let state = State::genesis(&signed)?;
    Ok((signed, state))
}

/// BODY-1 to BODY-3: canonical, not too large beside its event, and the one to which the event commits.
fn check_body(hash: &Hash, event_bytes: usize, body: &[u8]) -> Result<(), String> {
    body::check_size(event_bytes, body.len()).map_err(|error| error.to_string())?;
    let parsed = Body::parse(body).map_err(|error| error.to_string())?;
    if parsed.hash() == *hash {
        Ok(())
    } else {
        Err("the body does not match the event's body_hash".to_owned())
    }
}

fn code_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::EventMismatch => "event_mismatch",
        Refusal::Malformed => "bad_event",
        Refusal::BadSignature => "bad_signature",
        _ => "refused",
    }
}

fn describe(refusal: &Refusal) -> String {
    format!("{}: {refusal}", refusal.rule())
}
