//! What the server decides: accounts, channels, messages, members, direct messages, read state.
//!
//! Operations are methods of [`Domain`], a file per subject. Reads run on the read pool, changes in
//! the [`writer`]; what they answer are the shapes of [`view`]. Nothing here knows HTTP or sockets.

pub mod accounts;
pub mod acts;
pub mod admin;
pub mod archive;
pub mod attention;
pub mod blocks;
pub mod changes;
pub mod channels;
pub mod clock;
pub mod compaction;
mod content;
pub mod directory;
pub mod dms;
pub mod effect;
pub mod emails;
mod emoji;
mod erasing;
mod error;
pub mod exclusions;
pub mod export;
pub mod files;
pub mod flood;
pub mod html;
pub mod import;
pub mod invites;
pub mod language;
pub mod link_previews;
pub mod lost;
pub mod members;
pub mod mentions;
pub mod messages;
pub mod moderation;
pub mod notifications;
mod own;
pub mod pace;
pub mod passwords;
pub mod peers;
pub mod pending;
pub mod pictures;
pub mod pins;
mod policy;
mod project;
pub mod pushes;
pub mod reactions;
pub mod reads;
mod regrets;
mod relations;
pub mod reminders;
pub mod remote;
mod repeats;
pub mod reports;
pub mod retention;
pub mod retold;
pub mod saved;
pub mod scheduled;
pub mod search;
mod seat;
pub mod sessions;
pub mod settings;
pub mod shared;
pub mod show;
pub mod status;
mod stored;
pub mod sync;
pub mod threads;
pub mod timeline;
pub mod totp;
mod turns;
pub mod uploads;
pub mod verify;
pub mod versions;
pub mod view;
pub mod webhooks;
pub mod welcome;
pub mod writer;

use std::sync::Arc;

pub use error::{Conflict, Error, Forbidden, Missing, Result};
pub use writer::Person;

use crate::config::Config;
use crate::protocol::ids::ServerName;
use crate::storage::ReadPool;
use clock::Clock;
use passwords::Passwords;
use view::AccountRole;
use writer::Writer;

/// How many people one message may notify.
const NOTIFIED_MAX: i64 = 1_000;

/// Who asks: an account, through one of its sessions.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: Person,
    pub role: AccountRole,
    pub session: String,
}

impl Actor {
    /// Somebody in whose name the server acts by itself, or a command does.
    fn by_itself(person: Person, role: AccountRole) -> Actor {
        Actor { person, role, session: String::new() }
    }
}

/// Everything that decides, in one place.
pub struct Domain {
    pub config: Arc<Config>,
    pub reads: ReadPool,
    pub writer: Writer,
    pub clock: Arc<dyn Clock>,
    pub passwords: Passwords,
    pub files: Arc<files::Files>,
    pub audience: effect::Audience,
    pub presences: Arc<dyn Presences>,
    pub identity: Arc<writer::Identity>,
    pub peers: Arc<dyn peers::Peers>,
    pub arrivals: peers::Arrivals,
    pub found: remote::meet::FoundChannels,
    pub wanted: Arc<pushes::Wanted>,
    /// Where letters are ordered; none where none are sent.
    pub orders: Option<emails::Orders>,
    /// The public key with which devices are told, base64url; none where they are not.
    pub push_key: Option<String>,
    pub recovery: remote::recover::Recovery,
    pub fences: Arc<remote::recover::Fences>,
    pub lines: remote::lines::Lines,
    pub interest: Arc<remote::interest::Interest>,
    pub typists: remote::signals::Typists,
    pub turns: remote::others::Turns,
    pub catch_ups: remote::catch_up::CatchUps,
    pub previews: remote::preview::Previews,
    pub retold: Arc<retold::Retold>,
    /// Told when a channel says how long its messages are kept.
    pub aged: Arc<tokio::sync::Notify>,
    pub scheduling: scheduled::Scheduling,
    pub searches: search::Searches,
    pub crowds: remote::crowds::Crowds,
    /// Places for questions about people and keys elsewhere.
    pub lookups: Arc<tokio::sync::Semaphore>,
    /// Places for questions about signatures elsewhere.
    pub doubts: Arc<tokio::sync::Semaphore>,
    /// About whom their servers are asked.
    pub questions: Arc<remote::profiles::Questions>,
}

/// Knows who is connected.
pub trait Presences: Send + Sync {
    /// Whether the person (`@name:server`) has a stream open.
    fn is_online(&self, user: &str) -> bool;
    /// A person of another server came or went; told again while they stay. `channels`: where they are joined.
    fn set_remote(&self, user: &str, channels: &[crate::storage::ChannelNum], online: bool);
}

impl Domain {
    pub fn server(&self) -> &ServerName {
        &self.config.name
    }
}

/// Page sizes: what is asked for, within bounds.
pub fn page_size(limit: Option<u32>, default: i64, most: i64) -> Result<i64> {
    match limit {
        None => Ok(default),
        Some(limit) if (1..=most).contains(&i64::from(limit)) => Ok(i64::from(limit)),
        Some(_) => Err(Error::invalid("bad_limit", "/limit", format!("must be from 1 to {most}"))),
    }
}

/// A page, and where to go on.
pub type Page<T, P> = (Vec<T>, Option<P>);

/// Cuts a list that was read one longer than asked for.
fn cut<T, P>(mut rows: Vec<T>, limit: i64, place: impl Fn(&T) -> P) -> Page<T, P> {
    let most = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(place);
    (rows, next)
}
