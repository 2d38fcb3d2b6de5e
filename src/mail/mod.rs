//! Letters: writes what was ordered and what people missed ([`letters`]), and hands it to the operator's mail server.
//!
//! What was missed is read from the database again and again, so a mail server that is away costs nothing but time.
//! Orders (confirmations, new passwords) wait in memory for a few tries: whoever asked can ask again.

mod letters;
mod relay;
mod texts;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::config::Config;
use crate::domain::Domain;
use crate::domain::clock::random_text;
use crate::domain::emails::{Forgetful, LETTERS_WAITING_MAX, Order, Recipient};
use letters::{Frame, Letter};
use relay::{Relay, Unsent};

/// Pauses before an order is tried again.
const RETRY_PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_secs(60)];
/// How often is looked for what was missed, at most and at least.
const LOOK_MIN: Duration = Duration::from_millis(250);
const LOOK_MAX: Duration = Duration::from_secs(60);
/// Longest pause when the mail server is away, or does not take somebody's letters.
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// How many people's own next tries are remembered.
const DEFERRED_MAX: usize = 10_000;
/// People who are written to in one go.
const ROUND_MAX: i64 = 50;

/// Why no letters can be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("email.smtp_url: {0}")]
    Url(String),
    #[error("email.from: {0}")]
    From(lettre::address::AddressError),
}

struct Post {
    relay: Relay,
    from: Mailbox,
    /// Where people open this server.
    url: String,
    server: String,
}

impl Post {
    /// None where the settings name no mail server.
    fn open(config: &Config) -> Result<Option<Post>, MailError> {
        let settings = &config.settings.email;
        if settings.smtp_url.is_empty() {
            return Ok(None);
        }
        Ok(Some(Post {
            relay: Relay::from_url(&settings.smtp_url).map_err(MailError::Url)?,
            from: settings.from.parse().map_err(MailError::From)?,
            url: config.public_url(),
            server: config.name.as_str().to_owned(),
        }))
    }
}

/// Whether the settings on letters can be used.
pub fn check(config: &Config) -> Result<(), MailError> {
    Post::open(config).map(drop)
}

/// Begins to send, where the settings name a mail server.
pub fn start(domain: Arc<Domain>, orders: Receiver<Order>) -> Result<Option<JoinHandle<()>>, MailError> {
    let Some(post) = Post::open(&domain.config)? else { return Ok(None) };
    Ok(Some(tokio::spawn(async move {
        tokio::join!(take_orders(&domain, &post, orders), tell_what_was_missed(&domain, &post));
    })))
}

/// A letter that was not taken, and when it is tried again.
struct Postponed {
    due: Instant,
    /// How often it was tried.
    tries: usize,
    letter: Letter,
}

/// Whoever's letter is not taken waits for their own next try, and nobody else does.
async fn take_orders(domain: &Domain, post: &Post, mut orders: Receiver<Order>) {
    let mut postponed: Vec<Postponed> = Vec::new();
    loop {
        let next = postponed.iter().map(|letter| letter.due).min();
        let due = async {
            match next {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let letters: Vec<(Letter, usize)> = tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { return };
                written(domain, post, order).await.into_iter().map(|letter| (letter, 0)).collect()
            }
            () = due => {
                let now = Instant::now();
                let due = postponed.extract_if(.., |letter| letter.due <= now);
                due.map(|postponed| (postponed.letter, postponed.tries)).collect()
            }
        };
        for (letter, tries) in letters {
            postponed.extend(post.attempt(letter, tries).await);
        }
        // The newest are let go: their people are still there to ask again.
        if postponed.len() > LETTERS_WAITING_MAX {
            tracing::warn!("too many letters wait: some are not sent");
            postponed.truncate(LETTERS_WAITING_MAX);
        }
    }
}

async fn written(domain: &Domain, post: &Post, order: Order) -> Vec<Letter> {
    match order {
        Order::Confirm { to, token } => vec![letters::confirm(post.frame(&to), &token)],
        Order::Moved { to } => vec![letters::moved(post.frame(&to))],
        Order::Reset(who) => resets(domain, post, who).await,
    }
}

async fn resets(domain: &Domain, post: &Post, who: Forgetful) -> Vec<Letter> {
    match domain.resets(who).await {
        Ok(resets) => {
            resets.into_iter().map(|reset| letters::reset(post.frame(&reset.to), &reset.token)).collect()
        }
        Err(error) => {
            tracing::warn!(%error, "a request for a new password could not be looked up");
            Vec::new()
        }
    }
}

async fn tell_what_was_missed(domain: &Domain, post: &Post) {
    let delay = Duration::from_secs(u64::from(domain.config.settings.email.delay_s));
    let look = (delay / 4).clamp(LOOK_MIN, LOOK_MAX);
    let mut pause = look;
    let mut deferred = Deferred { first: look, people: HashMap::new() };
    loop {
        tokio::time::sleep(pause).await;
        pause = match round(domain, post, &mut deferred).await {
            Ok(()) => look,
            Err(why) => {
                tracing::warn!(why, "what people missed could not be sent; this is tried again");
                (pause * 2).min(PAUSE_MAX)
            }
        };
    }
}

/// Those whose letters were not taken, though others' were: each has a next try of their own.
struct Deferred {
    /// The first pause.
    first: Duration,
    /// By their numbers: when the next try is due, and the pause before it.
    people: HashMap<i64, (Instant, Duration)>,
}

impl Deferred {
    fn waits(&self, user: i64) -> bool {
        self.people.get(&user).is_some_and(|(due, _)| *due > Instant::now())
    }

    fn put_off(&mut self, user: i64) {
        let now = Instant::now();
        let pause = self.people.get(&user).map_or(self.first, |(_, pause)| (*pause * 2).min(PAUSE_MAX));
        if self.people.len() >= DEFERRED_MAX {
            // Of those who have long been due nothing is waiting any more.
            self.people.retain(|_, (due, _)| *due + PAUSE_MAX > now);
        }
        if self.people.len() < DEFERRED_MAX || self.people.contains_key(&user) {
            self.people.insert(user, (now + pause, pause));
        }
    }
}

/// Everybody who is to be written to, once.
async fn round(domain: &Domain, post: &Post, deferred: &mut Deferred) -> Result<(), String> {
    let mut after = 0;
    loop {
        let (due, last) = domain.due_digests(after, ROUND_MAX).await.map_err(|error| error.to_string())?;
        for digest in due.into_iter().filter(|digest| !deferred.waits(digest.user)).collect::<Vec<_>>() {
            let letter = letters::digest(post.frame(&digest.to), &digest);
            match post.send(&letter).await {
                Ok(()) => {}
                Err(Unsent::Refused(why)) => tracing::info!(why, "a letter was refused"),
                Err(Unsent::Later(why)) => {
                    tracing::warn!(why, "what somebody missed could not be sent; this is tried again");
                    deferred.put_off(digest.user);
                    continue;
                }
                Err(Unsent::Away(why)) => return Err(why),
            }
            deferred.people.remove(&digest.user);
            domain.settle_digest(&digest).await.map_err(|error| error.to_string())?;
        }
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

impl Post {
    fn frame<'a>(&'a self, to: &'a Recipient) -> Frame<'a> {
        Frame {
            url: &self.url,
            server: &self.server,
            address: to.address.clone(),
            username: &to.username,
            language: to.language,
        }
    }

    /// Sends a letter that was tried so often. What comes back is to be tried again.
    async fn attempt(&self, letter: Letter, tries: usize) -> Option<Postponed> {
        let why = match self.send(&letter).await {
            Ok(()) => return None,
            Err(Unsent::Refused(why)) => {
                tracing::info!(why, "a letter was refused");
                return None;
            }
            Err(Unsent::Later(why) | Unsent::Away(why)) => why,
        };
        let Some(pause) = RETRY_PAUSES.get(tries) else {
            tracing::warn!(why, "a letter could not be sent");
            return None;
        };
        Some(Postponed { due: Instant::now() + *pause, tries: tries + 1, letter })
    }

    async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = self.message(letter).map_err(Unsent::Refused)?;
        self.relay.send(message.envelope(), &message.formatted()).await
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to: Address =
            letter.to.parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.replace(['\r', '\n'], " "))
            .message_id(Some(format!("<{}@{}>", random_text::<18>(), self.server)))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(link) = &letter.unsubscribe {
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{link}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let parts = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
        builder.multipart(parts).map_err(|error| error.to_string())
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}
