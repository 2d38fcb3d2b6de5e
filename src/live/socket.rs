//! One connection's queue: what waits to be written, bounded.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::bell::Bell;
use super::frames;
use super::payload::Resync;
use crate::protocol::Seq;
use crate::storage::{ChannelNum, UserNum};

/// How long a client that is told what it missed may read nothing.
pub const PACE_MAX: Duration = Duration::from_secs(30);
/// How much one write carries at most.
const WRITE_BYTES_MAX: usize = 256 * 1024;
/// As [`WRITE_BYTES_MAX`] while a resume is replayed: actix keeps a connection's write buffer as large as its largest write
/// was (this much to begin with), so that one big replay would cost memory for as long as the connection idles.
const FIRST_WRITES_BYTES_MAX: usize = 8 * 1024;

/// Codes with which a stream ends.
pub mod close_code {
    pub const NORMAL: u16 = 1000;
    pub const GOING_AWAY: u16 = 1001;
    pub const RESTART: u16 = 1012;
    pub const UNAUTHENTICATED: u16 = 4001;
    pub const BAD_FRAME: u16 = 4002;
    pub const SESSION_ENDED: u16 = 4003;
    pub const TOO_SLOW: u16 = 4008;
    pub const IDENTIFY_TIMEOUT: u16 = 4009;
    pub const TOO_MANY: u16 = 4029;
}

/// Where the conversation stands.
enum Phase {
    /// What happens now waits until what was missed has been sent.
    Resuming(Held),
    Live,
}

/// News that waits: (channel, seq, frame).
#[derive(Default)]
struct Held {
    news: Vec<(Option<(ChannelNum, Seq)>, Bytes)>,
    bytes: usize,
}

struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    phase: Phase,
    /// Up to where each channel was told from its log. News of an entry may come after that: the hub
    /// hears of a commit when it is readable already.
    told: BTreeMap<ChannelNum, Seq>,
    /// How much is left of what was said until the connection went live: it goes out in small writes.
    first_bytes: usize,
    /// How many frames, and bytes, are left of what waited as the connection went live: its bounds hold for what comes after.
    begun: (usize, usize),
    /// One of these was just handed out, and has to be written before the next.
    flushing: bool,
    /// The first frame is the rest of one whose beginning was handed out.
    split: bool,
    closing: bool,
    gone: bool,
    waker: Option<Waker>,
}

/// Bounds of a queue.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub frames: usize,
    pub bytes: usize,
    /// How long a client that is told what it missed may read nothing.
    pub pace: Duration,
}

impl Bounds {
    /// One frame alone fits, however large: whoever is cut off for it would never get past it.
    fn admit(&self, frames: usize, bytes: usize) -> bool {
        frames <= self.frames && (bytes <= self.bytes || frames <= 1)
    }
}

/// A connected client.
pub struct Socket {
    pub id: u64,
    bounds: Bounds,
    /// That of the thread which serves the connection.
    bell: Arc<Bell>,
    queue: Mutex<Queue>,
    /// Channels whose frames it gets; the hub keeps it in step with its own lists.
    channels: Mutex<HashSet<ChannelNum>>,
    owner: Mutex<Option<Owner>>,
    /// Told when there is room in the queue again, and at the end.
    drained: Notify,
    /// Told when the connection is over.
    pub ended: Notify,
}

/// Who has identified.
#[derive(Clone)]
pub struct Owner {
    pub user: UserNum,
    pub user_id: String,
    pub session: String,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Socket {
    pub fn new(id: u64, bounds: Bounds, bell: Arc<Bell>) -> Arc<Socket> {
        let queue = Queue {
            frames: VecDeque::new(),
            bytes: 0,
            phase: Phase::Resuming(Held::default()),
            told: BTreeMap::new(),
            first_bytes: 0,
            begun: (0, 0),
            flushing: false,
            split: false,
            closing: false,
            gone: false,
            waker: None,
        };
        Arc::new(Socket {
            id,
            bounds,
            bell,
            queue: Mutex::new(queue),
            channels: Mutex::new(HashSet::new()),
            owner: Mutex::new(None),
            drained: Notify::new(),
            ended: Notify::new(),
        })
    }

    pub fn owner(&self) -> Option<Owner> {
        lock(&self.owner).clone()
    }

    pub fn set_owner(&self, owner: Owner) {
        *lock(&self.owner) = Some(owner);
    }

    /// Who it was, for whoever asks first.
    pub fn take_owner(&self) -> Option<Owner> {
        lock(&self.owner).take()
    }

    pub fn channels(&self) -> MutexGuard<'_, HashSet<ChannelNum>> {
        lock(&self.channels)
    }

    /// News, with the entry that it is of, if it is one: written when the connection's bell rings. False when the
    /// client can't keep up: it has been told to come back later.
    pub fn news(&self, entry: Option<(ChannelNum, Seq)>, frame: &Bytes) -> bool {
        let mut guard = lock(&self.queue);
        let queue = &mut *guard;
        if queue.closing || queue.gone {
            return true;
        }
        let known = queue.knows(entry);
        let (frames, bytes) = match &mut queue.phase {
            Phase::Resuming(held) => {
                held.bytes += frame.len();
                held.news.push((entry, frame.clone()));
                (held.news.len(), held.bytes)
            }
            Phase::Live if known => return true,
            Phase::Live => {
                queue.push(frame.clone());
                queue.waiting()
            }
        };
        let fits = self.bounds.admit(frames, bytes);
        if !fits {
            queue.cut_off();
        }
        let waker = queue.waker.take();
        drop(guard);
        if let Some(waker) = waker {
            self.bell.add(waker);
        }
        if !fits {
            self.tell_end();
        }
        fits
    }

    /// As [`Socket::news`], of what may be dropped when there is much else to say.
    pub fn chatter(&self, frame: &Bytes) {
        let crowded = {
            let queue = lock(&self.queue);
            queue.frames.len() > self.bounds.frames / 2
                || queue.bytes > self.bounds.bytes / 2
                || matches!(queue.phase, Phase::Resuming(_))
        };
        if !crowded {
            self.news(None, frame);
        }
    }

    /// An answer to the client itself, whatever the phase.
    pub fn answer(&self, frame: Bytes) {
        let (waker, fits) = {
            let mut queue = lock(&self.queue);
            if queue.closing || queue.gone {
                return;
            }
            queue.push(frame);
            let (frames, bytes) = queue.waiting();
            // Who asks much and reads little.
            let fits = self.bounds.admit(frames, bytes);
            if !fits {
                queue.cut_off();
            }
            (queue.waker.take(), fits)
        };
        wake(waker);
        if !fits {
            self.tell_end();
        }
    }

    /// As [`Socket::answer`], once there is room. False when the connection is over, or was cut off because nothing was read for
    /// too long.
    pub async fn answer_paced(&self, frame: Bytes) -> bool {
        if !self.room().await {
            return false;
        }
        let waker = {
            let mut queue = lock(&self.queue);
            if queue.closing || queue.gone {
                return false;
            }
            queue.push(frame);
            queue.waker.take()
        };
        wake(waker);
        true
    }

    /// Waits while the queue is half full. False as [`Socket::answer_paced`].
    pub async fn room(&self) -> bool {
        loop {
            let drained = self.drained.notified();
            {
                let queue = lock(&self.queue);
                if queue.closing || queue.gone {
                    return false;
                }
                if queue.frames.len() < self.bounds.frames / 2 && queue.bytes < self.bounds.bytes / 2 {
                    return true;
                }
            }
            if timeout(self.bounds.pace, drained).await.is_err() {
                self.close(close_code::TOO_SLOW, "too slow: resume from your cursors");
                return false;
            }
        }
    }

    /// What happens from now on waits until [`Socket::go_live`].
    pub fn hold(&self) {
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Live) {
            queue.phase = Phase::Resuming(Held::default());
        }
    }

    /// What was missed has been sent, up to these seqs: what was held goes out after it.
    pub fn go_live(&self, sent: BTreeMap<ChannelNum, Seq>) {
        let channels = self.channels().clone();
        let waker = {
            let mut queue = lock(&self.queue);
            queue.told.extend(sent);
            queue.first_bytes = queue.bytes;
            let held = match std::mem::replace(&mut queue.phase, Phase::Live) {
                Phase::Resuming(held) => held.news,
                Phase::Live => Vec::new(),
            };
            for (entry, frame) in held {
                // Held before it was known that the person is no longer in that channel.
                let elsewhere = entry.is_some_and(|(channel, _)| !channels.contains(&channel));
                if !elsewhere && !queue.knows(entry) {
                    queue.push(frame);
                }
            }
            queue.begun = (queue.frames.len(), queue.bytes);
            queue.waker.take()
        };
        wake(waker);
    }

    /// Says good-bye. What waits is still written.
    pub fn close(&self, code: u16, reason: &str) {
        let waker = {
            let mut queue = lock(&self.queue);
            queue.close(code, reason);
            queue.waker.take()
        };
        wake(waker);
        self.tell_end();
    }

    fn tell_end(&self) {
        self.drained.notify_one();
        self.ended.notify_one();
    }

    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        lock(&self.queue).frames.len()
    }

    pub fn is_over(&self) -> bool {
        let queue = lock(&self.queue);
        queue.gone || queue.closing
    }

    fn take(&self, context: &Context<'_>) -> Poll<Option<Bytes>> {
        let mut guard = lock(&self.queue);
        let queue = &mut *guard;
        if queue.frames.is_empty() {
            queue.flushing = false;
            if queue.closing {
                return Poll::Ready(None);
            }
            queue.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        if std::mem::take(&mut queue.flushing) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let begins = queue.first_bytes > 0 || matches!(queue.phase, Phase::Resuming(_));
        let before = queue.frames.len();
        let bytes = if begins { queue.pop_first() } else { queue.pop() };
        queue.bytes -= bytes.len();
        queue.begun.0 = queue.begun.0.saturating_sub(before - queue.frames.len());
        queue.begun.1 = queue.begun.1.saturating_sub(bytes.len());
        drop(guard);
        self.drained.notify_one();
        Poll::Ready(Some(bytes))
    }
}

impl Queue {
    /// Whether the client was told of this entry from the log.
    fn knows(&self, entry: Option<(ChannelNum, Seq)>) -> bool {
        entry.is_some_and(|(channel, seq)| self.told.get(&channel).is_some_and(|told| seq <= *told))
    }

    /// (frames, bytes) that came since the connection is live, and wait.
    fn waiting(&self) -> (usize, usize) {
        (self.frames.len().saturating_sub(self.begun.0), self.bytes.saturating_sub(self.begun.1))
    }

    /// A slow reader: what waits is thrown away; it resumes from its cursors.
    fn cut_off(&mut self) {
        self.forget();
        self.phase = Phase::Live;
        self.push(frames::plain("resync", Resync { heads: BTreeMap::new(), counts: BTreeMap::new() }));
        self.close(close_code::TOO_SLOW, "too slow: resume from your cursors");
    }

    /// What waits, coalesced.
    fn pop(&mut self) -> Bytes {
        let Some(first) = self.frames.pop_front() else { return Bytes::new() };
        if self.frames.is_empty() {
            return first;
        }
        let mut all = BytesMut::with_capacity(self.bytes.min(WRITE_BYTES_MAX));
        all.extend_from_slice(&first);
        while all.len() < WRITE_BYTES_MAX {
            let Some(next) = self.frames.pop_front() else { break };
            all.extend_from_slice(&next);
        }
        all.freeze()
    }

    /// As much as is written at once at the beginning, which may end within a frame.
    fn pop_first(&mut self) -> Bytes {
        let mut all = BytesMut::with_capacity(self.bytes.min(FIRST_WRITES_BYTES_MAX));
        self.split = false;
        while all.len() < FIRST_WRITES_BYTES_MAX
            && let Some(mut frame) = self.frames.pop_front()
        {
            let rest = frame.split_off(frame.len().min(FIRST_WRITES_BYTES_MAX - all.len()));
            all.extend_from_slice(&frame);
            self.split = !rest.is_empty();
            if self.split {
                self.frames.push_front(rest);
            }
        }
        self.first_bytes = self.first_bytes.saturating_sub(all.len());
        self.flushing = true;
        all.freeze()
    }

    /// Throws away what waits, but for the rest of a frame that the client has the beginning of.
    fn forget(&mut self) {
        self.frames.truncate(usize::from(self.split));
        self.bytes = self.frames.iter().map(Bytes::len).sum();
        self.first_bytes = self.bytes;
        self.begun = (0, 0);
    }

    fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    fn close(&mut self, code: u16, reason: &str) {
        if !self.closing {
            self.push(frames::close(code, reason));
            self.closing = true;
        }
    }
}

/// The response body of an upgraded connection: whatever waits in the queue, coalesced.
pub struct SocketBody {
    socket: Arc<Socket>,
    /// The body that the WebSocket library made: when it is dropped, the library's inbound stream ends.
    _upgrade: BoxBody,
}

impl SocketBody {
    pub fn new(socket: Arc<Socket>, upgrade: BoxBody) -> SocketBody {
        SocketBody { socket, _upgrade: upgrade }
    }
}

impl MessageBody for SocketBody {
    type Error = actix_web::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.socket.take(context).map(|bytes| bytes.map(Ok))
    }
}

impl Drop for SocketBody {
    fn drop(&mut self) {
        lock(&self.socket.queue).gone = true;
        self.socket.tell_end();
    }
}

#[cfg(test)]
mod tests;
