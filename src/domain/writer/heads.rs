//! Signed heads of logs that grow by entries of other servers: this server's own, and those of hosts elsewhere.

use super::Work;
use super::batch_error::BatchError;
use crate::domain::Error;
use crate::domain::stored;
use crate::domain::verify::stored_head;
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::limits::BATCH_ENTRIES_MAX;
use crate::protocol::sign::PublicKey;
use crate::storage::heads::{self, HeadRow};
use crate::storage::{ChannelNum, channels, entries};

/// How many entries lie between two heads that are kept for good, at the least (but for one before a large batch).
const HEADS_APART_MIN: i64 = 128;
/// But not more than about so many bytes of events, so that what lies between two fits an answer.
const HEADS_APART_BYTES_MAX: usize = 262_144;

impl Work<'_> {
    /// The head of a log hosted here as it stands now, signed with a key that is in force there (HEAD-7).
    pub(super) fn own_head(&mut self, channel: ChannelNum) -> Result<SignedHead, Error> {
        let identity = self.lane.identity.clone();
        let open = self.lane.open(self.conn, channel)?;
        let (position, id) = (open.position.clone(), open.id.clone());
        let (kid, key) = open.head_signer(self.conn, &identity)?;
        let head = Head {
            channel: id,
            term: position.term,
            size: position.size,
            root: position.root,
            ts: position.last_ts,
            host: identity.name.clone(),
            kid: kid.clone(),
        };
        Ok(SignedHead::sign(head, key))
    }

    /// HEAD-7: the key that a head names, if the log binds it for the channel's host and it is in force at the head's
    /// last entry.
    pub fn head_key(&mut self, channel: ChannelNum, head: &Head) -> Result<Option<PublicKey>, Error> {
        let open = self.lane.open(self.conn, channel)?;
        let host = open.host.clone();
        if !head.is_in_range() || head.channel != open.id || head.host != host {
            return Ok(None);
        }
        let key = open.state_of(self.conn, &[])?.keys.get(&(host, head.kid.clone()));
        Ok(key.filter(|key| key.is_in_force_at(head.size - 1)).map(|key| key.public))
    }

    /// Whether the head is the host's over the log as it stands here now (true), or stood before.
    pub(super) fn check_head(
        &mut self,
        channel: ChannelNum,
        head: &SignedHead,
        fresh: bool,
    ) -> Result<bool, Error> {
        let open = self.lane.open(self.conn, channel)?;
        let (size, root, term) = (open.position.size, open.position.root, open.position.term);
        let said = &head.head;
        if said.channel != open.id || said.host != open.host {
            return Err(BatchError::WrongHead.into());
        }
        if said.term != term {
            return Err(BatchError::StaleTerm.into());
        }
        let Some(key) = self.head_key(channel, said)? else { return Err(BatchError::BadSignature.into()) };
        if head.verify(&key).is_err() {
            return Err(BatchError::BadSignature.into());
        }
        if said.size > size {
            return Err(BatchError::WrongHead.into());
        }
        // New entries stand under a head of their own; without it nothing could be kept.
        if fresh && said.size != size {
            return Err(BatchError::WrongHead.into());
        }
        // What the host says now of what it said before.
        let then = if said.size == size {
            Some(root)
        } else {
            let row = entries::by_seq(self.conn, channel, said.size - 1)?;
            row.map(|row| stored::hash(&row.root)).transpose()?
        };
        if then != Some(said.root) {
            // New entries that do not add up to their head are a mistake; old ones are another log.
            return Err(if fresh { BatchError::WrongHead } else { BatchError::Fork }.into());
        }
        Ok(said.size == size)
    }

    /// Keeps the newest head, and now and then one for good: so that never more than a batch of entries stands between
    /// two heads, and any part of this copy can be handed on with a head of its host over just that.
    pub(super) fn adopt_head(&mut self, channel: ChannelNum, head: SignedHead) -> Result<(), Error> {
        let size = head.head.size;
        let last = heads::last_within(self.conn, channel, 0, size)?.map_or(0, |kept| kept.size);
        let bytes = self.lane.open(self.conn, channel)?.bytes_since_head;
        if size - last >= HEADS_APART_MIN || bytes >= HEADS_APART_BYTES_MAX {
            self.lane.open(self.conn, channel)?.bytes_since_head = 0;
            let apart_max = i64::try_from(BATCH_ENTRIES_MAX).unwrap_or(i64::MAX);
            if size - last > apart_max
                && let Some(before) = self.head_before(channel)?.filter(|before| before.head.size > last)
            {
                heads::keep(self.conn, &row(channel, &before))?;
            }
            heads::keep(self.conn, &row(channel, &head))?;
        }
        self.lane.adopt_head(channel, head);
        Ok(())
    }

    /// The host's head as it was before the batch that is being taken.
    fn head_before(&mut self, channel: ChannelNum) -> Result<Option<SignedHead>, Error> {
        if let Some(head) = self.lane.adopted_head(channel) {
            return Ok(Some(head.clone()));
        }
        let row = channels::by_num(self.conn, channel)?.filter(|row| row.size > 0);
        Ok(row.as_ref().and_then(stored_head))
    }
}

fn row(channel: ChannelNum, head: &SignedHead) -> HeadRow {
    HeadRow {
        channel,
        size: head.head.size,
        kid: head.head.kid.as_str().to_owned(),
        ts: head.head.ts,
        signature: head.signature.0.to_vec(),
    }
}
