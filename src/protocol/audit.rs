//! Checking a whole log as a stranger would: every hash, signature, rule, body and root, from the first
//! entry on, and the head that the host signed. What a database and an exported file are checked with.

use super::{
    Seq,
    body::Body,
    event::SignedEvent,
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
}

/// A log in the course of being checked.
pub struct Audit {
    channel: ChannelId,
    frontier: Frontier,
    state: Option<State>,
    last: Option<Entry>,
    /// Entries whose body is there: it must not be where the event was redacted.
    with_body: Vec<(Seq, EventId)>,
    has_head: bool,
    pub entries: i64,
    pub bodies: i64,
    /// Bodies that an event names and that are not there any more.
    pub deleted: i64,
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
            has_head: false,
            entries: 0,
            bodies: 0,
            deleted: 0,
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

    /// Checks the next entry. False when the log can't be followed any further.
    pub fn entry(&mut self, item: Item<'_>) -> bool {
        let seq = item.entry.seq;
        if seq != self.frontier.size() {
            self.find(
                Some(self.frontier.size()),
                "missing_entry",
                format_args!("entry {seq} stands here instead"),
            );
            return false;
        }
        if let Err(error) = item.entry.check_follows(self.last.as_ref()) {
            self.find(Some(seq), "bad_entry", error);
        }
        self.entries += 1;
        self.frontier.push(item.entry.leaf());
        self.last = Some(item.entry.clone());
        let (signed, refusal) = self.judge(&item);
        match (item.void, refusal) {
            (false, Some(refusal)) => self.find(Some(seq), code_of(&refusal), describe(&refusal)),
            (true, None) => self.find(Some(seq), "void_mismatch", "kept as void, but it is effective"),
            (true, Some(_)) => self.void += 1,
            (false, None) => {}
        }
        match signed {
            Some(signed) => self.body(seq, &signed, item.body),
            None if item.body.is_some() => self.find(Some(seq), "body_unexpected", "a body without an event"),
            None => {}
        }
        self.state.is_some()
    }

    /// The event, if the bytes are one, and why it has no effect, if it has none.
    fn judge(&mut self, item: &Item<'_>) -> (Option<SignedEvent>, Option<Refusal>) {
        let signature = item.signature;
        if let Some(state) = &mut self.state {
            let (signed, verdict) = state.evaluate_bytes(&item.entry, item.event.clone(), signature);
            let refusal = match verdict {
                Verdict::Effective => None,
                Verdict::Void(refusal) => Some(refusal),
            };
            if refusal.is_none() {
                self.servers.extend(signed.iter().map(|signed| signed.event.sender.server_str().to_owned()));
            }
            return (signed, refusal);
        }
        let Ok(signed) = SignedEvent::from_parts(item.event.clone(), signature) else {
            return (None, Some(Refusal::Malformed));
        };
        if signed.id != item.entry.event {
            return (Some(signed), Some(Refusal::EventMismatch));
        }
        match State::genesis(&signed) {
            Ok(state) => {
                if state.channel != self.channel {
                    self.find(Some(0), "wrong_channel", format_args!("the genesis founds {}", state.channel));
                }
                self.servers.insert(state.create.host.as_str().to_owned());
                self.state = Some(state);
                (Some(signed), None)
            }
            Err(refusal) => (Some(signed), Some(refusal)),
        }
    }

    fn body(&mut self, seq: Seq, signed: &SignedEvent, body: Option<&[u8]>) {
        match (&signed.event.body_hash, body) {
            (Some(hash), Some(body)) => {
                self.bodies += 1;
                // BODY-2: the event commits to the body's bytes.
                if Body::hash_bytes(body) != *hash {
                    self.find(Some(seq), "body_mismatch", "the body does not match the event's body_hash");
                }
                self.with_body.push((seq, signed.id.clone()));
            }
            (Some(_), None) => self.deleted += 1,
            (None, Some(_)) => self.find(Some(seq), "body_unexpected", "the event has no body"),
            (None, None) => {}
        }
    }

    /// Checks the host's word on the whole log; after the last entry.
    pub fn head(&mut self, signed: &SignedHead) {
        self.has_head = true;
        let head = &signed.head;
        if head.channel != self.channel {
            self.find(None, "head_channel", format_args!("the head is of {}", head.channel));
        }
        if head.size != self.frontier.size() {
            self.find(
                None,
                "head_size",
                format_args!("{} entries, but the head says {}", self.frontier.size(), head.size),
            );
        } else if head.root != self.frontier.root() {
            self.find(None, "head_root", "the head has another root");
        }
        if let Some(last) = self.last.as_ref().filter(|last| last.term != head.term) {
            let term = last.term;
            self.find(
                None,
                "head_term",
                format_args!("the last entry is of term {term}, the head of {}", head.term),
            );
        }
        let Some(state) = &self.state else { return };
        // HEAD-7: a key that was ended signs no later head.
        let binding = state.keys.get(&(head.host.clone(), head.kid.clone()));
        let key =
            binding.filter(|binding| binding.is_in_force_at(head.size - 1)).map(|binding| binding.public);
        match key {
            Some(key) if head.host == state.create.host => {
                if signed.verify(&key).is_err() {
                    self.find(None, "head_signature", "the head's signature does not verify");
                }
            }
            _ => self.find(
                None,
                "head_key",
                format_args!("{} is no key of the host that is in force there", head.kid),
            ),
        }
    }

    /// Everything was seen: what can only be said at the end.
    pub fn finish(&mut self) {
        if !self.has_head {
            self.find(None, "no_head", "there is no signed head");
        }
        let Some(state) = self.state.take() else { return };
        for (seq, id) in std::mem::take(&mut self.with_body) {
            if state.targets.get(&id).is_some_and(|target| target.redacted) {
                self.find(
                    Some(seq),
                    "body_not_deleted",
                    "the event is redacted, but its body is still there",
                );
            }
        }
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
