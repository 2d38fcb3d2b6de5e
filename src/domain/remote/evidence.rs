//! What is evidence, and what is done with it once it is kept: the other servers in the channel hear of it.

use super::snapshot::frontier_at;
use crate::domain::peers::Ask;
use crate::domain::stored::damaged;
use crate::domain::writer::{BatchError, Work};
use crate::domain::{Domain, Error, Result};
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::log::Entry;
use crate::storage::channels::ChannelRow;
use crate::storage::{ChannelNum, Conn, channels, entries, joinings, peers};

/// Servers that are told of one fork by the server that found it; they tell others.
const TOLD_MAX: usize = 64;

impl Domain {
    /// What is said of a batch with entries that are others than those here. By themselves they prove nothing, for anybody
    /// can have made them; but if they lead to the head, the host has signed another log.
    pub(super) async fn judge_others(
        &self,
        channel: &ChannelId,
        placed: Vec<Entry>,
        head: SignedHead,
    ) -> Result<BatchError> {
        let (id, said) = (channel.clone(), head.head.clone());
        let is_other = self.reads.read(move |conn| {
            let row = channels::by_id(conn, id.as_str())?.filter(|row| row.size < said.size);
            row.map_or(Ok(false), |row| lead_to(conn, &row, &placed, &said))
        });
        let is_other = is_other.await?;
        let is_fork = self.keep_head(channel, head, is_other).await?.is_some();
        Ok(if is_fork { BatchError::Fork } else { BatchError::OtherEntry })
    }

    /// Tells the other servers in a channel, once and in the background, that its host has shown two logs. Each judges
    /// for itself.
    pub(super) async fn spread_evidence(&self, channel: &ChannelId) -> Result<()> {
        let (id, ours) = (channel.clone(), self.server().clone());
        let found = self.reads.read(move |conn| {
            let pair = peers::evidence(conn, id.as_str())?;
            let (Some((a, b)), Some(row)) = (pair, channels::by_id(conn, id.as_str())?) else {
                return Ok::<_, Error>(None);
            };
            let mut others = peers::servers_in(conn, row.num)?;
            others.retain(|server| *server != row.host && *server != ours.as_str());
            Ok(Some((format!("{{\"a\":{a},\"b\":{b}}}"), others)))
        });
        let Some((body, others)) = found.await? else { return Ok(()) };
        for server in others.iter().filter_map(|server| server.parse::<ServerName>().ok()).take(TOLD_MAX) {
            let (peers, ask) =
                (self.peers.clone(), Ask::post(format!("/channels/{channel}/evidence"), body.clone()));
            tokio::spawn(async move {
                if let Err(error) = peers.ask(&server, ask).await {
                    tracing::info!(%server, %error, "another server could not be told of a fork");
                }
            });
        }
        Ok(())
    }
}

/// REPL-34: what the host said of its log when it took people in is held against the log that came, once that is so long.
/// True for new evidence.
pub(super) fn end_joinings(
    work: &mut Work<'_>,
    num: ChannelNum,
    id: &ChannelId,
    newest: &SignedHead,
) -> Result<bool> {
    let mut forked = false;
    for joining in joinings::of_channel(work.conn, num)? {
        let size = work.lane.open(work.conn, num)?.position.size;
        let said = joining.head.as_deref().map(serde_json::from_str::<SignedHead>).transpose();
        let said = said.map_err(|error| damaged("head", error))?;
        if joining.seq >= size || said.as_ref().is_some_and(|said| said.head.size > size) {
            continue;
        }
        if let Some(said) = said
            && contradicts(work, num, &said, false)?
        {
            forked |= add_fork(work, id, newest, &said)?;
        }
        joinings::delete(work.conn, num, joining.user_num)?;
    }
    Ok(forked)
}

/// Two heads that contradict each other are kept; nothing is written into the channel from now on. False when there
/// was evidence already.
pub(super) fn add_fork(work: &mut Work<'_>, id: &ChannelId, a: &SignedHead, b: &SignedHead) -> Result<bool> {
    let text = |head: &SignedHead| serde_json::to_string(head).map_err(|error| damaged("head", error));
    let now = work.lane.clock.now();
    if !peers::add_evidence(work.conn, id.as_str(), now, &text(a)?, &text(b)?)? {
        return Ok(false);
    }
    let detail = format!("two logs of {} entries and more", b.head.size);
    peers::add_alarm(work.conn, now, "fork", a.head.host.as_str(), id.as_str(), &detail)?;
    Ok(true)
}

/// Whether the host's signed head is of another log than the one that is here, on which it signed a head too. Of one over
/// more than is here only entries can tell: `is_other` says that they do.
pub(super) fn contradicts(
    work: &mut Work<'_>,
    num: ChannelNum,
    head: &SignedHead,
    is_other: bool,
) -> Result<bool> {
    let said = &head.head;
    let position = &work.lane.open(work.conn, num)?.position;
    let (size, term) = (position.size, position.term);
    if said.size < 1 || (said.size > size && !is_other) {
        return Ok(false);
    }
    if work.head_key(num, said)?.is_none_or(|key| head.verify(&key).is_err()) {
        return Ok(false);
    }
    if said.size > size {
        return Ok(said.term == term);
    }
    let here = entries::by_seq(work.conn, num, said.size - 1)?;
    Ok(here.is_some_and(|row| row.term == said.term && row.root != said.root.as_bytes()))
}

/// Whether the entries follow one another, and lead from the log that is here to the head: then whoever signed that
/// signed them.
fn lead_to(conn: &mut Conn, row: &ChannelRow, placed: &[Entry], head: &Head) -> Result<bool> {
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return Ok(false) };
    let mut pairs = placed.iter().zip(placed.iter().skip(1));
    let follow = pairs.all(|(before, next)| next.check_follows(Some(before)).is_ok());
    if first.check().is_err() || first.seq > row.size || !follow || last.seq + 1 != head.size {
        return Ok(false);
    }
    let mut tree = match frontier_at(conn, row, first.seq) {
        // Too far back to be found out.
        Err(Error::Invalid { .. }) => return Ok(false),
        tree => tree?,
    };
    for entry in placed {
        tree.push(entry.leaf());
    }
    Ok(tree.root() == head.root)
}
