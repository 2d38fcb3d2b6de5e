//! What the database alone allows: the rows of messages, written and committed as the server does, by one thread that does
//! nothing else. No HTTP, no signatures, no rules, nobody listens.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use loggia::storage::channels::{self, ChannelRow, LogState};
use loggia::storage::entries::{self, EntryRow};
use loggia::storage::messages::{self, MessageRow, Of, Stretch};
use loggia::storage::search::{self, Document, Mark};
use loggia::storage::{Conn, Error, members};

/// A channel, its newest message, and the text of that.
struct Model {
    channel: ChannelRow,
    entry: EntryRow,
    message: MessageRow,
    body: String,
    text: String,
}

fn models(conn: &mut Conn) -> Result<Vec<Model>, Error> {
    let mut models = Vec::new();
    for id in channels::all_ids(conn)? {
        let Some(channel) = channels::by_id(conn, &id)? else { continue };
        let newest = messages::page(conn, channel.num, Of::Channel, Stretch::end((0, i64::MAX), 1))?.pop();
        let Some((message, _, Some(body))) = newest else { continue };
        let Some(entry) = entries::by_seq(conn, channel.num, message.seq)? else { continue };
        let content: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let text = content["content"]["text"].as_str().unwrap_or_default().to_owned();
        models.push(Model { channel, entry, message, body, text });
    }
    Ok(models)
}

/// The channel grows by one message, which is the `nth` of all.
fn write(conn: &mut Conn, model: &mut Model, nth: u64) -> Result<(), Error> {
    let (num, seq) = (model.channel.num, model.channel.size);
    let id = format!("${:016x}{}", nth.wrapping_mul(0x9e37_79b9_7f4a_7c15), &model.entry.event_id[17..]);
    let nonce = format!("r{nth}");
    let entry = EntryRow { seq, event_id: id.clone(), nonce: nonce.clone(), ..model.entry.clone() };
    entries::insert(conn, entry)?;
    entries::insert_body(conn, num, seq, model.body.clone())?;
    let message = MessageRow { seq, id, nonce, body_seq: seq, ..model.message.clone() };
    let sender = message.sender;
    messages::insert(conn, message)?;
    let document = Document { text: &model.text, names: Vec::new(), marks: vec![Mark::From(sender)] };
    search::add(conn, num, seq, &document)?;
    model.channel.size += 1;
    model.channel.live_count += 1;
    members::set_read(conn, num, sender, seq, model.channel.live_count)
}

fn grown(conn: &mut Conn, channel: &ChannelRow) -> Result<(), Error> {
    let log = LogState {
        size: channel.size,
        root: channel.root.clone(),
        frontier: channel.frontier.clone(),
        last_ts: channel.last_ts,
        head_kid: channel.head_kid.clone(),
        head_ts: channel.head_ts,
        head_signature: channel.head_signature.clone(),
        live_count: channel.live_count,
        joined_count: channel.joined_count,
        last_message_seq: Some(channel.size - 1),
    };
    channels::set_log(conn, channel.num, log)
}

/// Messages a second, in commits of `batch`, into all channels of a stopped server in turn; `each` in a row into one.
pub fn per_second(url: &str, batch: usize, each: usize, lasts: Duration) -> io::Result<f64> {
    written(url, batch, each, lasts).map_err(io::Error::other)
}

fn written(url: &str, batch: usize, each: usize, lasts: Duration) -> Result<f64, Error> {
    let mut conn = Conn::open(url)?;
    let mut models = models(&mut conn)?;
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < lasts {
        conn.begin_write()?;
        let mut touched = BTreeMap::new();
        for _ in 0..batch {
            let at = usize::try_from(count).unwrap_or(0) / each % models.len();
            write(&mut conn, &mut models[at], count)?;
            touched.insert(at, ());
            count += 1;
        }
        touched.keys().try_for_each(|at| grown(&mut conn, &models[*at].channel))?;
        conn.commit()?;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}
