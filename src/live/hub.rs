//! Who hears what: sockets by channel and by person, on a thread of its own, fed by commits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::bell::Bell;
use super::frames;
use super::socket::{Bounds, Owner, Socket, close_code};
use crate::domain::Presences;
use crate::domain::effect::{Announce, Change, Effect, Late};
use crate::protocol::Seq;
use crate::storage::{ChannelNum, UserNum};

/// How long a client shows that somebody types.
pub const TYPING_EXPIRES_MS: u32 = 6_000;
/// Commits that may wait for the hub; the writer waits when there are more.
const COMMITS_MAX: usize = 16_384;
/// What a commit says is passed on in parts, so that queues are emptied while they fill.
const EFFECTS_PER_RING: usize = 32;
/// Presence is told in channels with up to so many sockets.
const PRESENCE_SOCKETS_MAX: usize = 200;
/// People of other servers whose presence is kept.
const REMOTE_ONLINE_MAX: usize = 100_000;
/// How long somebody of another server counts as online since that was last heard.
const REMOTE_TTL: Duration = Duration::from_secs(90);
/// How many people a `ready` frame names as online.
const READY_ONLINE_MAX: usize = 500;

/// Somebody of another server who is online.
struct Remote {
    heard: Instant,
    channels: HashSet<ChannelNum>,
}

#[derive(Default)]
struct Audience {
    /// By the sockets' ids.
    by_channel: HashMap<ChannelNum, BTreeMap<u64, Arc<Socket>>>,
    by_user: HashMap<UserNum, Vec<Arc<Socket>>>,
    /// Sockets per person, by id.
    online: HashMap<String, usize>,
    /// People of other servers who are online, as those say.
    remote: HashMap<String, Remote>,
    /// People whose presence may have changed since the last tick, with the channels to tell it in.
    changed: BTreeMap<String, HashSet<ChannelNum>>,
    /// Those of them who are of this server.
    changed_here: BTreeSet<String>,
}

/// Who hears what.
pub struct Hub {
    audience: Mutex<Audience>,
    /// One for each HTTP thread.
    bells: Mutex<Vec<Arc<Bell>>>,
    next_id: AtomicU64,
    bounds: Bounds,
    streams_max: usize,
}

/// Told which sessions are over.
type SessionsEnded = Box<dyn Fn(&[String]) + Send + Sync>;

/// Where commits are announced.
pub struct HubHandle {
    commits: SyncSender<Vec<Effect>>,
    sessions_ended: SessionsEnded,
}

impl Announce for HubHandle {
    fn announce(&self, effects: Vec<Effect>) {
        for effect in &effects {
            // At once, not when the hub comes to it: whoever ended or changed a session is answered right after this.
            if let Effect::SessionsEnded { sessions } | Effect::RoleChanged { sessions, .. } = effect {
                (self.sessions_ended)(sessions);
            }
        }
        if !effects.is_empty() {
            // The hub lives as long as the server; when it is gone there is nobody left to tell.
            let _ = self.commits.send(effects);
        }
    }
}

impl Presences for Hub {
    fn is_online(&self, user: &str) -> bool {
        self.lock().is_online(user)
    }

    fn set_remote(&self, user: &str, channels: &[ChannelNum], online: bool) {
        self.lock().set_remote(user, channels, online);
    }
}

impl Hub {
    /// Starts the hub. A socket's queue is bounded, and a person has at most `streams_max` sockets.
    /// `sessions_ended` also hears which sessions are over, before anybody is answered.
    pub fn start(
        bounds: Bounds,
        streams_max: usize,
        sessions_ended: impl Fn(&[String]) + Send + Sync + 'static,
    ) -> std::io::Result<(Arc<Hub>, HubHandle)> {
        let hub = Arc::new(Hub {
            audience: Mutex::new(Audience::default()),
            bells: Mutex::default(),
            next_id: AtomicU64::new(1),
            bounds,
            streams_max,
        });
        let (commits, receiver) = mpsc::sync_channel::<Vec<Effect>>(COMMITS_MAX);
        let worker = hub.clone();
        std::thread::Builder::new().name("hub".to_owned()).spawn(move || {
            for effects in receiver {
                for some in effects.chunks(EFFECTS_PER_RING) {
                    some.iter().for_each(|effect| worker.tell(effect));
                    worker.ring();
                }
            }
        })?;
        Ok((hub, HubHandle { commits, sessions_ended: Box::new(sessions_ended) }))
    }

    fn lock(&self) -> MutexGuard<'_, Audience> {
        self.audience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A bell for one HTTP thread's connections.
    pub fn bell(&self) -> Arc<Bell> {
        let bell = Arc::<Bell>::default();
        self.bells.lock().unwrap_or_else(PoisonError::into_inner).push(bell.clone());
        bell
    }

    /// What was told until now is written.
    fn ring(&self) {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|bell| bell.ring());
    }

    /// A connection that has not identified yet, on the thread of this bell.
    pub fn connect(&self, bell: Arc<Bell>) -> Arc<Socket> {
        Socket::new(self.next_id.fetch_add(1, Ordering::Relaxed), self.bounds, bell)
    }

    /// The connection is this person's. False when they have too many.
    pub fn identify(&self, socket: &Arc<Socket>, owner: Owner) -> bool {
        let mut audience = self.lock();
        let sockets = audience.by_user.entry(owner.user).or_default();
        if sockets.len() >= self.streams_max {
            return false;
        }
        sockets.push(socket.clone());
        *audience.online.entry(owner.user_id.clone()).or_default() += 1;
        socket.set_owner(owner);
        true
    }

    /// The connection hears of these channels from now on, and of no others. False when that is as it
    /// was: what it hears then agrees with who is in which channel, whatever happened meanwhile.
    pub fn follow(&self, socket: &Arc<Socket>, channels: &HashSet<ChannelNum>) -> bool {
        let mut audience = self.lock();
        let followed = socket.channels().clone();
        for channel in followed.difference(channels) {
            audience.unfollow(socket, *channel);
        }
        for channel in channels.difference(&followed) {
            audience.follow(socket, *channel);
        }
        followed != *channels
    }

    /// Those who share a channel with the connection's person hear, soon, that they are there.
    pub fn appear(&self, socket: &Socket) {
        if let Some(owner) = socket.owner() {
            let mut audience = self.lock();
            audience.changed_here.insert(owner.user_id.clone());
            audience.changed.entry(owner.user_id).or_default().extend(socket.channels().iter());
        }
    }

    /// The connection is over; to say so again changes nothing.
    pub fn disconnect(&self, socket: &Arc<Socket>) {
        let mut audience = self.lock();
        let Some(owner) = socket.take_owner() else { return };
        let channels: Vec<ChannelNum> = socket.channels().drain().collect();
        for channel in &channels {
            audience.unlist(socket, *channel);
        }
        if let Some(sockets) = audience.by_user.get_mut(&owner.user) {
            sockets.retain(|other| other.id != socket.id);
            if sockets.is_empty() {
                audience.by_user.remove(&owner.user);
            }
        }
        if let Some(count) = audience.online.get_mut(&owner.user_id) {
            *count -= 1;
            if *count == 0 {
                audience.online.remove(&owner.user_id);
                audience.changed_here.insert(owner.user_id.clone());
                audience.changed.entry(owner.user_id).or_default().extend(channels);
            }
        }
    }

    /// People online in the connection's channels, for its `ready`.
    pub fn online_for(&self, socket: &Socket) -> Vec<String> {
        let audience = self.lock();
        let mut found = std::collections::BTreeSet::new();
        let here = socket.channels().clone();
        let elsewhere = audience.remote.iter().filter(|(_, presence)| !presence.channels.is_disjoint(&here));
        found.extend(elsewhere.map(|(user, _)| user.clone()).take(READY_ONLINE_MAX));
        for channel in socket.channels().iter() {
            let Some(sockets) = audience.by_channel.get(channel) else { continue };
            if sockets.len() > PRESENCE_SOCKETS_MAX {
                continue;
            }
            found.extend(sockets.values().filter_map(|other| other.owner()).map(|owner| owner.user_id));
            if found.len() >= READY_ONLINE_MAX {
                break;
            }
        }
        found.into_iter().take(READY_ONLINE_MAX).collect()
    }

    /// How many streams are open, of how many people.
    pub fn streams(&self) -> (usize, usize) {
        let audience = self.lock();
        (audience.by_user.values().map(Vec::len).sum(), audience.by_user.len())
    }

    /// The sessions that have a stream open.
    pub fn open_sessions(&self) -> Vec<String> {
        let audience = self.lock();
        let owners = audience.by_user.values().flatten().filter_map(|socket| socket.owner());
        owners.map(|owner| owner.session).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Tells who came and who went since the last time; called every second. Answers those of this server:
    /// (id, whether they are there). With `again`, all who are there are among them.
    pub fn tell_presence(&self, again: bool) -> Vec<(String, bool)> {
        let mut audience = self.lock();
        audience.forget_remote();
        let changed = std::mem::take(&mut audience.changed);
        for (user, channels) in changed {
            let frame = frames::presence(&user, audience.is_online(&user));
            let mut told = HashSet::new();
            for channel in channels {
                let Some(sockets) = audience.by_channel.get(&channel) else { continue };
                if sockets.len() > PRESENCE_SOCKETS_MAX {
                    continue;
                }
                for socket in sockets.values() {
                    let own = socket.owner().is_some_and(|owner| owner.user_id == user);
                    if !own && told.insert(socket.id) {
                        socket.chatter(&frame);
                    }
                }
            }
        }
        self.ring();
        let mut here = std::mem::take(&mut audience.changed_here);
        if again {
            here.extend(audience.online.keys().cloned());
        }
        let is_online = |user: String| {
            let online = audience.online.contains_key(&user);
            (user, online)
        };
        here.into_iter().map(is_online).collect()
    }

    /// The server stops: everybody is told to come back.
    pub fn close_all(&self) {
        let audience = self.lock();
        for socket in audience.by_user.values().flatten() {
            socket.close(close_code::RESTART, "the server restarts");
        }
    }

    /// Whom it concerns hears it when their bells ring next.
    pub fn tell(&self, effect: &Effect) {
        match effect {
            Effect::Entry { channel, id, seq, change: Some(change) } => {
                let audience = self.lock();
                if let Some(sockets) = audience.by_channel.get(channel) {
                    let frame = frames::change(id.as_str(), *seq, change, &|user| audience.is_online(user));
                    let hidden_from = match change {
                        Change::MessageEdited(restated) | Change::MessageUpdated(restated) => {
                            restated.hidden_from.as_slice()
                        }
                        _ => &[],
                    };
                    each(allowed(sockets, hidden_from), Some((*channel, *seq)), &frame);
                }
            }
            Effect::Entry { change: None, .. }
            | Effect::Retention
            | Effect::Replica { .. }
            | Effect::Errand { .. } => {}
            Effect::Late { channel, late } => {
                if let Some(sockets) = self.lock().by_channel.get(channel) {
                    // Whoever was told of the log up to now knows it all the same as others do.
                    let hidden_from = match late {
                        Late::Message(restated) => restated.hidden_from.as_slice(),
                        Late::Deleted { .. } | Late::Channel(_) => &[],
                    };
                    each(allowed(sockets, hidden_from), Some((*channel, Seq::MAX)), &frames::late(late));
                }
            }
            Effect::Joined { user, channel, info, joined, seq } => {
                let mut audience = self.lock();
                let sockets = audience.by_user.get(user).cloned().unwrap_or_default();
                if *joined {
                    for socket in &sockets {
                        audience.follow(socket, *channel);
                    }
                }
                each(&sockets, None, &frames::joined(info, *joined, *seq));
            }
            Effect::Left { user, channel, id, removal } => {
                let mut audience = self.lock();
                let sockets = audience.by_user.get(user).cloned().unwrap_or_default();
                for socket in &sockets {
                    audience.unfollow(socket, *channel);
                }
                each(&sockets, None, &frames::left(id.as_str(), removal.as_deref()));
            }
            Effect::Read { user, state } => self.to_user(*user, || frames::read(state)),
            Effect::Pending { user, channel, pending, fate } => {
                self.to_user(*user, || frames::pending(channel.as_str(), pending, fate));
            }
            Effect::Thread { user, state } => self.to_user(*user, || frames::thread(state)),
            Effect::Notified { user, notification } => self.to_user(*user, || frames::notified(notification)),
            Effect::NotificationsSeen { user, up_to, only, left } => {
                self.to_user(*user, || frames::notifications_seen(*up_to, *only, *left));
            }
            Effect::RoleChanged { user, role, .. } => self.to_user(*user, || frames::role(*role)),
            Effect::Level { user, channel, level } => {
                self.to_user(*user, || frames::level(channel.as_str(), level));
            }
            Effect::Attention { user, attention } => self.to_user(*user, || frames::attention(attention)),
            Effect::Setting { user, setting } => self.to_user(*user, || frames::setting(setting)),
            Effect::SettingGone { user, key } => self.to_user(*user, || frames::setting_gone(key)),
            Effect::Block { user, whom, blocked } => {
                self.to_user(*user, || frames::block(whom, *blocked));
            }
            Effect::Reports { user, open } => self.to_user(*user, || frames::reports(*open)),
            Effect::Saved { user, channel, message, saved_ts, remind_ts } => {
                let (channel, message) = (channel.as_str(), message.as_str());
                self.to_user(*user, || frames::saved(channel, message, *saved_ts, *remind_ts));
            }
            Effect::Scheduled { user, id, scheduled } => {
                self.to_user(*user, || frames::scheduled(id, scheduled.as_deref()));
            }
            Effect::Profile { profile, .. } => {
                let audience = self.lock();
                let frame = frames::profile(profile, &|user| audience.is_online(user));
                for sockets in audience.by_user.values() {
                    each(sockets, None, &frame);
                }
            }
            Effect::Typing { channel, id, user } => {
                let frame = frames::typing(id.as_str(), user);
                let audience = self.lock();
                for socket in audience.by_channel.get(channel).into_iter().flat_map(BTreeMap::values) {
                    if socket.owner().is_none_or(|owner| owner.user_id != *user) {
                        socket.chatter(&frame);
                    }
                }
            }
            Effect::SessionsEnded { sessions } => self.end_sessions(sessions),
        }
    }

    fn to_user(&self, user: UserNum, frame: impl FnOnce() -> Bytes) {
        if let Some(sockets) = self.lock().by_user.get(&user) {
            each(sockets, None, &frame());
        }
    }

    fn end_sessions(&self, sessions: &[String]) {
        let sessions: HashSet<&String> = sessions.iter().collect();
        for socket in self.lock().by_user.values().flatten() {
            if socket.owner().is_some_and(|owner| sessions.contains(&owner.session)) {
                socket.close(close_code::SESSION_ENDED, "the session has ended");
            }
        }
    }
}

/// Those of a channel's sockets that are nobody's from whom it is hidden.
fn allowed<'a>(
    sockets: &'a BTreeMap<u64, Arc<Socket>>,
    hidden_from: &'a [UserNum],
) -> impl Iterator<Item = &'a Arc<Socket>> {
    let is_allowed = |socket: &Socket| socket.owner().is_none_or(|owner| !hidden_from.contains(&owner.user));
    sockets.values().filter(move |socket| hidden_from.is_empty() || is_allowed(socket))
}

fn each<'a>(
    sockets: impl IntoIterator<Item = &'a Arc<Socket>>,
    entry: Option<(ChannelNum, Seq)>,
    frame: &Bytes,
) {
    for socket in sockets {
        if !socket.news(entry, frame) {
            tracing::info!(socket = socket.id, "a client that reads too slowly was cut off");
        }
    }
}

impl Audience {
    fn is_online(&self, user: &str) -> bool {
        self.online.contains_key(user) || self.remote.contains_key(user)
    }

    fn set_remote(&mut self, user: &str, channels: &[ChannelNum], online: bool) {
        if !online {
            if let Some(gone) = self.remote.remove(user) {
                self.changed.entry(user.to_owned()).or_default().extend(gone.channels);
            }
            return;
        }
        if !self.remote.contains_key(user) && self.remote.len() >= REMOTE_ONLINE_MAX {
            return;
        }
        let fresh = || Remote { heard: Instant::now(), channels: HashSet::new() };
        let presence = self.remote.entry(user.to_owned()).or_insert_with(fresh);
        presence.heard = Instant::now();
        let now: HashSet<ChannelNum> = channels.iter().copied().collect();
        let new: Vec<ChannelNum> = now.difference(&presence.channels).copied().collect();
        presence.channels = now;
        if !new.is_empty() {
            self.changed.entry(user.to_owned()).or_default().extend(new);
        }
    }

    /// People of other servers of whom nothing was heard for long are not there.
    fn forget_remote(&mut self) {
        let gone: Vec<(String, HashSet<ChannelNum>)> = self
            .remote
            .extract_if(|_, presence| presence.heard.elapsed() > REMOTE_TTL)
            .map(|(user, presence)| (user, presence.channels))
            .collect();
        for (user, channels) in gone {
            self.changed.entry(user).or_default().extend(channels);
        }
    }

    fn follow(&mut self, socket: &Arc<Socket>, channel: ChannelNum) {
        if socket.channels().insert(channel) {
            self.by_channel.entry(channel).or_default().insert(socket.id, socket.clone());
        }
    }

    fn unfollow(&mut self, socket: &Arc<Socket>, channel: ChannelNum) {
        if socket.channels().remove(&channel) {
            self.unlist(socket, channel);
        }
    }

    fn unlist(&mut self, socket: &Arc<Socket>, channel: ChannelNum) {
        if let Some(sockets) = self.by_channel.get_mut(&channel) {
            sockets.remove(&socket.id);
            if sockets.is_empty() {
                self.by_channel.remove(&channel);
            }
        }
    }
}

#[cfg(test)]
mod tests;
