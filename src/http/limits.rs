//! Rate limits, by account and by address, told to clients in the RateLimit fields of
//! draft-ietf-httpapi-ratelimit-headers.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix_web::{HttpMessage, HttpRequest};

use super::attempts::Attempts;
use super::context::ClientAddress;
use super::problem::Problem;
use crate::config;
use crate::domain::Actor;
use crate::domain::pace::Pace;

/// As much of a name as tells one from another: no account's, and no address, is longer.
const NAME_CHARS_MAX: usize = 254;

/// Previews per minute that one account may ask for.
const PREVIEWS_PER_MINUTE: u32 = 30;
const LOGINS_WINDOW_S: u64 = 60;
/// How many times as much as one address may come from all those of an IPv6 network of 48 bits, which is one customer's.
const NETWORK_FACTOR: u32 = 8;
/// How many times as many logins as one address may try may fail for one account, from wherever they are tried.
const FAILURES_FACTOR: u32 = 6;
/// Streams that one account may begin in a minute: this many, and where it may hold many at once, each some times.
const IDENTIFIES_PER_MINUTE: u32 = 60;
const IDENTIFIES_PER_STREAM: u32 = 3;
/// Frames that a client may send on one stream in a minute; an account so many on each that it may hold.
pub const FRAMES_PER_MINUTE: u32 = 120;

/// A limit with its name and window, by some key.
struct Rate<K: std::hash::Hash + Eq + Clone> {
    name: &'static str,
    window_s: u64,
    pace: Pace<K>,
}

/// What a response tells of the limit that its request counted against.
#[derive(Clone)]
pub struct RateNote {
    name: &'static str,
    most: u32,
    window_s: u64,
    remaining: u32,
    reset_s: u64,
}

impl RateNote {
    /// (field, value)
    pub fn headers(&self) -> [(&'static str, String); 2] {
        let RateNote { name, most, window_s, remaining, reset_s } = self;
        [
            ("ratelimit-policy", format!("\"{name}\";q={most};w={window_s}")),
            ("ratelimit", format!("\"{name}\";r={remaining};t={reset_s}")),
        ]
    }
}

impl<K: std::hash::Hash + Eq + Clone> Rate<K> {
    fn new(name: &'static str, most: u32, window_s: u64) -> Rate<K> {
        Rate { name, window_s, pace: Pace::new(most, Duration::from_secs(window_s)) }
    }

    fn check(&self, key: &K) -> Result<RateNote, (RateNote, u64)> {
        let note = |remaining, reset_s| RateNote {
            name: self.name,
            most: self.pace.most.get(),
            window_s: self.window_s,
            remaining,
            reset_s,
        };
        self.pace.check(key).map(|remaining| note(remaining, 0)).map_err(|wait| {
            let wait = wait.as_secs() + 1;
            (note(0, wait), wait)
        })
    }
}

/// A limit by address, and a wider one by network.
struct ByAddress {
    own: Rate<IpAddr>,
    network: Rate<IpAddr>,
}

impl ByAddress {
    fn new(name: &'static str, most: u32, window_s: u64) -> ByAddress {
        let network = Rate::new(name, most.saturating_mul(NETWORK_FACTOR), window_s);
        ByAddress { own: Rate::new(name, most, window_s), network }
    }

    fn forget_quiet(&self) {
        self.own.pace.forget_quiet();
        self.network.pace.forget_quiet();
    }
}

/// All limits of this server.
pub struct Limits {
    enabled: bool,
    logins_by_address: ByAddress,
    /// By account and where from: nobody elsewhere keeps anybody out.
    logins_by_account: Rate<(String, IpAddr)>,
    failures_by_account: Attempts<String>,
    passwords_by_session: Rate<String>,
    resets_by_address: ByAddress,
    resets_by_account: Rate<String>,
    registrations: ByAddress,
    writes: Rate<i64>,
    webhooks: Rate<i64>,
    channels: Rate<i64>,
    previews: Rate<i64>,
    requests: Rate<i64>,
    anonymous: ByAddress,
    identifies: Pace<i64>,
    frames: Pace<i64>,
}

impl Limits {
    pub fn new(limits: &config::Limits) -> Limits {
        let by_address = match limits.address_logins_per_minute {
            0 => limits.logins_per_minute,
            many => many,
        };
        let failures = limits.logins_per_minute.saturating_mul(FAILURES_FACTOR);
        let streams = limits.streams_per_account;
        Limits {
            enabled: limits.enabled,
            logins_by_address: ByAddress::new("logins", by_address, LOGINS_WINDOW_S),
            logins_by_account: Rate::new("logins", limits.logins_per_minute, LOGINS_WINDOW_S),
            failures_by_account: Attempts::new(failures, Duration::from_secs(LOGINS_WINDOW_S)),
            passwords_by_session: Rate::new("logins", limits.logins_per_minute, LOGINS_WINDOW_S),
            resets_by_address: ByAddress::new("resets", by_address, 60),
            resets_by_account: Rate::new("resets", limits.logins_per_minute, 60),
            registrations: ByAddress::new("registrations", limits.registrations_per_hour, 3_600),
            writes: Rate::new("writes", limits.writes_per_minute, 60),
            webhooks: Rate::new("writes", limits.writes_per_minute, 60),
            channels: Rate::new("channels", limits.channels_per_hour, 3_600),
            previews: Rate::new("previews", PREVIEWS_PER_MINUTE, 60),
            requests: Rate::new("requests", limits.requests_per_minute, 60),
            anonymous: ByAddress::new("requests", limits.requests_per_minute, 60),
            identifies: Pace::per_minute(
                IDENTIFIES_PER_MINUTE.max(streams.saturating_mul(IDENTIFIES_PER_STREAM)),
            ),
            frames: Pace::per_minute(FRAMES_PER_MINUTE.saturating_mul(streams)),
        }
    }

    /// A try to log in as `account`, which counts for the address too. However the name is written
    /// (`Ann`, `@ann`, `@ann:a.example`), it is one account. It counts as one that failed until [`Limits::not_guessed`].
    pub fn login(&self, request: &HttpRequest, account: &str) -> Result<(), Problem> {
        self.count_address(request, &self.logins_by_address)?;
        let account = account_key(account);
        self.count(request, &self.logins_by_account, &(account.clone(), network(client(request))))?;
        if !self.enabled {
            return Ok(());
        }
        let failures = &self.failures_by_account;
        failures.begin(account, Instant::now()).map_err(|wait| {
            let (most, wait) = (failures.most, wait.as_secs() + 1);
            let note =
                RateNote { name: "logins", most, window_s: LOGINS_WINDOW_S, remaining: 0, reset_s: wait };
            request.extensions_mut().insert(note);
            Problem::plain("rate_limited").retry_after(wait)
        })
    }

    /// What [`Limits::login`] counted was no guess.
    pub fn not_guessed(&self, account: &str) {
        self.failures_by_account.forgive(&account_key(account), Instant::now());
    }

    /// A try of a password or a code in a session that is good: nobody elsewhere spends what it may.
    pub fn password(&self, request: &HttpRequest, actor: &Actor) -> Result<(), Problem> {
        self.count(request, &self.passwords_by_session, &actor.session)
    }

    pub fn registration(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.count_address(request, &self.registrations)
    }

    /// Whether an account may begin another stream.
    pub fn identify(&self, user: i64) -> bool {
        !self.enabled || self.identifies.check(&user).is_ok()
    }

    /// Whether an account may send another frame, on whichever of its streams.
    pub fn frame(&self, user: i64) -> bool {
        !self.enabled || self.frames.check(&user).is_ok()
    }

    /// A request for a letter to whoever has this name or address: counted as a try to log in is.
    pub fn reset(&self, request: &HttpRequest, whom: &str) -> Result<(), Problem> {
        self.count_address(request, &self.resets_by_address)?;
        self.count(request, &self.resets_by_account, &key_of(whom))
    }

    /// A change in a channel.
    pub fn write(&self, request: &HttpRequest, user: i64) -> Result<(), Problem> {
        self.count(request, &self.writes, &user)
    }

    /// A message by a webhook that somebody made: all of theirs count together, beside what they write themselves.
    pub fn webhook(&self, request: &HttpRequest, maker: i64) -> Result<(), Problem> {
        self.count(request, &self.webhooks, &maker)
    }

    /// A channel, or a webhook, that somebody makes.
    pub fn channel(&self, request: &HttpRequest, user: i64) -> Result<(), Problem> {
        self.count(request, &self.channels, &user)
    }

    /// A look at a page elsewhere.
    pub fn preview(&self, request: &HttpRequest, user: i64) -> Result<(), Problem> {
        self.count(request, &self.previews, &user)
    }

    pub fn request(&self, request: &HttpRequest, user: i64) -> Result<(), Problem> {
        self.count(request, &self.requests, &user)
    }

    pub fn anonymous(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.count_address(request, &self.anonymous)
    }

    fn count_address(&self, request: &HttpRequest, rates: &ByAddress) -> Result<(), Problem> {
        self.count(request, &rates.own, &address(request))?;
        let from = client(request);
        if !self.enabled || from.to_canonical().is_ipv4() {
            return Ok(());
        }
        // After the address, so that one alone does not spend what the others of its network may.
        rates.network.check(&network(from)).map(drop).map_err(|(note, wait)| {
            request.extensions_mut().insert(note);
            Problem::plain("rate_limited").retry_after(wait)
        })
    }

    fn count<K: std::hash::Hash + Eq + Clone>(
        &self,
        request: &HttpRequest,
        rate: &Rate<K>,
        key: &K,
    ) -> Result<(), Problem> {
        if !self.enabled {
            return Ok(());
        }
        let (note, refused) = match rate.check(key) {
            Ok(note) => (note, None),
            Err((note, wait)) => (note, Some(wait)),
        };
        request.extensions_mut().insert(note);
        refused.map_or(Ok(()), |wait| Err(Problem::plain("rate_limited").retry_after(wait)))
    }

    /// Forgets keys that have been quiet; called now and then so that memory stays bounded.
    pub fn forget_quiet(&self) {
        self.logins_by_address.forget_quiet();
        self.logins_by_account.pace.forget_quiet();
        self.failures_by_account.forget_quiet();
        self.passwords_by_session.pace.forget_quiet();
        self.resets_by_address.forget_quiet();
        self.resets_by_account.pace.forget_quiet();
        self.registrations.forget_quiet();
        self.writes.pace.forget_quiet();
        self.webhooks.pace.forget_quiet();
        self.channels.pace.forget_quiet();
        self.previews.pace.forget_quiet();
        self.requests.pace.forget_quiet();
        self.anonymous.forget_quiet();
        self.identifies.forget_quiet();
        self.frames.forget_quiet();
    }
}

/// What a name counts as, however it is written and however long it is.
fn key_of(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect::<String>().to_ascii_lowercase()
}

/// Whom a request counts for, by where it came from.
pub fn address(request: &HttpRequest) -> IpAddr {
    one(client(request))
}

fn account_key(name: &str) -> String {
    key_of(name.trim_start_matches('@').split(':').next().unwrap_or_default())
}

/// Where a request came from, all of it.
pub fn client(request: &HttpRequest) -> IpAddr {
    let found = request.extensions().get::<ClientAddress>().map(|address| address.0);
    found.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
}

/// An IPv6 network of 64 bits is one address: its owner has all of it. An IPv4 address is the same however it is written.
pub fn one(address: IpAddr) -> IpAddr {
    prefix(address, 64)
}

/// What one customer of a provider has at the most: 48 bits of IPv6, one address of IPv4.
fn network(address: IpAddr) -> IpAddr {
    prefix(address, 48)
}

fn prefix(address: IpAddr, bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() & mask))
        }
        address => address,
    }
}
