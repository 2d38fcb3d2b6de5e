//! What is evidence, and what is done with it once it is kept: the other servers in the channel hear of it.

use super::host::damaged;
use crate::domain::peers::Ask;
use crate::domain::writer::Work;
use crate::domain::{Domain, Error, Result};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::sign::PublicKey;
use crate::storage::{ChannelNum, channels, entries, joinings, peers};

/// Servers that are told of one fork by the server that found it; they tell others.
const TOLD_MAX: usize = 64;

impl Domain {
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

/// The key that a head of the channel names, if it is its host's.
pub(super) fn key_of(work: &mut Work<'_>, num: ChannelNum, head: &SignedHead) -> Result<Option<PublicKey>> {
    let open = work.lane.open(work.conn, num)?;
    let (id, host) = (open.id.clone(), open.host.clone());
    if head.head.channel != id || head.head.host != host {
        return Ok(None);
    }
    let keys = &open.state_of(work.conn, &[])?.keys;
    Ok(keys.get(&(host, head.head.kid.clone())).map(|key| key.public))
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

/// Whether the host's signed head is of another log than the one that is here, on which it signed a head too.
pub(super) fn contradicts(
    work: &mut Work<'_>,
    num: ChannelNum,
    head: &SignedHead,
    is_other: bool,
) -> Result<bool> {
    let size = work.lane.open(work.conn, num)?.position.size;
    let said = &head.head;
    if said.size < 1 || (said.size > size && !is_other) {
        return Ok(false);
    }
    if key_of(work, num, head)?.is_none_or(|key| head.verify(&key).is_err()) {
        return Ok(false);
    }
    if said.size > size {
        return Ok(true);
    }
    let here = entries::by_seq(work.conn, num, said.size - 1)?;
    Ok(here.is_some_and(|row| row.term == said.term && row.root != said.root.as_bytes()))
}
