//! E: pages of long channels. I: what grows with the length of a channel, with channels, with people, and how.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, repeat};
use crate::load::{self, Pace};
use crate::process::{Cores, Meter};
use crate::report::Goal;
use crate::site::{Site, text};
use crate::stats::{Histogram, now};
use crate::stock;
use crate::wire::{Http, Socket};

const FILLING: usize = 128;
/// How often something is asked for before it is measured: by then each connection that the server has to its database
/// has answered it, more often than PostgreSQL needs to keep a plan.
const WARMING: usize = 200;
/// What a long channel's copies are copies of.
const MODEL_MESSAGES: u64 = 1_000;
/// What somebody who comes back missed.
const MISSED: u64 = 20;
/// Channels of the person who is measured while others are added.
const OWN_CHANNELS: usize = 10;
/// An exponent up to which a figure counts as flat, or growing as a logarithm does: doubling costs at most a tenth.
const FLAT: f64 = 0.15;
const LINEAR: f64 = 1.1;

/// One figure at several sizes.
struct Series {
    what: &'static str,
    points: Vec<(f64, f64)>,
}

/// All figures of one kind of growth.
struct Growth {
    by: &'static str,
    series: Vec<Series>,
}

impl Growth {
    fn note(&mut self, size: u64, what: &'static str, figure: f64) {
        let point = (size as f64, figure);
        match self.series.iter_mut().find(|series| series.what == what) {
            Some(series) => series.points.push(point),
            None => self.series.push(Series { what, points: vec![point] }),
        }
    }

    /// A row per figure: the exponent of its growth.
    fn report(self, bench: &mut Bench<'_>, site: &Site) {
        for Series { what, points } in self.series {
            let exponent = exponent(&points);
            let figures: Vec<String> = points.iter().map(|(_, figure)| format!("{figure:.2}")).collect();
            let (from, to) = (points[0].0, points[points.len() - 1].0);
            let name =
                format!("I {what}, by {} from {from:.0} to {to:.0}: {} ms", self.by, figures.join(", "));
            let unit = match exponent {
                flat if flat <= FLAT => "exponent: flat or log",
                less if less < 0.9 => "exponent: below linear",
                linear if linear <= LINEAR => "exponent: linear",
                _ => "exponent: ABOVE LINEAR",
            };
            let row = bench.row(name, (exponent, unit), None, Cores::default(), &site.program);
            row.aims_at(Goal::AtMost(LINEAR));
        }
    }
}

/// The slope of the line through the logarithms (least squares): 0 is flat, 1 linear, 2 quadratic.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.max(1e-6).ln())).collect();
    let mean = |pick: fn(&(f64, f64)) -> f64| logs.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let over: f64 = logs.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let under: f64 = logs.iter().map(|point| (point.0 - x).powi(2)).sum();
    if under > 0.0 { over / under } else { 0.0 }
}

/// Send to ack of a lone sender, in milliseconds.
async fn lone_ack(site: &Site, channel: &str, token: &str, lasts: Duration) -> io::Result<f64> {
    let seat = Site::seats(channel, &[token.to_owned()]);
    let sent = load::send(site.address, &seat, 1, Pace::Closed { window: None }, lasts).await;
    if sent.refused > 0 {
        return Err(io::Error::other("a message was refused"));
    }
    Ok(sent.acks.p50_p99().0)
}

/// From connecting until all that was missed has come, in milliseconds.
async fn resuming(site: &Site, channel: &str, token: &str, head: u64) -> io::Result<f64> {
    let cursor = format!(r#"{{"{channel}":{}}}"#, head - MISSED);
    let times = Histogram::default();
    for _ in 0..30 {
        let before = now();
        let mut socket = Socket::open(site.address, "", token, &cursor).await?;
        let events = socket.ready().await?;
        times.record(now() - before);
        if events < MISSED {
            return Err(io::Error::other(format!("{events} events of {MISSED} came")));
        }
    }
    Ok(times.p50_p99().0)
}

async fn head(site: &Site, channel: &str, token: &str) -> io::Result<u64> {
    let answer = site.ask("GET", &format!("/channels/{channel}"), token, Value::Null).await?;
    Ok(answer["head"].as_u64().unwrap_or(0))
}

/// Paths of pages: at the head, in the middle, around a message.
fn places(channel: &str, size: u64) -> [(&'static str, Vec<String>); 3] {
    let page = |query: String| format!("/channels/{channel}/messages?limit=50{query}");
    // Far from each other, so that no page of the database serves two of them.
    let spread = |n: u64| size / 10 + n * (size * 8 / 10 / 50);
    [
        ("at the head", vec![page(String::new())]),
        ("in the middle", (0..50).map(|n| page(format!("&before={}", spread(n)))).collect()),
        (
            "around a message",
            (0..50).map(|n| page(format!("&around={}", spread(n) + size / 1_000))).collect(),
        ),
    ]
}

/// E, and I by the length of a channel.
pub async fn by_length(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut site = Site::open(&bench.database)?;
    let people = site.people(4).await?;
    let token = text(&json!(people[0]));
    let channel = site.channel("long", &people).await?;
    let first = head(&site, &channel, &token).await? + 1;
    load::fill(site.address, &Site::seats(&channel, &people), MODEL_MESSAGES, FILLING).await?;
    let postgres = !bench.database.is_sqlite();
    let mut growth = Growth { by: "messages", series: Vec::new() };
    for length in bench.pick(vec![1_000, 10_000, 100_000, 1_000_000], vec![1_000, 10_000, 100_000]) {
        let size = head(&site, &channel, &token).await? + 1;
        let mut long = stock::Long { id: channel.clone(), first, size, postgres };
        if length > size {
            site.change(long.lengthen(length), |_| Ok(()))?;
        }
        let size = head(&site, &channel, &token).await? + 1;
        for (part, paths) in places(&channel, size) {
            let figures = warm(bench, &site, &token, &paths).await?;
            growth.note(length, page_series(part), figures.0);
            if length >= 100_000 {
                let cores = figures.2;
                let name = |p: &str| format!("E page of 50 of {length}, {part}, warm: {p}");
                bench.row(name("p50"), (figures.0, "ms"), None, cores, &site.program);
                let row = bench.row(name("p99"), (figures.1, "ms"), None, cores, &site.program);
                row.aims_at(Goal::AtMost(3.0));
            }
        }
        growth.note(length, "missed events on resuming", resuming(&site, &channel, &token, size - 1).await?);
        growth.note(length, "send to ack", lone_ack(&site, &channel, &token, bench.lasts() / 2).await?);
        if length >= 100_000 {
            cold(bench, &mut site, &channel, &token, length).await?;
        }
    }
    growth.report(bench, &site);
    Ok(())
}

fn page_series(part: &str) -> &'static str {
    match part {
        "at the head" => "page at the head",
        "in the middle" => "page in the middle",
        _ => "page around a message",
    }
}

/// p50, p99 and what was used, once everything asked for has been asked for before, over each of the server's connections.
async fn warm(
    bench: &Bench<'_>,
    site: &Site,
    token: &str,
    paths: &[String],
) -> io::Result<(f64, f64, Cores)> {
    repeat(site.address, token, paths, WARMING.max(paths.len() * 2)).await?;
    let meter = Meter::start(&site.program);
    let (p50, p99) = repeat(site.address, token, paths, bench.pick(1_000, 300)).await?;
    Ok((p50, p99, meter.stop(&site.program)))
}

/// Each page once, with nothing of the database in memory.
async fn cold(
    bench: &mut Bench<'_>,
    site: &mut Site,
    channel: &str,
    token: &str,
    length: u64,
) -> io::Result<()> {
    let size = head(site, channel, token).await? + 1;
    for (part, paths) in places(channel, size) {
        if !site.restart_cold()? {
            return Ok(());
        }
        // Who asks is known by now, and the statements are prepared: it is pages that are cold.
        site.ask("GET", "/sync", token, Value::Null).await?;
        let (p50, p99) = repeat(site.address, token, &paths, paths.len()).await?;
        let name = |p: &str| format!("E page of 50 of {length}, {part}, cold: {p}");
        let cores = Cores::default();
        if paths.len() > 1 {
            bench.row(name("p50"), (p50, "ms"), None, cores, &site.program);
        }
        bench.row(name("p99"), (p99, "ms"), None, cores, &site.program);
    }
    Ok(())
}

/// I by channels: somebody is in ten of so many.
pub async fn by_channels(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut site = Site::open(&bench.database)?;
    let people = site.people(2).await?;
    let mut own = String::new();
    for n in 0..OWN_CHANNELS {
        own = site.channel(&format!("own-{n}"), &people[..1]).await?;
        load::fill(site.address, &Site::seats(&own, &people[..1]), MISSED + 1, 1).await?;
    }
    let model = site.channel("model", &people[1..]).await?;
    load::fill(site.address, &Site::seats(&model, &people[1..]), 1, 1).await?;
    let (token, postgres) = (people[0].clone(), !bench.database.is_sqlite());
    let mut growth = Growth { by: "channels", series: Vec::new() };
    let mut count = OWN_CHANNELS as u64;
    for channels in bench.pick(vec![10, 100, 1_000, 10_000, 100_000], vec![10, 1_000, 10_000]) {
        if channels > count {
            site.change(stock::channels("model", channels, (count, channels), postgres), |_| Ok(()))?;
            count = channels;
        }
        growth.note(channels, "start of the server", site.program.start_up.as_secs_f64() * 1_000.0);
        let at = head(&site, &own, &token).await?;
        for (what, path) in [("sync of somebody in 10", "/sync"), ("directory", "/directory?query=own-1")] {
            let paths = [path.to_owned()];
            growth.note(channels, what, repeat(site.address, &token, &paths, bench.pick(100, 50)).await?.0);
        }
        growth.note(channels, "missed events on resuming", resuming(&site, &own, &token, at).await?);
        growth.note(channels, "send to ack", lone_ack(&site, &own, &token, bench.lasts() / 4).await?);
    }
    growth.report(bench, &site);
    Ok(())
}

/// I by people: so many accounts, all in one channel.
pub async fn by_people(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut site = Site::open(&bench.database)?;
    let people = site.people(4).await?;
    let town = site.channel("town", &people).await?;
    load::fill(site.address, &Site::seats(&town, &people), MISSED + 1, 1).await?;
    let (token, postgres) = (people[0].clone(), !bench.database.is_sqlite());
    let mut growth = Growth { by: "people", series: Vec::new() };
    let mut count = people.len() as u64;
    for total in bench.pick(vec![10, 100, 1_000, 10_000, 100_000], vec![10, 1_000, 10_000]) {
        if total > count {
            let model = "@person3:bench.test";
            site.change(stock::people(model, "town", total, (count, total), postgres), |_| Ok(()))?;
            count = total;
        }
        let at = head(&site, &town, &token).await?;
        for (what, path) in [
            ("sync of somebody", "/sync".to_owned()),
            ("people by name", "/users?query=person2".to_owned()),
            ("page of members", format!("/channels/{town}/members")),
            ("page at the head", format!("/channels/{town}/messages?limit=50")),
        ] {
            growth.note(total, what, repeat(site.address, &token, &[path], bench.pick(100, 50)).await?.0);
        }
        growth.note(total, "missed events on resuming", resuming(&site, &town, &token, at).await?);
        growth.note(total, "send to ack", lone_ack(&site, &town, &token, bench.lasts() / 4).await?);
        growth.note(total, "registering and joining", newcomers(&site, &town, total).await?);
    }
    growth.report(bench, &site);
    Ok(())
}

/// Registering and joining the channel, in milliseconds.
async fn newcomers(site: &Site, channel: &str, batch: u64) -> io::Result<f64> {
    let times = Histogram::default();
    let mut http = Http::connect(site.address).await?;
    for n in 0..20 {
        let body = json!({ "username": format!("new{batch}x{n}"), "password": "correct horse battery" });
        let before = now();
        let (_, made) = http.ask("POST", "/accounts", "", &body.to_string()).await?;
        let token = text(&serde_json::from_slice::<Value>(made)?["session"]["token"]);
        let (status, _) = http.ask("POST", &format!("/channels/{channel}/join"), &token, "").await?;
        times.record(now() - before);
        if status != 200 {
            return Err(io::Error::other(format!("joining was answered {status}")));
        }
    }
    Ok(times.p50_p99().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_tell_how_something_grows() {
        let sizes = [10.0, 100.0, 1_000.0, 10_000.0];
        let grows = |how: fn(f64) -> f64| exponent(&sizes.map(|size| (size, how(size))));
        assert!(grows(|_| 3.0).abs() < 1e-9);
        assert!(grows(f64::ln) < 0.25);
        assert!((grows(|size| size * 2.0) - 1.0).abs() < 1e-9);
        assert!((grows(|size| size * size) - 2.0).abs() < 1e-9);
        assert_eq!(exponent(&[(10.0, 1.0)]), 0.0);
    }
}
