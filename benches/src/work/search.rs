//! H: search, in so many messages as a community writes in years.

use std::io;
use std::time::Instant;

use serde_json::json;

use super::{Bench, repeat};
use crate::furnish;
use crate::process::Cores;
use crate::report::Goal;
use crate::site::{Site, text};
use crate::words::Words;

/// What p99 of a common search should stay below, in milliseconds.
const AIM_MS: f64 = 50.0;
const CHANNELS: usize = 200;
/// Different words that people use.
const VOCABULARY: usize = 30_000;

pub async fn search(bench: &mut Bench<'_>) -> io::Result<()> {
    names(bench).await?;
    messages(bench).await
}

/// Words in messages of channels that one is in.
async fn messages(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut site = Site::open(&bench.database)?;
    let people = site.people(2).await?;
    let token = people.first().map_or("", String::as_str).to_owned();
    let count = bench.pick(1_000_000, 50_000);
    let words = Words::new(VOCABULARY);
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(site.channel(&format!("channel-{n}"), &people).await?);
    }
    let begun = Instant::now();
    site.change(Vec::new(), |site| {
        let (url, channels, words) = (site.url(), &channels, &words);
        // On a thread of its own: the connection drives a runtime, and this is in one.
        std::thread::scope(|scope| {
            let filled = scope.spawn(move || furnish::fill(&url, channels, count, words));
            filled.join().map_err(|_| io::Error::other("filling panicked"))?.map_err(io::Error::other)
        })
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("H: {count} messages in {CHANNELS} channels, put there in {seconds:.0} s");
    let (often, seldom, never) = (words.nth(20), words.nth(5_000), "zzznobodysaysthis");
    let (other, last) = (words.nth(40), channels.last().map_or("", String::as_str));
    let beginning = often.get(..3).unwrap_or(often);
    let queries = [
        ("a common word", vec![often.to_owned(), other.to_owned(), words.nth(30).to_owned()]),
        ("a rare word", (0..20).map(|n| words.nth(8_000 + n * 50).to_owned()).collect()),
        ("a word that nobody used", vec![never.to_owned()]),
        ("two common words", vec![format!("{often} {other}")]),
        ("a common and a rare word", vec![format!("{often} {seldom}")]),
        ("a phrase", vec![format!("\"{often} {other}\"")]),
        ("the beginning of a word", vec![format!("{beginning}*")]),
        ("a word without another", vec![format!("{often} -{other}")]),
        ("a word by somebody", vec![format!("{seldom} from:@person1")]),
        ("with a link", vec![format!("has:link {often}")]),
        ("a word in one channel", vec![format!("{often} in:{last}")]),
    ];
    let asks = bench.pick(300, 60);
    for (what, texts) in queries {
        for (how, order) in [("newest", ""), ("best", "&sort=best")] {
            let path = |query: &String| format!("/search?q={}{order}", encoded(query));
            let paths: Vec<String> = texts.iter().map(path).collect();
            let (p50, p99) = repeat(site.address, &token, &paths, asks).await?;
            let name = format!("H {what}, of {count}, {how} first");
            bench.row(format!("{name}: p50"), (p50, "ms"), None, Cores::default(), &site.program);
            let p99 = bench.row(format!("{name}: p99"), (p99, "ms"), None, Cores::default(), &site.program);
            p99.aims_at(Goal::AtMost(AIM_MS));
        }
    }
    Ok(())
}

/// All that is no letter or digit, as in a query of a URL.
fn encoded(query: &str) -> String {
    let mut out = String::new();
    for byte in query.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// People and public channels by their names.
async fn names(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let count = bench.pick(5_000, 1_000);
    let people = site.people(count).await?;
    let token = people.first().map_or("", String::as_str);
    for n in 0..bench.pick(500, 100) {
        let body = json!({ "name": format!("Subject {n}"), "alias": format!("subject-{n}") });
        let made = site.ask("POST", "/channels", token, body).await?;
        debug_assert!(!text(&made["id"]).is_empty());
    }
    for (what, path) in [
        (format!("H people by name, of {count}"), "/users?query=person12"),
        (format!("H public channels by name, of {}", bench.pick(500, 100)), "/directory?query=subject%204"),
    ] {
        let (p50, p99) = repeat(site.address, token, &[path.to_owned()], bench.pick(500, 200)).await?;
        bench.row(format!("{what}: p50"), (p50, "ms"), None, Cores::default(), &site.program);
        bench.row(format!("{what}: p99"), (p99, "ms"), None, Cores::default(), &site.program);
    }
    Ok(())
}
