//! The hot paths, one unit of work each: what `guard` counts and what `cargo bench` times.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use loggia::config::Config;
use loggia::domain::accounts::NewAccount;
use loggia::domain::channels::NewChannel;
use loggia::domain::effect::{Change, Effect};
use loggia::domain::messages::NewMessage;
use loggia::domain::search::query::Query;
use loggia::domain::timeline::Place;
use loggia::domain::view::{Message, MessageStatus};
use loggia::domain::{Actor, Domain};
use loggia::live::{Bounds, Hub, Owner, SocketBody};
use loggia::protocol::event::{EVENT_VERSION, Event, EventType, Seen, SignedEvent, StateChange};
use loggia::protocol::ids::{ChannelId, Hash};
use loggia::protocol::rules::{self, Rules};
use loggia::protocol::sign::{SigningKey, domain as prefix, hash};
use loggia::protocol::state::State;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Each kind of work, with two counts whose difference the guard takes: what it takes to start falls out.
pub const WORK: [(&str, u64, u64); 9] = [
    ("hash", 200, 600),
    ("sign", 20, 60),
    ("verify", 20, 60),
    ("rules", 50, 250),
    ("frame", 50, 250),
    ("fan_out", 4, 24),
    ("append", 10, 210),
    ("page", 2, 12),
    ("search", 2, 12),
];
/// Sockets that one event is fanned out to.
const SOCKETS: usize = 100;
/// Messages that there are before a page is read or words are looked for.
const MESSAGES: u64 = 60;
const TEXT: &str = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was";

/// Does its work once a call.
pub type Work = Box<dyn FnMut() -> io::Result<()>>;

pub fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// # Errors
/// For a name that is not in [`WORK`].
pub fn prepare(name: &str) -> io::Result<Work> {
    let key = SigningKey::from_seed([7; 32]);
    match name {
        "hash" => Ok(Box::new(|| {
            std::hint::black_box(hash(prefix::EVENT, &[7; 1_024]));
            Ok(())
        })),
        "sign" => Ok(Box::new(move || {
            std::hint::black_box(key.sign_in(prefix::EVENT, TEXT.as_bytes()));
            Ok(())
        })),
        "verify" => {
            let signature = key.sign_in(prefix::EVENT, TEXT.as_bytes());
            Ok(Box::new(move || {
                key.public().verify_in(prefix::EVENT, TEXT.as_bytes(), &signature).map_err(other)
            }))
        }
        "rules" => judged(&key),
        "frame" => fanned_out(1),
        "fan_out" => fanned_out(SOCKETS),
        "append" => in_process(0, |site, n| site.send(n)),
        "page" => in_process(MESSAGES, |site, _| site.page()),
        "search" => in_process(MESSAGES, |site, _| site.search()),
        _ => Err(other(format!("{name}: no such work"))),
    }
}

/// Does something so many times; this is what is counted.
pub fn work(name: &str, count: u64) -> io::Result<()> {
    let mut work = prepare(name)?;
    (0..count).try_for_each(|_| work())
}

/// A member's message is judged by the rules of a channel.
fn judged(key: &SigningKey) -> io::Result<Work> {
    let event = |kind: EventType, state: Option<StateChange>, channel: Option<ChannelId>| {
        Ok::<_, io::Error>(Event {
            body_hash: None,
            seen: channel.is_some().then_some(Seen { root: Hash([7; 32]), size: 1 }),
            channel,
            kid: "k1".parse().map_err(other)?,
            nonce: "n".parse().map_err(other)?,
            origin_ts: 1,
            relates: None,
            sender: "@ann:a.example".parse().map_err(other)?,
            state,
            kind,
            v: EVENT_VERSION,
        })
    };
    let bound = json!({ "kid": "k1", "public": key.public() });
    let content = json!({ "host": "a.example", "kind": "channel", "rules": 1, "key": bound });
    let change = |key: &str, content| Some(StateChange { key: key.to_owned(), content });
    let genesis = SignedEvent::sign(event(EventType::ChannelCreate, change("", content), None)?, key);
    let mut state = State::genesis(&genesis).map_err(|refusal| other(format!("{refusal:?}")))?;
    let joined = change("@ann:a.example", json!({ "membership": "joined" }));
    let channel = Some(state.channel.clone());
    let joined = SignedEvent::sign(event(EventType::Member, joined, channel.clone())?, key);
    state.apply(1, &joined.event, &joined.id);
    let message = Event { body_hash: Some(Hash([1; 32])), ..event(EventType::Message, None, channel)? };
    let message = SignedEvent::sign(message, key);
    let rules = Rules::by_version(1).ok_or_else(|| other("no rules"))?;
    Ok(Box::new(move || {
        let judged = rules::authorise(rules, &state, &message.event, &message.id);
        judged.map_err(|refusal| other(format!("{refusal:?}")))
    }))
}

/// A message is told to so many sockets, and each writes what waits for it.
fn fanned_out(sockets: usize) -> io::Result<Work> {
    const CHANNEL: i64 = 7;
    let bounds = Bounds { frames: 100, bytes: 1 << 20, pace: Duration::from_secs(1) };
    let (hub, _announce) = Hub::start(bounds, sockets, |_| {})?;
    let bell = hub.bell();
    let mut bodies = Vec::with_capacity(sockets);
    for _ in 0..sockets {
        let socket = hub.connect(bell.clone());
        let owner = Owner { user: 1, user_id: "@ann:a.example".to_owned(), session: "session".to_owned() };
        hub.identify(&socket, owner);
        hub.follow(&socket, &HashSet::from([CHANNEL]));
        socket.go_live(BTreeMap::new());
        bodies.push(SocketBody::new(socket, BoxBody::new(())));
    }
    let id: ChannelId = format!("!{}", "A".repeat(43)).parse().map_err(other)?;
    let mut seq = 0;
    Ok(Box::new(move || {
        seq += 1;
        let change = Some(Change::MessageCreated(Box::new(message(id.as_str(), seq))));
        hub.tell(&Effect::Entry { channel: CHANNEL, id: id.clone(), seq, change });
        for body in &mut bodies {
            let written = Pin::new(body).poll_next(&mut Context::from_waker(Waker::noop()));
            match written {
                Poll::Ready(Some(Ok(bytes))) if bytes.len() > TEXT.len() => {}
                _ => return Err(other("a socket has nothing to write")),
            }
        }
        Ok(())
    }))
}

fn message(channel: &str, seq: i64) -> Message {
    Message {
        id: format!("${}", "A".repeat(43)),
        channel: channel.to_owned(),
        seq,
        sender: "@ann:a.example".to_owned(),
        ts: 1_790_000_000_123,
        text: TEXT.to_owned(),
        nonce: Some("n1".to_owned()),
        edited_ts: None,
        deleted: false,
        reply_to: None,
        thread: None,
        thread_index: None,
        thread_count: None,
        reactions: Vec::new(),
        attachments: Vec::new(),
        previews: Vec::new(),
        mentions: Vec::new(),
        mentions_all: false,
        mentions_here: false,
        imported: None,
        status: MessageStatus::Sent,
    }
}

/// The domain alone, with a channel and its owner.
pub struct Site {
    pub runtime: Runtime,
    pub domain: Domain,
    pub actor: Actor,
    pub channel: ChannelId,
    /// Removed last.
    pub dir: TempDir,
}

fn in_process(messages: u64, work: fn(&Site, u64) -> io::Result<()>) -> io::Result<Work> {
    let site = Site::open("")?;
    (0..messages).try_for_each(|n| site.send(n))?;
    let mut n = messages;
    Ok(Box::new(move || {
        n += 1;
        work(&site, n)
    }))
}

impl Site {
    /// A new one; without a URL on SQLite.
    ///
    /// # Errors
    /// What opening it says.
    pub fn open(url: &str) -> io::Result<Site> {
        let dir = tempfile::tempdir()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let settings = crate::process::settings(dir.path(), url).into_iter();
        let config = Arc::new(Config::load(None, settings).map_err(other)?);
        let (domain, _) = loggia::server::open_domain(&config).map_err(other)?;
        let (actor, channel) = runtime.block_on(furnish(&domain))?;
        Ok(Site { runtime, domain, actor, channel, dir })
    }

    /// Another message.
    ///
    /// # Errors
    /// What the domain says.
    pub fn send(&self, n: u64) -> io::Result<()> {
        let new = NewMessage {
            nonce: format!("n{n}").parse().map_err(other)?,
            text: TEXT.to_owned(),
            reply_to: None,
            thread: None,
            attachments: Vec::new(),
            previews: Vec::new(),
            imported: None,
        };
        let sent = self.domain.send_message(&self.actor, self.channel.clone(), new);
        self.runtime.block_on(sent).map(drop).map_err(other)
    }

    fn page(&self) -> io::Result<()> {
        let page = self.domain.timeline(&self.actor, self.channel.clone(), Place::Head, 50);
        let page = self.runtime.block_on(page).map_err(other)?;
        if page.messages.len() != 50 || serde_json::to_vec(&page.messages)?.is_empty() {
            return Err(other("a page is missing messages"));
        }
        Ok(())
    }

    fn search(&self) -> io::Result<()> {
        let mut query = Query::new(0).map_err(other)?;
        query.text("\"age of wisdom\" epoch").map_err(other)?;
        let found = self.domain.search(&self.actor, query, None, 20);
        let (found, _) = self.runtime.block_on(found).map_err(other)?;
        if found.len() == 20 { Ok(()) } else { Err(other("a search found too little")) }
    }
}

async fn furnish(domain: &Domain) -> io::Result<(Actor, ChannelId)> {
    let account = NewAccount {
        username: "ann".to_owned(),
        password: "correct horse battery".to_owned(),
        display_name: None,
        invite: None,
        bot: false,
    };
    let user = domain.register(account).await.map_err(other)?;
    let begun = domain.begin_session(&user.id, None, "guard").await.map_err(other)?;
    let actor = domain.actor(&begun.token).await.map_err(other)?.ok_or_else(|| other("no session"))?;
    let new = NewChannel { name: "guarded".to_owned(), topic: String::new(), public: true, alias: None };
    let channel = domain.create_channel(&actor, new).await.map_err(other)?;
    Ok((actor, channel.info.id.parse().map_err(other)?))
}
