//! Those who send and those who listen.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::task::{JoinHandle, JoinSet};

use crate::stats::{Histogram, now};
use crate::wire::{Http, Socket, find};

/// Length of every text that is sent.
pub const TEXT_BYTES: usize = 200;
/// How many connections send to a crowd: enough for a server that takes many at once to show it.
pub const SENDERS: usize = 256;
/// How many connect at once.
const CONNECTING_MAX: usize = 64;
/// A text begins with the time at which it was due, in as many digits.
const STAMP_DIGITS: usize = 13;
const STAMP: &[u8] = br#""text":"T"#;
/// How long deliveries may still arrive after the last send.
const SETTLE: Duration = Duration::from_secs(3);

fn body(stamp: u64) -> String {
    static NONCE: AtomicU64 = AtomicU64::new(0);
    let nonce = NONCE.fetch_add(1, Ordering::Relaxed);
    format!(r#"{{"nonce":"n{nonce}","text":"T{stamp:0STAMP_DIGITS$} {}"}}"#, words(nonce))
}

/// Words as people use them, a few very often and most rarely: the server indexes each.
fn words(nonce: u64) -> &'static str {
    const WORDS: usize = 20_000;
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let mut draw = 0x2545_f491_u64;
        let mut next = |below: u64| {
            draw ^= draw << 13;
            draw ^= draw >> 7;
            draw ^= draw << 17;
            draw % below
        };
        let mut text = String::new();
        for _ in 0..WORDS {
            // Zipf's law, roughly: the rank is a power of ten that is itself drawn evenly.
            let rank = 10_f64.powf(next(4_000) as f64 / 1_000.0) as u64;
            text.push_str(&word(rank));
            text.push(' ');
        }
        text
    });
    let length = TEXT_BYTES - 2 - STAMP_DIGITS;
    let from = usize::try_from(nonce * 7_919).unwrap_or(0) % (text.len() - length);
    &text[from..from + length]
}

/// The word of a rank: the more frequent, the shorter.
fn word(mut rank: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["a", "to", "he", "re", "in", "on", "er", "ti", "es", "st", "nd", "ou", "ka", "mi", "lo", "bu"];
    let mut word = String::new();
    while rank > 0 {
        word.push_str(SYLLABLES[usize::try_from(rank % 16).unwrap_or(0)]);
        rank /= 16;
    }
    word
}

/// When what this frame carries was due. It nearly always stands where it stood in the frame before.
fn stamp_of(frame: &[u8], hint: &mut usize) -> Option<u64> {
    if frame.get(*hint..*hint + STAMP.len()) != Some(STAMP) {
        *hint = find(frame, STAMP)?;
    }
    let digits = frame.get(*hint + STAMP.len()..*hint + STAMP.len() + STAMP_DIGITS)?;
    digits.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'))
    })
}

/// The place of what this frame carries in its channel's log.
pub fn seq_of(frame: &[u8]) -> Option<u64> {
    const SEQ: &[u8] = br#""seq":"#;
    let digits = frame.get(find(frame, SEQ)? + SEQ.len()..)?;
    let digits = digits.iter().take_while(|digit| digit.is_ascii_digit());
    digits.map(|digit| u64::from(digit - b'0')).reduce(|number, digit| number * 10 + digit)
}

/// Where somebody sends.
pub struct Seat {
    pub channel: String,
    pub token: String,
}

/// Sockets that listen, and what they heard.
pub struct Crowd {
    pub heard: Arc<Histogram>,
    pub frame_bytes: Arc<AtomicUsize>,
    pub cut_off: Arc<AtomicUsize>,
    listeners: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// One socket per seat, all ready.
    pub async fn gather(address: SocketAddr, seats: &[Seat]) -> io::Result<Crowd> {
        let sockets: Vec<Socket> = stream::iter(seats)
            .map(async |seat| {
                let query = format!("?channel={}", seat.channel);
                let mut socket = Socket::open(address, &query, &seat.token, "{}").await?;
                socket.ready().await.map(|_| socket)
            })
            .buffer_unordered(CONNECTING_MAX)
            .try_collect()
            .await?;
        let mut crowd = Crowd {
            heard: Arc::default(),
            frame_bytes: Arc::default(),
            cut_off: Arc::default(),
            listeners: Vec::with_capacity(sockets.len()),
        };
        for mut socket in sockets {
            let (heard, frame_bytes) = (crowd.heard.clone(), crowd.frame_bytes.clone());
            let cut_off = crowd.cut_off.clone();
            crowd.listeners.push(tokio::spawn(async move {
                let mut hint = 0;
                let mut each = |frame: &[u8]| {
                    if let Some(stamp) = stamp_of(frame, &mut hint) {
                        heard.record(now().saturating_sub(stamp));
                        frame_bytes.store(frame.len(), Ordering::Relaxed);
                    }
                };
                while socket.hear(&mut each).await.is_ok() {}
                cut_off.fetch_add(1, Ordering::Relaxed);
            }));
        }
        Ok(crowd)
    }

    /// Waits until so many deliveries have come, or no longer.
    pub async fn settle(&self, wanted: u64) {
        let begun = Instant::now();
        while self.heard.count() < wanted && begun.elapsed() < SETTLE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.listeners.iter().for_each(JoinHandle::abort);
    }
}

/// What came of sending for a while.
pub struct Sent {
    pub acks: Arc<Histogram>,
    pub refused: u64,
    pub seconds: f64,
}

impl Sent {
    pub fn per_second(&self) -> f64 {
        self.acks.count() as f64 / self.seconds
    }
}

/// How sends are spaced.
#[derive(Clone, Copy)]
pub enum Pace<'a> {
    /// Each connection sends when it was answered, while fewer than `window` deliveries per listener are
    /// under way.
    Closed { window: Option<(u64, &'a Crowd, u64)> },
    /// So many a second, whether or not the ones before were answered; latency counts from when it was due.
    Open(f64),
}

/// Sends into the seats in turn, through so many connections.
pub async fn send(
    address: SocketAddr,
    seats: &Arc<Vec<Seat>>,
    connections: usize,
    pace: Pace<'_>,
    lasts: Duration,
) -> Sent {
    let (acks, refused) = (Arc::new(Histogram::default()), Arc::new(AtomicU64::new(0)));
    let ticket = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let begun_micros = now();
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (seats, acks, refused, ticket) = (seats.clone(), acks.clone(), refused.clone(), ticket.clone());
        let rate = if let Pace::Open(rate) = pace { Some(rate) } else { None };
        let window = match pace {
            Pace::Closed { window: Some((window, crowd, listeners)) } => {
                Some((window, crowd.heard.clone(), listeners))
            }
            _ => None,
        };
        senders.spawn(async move {
            let Ok(mut http) = Http::connect(address).await else { return };
            loop {
                let n = ticket.fetch_add(1, Ordering::Relaxed);
                let due = rate.map(|rate| Duration::from_secs_f64(n as f64 / rate));
                if due.unwrap_or_else(|| begun.elapsed()) >= lasts {
                    return;
                }
                if let Some(due) = due {
                    tokio::time::sleep_until((begun + due).into()).await;
                }
                while let Some((window, heard, listeners)) = &window {
                    if n.saturating_sub(heard.count() / listeners) < *window || begun.elapsed() >= lasts {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                let micros = |due: Duration| begun_micros + u64::try_from(due.as_micros()).unwrap_or(0);
                let stamp = due.map_or_else(now, micros);
                let seat = &seats[usize::try_from(n).unwrap_or(0) % seats.len()];
                let path = format!("/channels/{}/messages", seat.channel);
                match http.ask("POST", &path, &seat.token, &body(stamp)).await {
                    Ok((200 | 201, _)) => acks.record(now().saturating_sub(stamp)),
                    Ok(_) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                    Err(_) => {
                        refused.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                }
            }
        });
    }
    while senders.join_next().await.is_some() {}
    Sent { acks, refused: refused.load(Ordering::Relaxed), seconds: begun.elapsed().as_secs_f64() }
}

/// So many messages into the seats in turn, as fast as they are taken. Fails when one is refused.
pub async fn fill(
    address: SocketAddr,
    seats: &Arc<Vec<Seat>>,
    count: u64,
    connections: usize,
) -> io::Result<f64> {
    let ticket = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (seats, ticket) = (seats.clone(), ticket.clone());
        senders.spawn(async move {
            let mut http = Http::connect(address).await?;
            loop {
                let n = ticket.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return Ok(());
                }
                let seat = &seats[usize::try_from(n).unwrap_or(0) % seats.len()];
                let path = format!("/channels/{}/messages", seat.channel);
                let (status, _) = http.ask("POST", &path, &seat.token, &body(now())).await?;
                if status != 201 {
                    return Err(io::Error::other(format!("a message was answered {status}")));
                }
            }
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender.map_err(io::Error::other)??;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// What a rate came to.
pub struct Trial {
    pub deliveries_per_second: f64,
    pub p50: f64,
    pub p99: f64,
    /// 99.9 % arrived, none was refused, nobody was cut off, and p99 stayed below a second.
    pub held: bool,
}

/// Sends at a rate to a crowd, and says whether it kept up.
pub async fn trial(
    address: SocketAddr,
    seats: &Arc<Vec<Seat>>,
    crowd: &Crowd,
    rate: f64,
    listeners: u64,
    lasts: Duration,
) -> Trial {
    crowd.heard.reset();
    let before = crowd.cut_off.load(Ordering::Relaxed);
    let begun = Instant::now();
    let sent = send(address, seats, SENDERS, Pace::Open(rate), lasts).await;
    let wanted = sent.acks.count() * listeners;
    crowd.settle(wanted).await;
    let seconds = begun.elapsed().as_secs_f64().max(lasts.as_secs_f64());
    let heard = crowd.heard.count();
    let (p50, p99) = crowd.heard.p50_p99();
    let whole = heard as f64 >= wanted as f64 * 0.999 && sent.refused == 0;
    let held = whole && p99 < 1_000.0 && crowd.cut_off.load(Ordering::Relaxed) == before;
    Trial { deliveries_per_second: heard as f64 / seconds, p50, p99, held }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_its_place() {
        assert_eq!(seq_of(br#"{"op":"event","channel":"!x","seq":1203,"d":{"seq":7}}"#), Some(1_203));
        assert_eq!(seq_of(br#"{"op":"event","t":"presence"}"#), None);
    }

    #[test]
    fn a_stamp_is_found_again_wherever_it_moved() {
        let mut hint = 0;
        for (before, stamp) in [("", 7), ("something", 1_234_567), ("less", 0)] {
            let frame = format!("{before}{}", body(stamp));
            assert_eq!(stamp_of(frame.as_bytes(), &mut hint), Some(stamp));
        }
        assert_eq!(stamp_of(br#"{"op":"event","t":"presence"}"#, &mut hint), None);
        let text = body(1);
        assert_eq!(
            find(text.as_bytes(), br#""}"#).unwrap() - find(text.as_bytes(), STAMP).unwrap(),
            TEXT_BYTES + 8
        );
    }
}
