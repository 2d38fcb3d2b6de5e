//! What passes, and is not kept: who types, who is there, who has a new profile.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::history::is_in;
use super::wire::Signal;
use crate::domain::effect::Effect;
use crate::domain::seat::Seat;
use crate::domain::{Actor, Domain, Error, Forbidden, Missing, Result};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::storage::{ChannelNum, UserNum, channels, members, users};

/// Signals in one request.
pub const SIGNALS_MAX: usize = 100;
/// How soon after one another it is told that somebody types in a channel: a host tells every server in it.
const TYPING_PAUSE: Duration = Duration::from_secs(1);
/// Of how many is remembered when they typed. Should more type at once, some are not told.
const TYPISTS_MAX: usize = 10_000;

/// Who was said to type in which channel less than [`TYPING_PAUSE`] ago.
#[derive(Default)]
pub struct Typists(Mutex<HashMap<(ChannelNum, UserNum), Instant>>);

impl Typists {
    /// Whether it may be told at `now` that they type.
    fn admit(&self, channel: ChannelNum, user: UserNum, now: Instant) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_soon = |then: &Instant| now.saturating_duration_since(*then) < TYPING_PAUSE;
        if all.get(&(channel, user)).is_some_and(is_soon) {
            return false;
        }
        if all.len() >= TYPISTS_MAX {
            all.retain(|_, then| is_soon(then));
        }
        let has_room = all.len() < TYPISTS_MAX;
        if has_room {
            all.insert((channel, user), now);
        }
        has_room
    }
}

/// The last of each kind about each person: what was said before it in the same request says nothing more.
fn last_of_each(signals: Vec<Signal>) -> Vec<Signal> {
    let mut said = HashSet::new();
    let mut last: Vec<Signal> = signals
        .into_iter()
        .rev()
        .filter(|signal| said.insert((std::mem::discriminant(signal), signal.user().clone())))
        .collect();
    last.reverse();
    last
}

/// A signal about somebody who is in the channel, and for presence the channels in which they are.
struct Told {
    channel: ChannelNum,
    user: UserNum,
    everywhere: Vec<ChannelNum>,
    signal: Signal,
}

impl Domain {
    /// Tells the channel that one is typing, unless it was told a moment ago. Nothing is stored.
    pub async fn typing(&self, actor: &Actor, channel: ChannelId) -> Result<()> {
        let user = actor.person.num;
        let id = channel.clone();
        let num =
            self.reads.read(move |conn| Seat::joined(conn, user, &id).map(|seat| seat.channel.num)).await?;
        if self.typists.admit(num, user, Instant::now()) {
            let user = actor.person.id.as_str().to_owned();
            self.audience.announce(vec![Effect::Typing { channel: num, id: channel, user }]);
        }
        Ok(())
    }

    /// What passes: typing of the origin's people, or of anybody when the origin is the host; presence and new
    /// profiles of the origin's own people.
    ///
    /// # Errors
    /// `too_large`, `channel_not_found`, `not_member`
    pub async fn take_signals(
        &self,
        origin: &ServerName,
        channel: &ChannelId,
        signals: Vec<Signal>,
    ) -> Result<()> {
        if signals.len() > SIGNALS_MAX {
            return Err(Error::invalid("too_large", "/signals", format!("at most {SIGNALS_MAX} signals")));
        }
        let mut effects = Vec::new();
        let mut asked = BTreeSet::new();
        for told in self.about_members(origin, channel, last_of_each(signals)).await? {
            match told.signal {
                Signal::Typing { user } => {
                    if self.typists.admit(told.channel, told.user, Instant::now()) {
                        effects.push(Effect::Typing {
                            channel: told.channel,
                            id: channel.clone(),
                            user: user.as_str().to_owned(),
                        });
                    }
                }
                Signal::Profile { user } => {
                    asked.insert(user);
                }
                Signal::Presence { user, online } => {
                    self.presences.set_remote(user.as_str(), &told.everywhere, online);
                }
            }
        }
        // Only a person's own server knows that they changed: nobody makes us ask a third one.
        for user in asked.into_iter().filter(|user| user.server() == *origin) {
            self.ask_profile(user);
        }
        self.audience.announce(effects);
        Ok(())
    }

    /// Those signals for which the origin may speak.
    async fn about_members(
        &self,
        origin: &ServerName,
        channel: &ChannelId,
        signals: Vec<Signal>,
    ) -> Result<Vec<Told>> {
        let (id, from, ours) = (channel.clone(), origin.clone(), self.server().clone());
        let wanted = self.wanted.clone();
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                let by_host = row.host == from.as_str();
                if !is_in(conn, &row, &from)? {
                    return Err(Error::Forbidden(Forbidden::NotMember));
                }
                let mut heard = Vec::new();
                for signal in signals {
                    let user = signal.user();
                    // Nobody speaks for others; a host hands on what others said.
                    let may = user.server() == from || by_host;
                    if user.server() == ours || !may || wanted.excluded.has(user) {
                        continue;
                    }
                    let Some(person) = users::by_id(conn, user.as_str())? else { continue };
                    let seat = members::get(conn, row.num, person.num)?;
                    if seat.is_none_or(|seat| seat.membership != "joined") {
                        continue;
                    }
                    // Somebody is there or not, in all of their channels.
                    let everywhere = match &signal {
                        Signal::Presence { user, .. } if user.server() != from => continue,
                        Signal::Presence { .. } => {
                            let seats = members::of_user(conn, person.num, "joined")?;
                            seats.into_iter().map(|seat| seat.channel).collect()
                        }
                        Signal::Typing { .. } | Signal::Profile { .. } => Vec::new(),
                    };
                    heard.push(Told { channel: row.num, user: person.num, everywhere, signal });
                }
                Ok(heard)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::UserId;

    #[test]
    fn one_of_each_is_heard() {
        let user = || -> UserId { "@bob:b.test".parse().expect("an id") };
        let mut signals = vec![Signal::Typing { user: user() }; 50];
        signals.push(Signal::Presence { user: user(), online: true });
        signals.push(Signal::Presence { user: user(), online: false });
        let last = last_of_each(signals);
        assert!(matches!(last.as_slice(), [Signal::Typing { .. }, Signal::Presence { online: false, .. }]));
    }

    #[test]
    fn somebody_types_once_a_second() {
        let (typists, began) = (Typists::default(), Instant::now());
        assert!(typists.admit(1, 1, began));
        assert!(!typists.admit(1, 1, began + TYPING_PAUSE / 2));
        assert!(typists.admit(2, 1, began) && typists.admit(1, 2, began));
        assert!(typists.admit(1, 1, began + TYPING_PAUSE));
        let most = UserNum::try_from(TYPISTS_MAX).expect("a number");
        let told = (0..2 * most).filter(|user| typists.admit(3, *user, began + TYPING_PAUSE)).count();
        assert!(told < TYPISTS_MAX);
        assert!(typists.admit(3, 3 * most, began + TYPING_PAUSE * 3));
    }
}
