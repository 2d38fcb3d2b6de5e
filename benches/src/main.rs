//! Measures Loggia as its users meet it; `README.md` has the method, `NOTES.md` what was found.

mod floor;
mod furnish;
mod guard;
mod load;
mod postgres;
mod report;
mod rows;
mod site;
mod stock;
mod wire;
mod words;
mod work;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loggia_benches::{hot, process, stats};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::postgres::Postgres;
use crate::report::Report;
use crate::site::Database;
use crate::work::{Bench, federation, growth, history, idle, search, storm, talk};

const USAGE: &str = "usage: loggia-benches run [--quick] [--only LETTERS] [--on sqlite|postgresql]\n       loggia-benches floor|blast FRAME_BYTES\n       loggia-benches guard --bounds FILE [--write]";

/// What `--only` names.
const ALL: &str = "ABCDEFGHI";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<usize>().ok();
    let ended = match words.as_slice() {
        ["run", options @ ..] if are_known(options) => run(options),
        ["guard", "--bounds", file] => guarded(file, false),
        ["guard", "--bounds", file, "--write"] => guarded(file, true),
        ["work", name, count] if number(count).is_some() => hot::work(name, count.parse().unwrap_or(0)),
        ["floor", bytes] if number(bytes).is_some() => {
            actix_web::rt::System::new().block_on(floor::serve(number(bytes).unwrap_or(0)))
        }
        ["blast", bytes] if number(bytes).is_some() => {
            runtime().and_then(|runtime| runtime.block_on(floor::blast(number(bytes).unwrap_or(0))))
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("loggia-benches: {error}");
            ExitCode::FAILURE
        }
    }
}

fn guarded(bounds: &str, write: bool) -> io::Result<()> {
    match guard::guard(Path::new(bounds), write)? {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "more instructions than {bounds} allows: find out why, or set the bounds anew with --write"
        ))),
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

async fn told_to_stop() -> io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminated.recv() => Ok(()),
    }
}

/// The word after an option.
fn option<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    let at = options.iter().position(|word| *word == name)?;
    options.get(at + 1).copied()
}

/// A word that means nothing here would have everything measured, for half an hour.
fn are_known(options: &[&str]) -> bool {
    match options {
        [] => true,
        ["--quick", rest @ ..] => are_known(rest),
        ["--only", letters, rest @ ..] => {
            letters.chars().all(|letter| ALL.contains(letter)) && are_known(rest)
        }
        ["--on", "sqlite" | "postgresql", rest @ ..] => are_known(rest),
        _ => false,
    }
}

fn run(options: &[&str]) -> io::Result<()> {
    let quick = options.contains(&"--quick");
    let only = option(options, "--only").unwrap_or(ALL);
    let program = process::loggia();
    if !program.exists() {
        return Err(io::Error::other(format!(
            "{}: build it first, or name one in LOGGIA_BIN",
            program.display()
        )));
    }
    let begun = Instant::now();
    let mut report = Report::default();
    let databases = databases(option(options, "--on"), quick)?;
    runtime()?.block_on(async {
        tokio::select! {
            measured = measure(&mut report, databases, quick, only) => measured,
            // What was started ends with what is dropped here: servers, databases, their directories.
            told = told_to_stop() => told.and(Err(io::ErrorKind::Interrupted.into())),
        }
    })?;
    let data = site::scratch()?;
    let dir = data.parent().unwrap_or(Path::new("."));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let seconds = begun.elapsed().as_secs();
    let about = json!({ "quick": quick, "cores": cores, "load_at_the_end": load.trim(), "seconds": seconds });
    report.write(dir, &about)?;
    println!("{}", report.table());
    println!("{}", report.goals());
    for failed in &report.failed {
        println!("FAILED: {failed}");
    }
    println!("{cores} cores, {seconds} s, load at the end {}", load.trim());
    println!("figures in {0}/report.json, plot in {0}/report.svg", dir.display());
    match report.failed.is_empty() {
        true => Ok(()),
        false => Err(io::Error::other("not every workload could be measured")),
    }
}

/// Both, or the one that was asked for; a quick run is on SQLite.
fn databases(on: Option<&str>, quick: bool) -> io::Result<Vec<Database>> {
    let wants = |name: &str| on.map_or(name == "sqlite" || !quick, |on| on == name);
    let mut databases = Vec::new();
    if wants("sqlite") {
        databases.push(Database::Sqlite);
    }
    if wants("postgresql") {
        match Postgres::find()? {
            Some(server) => databases.push(Database::Postgres(Arc::new(server))),
            None => eprintln!(
                "POSTGRESQL IS NOT MEASURED: it is not installed (Debian: postgresql), and LOGGIA_BENCH_POSTGRES_URL names none"
            ),
        }
    }
    Ok(databases)
}

async fn measure(report: &mut Report, databases: Vec<Database>, quick: bool, only: &str) -> io::Result<()> {
    let disk = floor::fsync(&site::scratch()?, 4_096, Duration::from_secs(1))?;
    eprintln!("one fdatasync of 4 KiB: p50 {:.2} ms, p99 {:.2} ms", disk.p50, disk.p99);
    let mut floors = BTreeMap::new();
    for (nth, database) in databases.into_iter().enumerate() {
        let mut bench = Bench { report, database, quick, floors: &mut floors };
        for letter in only.chars() {
            // What one workload meets with does not take the figures of the others along.
            if let Err(error) = one(&mut bench, letter, nth == 0).await {
                let failed = format!("{letter} on {}: {error}", bench.database.name());
                eprintln!("FAILED: {failed}");
                bench.report.failed.push(failed);
            }
        }
    }
    Ok(())
}

/// One letter's workloads. What has no database is measured with the first.
async fn one(bench: &mut Bench<'_>, letter: char, first: bool) -> io::Result<()> {
    match letter {
        'A' => {
            if first {
                talk::ceiling(bench).await?;
            }
            talk::fan_out(bench).await
        }
        'B' => talk::rooms(bench).await,
        'C' => talk::lone(bench).await,
        'D' => idle::idle(bench).await,
        'E' => growth::by_length(bench).await,
        'F' => {
            history::sync(bench).await?;
            storm::storm(bench).await
        }
        'G' => federation::federation(bench).await,
        'H' => search::search(bench).await,
        'I' => {
            growth::by_channels(bench).await?;
            growth::by_people(bench).await
        }
        _ => Ok(()),
    }
}
