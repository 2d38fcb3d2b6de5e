//! A lane at work: it takes what waits, a transaction at a time, on a thread and a connection of its own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::ahead::Ahead;
use super::lane::Lane;
use super::read_only::ReadOnly;
use super::{Asks, Job, Unit, Work, WriterContext};
use crate::storage::{self, Conn, RECONNECT_DELAY, REST_MAX, Reach};

/// How many units of work one commit carries at most.
const GROUP_UNITS_MAX: usize = 1_024;
/// After so many units the write-ahead log is brought into the database as soon as nobody waits: some 4 MB, done in
/// milliseconds. Left to SQLite it would happen at eight times as much, and those who write meanwhile wait that long.
const CHECKPOINT_UNITS: usize = 256;

/// Who waits for the file to be written anew.
type Compacting = Option<oneshot::Sender<Result<(), storage::Error>>>;

/// Serves the queue with one connection after another. True once the queue has closed.
pub(super) fn serve(
    context: &WriterContext,
    queue: &mut mpsc::Receiver<Job>,
    (commits, ahead, reach, read_only): (&AtomicU64, &Ahead, &Reach, &ReadOnly),
) -> bool {
    let open = || Conn::open(&context.url).and_then(|mut conn| conn.use_indices().map(|()| conn));
    let mut opened = read_only.opened();
    let Some(mut held) = reach.connect(open) else {
        if reach.is_away() {
            refuse(queue);
        }
        return false;
    };
    let mut lane = Lane::new(context);
    let mut waiting: VecDeque<Unit> = VecDeque::new();
    let mut used = Instant::now();
    let mut compacting: Compacting = None;
    let mut since_checkpoint = 0;
    loop {
        if since_checkpoint >= CHECKPOINT_UNITS && waiting.is_empty() && queue.is_empty() {
            since_checkpoint = 0;
            if let Err(error) = held.conn.checkpoint() {
                tracing::warn!(%error, "the write-ahead log stays as it is for now");
            }
        }
        if !gather(queue, &mut waiting, &mut compacting) {
            return true;
        }
        if read_only.outlived(&opened)
            || held.conn.is_broken()
            || (used.elapsed() > REST_MAX && !held.conn.is_alive())
        {
            drop(held);
            // What waits is let go of, and hears of that, rather than be done when nobody waits for it any more.
            opened = read_only.opened();
            let Some(again) = reach.reconnect(open) else { return false };
            held = again;
        }
        if let Some(reply) = compacting.take_if(|_| waiting.is_empty()) {
            let _ = reply.send(held.conn.compact());
            continue;
        }
        let mut group = next_group(&mut waiting, held.conn.is_postgres());
        commits.fetch_add(1, Ordering::Relaxed);
        let units = group.len();
        since_checkpoint += units;
        commit_group(&mut held.conn, &mut lane, &mut group, (context, ahead, read_only));
        if group.len() == units {
            // No transaction could begin: whatever is the matter may pass. Nobody waits for that who is told to come again.
            if read_only.is_so() {
                group.clear();
            }
            thread::sleep(RECONNECT_DELAY);
        }
        // Those that a spoilt commit did not come to.
        for unit in group.into_iter().rev() {
            waiting.push_front(unit);
        }
        used = Instant::now();
    }
}

/// Waits until there is something to do, and takes what there is; false once the queue has closed.
fn gather(
    queue: &mut mpsc::Receiver<Job>,
    waiting: &mut VecDeque<Unit>,
    compacting: &mut Compacting,
) -> bool {
    // A compaction that came behind the last group is something to do: nobody may write for hours.
    if waiting.is_empty() && compacting.is_none() {
        match queue.blocking_recv() {
            Some(Job::Unit(unit)) => waiting.push_back(unit),
            Some(Job::Compact(reply)) => *compacting = Some(reply),
            None => return false,
        }
    }
    while waiting.len() < GROUP_UNITS_MAX && compacting.is_none() {
        match queue.try_recv() {
            Ok(Job::Unit(unit)) => waiting.push_back(unit),
            Ok(Job::Compact(reply)) => *compacting = Some(reply),
            Err(_) => break,
        }
    }
    true
}

/// What the next transaction carries: on SQLite all that waits, on PostgreSQL what concerns the same
/// channel as the first.
fn next_group(waiting: &mut VecDeque<Unit>, by_key: bool) -> VecDeque<Unit> {
    let Some(key) = waiting.front().map(|unit| unit.key) else { return VecDeque::new() };
    if !by_key {
        return std::mem::take(waiting);
    }
    let (group, rest) = std::mem::take(waiting).into_iter().partition(|unit| unit.key == key);
    *waiting = rest;
    group
}

fn commit_group(
    conn: &mut Conn,
    lane: &mut Lane,
    group: &mut VecDeque<Unit>,
    (context, ahead, read_only): (&WriterContext, &Ahead, &ReadOnly),
) {
    let mut acknowledgements = Vec::with_capacity(group.len());
    let begun = Instant::now();
    lane.begin();
    let kept = conn.begin_write().and_then(|()| {
        if conn.is_postgres() && group.len() > 1 {
            // Should it fail, they come again and ask for themselves.
            let asked: Vec<Asks> = group.iter_mut().filter_map(|unit| unit.asks.take()).collect();
            if let Err(error) = lane.ask(conn, &asked) {
                let _ = conn.rollback();
                return Err(error);
            }
        }
        while let Some(unit) = group.pop_front() {
            acknowledgements.push((unit.run)(&mut Work { conn, lane }));
            if lane.spoilt {
                let _ = conn.rollback();
                return Err(lane.read_only.take().unwrap_or(storage::Error::Busy));
            }
        }
        lane.write_heads(conn).and_then(|()| conn.commit().map_err(storage::Error::at_commit)).inspect_err(
            |_| {
                let _ = conn.rollback();
            },
        )
    });
    match &kept {
        Ok(()) => {
            let grown = lane.grown();
            context.metrics.committed(begun.elapsed(), grown);
            context.mark.grow(grown);
            read_only.kept(conn);
            ahead.note(lane.places());
            context.audience.announce(lane.finish());
        }
        Err(error) => {
            context.metrics.commit_failed();
            match error {
                storage::Error::Busy => {
                    tracing::warn!(
                        "a commit was given up for what failed in it; who waits for it is told to try again"
                    );
                }
                storage::Error::ReadOnly(_) => read_only.refused(error),
                error => tracing::error!(%error, "a commit failed"),
            }
            lane.abandon();
        }
    }
    for acknowledge in acknowledgements {
        acknowledge(kept.clone());
    }
}

/// Lets go of all that waits: it hears of that.
fn refuse(queue: &mut mpsc::Receiver<Job>) {
    while queue.try_recv().is_ok() {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Acknowledge;
    use super::*;

    #[test]
    fn a_compaction_behind_a_group_waits_for_no_other() {
        let (sender, mut queue) = mpsc::channel(2);
        let run = Box::new(|_: &mut Work<'_>| Box::new(|_| ()) as Acknowledge);
        assert!(sender.try_send(Job::Unit(Unit { key: 0, asks: None, run })).is_ok());
        assert!(sender.try_send(Job::Compact(oneshot::channel().0)).is_ok());
        let (done, seen) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let (mut waiting, mut compacting) = (VecDeque::new(), None);
            for _ in 0..2 {
                gather(&mut queue, &mut waiting, &mut compacting);
                let _ = done.send((waiting.drain(..).count(), compacting.is_some()));
            }
        });
        for expected in [(1, true), (0, true)] {
            assert_eq!(seen.recv_timeout(Duration::from_secs(30)), Ok(expected));
        }
        drop(sender);
    }
}
