//! Letters: writes what was ordered and what people missed ([`letters`]), and hands it to the operator's mail server.
//!
//! What was missed is read from the database again and again, so a mail server that is away costs nothing but time.
//! Orders (confirmations, new passwords) wait in memory for a few tries: whoever asked can ask again.

mod letters;
mod texts;

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::config::Email;
use crate::domain::Domain;
use crate::domain::clock::random_text;
use crate::domain::emails::{Forgetful, Order, Recipient};
use letters::{Frame, Letter};

/// Pauses before an order is tried again.
const RETRY_PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_secs(60)];
/// How long one letter may take.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// How often is looked for what was missed, at most and at least.
const LOOK_MIN: Duration = Duration::from_millis(250);
const LOOK_MAX: Duration = Duration::from_secs(60);
/// Longest pause when the mail server is away.
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// People who are written to in one go.
const ROUND_MAX: i64 = 50;

/// Why no letters can be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("email.smtp_url: {0}")]
    Url(lettre::transport::smtp::Error),
    #[error("email.from: {0}")]
    From(lettre::address::AddressError),
}

/// Why a letter was not sent.
enum Unsent {
    /// It will never be taken.
    Refused(String),
    /// Perhaps later.
    Later(String),
}

struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Where people open this server.
    url: String,
    server: String,
}

/// How letters leave, and whom they are from; none where the settings name no mail server.
fn way_out(settings: &Email) -> Result<Option<(AsyncSmtpTransportBuilder, Mailbox)>, MailError> {
    if settings.smtp_url.is_empty() {
        return Ok(None);
    }
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.smtp_url).map_err(MailError::Url)?;
    Ok(Some((transport.timeout(Some(SEND_DEADLINE)), settings.from.parse().map_err(MailError::From)?)))
}

/// Whether the settings on letters can be used.
pub fn check(settings: &Email) -> Result<(), MailError> {
    way_out(settings).map(drop)
}

/// Begins to send, where the settings name a mail server.
pub fn start(domain: Arc<Domain>, orders: Receiver<Order>) -> Result<Option<JoinHandle<()>>, MailError> {
    let Some((transport, from)) = way_out(&domain.config.settings.email)? else { return Ok(None) };
    let post = Post {
        transport: transport.build(),
        from,
        url: domain.config.public_url(),
        server: domain.server().as_str().to_owned(),
    };
    Ok(Some(tokio::spawn(async move {
        tokio::join!(take_orders(&domain, &post, orders), tell_what_was_missed(&domain, &post));
    })))
}

async fn take_orders(domain: &Domain, post: &Post, mut orders: Receiver<Order>) {
    while let Some(order) = orders.recv().await {
        for letter in written(domain, post, order).await {
            post.insist(&letter).await;
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
    loop {
        tokio::time::sleep(pause).await;
        pause = match round(domain, post).await {
            Ok(()) => look,
            Err(why) => {
                tracing::warn!(why, "what people missed could not be sent; this is tried again");
                (pause * 2).min(PAUSE_MAX)
            }
        };
    }
}

/// Everybody who is to be written to, once.
async fn round(domain: &Domain, post: &Post) -> Result<(), String> {
    let mut after = 0;
    loop {
        let (due, last) = domain.due_digests(after, ROUND_MAX).await.map_err(|error| error.to_string())?;
        for digest in due {
            let letter = letters::digest(post.frame(&digest.to), &digest);
            match post.send(&letter).await {
                Ok(()) => {}
                Err(Unsent::Refused(why)) => tracing::info!(why, "a letter was refused"),
                Err(Unsent::Later(why)) => return Err(why),
            }
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

    /// Tries a few times.
    async fn insist(&self, letter: &Letter) {
        let mut pauses = RETRY_PAUSES.iter();
        loop {
            let why = match self.send(letter).await {
                Ok(()) => return,
                Err(Unsent::Refused(why)) => return tracing::info!(why, "a letter was refused"),
                Err(Unsent::Later(why)) => why,
            };
            let Some(pause) = pauses.next() else {
                return tracing::warn!(why, "a letter could not be sent");
            };
            tokio::time::sleep(*pause).await;
        }
    }

    async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = self.message(letter).map_err(Unsent::Refused)?;
        let sent = tokio::time::timeout(SEND_DEADLINE, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(Unsent::Refused(error.to_string())),
            Ok(Err(error)) => Err(Unsent::Later(crate::net::cause(&error))),
            Err(_) => Err(Unsent::Later("the mail server took too long".to_owned())),
        }
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
