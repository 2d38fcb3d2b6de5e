//! A server whose writer is held, so that what is asked meanwhile shares the next commit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;

use futures_util::future::{join_all, poll_immediate};
use loggia::domain::messages::NewMessage;
use loggia::domain::view::Message;
use loggia::domain::writer::{Draft, Work};
use loggia::domain::{Actor, Domain, Error};
use loggia::protocol::event::EventType;
use loggia::protocol::ids::{ChannelId, Nonce};
use loggia::storage::Conn;
use serde_json::{Map, Value, json};

use crate::support::{Person, TestServer};

pub struct Stage {
    pub domain: Arc<Domain>,
    pub ann: Person,
    pub actor: Actor,
    pub channel: ChannelId,
}

pub type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

impl Stage {
    pub async fn set(server: &TestServer) -> Stage {
        let domain = server.running.as_ref().expect("running").domain.clone();
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await.parse().expect("an id");
        let actor = domain.actor(&ann.token).await.expect("an answer").expect("an actor");
        Stage { domain, ann, actor, channel }
    }

    /// Keeps the writer busy, so that what is asked meanwhile shares the next commit, until told to go on.
    pub async fn hold(&self) -> impl FnOnce() + use<> {
        let (go_on, waits) = mpsc::channel::<()>();
        let (says, begun) = tokio::sync::oneshot::channel();
        let (domain, channel) = (self.domain.clone(), self.channel.clone());
        let held = tokio::spawn(async move {
            let unit = move |_: &mut Work<'_>| {
                let _ = says.send(());
                let _ = waits.recv();
                Ok(())
            };
            domain.writer.channel(&channel, unit).await.expect("held");
        });
        begun.await.expect("the writer is held");
        move || {
            go_on.send(()).expect("held");
            drop(held);
        }
    }

    /// A message, asked for but not yet written.
    pub async fn send(&self, nonce: &str, text: &str) -> Waiting<(Message, bool)> {
        self.send_to(self.channel.clone(), nonce, text).await
    }

    pub async fn send_to(&self, channel: ChannelId, nonce: &str, text: &str) -> Waiting<(Message, bool)> {
        let (domain, actor) = (self.domain.clone(), self.actor.clone());
        let nonce = nonce.parse().expect("a nonce");
        let new = NewMessage {
            nonce,
            text: text.to_owned(),
            reply_to: None,
            thread: None,
            attachments: Vec::new(),
            previews: Vec::new(),
            imported: None,
        };
        queued(Box::pin(async move { domain.send_message(&actor, channel, new).await })).await
    }

    /// So many messages that share one commit.
    pub async fn send_together(&self, count: usize) {
        let go_on = self.hold().await;
        let mut sends = Vec::with_capacity(count);
        for n in 0..count {
            sends.push(self.send(&format!("n{n}"), "together").await);
        }
        go_on();
        for sent in join_all(sends).await {
            sent.expect("sent");
        }
    }

    /// A unit of one's own, asked for but not yet run.
    pub async fn unit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Waiting<T> {
        let (domain, channel) = (self.domain.clone(), self.channel.clone());
        queued(Box::pin(async move { domain.writer.channel(&channel, work).await })).await
    }

    /// Appends to the channel's log, from inside a unit.
    pub fn appends(&self) -> impl Fn(&mut Work<'_>, &str) -> Result<(), Error> + Send + use<> {
        self.appends_with(None)
    }

    /// As [`Stage::appends`], with a nonce of one's own.
    pub fn appends_with(
        &self,
        nonce: Option<&str>,
    ) -> impl Fn(&mut Work<'_>, &str) -> Result<(), Error> + Send + use<> {
        let (person, channel) = (self.actor.person.clone(), self.channel.clone());
        let nonce: Option<Nonce> = nonce.map(|nonce| nonce.parse().expect("a nonce"));
        move |work, topic| {
            let num = work.lane.num_of(work.conn, &channel)?.expect("the channel");
            let content: Map<String, Value> = [("topic".to_owned(), json!(topic))].into_iter().collect();
            let draft = Draft::new(EventType::ChannelTopic).state("", json!({})).content(content);
            work.append(num, &person, Draft { nonce: nonce.clone(), ..draft }).map(drop)
        }
    }

    pub async fn topic(&self) -> String {
        let shown = self.ann.get(&format!("/channels/{}", self.channel)).await.expect(200);
        shown["topic"].as_str().expect("a topic").to_owned()
    }

    /// The log is whole, and of this length.
    pub async fn log_has(&self, entries: usize) {
        let page = self.ann.get(&format!("/channels/{}/log", self.channel)).await.expect(200);
        let seqs: Vec<Option<i64>> = page["entries"]
            .as_array()
            .expect("entries")
            .iter()
            .map(|entry| entry["entry"]["seq"].as_i64())
            .collect();
        assert_eq!(seqs, (0..i64::try_from(entries).expect("a number")).map(Some).collect::<Vec<_>>());
        assert_eq!(page["head"]["head"]["size"], json!(entries));
        self.is_sound().await;
    }

    /// The log holds what its signatures and hashes say.
    pub async fn is_sound(&self) {
        let url = self.domain.config.database_url();
        let verified = tokio::task::spawn_blocking(move || {
            let mut conn = Conn::open(&url).expect("a connection");
            loggia::domain::verify::verify_all(&mut conn).expect("an audit")
        });
        for (_, audit) in verified.await.expect("no panic") {
            assert!(audit.findings.is_empty(), "{:?}", audit.findings);
        }
    }
}

/// The future has been polled once: what it asks for stands in the writer's queue.
pub async fn queued<T>(mut waiting: Waiting<T>) -> Waiting<T> {
    assert!(poll_immediate(&mut waiting).await.is_none(), "the writer is held");
    waiting
}
