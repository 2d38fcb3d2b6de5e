//! The workloads. Each has a server of its own, and adds its rows to the report.

pub mod federation;
pub mod growth;
pub mod history;
pub mod idle;
pub mod search;
pub mod storm;
pub mod talk;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::process::{Cores, Program};
use crate::report::{Report, Row};
use crate::site::Database;
use crate::stats::{Histogram, now};
use crate::wire::Http;

/// What all workloads are given.
pub struct Bench<'a> {
    pub report: &'a mut Report,
    pub database: Database,
    pub quick: bool,
    /// The highest rates of the bare server, by listeners: one measurement serves all databases.
    pub floors: &'a mut BTreeMap<usize, talk::Highest>,
}

impl Bench<'_> {
    /// The first of two in a full run, the second in a quick one.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// How long one trial lasts.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(self.pick(5, 2))
    }

    pub fn row(
        &mut self,
        workload: impl Into<String>,
        (loggia, unit): (f64, &'static str),
        floor: Option<(f64, &'static str)>,
        cores: Cores,
        program: &Program,
    ) -> &mut Row {
        self.row_beside(workload, (loggia, unit), floor, (cores, None), program)
    }

    /// As [`Bench::row`], where the floor is a server whose processor use is known too.
    pub fn row_beside(
        &mut self,
        workload: impl Into<String>,
        (loggia, unit): (f64, &'static str),
        floor: Option<(f64, &'static str)>,
        (cores, floor_cores): (Cores, Option<f64>),
        program: &Program,
    ) -> &mut Row {
        let peak_mib = program.usage().peak_kib / 1_024.0;
        let database = self.database.name();
        self.report.add(Row {
            workload: workload.into(),
            database,
            unit,
            loggia,
            floor,
            cores,
            floor_cores,
            peak_mib,
            goal: None,
        })
    }
}

/// What takes so long is asked for less often than it might be, though so often at least.
const REPEAT_LASTS: Duration = Duration::from_secs(15);
const REPEAT_MIN: usize = 30;

/// Asks the same thing again and again over one connection: milliseconds, half and nearly all.
pub async fn repeat(
    address: SocketAddr,
    token: &str,
    paths: &[String],
    count: usize,
) -> io::Result<(f64, f64)> {
    let mut http = Http::connect(address).await?;
    let times = Histogram::default();
    let begun = Instant::now();
    for (n, path) in paths.iter().cycle().take(count).enumerate() {
        if n >= REPEAT_MIN && begun.elapsed() > REPEAT_LASTS {
            break;
        }
        let before = now();
        let (status, _) = http.ask("GET", path, token, "").await?;
        times.record(now() - before);
        if status != 200 {
            return Err(io::Error::other(format!("{path}: {status}")));
        }
    }
    Ok(times.p50_p99())
}
