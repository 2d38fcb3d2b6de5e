//! Read markers.

use super::effect::Effect;
use super::seat::Seat;
use super::view::ReadState;
use super::{Actor, Domain, Result, threads};
use crate::protocol::Seq;
use crate::protocol::ids::ChannelId;
use crate::storage::notifications::Part;
use crate::storage::{members, messages, notifications};

impl Domain {
    /// Moves one's read marker, forward or back, and tells one's own devices.
    ///
    /// `in_threads`: replies in threads up to there are read too.
    pub async fn set_read(
        &self,
        actor: &Actor,
        channel: ChannelId,
        seq: Seq,
        in_threads: bool,
    ) -> Result<ReadState> {
        let actor = actor.clone();
        let key = channel.clone();
        self.writer
            .channel(&key, move |work| {
                let user = actor.person.num;
                let seat = Seat::joined(work.conn, user, &channel)?;
                let num = seat.channel.num;
                let position = &work.lane.open(work.conn, num)?.position;
                let (head, live_count, last) =
                    (position.size - 1, position.live_count, position.last_message_seq);
                // What can't be read is not unread.
                let seq = seq.max(seat.first_readable()? - 1).min(head);
                let unread = match last {
                    Some(last) if seq < last => messages::count_unread(work.conn, num, seq, user)?,
                    _ => 0,
                };
                members::set_read(work.conn, num, user, seq, live_count - unread)?;
                work.lane.open(work.conn, num)?.forget_reader(user);
                let part = if in_threads { Part::All } else { Part::Outside };
                notifications::mark_seen_in(work.conn, user, num, seq, part)?;
                if in_threads {
                    threads::read_with_channel(work, user, num, seq)?;
                }
                let mentions = notifications::count_unseen_in(work.conn, user, num)?;
                let channel = channel.as_str().to_owned();
                let state = ReadState { channel, read_seq: seq, unread, mentions, threads: in_threads };
                work.tell(Effect::Read { user, state: state.clone() });
                Ok(state)
            })
            .await
    }
}
