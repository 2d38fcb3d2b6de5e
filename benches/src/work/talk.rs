//! A: one channel with many listeners. B: many channels, all talking. C: a lone sender.

use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Bench;
use crate::floor;
use crate::load::{self, Crowd, Pace, Seat, TEXT_BYTES};
use crate::process::{Cores, Meter, Program};
use crate::report::Goal;
use crate::rows;
use crate::site::Site;

/// Messages under way per listener while the highest rate is looked for: few enough for every queue.
const WINDOW: u64 = 256;
/// What a rate that did not hold is multiplied by.
const BACK: f64 = 0.8;
/// What a rate that held is multiplied by, until one does not.
const FORTH: f64 = 1.1;
/// How many rates are tried at most.
const TRIALS_MAX: usize = 8;
const ROOMS: usize = 200;
const ROOM_PEOPLE: usize = 5;
const TALKING: usize = ROOMS * ROOM_PEOPLE;
/// What a message puts on the disk, roughly, where that can't be measured.
const MESSAGE_DISK_BYTES: usize = 4_096;

/// The highest rate that a crowd sustains.
#[derive(Clone, Copy)]
pub struct Highest {
    per_second: f64,
    cores: Cores,
    half: (f64, f64),
}

/// Begins with what a closed loop reached, which is no more than a guess: senders that wait for answers leave a server
/// idle at times, or find it with a backlog. From there it goes back until a rate holds or, where that is asked for
/// (`forth`), forth until one does not.
async fn highest(
    program: &Program,
    seats: &Arc<Vec<Seat>>,
    crowd: &Crowd,
    (lasts, forth): (Duration, bool),
) -> Highest {
    let listeners = u64::try_from(seats.len()).unwrap_or(1);
    let address = program.address;
    crowd.heard.reset();
    let closed = Pace::Closed { window: Some((WINDOW, crowd, listeners)) };
    let sent = load::send(address, seats, load::SENDERS, closed, lasts).await;
    crowd.settle(sent.acks.count() * listeners).await;
    let mut rate = sent.per_second() * 0.95;
    let mut sends = rate;
    let mut found =
        Highest { per_second: 0.0, cores: Cores::default(), half: (f64::INFINITY, f64::INFINITY) };
    for _ in 0..TRIALS_MAX {
        let meter = Meter::start(program);
        let trial = load::trial(address, seats, crowd, rate, listeners, lasts).await;
        let cores = meter.stop(program);
        if trial.held && trial.deliveries_per_second > found.per_second {
            (found.per_second, found.cores, sends) = (trial.deliveries_per_second, cores, rate);
        }
        if crowd.cut_off.load(Ordering::Relaxed) > 0 {
            // The rest would be measured with a smaller crowd than it says.
            break;
        }
        match (trial.held, found.per_second > 0.0) {
            (true, _) if forth => rate *= FORTH,
            (false, false) => rate *= BACK,
            _ => break,
        }
    }
    let half = load::trial(address, seats, crowd, sends / 2.0, listeners, lasts).await;
    found.half = (half.p50, half.p99);
    found
}

pub async fn fan_out(bench: &mut Bench<'_>) -> io::Result<()> {
    let crowds = bench.pick(vec![100, 500, 1_000, 5_000], vec![100, 500]);
    let site = Site::open(&bench.database)?;
    let people = site.people(*crowds.iter().max().unwrap_or(&0)).await?;
    for listeners in crowds {
        let members = &people[..listeners];
        let channel = site.channel(&format!("crowd-{listeners}"), members).await?;
        fan_out_to(bench, &site, &Site::seats(&channel, members)).await?;
    }
    Ok(())
}

async fn fan_out_to(bench: &mut Bench<'_>, site: &Site, seats: &Arc<Vec<Seat>>) -> io::Result<()> {
    let listeners = seats.len();
    let tries = (bench.lasts(), bench.pick(true, false));
    let crowd = Crowd::gather(site.address, seats).await?;
    let found = highest(&site.program, seats, &crowd, tries).await;
    let frame_bytes = crowd.frame_bytes.load(Ordering::Relaxed);
    drop(crowd);
    // The floor has no database: it is measured once in a run.
    if let Entry::Vacant(floor) = bench.floors.entry(listeners) {
        let bare = Program::floor(&["floor", &frame_bytes.to_string()]);
        let crowd = Crowd::gather(bare.address, seats).await?;
        let best = highest(&bare, seats, &crowd, tries).await;
        floor.insert(best);
    }
    let best = bench.floors[&listeners];
    let what = "bare actix-ws, coalesced, no storage";
    let name = |part: &str| format!("A fan-out to {listeners}: {part}");
    let rate = (found.per_second, "deliveries/s");
    let both = (found.cores, Some(best.cores.server));
    bench
        .row_beside(name("highest rate"), rate, Some((best.per_second, what)), both, &site.program)
        .aims_at(Goal::RatioAtLeast(0.6));
    let halves =
        [("p50 at half of it", found.half.0, best.half.0), ("p99 at half of it", found.half.1, best.half.1)];
    for (part, ours, floor) in halves {
        bench.row(name(part), (ours, "ms"), Some((floor, what)), found.cores, &site.program);
    }
    Ok(())
}

/// How many deliveries the generator itself can take, with a sender that only writes.
pub async fn ceiling(bench: &mut Bench<'_>) -> io::Result<()> {
    let blast = Program::floor(&["blast", "700"]);
    let seats = Site::seats("none", &vec![String::new(); 100]);
    let crowd = Crowd::gather(blast.address, &seats).await?;
    let meter = Meter::start(&blast);
    crowd.heard.reset();
    let begun = std::time::Instant::now();
    tokio::time::sleep(bench.lasts()).await;
    let rate = crowd.heard.count() as f64 / begun.elapsed().as_secs_f64();
    let cores = meter.stop(&blast);
    bench.row("the generator's own ceiling, 100 sockets", (rate, "deliveries/s"), None, cores, &blast);
    Ok(())
}

pub async fn rooms(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut site = Site::open(&bench.database)?;
    let people = site.people(ROOMS * ROOM_PEOPLE).await?;
    let mut seats = Vec::with_capacity(people.len());
    for (n, members) in people.chunks(ROOM_PEOPLE).enumerate() {
        let channel = site.channel(&format!("room-{n}"), members).await?;
        seats.extend(members.iter().map(|token| Seat { channel: channel.clone(), token: token.clone() }));
    }
    let seats = Arc::new(seats);
    let lasts = bench.lasts();
    let crowd = Crowd::gather(site.address, &seats).await?;
    let admin = site.administrator().await?;
    let (commits, written) = (site.commits(&admin).await?, site.program.usage().written_bytes);
    let closed = Pace::Closed { window: None };
    let meter = Meter::start(&site.program);
    let sent = load::send(site.address, &seats, TALKING, closed, lasts).await;
    let cores = meter.stop(&site.program);
    let batch = sent.acks.count() as f64 / (site.commits(&admin).await? - commits).max(1.0);
    let each_bytes = (site.program.usage().written_bytes - written) / sent.acks.count() as f64;
    crowd.settle(sent.acks.count() * 5).await;
    let half = load::send(site.address, &seats, TALKING, Pace::Open(sent.per_second() / 2.0), lasts).await;
    let frame_bytes = crowd.frame_bytes.load(Ordering::Relaxed);
    drop(crowd);

    let bare = Program::floor(&["floor", &frame_bytes.to_string()]);
    let crowd = Crowd::gather(bare.address, &seats).await?;
    let meter = Meter::start(&bare);
    let best = load::send(bare.address, &seats, TALKING, closed, lasts).await;
    let both = (cores, Some(meter.stop(&bare).server));
    drop(crowd);

    let name = |part: &str| format!("B {ROOMS} channels of {ROOM_PEOPLE}, all talking: {part}");
    let ours = (sent.per_second(), "sends/s");
    let by_server = (best.per_second(), "bare actix-ws, no storage");
    let sqlite = bench.database.is_sqlite();
    let row = bench.row_beside(name("durable sends"), ours, Some(by_server), both, &site.program);
    if sqlite {
        row.aims_at(Goal::AtLeast(10_000.0));
    }
    bench.row(name("mean batch of a commit"), (batch, "sends"), None, cores, &site.program);
    // On PostgreSQL somebody else writes.
    let each_bytes = if sqlite { each_bytes } else { MESSAGE_DISK_BYTES as f64 };
    bench.row(name("written to disk per send"), (each_bytes / 1_024.0, "KiB"), None, cores, &site.program);
    let bytes = (batch * each_bytes).max(1.0) as usize;
    let disk = floor::fsync(site.dir.path(), bytes, Duration::from_secs(1))?;
    let by_disk = (disk.per_second * batch, "fsyncs/s of what a commit writes x its mean batch");
    bench.row(name("durable sends"), ours, Some(by_disk), cores, &site.program);
    let (p50, p99) = half.acks.p50_p99();
    let sync = |value| Some((value, "one fsync of a commit's bytes"));
    bench.row(name("p50 ack at half of it"), (p50, "ms"), sync(disk.p50), cores, &site.program);
    bench
        .row(name("p99 ack at half of it"), (p99, "ms"), sync(disk.p99), cores, &site.program)
        .aims_at(Goal::AtMost(50.0));
    if sqlite {
        let mut alone = Ok(0.0);
        let peak = site.program.usage();
        site.change(Vec::new(), |site| {
            alone = rows::per_second(&site.url(), batch.round().max(1.0) as usize, ROOM_PEOPLE, lasts);
            Ok(())
        })?;
        let by_rows = (alone?, "the same rows and commits by SQLite alone, one thread");
        let row = bench.row(name("durable sends"), ours, Some(by_rows), cores, &site.program);
        row.peak_mib = peak.peak_kib / 1_024.0;
        row.aims_at(Goal::RatioAtLeast(0.5));
    }
    Ok(())
}

pub async fn lone(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let people = site.people(2).await?;
    let channel = site.channel("quiet", &people).await?;
    let (sender, listener) = (Site::seats(&channel, &people[..1]), Site::seats(&channel, &people[1..]));
    let crowd = Crowd::gather(site.address, &listener).await?;
    let meter = Meter::start(&site.program);
    let sent = load::send(site.address, &sender, 1, Pace::Closed { window: None }, bench.lasts()).await;
    let cores = meter.stop(&site.program);
    crowd.settle(sent.acks.count()).await;
    let disk = floor::fsync(site.dir.path(), 4 * MESSAGE_DISK_BYTES, Duration::from_secs(1))?;
    let (ack, heard) = (sent.acks.p50_p99(), crowd.heard.p50_p99());
    let name = |part: &str| format!("C a lone sender, {TEXT_BYTES} bytes: {part}");
    for (part, ours, floor) in [
        ("send to ack, p50", ack.0, disk.p50),
        ("send to ack, p99", ack.1, disk.p99),
        ("send to delivery, p50", heard.0, disk.p50),
        ("send to delivery, p99", heard.1, disk.p99),
    ] {
        let by_disk = Some((floor, "one fdatasync of 16 KiB"));
        let row = bench.row(name(part), (ours, "ms"), by_disk, cores, &site.program);
        if part == "send to ack, p50" {
            row.aims_at(Goal::AtMost(2.0 * disk.p50 + 1.0));
        }
    }
    Ok(())
}
