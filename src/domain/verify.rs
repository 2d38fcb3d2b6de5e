//! Checking a stored log as a stranger would: every hash, signature, rule and root, from the first
//! entry on, against what is stored and what the host signed.

use crate::protocol::Seq;
use crate::protocol::body::Body;
use crate::protocol::event::SignedEvent;
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::Hash;
use crate::protocol::log::{Entry, Frontier};
use crate::protocol::sign::Signature;
use crate::protocol::state::{State, Verdict};
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{self, EntryRow};
use crate::storage::{self, Conn, channels};

/// How many entries are read at a time.
const STEP_ENTRIES: i64 = 1_000;

/// What was found in one channel.
#[derive(Debug, Default, PartialEq)]
pub struct Report {
    pub channel: String,
    pub entries: i64,
    pub bodies: i64,
    /// Bodies that were deleted, as they may be.
    pub deleted: i64,
    pub void: i64,
    /// What is wrong, with the seq where it shows.
    pub problems: Vec<String>,
}

/// Checks every channel of the database.
pub fn verify_all(conn: &mut Conn) -> storage::Result<Vec<Report>> {
    let mut reports = Vec::new();
    for id in channels::all_ids(conn)? {
        if let Some(row) = channels::by_id(conn, &id)? {
            reports.push(verify(conn, &row)?);
        }
    }
    Ok(reports)
}

/// Checks one channel.
pub fn verify(conn: &mut Conn, row: &ChannelRow) -> storage::Result<Report> {
    let mut check = Check {
        report: Report { channel: row.id.clone(), ..Report::default() },
        frontier: Frontier::new(),
        state: None,
        last: None,
    };
    let mut next: Seq = 0;
    loop {
        let page = entries::range(conn, row.num, next, i64::MAX, STEP_ENTRIES)?;
        let Some((last, _)) = page.last() else { break };
        let bodies = entries::bodies_between(conn, row.num, next, last.seq)?;
        let mut bodies: std::collections::HashMap<Seq, String> = bodies.into_iter().collect();
        let end = last.seq;
        for (entry, sender) in page {
            if entry.seq != next {
                check.problem(next, "entry is missing");
                return Ok(check.report);
            }
            check.entry(&entry, &sender, bodies.remove(&entry.seq).as_deref());
            next += 1;
        }
        for seq in bodies.keys() {
            check.problem(*seq, "body without an entry");
        }
        debug_assert_eq!(end + 1, next);
    }
    check.head(row);
    Ok(check.report)
}

struct Check {
    report: Report,
    frontier: Frontier,
    state: Option<State>,
    last: Option<Entry>,
}

impl Check {
    fn problem(&mut self, seq: Seq, what: impl std::fmt::Display) {
        self.report.problems.push(format!("seq {seq}: {what}"));
    }

    fn entry(&mut self, row: &EntryRow, sender: &str, body: Option<&str>) {
        let seq = row.seq;
        self.report.entries += 1;
        let Ok(event_id) = row.event_id.parse() else { return self.problem(seq, "event id is no id") };
        let entry = Entry { term: row.term, seq, event: event_id, host_ts: row.host_ts };
        if let Err(error) = entry.check_follows(self.last.as_ref()) {
            self.problem(seq, error);
        }
        self.frontier.push(entry.leaf());
        if self.frontier.root().as_bytes().as_slice() != row.root {
            self.problem(seq, "stored root differs from the tree's");
        }
        let Ok(signature) = <[u8; 64]>::try_from(row.signature.as_slice()) else {
            return self.problem(seq, "signature is not 64 bytes");
        };
        let verdict = match SignedEvent::from_parts(row.event.clone().into_bytes(), Signature(signature)) {
            Ok(signed) => {
                if signed.event.sender.as_str() != sender {
                    self.problem(seq, "stored sender differs from the event's");
                }
                self.body(row, &signed, body);
                self.judge(&entry, &signed)
            }
            Err(error) => Some(error.to_string()),
        };
        match (&row.void, verdict) {
            (None, Some(why)) => self.problem(seq, why),
            (Some(_), Some(_)) => self.report.void += 1,
            (Some(why), None) => self.problem(seq, format_args!("stored as void ({why}), but effective")),
            (None, None) => {}
        }
        self.last = Some(entry);
    }

    /// Why the entry has no effect, if it has none.
    fn judge(&mut self, entry: &Entry, signed: &SignedEvent) -> Option<String> {
        match &mut self.state {
            None => match State::genesis(signed) {
                Ok(state) => {
                    if state.channel.as_str() != self.report.channel {
                        self.report.problems.push("seq 0: genesis of another channel".to_owned());
                    }
                    if signed.id != entry.event {
                        self.report.problems.push("seq 0: entry names another event".to_owned());
                    }
                    self.state = Some(state);
                    None
                }
                Err(refusal) => Some(format!("{}: {refusal}", refusal.rule())),
            },
            Some(state) => match state.evaluate(entry, signed) {
                Verdict::Effective => None,
                Verdict::Void(refusal) => Some(format!("{}: {refusal}", refusal.rule())),
            },
        }
    }

    fn body(&mut self, row: &EntryRow, signed: &SignedEvent, body: Option<&str>) {
        match (&signed.event.body_hash, body) {
            (Some(hash), Some(body)) => {
                self.report.bodies += 1;
                if Body::hash_bytes(body.as_bytes()) != *hash {
                    self.problem(row.seq, "body does not match its hash");
                }
                if row.redacted_seq.is_some() {
                    self.problem(row.seq, "body of a redacted entry is still there");
                }
            }
            (Some(_), None) => self.report.deleted += 1,
            (None, Some(_)) => self.problem(row.seq, "body that the event does not have"),
            (None, None) => {}
        }
    }

    fn head(&mut self, row: &ChannelRow) {
        let end = row.size - 1;
        if self.frontier.size() != row.size {
            self.problem(
                end,
                format_args!("{} entries, but the channel says {}", self.frontier.size(), row.size),
            );
        }
        if self.frontier.root().as_bytes().as_slice() != row.root || self.frontier.to_bytes() != row.frontier
        {
            self.problem(end, "the channel's root or frontier differs from the tree's");
        }
        let Some(state) = &self.state else { return };
        let (Ok(host), Ok(kid), Ok(signature)) =
            (row.host.parse(), row.head_kid.parse(), <[u8; 64]>::try_from(row.head_signature.as_slice()))
        else {
            return self.problem(end, "the signed head is malformed");
        };
        let key = state.keys.get(&(host, kid)).map(|binding| binding.public);
        let root: Hash = self.frontier.root();
        let head = Head {
            channel: state.channel.clone(),
            term: row.term,
            size: row.size,
            root,
            ts: row.head_ts,
            host: state.create.host.clone(),
            kid: match row.head_kid.parse() {
                Ok(kid) => kid,
                Err(_) => return,
            },
        };
        let signed = SignedHead { head, signature: Signature(signature) };
        if key.is_none_or(|key| signed.verify(&key).is_err()) {
            self.problem(end, "the head's signature does not verify");
        }
    }
}
