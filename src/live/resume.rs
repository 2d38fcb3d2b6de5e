//! Resuming: a client says the last seq that it has per channel, and gets exactly what is missing.
//!
//! First the connection is entered for its channels, so that from then on news is held for it; then
//! the log is read from its cursors to where it stands now; then what was held and isn't known goes
//! out. So nothing is lost between the two, and nothing comes twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::frames;
use super::hub::Hub;
use super::payload::{Ready, Resync as ResyncFrame, UnreadCounts};
use super::socket::Socket;
use crate::domain::effect::Late;
use crate::domain::retold::Withheld;
use crate::domain::sync::{Followed, Missed};
use crate::domain::{Actor, Domain, Error};
use crate::protocol::Seq;
use crate::protocol::ids::ChannelId;
use crate::storage::{ChannelNum, UserNum};

/// How many entries of one channel are sent rather than paged.
const MISSED_ENTRIES_MAX: i64 = 1_000;
/// How many entries of all channels together are sent rather than paged.
const MISSED_ENTRIES_TOTAL: i64 = 10_000;

/// How often a connection is entered anew because somebody joined or left meanwhile.
const ENTER_TRIES: usize = 10;

/// Sends what was missed, then `ready`, then lets news through.
pub async fn resume(
    domain: &Domain,
    hub: &Hub,
    socket: &Arc<Socket>,
    actor: &Actor,
    cursors: &BTreeMap<String, Seq>,
) -> Result<(), Error> {
    let user = actor.person.num;
    let (starts, now) = enter(domain, hub, socket, user).await?;
    if !tell_left(domain, socket, user, cursors, &now).await? {
        return Ok(());
    }
    // Without a cursor the stream begins where the channel stood when the client came. One that was
    // joined since then begins with the news of that, which is held.
    let cursor = |channel: &Followed| cursors.get(&channel.id).or(starts.get(&channel.num)).copied();
    let Some(sent) = tell_missed(domain, socket, user, &now, cursor).await? else { return Ok(()) };
    if !tell_withheld(domain, socket, cursors, &now).await {
        return Ok(());
    }
    let heads: BTreeMap<&str, Seq> =
        now.iter().filter_map(|channel| Some((channel.id.as_str(), *sent.get(&channel.num)?))).collect();
    // Before it is read who is online: what changes from then on is told by no frame until the connection is live.
    if !socket.room().await {
        return Ok(());
    }
    hub.appear(socket);
    let online = hub.online_for(socket);
    let short = now.iter().filter(|channel| channel.kept_from_seq > 0);
    let kept_from_seqs = short.map(|channel| (channel.id.as_str(), channel.kept_from_seq)).collect();
    let (user_id, session_id) = (actor.person.id.as_str(), actor.session.as_str());
    let ready = Ready { user_id, session_id, heads, kept_from_seqs, online };
    if socket.answer_paced(frames::plain("ready", ready)).await {
        socket.go_live(sent);
    }
    Ok(())
}

/// Says which channels the client still has that it is no longer in. False when the connection is over.
async fn tell_left(
    domain: &Domain,
    socket: &Socket,
    user: UserNum,
    cursors: &BTreeMap<String, Seq>,
    followed: &[Followed],
) -> Result<bool, Error> {
    let is_followed = |id: &str| followed.iter().any(|channel| channel.id == id);
    let others: Vec<&String> =
        cursors.keys().filter(|id| !is_followed(id) && id.parse::<ChannelId>().is_ok()).collect();
    if others.is_empty() {
        return Ok(true);
    }
    // An invitation is still there, though nothing is told of its channel.
    let invited = domain.invited_to(user).await?;
    let gone: Vec<&String> = others.into_iter().filter(|id| !invited.contains(*id)).collect();
    let bans = domain.bans(user, gone.iter().map(|id| (*id).clone()).collect()).await?;
    for id in gone {
        if !socket.answer_paced(frames::left(id, bans.get(id))).await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Says what went from this server alone of late, which no entry says, where the client may still have it. False when the
/// connection is over.
async fn tell_withheld(
    domain: &Domain,
    socket: &Socket,
    cursors: &BTreeMap<String, Seq>,
    followed: &[Followed],
) -> bool {
    let may_have = |id: &str| cursors.contains_key(id) && followed.iter().any(|channel| channel.id == id);
    for Withheld { channel, id, .. } in domain.retold.withheld(domain.clock.now(), may_have) {
        if !socket.answer_paced(frames::late(&Late::Deleted { channel, id })).await {
            return false;
        }
    }
    true
}

/// Enters the connection for its channels: where each stood at first, and, read after that, where
/// they stand. Whoever joins or leaves meanwhile is entered as the last word has it.
async fn enter(
    domain: &Domain,
    hub: &Hub,
    socket: &Arc<Socket>,
    user: UserNum,
) -> Result<(HashMap<ChannelNum, Seq>, Vec<Followed>), Error> {
    let mut now = domain.followed(user).await?;
    let starts = now.iter().map(|channel| (channel.num, channel.head)).collect();
    for _ in 0..ENTER_TRIES {
        if !hub.follow(socket, &now.iter().map(|channel| channel.num).collect()) {
            return Ok((starts, now));
        }
        now = domain.followed(user).await?;
    }
    Err(Error::Busy)
}

/// Whether the client has more than there is: the server was restored from a backup since, and gives the places after its end
/// out again. What the client has of the channel is not what it would be told.
fn is_elsewhere(missed: i64) -> bool {
    missed < 0
}

/// Sends again from the given cursors, for a client that found a gap, and what happens meanwhile after
/// it. Entries may come twice.
pub async fn catch_up(
    domain: &Domain,
    socket: &Arc<Socket>,
    user: UserNum,
    cursors: &BTreeMap<String, Seq>,
) -> Result<(), Error> {
    socket.hold();
    let followed = domain.followed(user).await?;
    if !tell_left(domain, socket, user, cursors, &followed).await? {
        return Ok(());
    }
    let cursor = |channel: &Followed| cursors.get(&channel.id).copied();
    if let Some(sent) = tell_missed(domain, socket, user, &followed, cursor).await?
        && tell_withheld(domain, socket, cursors, &followed).await
    {
        socket.go_live(sent);
    }
    Ok(())
}

/// Sends what each channel has behind its cursor, and names those in which that is too much. Answers up to where each was told;
/// none when the connection is over.
async fn tell_missed(
    domain: &Domain,
    socket: &Arc<Socket>,
    user: UserNum,
    followed: &[Followed],
    cursor: impl Fn(&Followed) -> Option<Seq>,
) -> Result<Option<BTreeMap<ChannelNum, Seq>>, Error> {
    let mut sent = BTreeMap::new();
    let mut resync = Resync::default();
    let mut budget = MISSED_ENTRIES_TOTAL;
    for channel in followed {
        let Some(cursor) = cursor(channel) else { continue };
        let missed = channel.head.saturating_sub(cursor);
        let head = if missed == 0 {
            channel.head
        } else if is_elsewhere(missed) || missed > MISSED_ENTRIES_MAX.min(budget) {
            resync.add(channel);
            channel.head
        } else {
            budget -= missed;
            match send_missed(domain, socket, user, channel, cursor, &mut resync).await? {
                Some(head) => head,
                None => return Ok(None),
            }
        };
        sent.insert(channel.num, head);
    }
    if !resync.is_empty() && !socket.answer_paced(resync.frame(domain, user).await?).await {
        return Ok(None);
    }
    Ok(Some(sent))
}

/// Answers up to where it sent; none when the connection is over.
async fn send_missed(
    domain: &Domain,
    socket: &Arc<Socket>,
    user: UserNum,
    channel: &Followed,
    cursor: Seq,
    resync: &mut Resync,
) -> Result<Option<Seq>, Error> {
    let Ok(id) = channel.id.parse::<ChannelId>() else { return Ok(Some(channel.head)) };
    let (missed, head) = match domain.missed(user, id, cursor, MISSED_ENTRIES_MAX).await {
        Ok(found) => found,
        // Removed from the channel a moment ago: the news of that is held.
        Err(Error::Forbidden(_) | Error::NotFound(_)) => return Ok(Some(channel.head)),
        Err(error) => return Err(error),
    };
    match missed {
        Missed::TooMuch => resync.add(&Followed { head, ..channel.clone() }),
        Missed::Changes(told) => {
            let written = told.frames.get_or_init(|| {
                let online = |user: &str| domain.presences.is_online(user);
                let changes = told.changes.iter().filter_map(|(seq, change)| Some((*seq, change.as_ref()?)));
                changes.map(|(seq, change)| frames::change(&channel.id, seq, change, &online)).collect()
            });
            for frame in written {
                if !socket.answer_paced(frame.clone()).await {
                    return Ok(None);
                }
            }
        }
    }
    Ok(Some(head))
}

/// Channels in which too much was missed.
#[derive(Default)]
struct Resync {
    channels: Vec<(ChannelNum, String, Seq, i64)>,
}

impl Resync {
    fn add(&mut self, channel: &Followed) {
        self.channels.push((channel.num, channel.id.clone(), channel.head, channel.unread));
    }

    fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    async fn frame(&self, domain: &Domain, user: UserNum) -> Result<bytes::Bytes, Error> {
        let mentions: HashMap<ChannelNum, i64> = domain.mentions(user).await?.into_iter().collect();
        let heads: BTreeMap<&str, Seq> =
            self.channels.iter().map(|(_, id, head, _)| (id.as_str(), *head)).collect();
        let mut counts = BTreeMap::new();
        for (num, id, _, unread) in &self.channels {
            let mentions = mentions.get(num).copied().unwrap_or(0);
            counts.insert(id.as_str(), UnreadCounts { unread: *unread, mentions });
        }
        Ok(frames::plain("resync", ResyncFrame { heads, counts }))
    }
}
