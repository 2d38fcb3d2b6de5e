//! Measures Loggia as its users meet it; `README.md` has the method, `NOTES.md` what was found.

mod floor;
mod guard;
mod load;
mod process;
mod report;
mod site;
mod stats;
mod wire;
mod work;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::report::Report;
use crate::site::Database;
use crate::work::{Bench, federation, history, idle, talk};

const USAGE: &str =
    "usage: loggia-benches run [--quick] [--only LETTERS]\n       loggia-benches floor|blast FRAME_BYTES";

/// What `--only` names.
const ALL: &str = "ABCDEFGH";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<usize>().ok();
    let ended = match words.as_slice() {
        ["run", options @ ..] => run(options),
        ["guard", "--bounds", file] => guarded(file, false),
        ["guard", "--bounds", file, "--write"] => guarded(file, true),
        ["work", name, count] if number(count).is_some() => guard::work(name, count.parse().unwrap_or(0)),
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

fn run(options: &[&str]) -> io::Result<()> {
    let quick = options.contains(&"--quick");
    let only = options.iter().position(|word| *word == "--only").and_then(|at| options.get(at + 1));
    let only = only.copied().unwrap_or(ALL);
    let program = process::loggia();
    if !program.exists() {
        return Err(io::Error::other(format!(
            "{}: build it first, or name one in LOGGIA_BIN",
            program.display()
        )));
    }
    let begun = Instant::now();
    let mut report = Report::default();
    runtime()?.block_on(measure(&mut report, quick, only))?;
    let data = site::scratch()?;
    let dir = data.parent().unwrap_or(Path::new("."));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let seconds = begun.elapsed().as_secs();
    let about = json!({ "quick": quick, "cores": cores, "load_at_the_end": load.trim(), "seconds": seconds });
    report.write(dir, &about)?;
    println!("{}", report.table());
    println!("{cores} cores, {seconds} s, load at the end {}", load.trim());
    println!("figures in {0}/report.json, plot in {0}/report.svg", dir.display());
    Ok(())
}

async fn measure(report: &mut Report, quick: bool, only: &str) -> io::Result<()> {
    let mut databases = vec![Database::Sqlite];
    databases.extend(std::env::var("LOGGIA_TEST_POSTGRES_URL").ok().map(Database::Postgres));
    let disk = floor::fsync(&site::scratch()?, 4_096, Duration::from_secs(1))?;
    eprintln!("one fdatasync of 4 KiB: p50 {:.2} ms, p99 {:.2} ms", disk.p50, disk.p99);
    for database in databases {
        let wants = |letter: char| only.contains(letter);
        let sqlite = database == Database::Sqlite;
        let mut bench = Bench { report, database, quick };
        if wants('A') {
            if sqlite {
                talk::ceiling(&mut bench).await?;
            }
            for listeners in bench.pick(vec![100, 500, 1_000], vec![100, 500]) {
                talk::fan_out(&mut bench, listeners).await?;
            }
        }
        if wants('B') {
            talk::rooms(&mut bench).await?;
        }
        if wants('C') {
            talk::lone(&mut bench).await?;
        }
        if wants('D') {
            idle::idle(&mut bench).await?;
        }
        if wants('E') {
            history::pages(&mut bench).await?;
        }
        if wants('F') {
            history::sync(&mut bench).await?;
            idle::storm(&mut bench).await?;
        }
        if wants('G') && sqlite {
            federation::federation(&mut bench).await?;
        }
        if wants('H') {
            history::search(&mut bench).await?;
        }
    }
    Ok(())
}
