//! Counts instructions, which are the same on a busy machine: what the hot paths cost, held against bounds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use loggia_benches::hot::{WORK, other};
use serde_json::{Value, json};

/// What a new bound allows beyond what was measured: a path that costs twice as much is found.
const GENEROUS: f64 = 1.5;
/// Built for tests or for use: the counts differ.
const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

/// Instructions that this program takes for some work.
fn count(name: &str, times: u64) -> io::Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["work", name, &times.to_string()])
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(other(format!("{name}: {said}")));
    }
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    collected
        .and_then(|(_, number)| number.trim().parse().ok())
        .ok_or_else(|| other(format!("{name}: valgrind counted nothing: {said}")))
}

fn bound_for(each: f64) -> f64 {
    (each * GENEROUS).round()
}

/// Work that costs nothing was not done.
fn is_kept(each: f64, bound: f64) -> bool {
    each > 0.0 && each <= bound
}

/// Measures everything, and answers whether all stayed below their bounds. With `write` the bounds are set anew.
pub fn guard(bounds: &Path, write: bool) -> io::Result<bool> {
    let mut file: BTreeMap<String, Value> = match std::fs::read(bounds) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if write && error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(other(format!("{}: {error}", bounds.display()))),
    };
    let mut fits = true;
    for (name, few, many) in WORK {
        let each = (count(name, many)? - count(name, few)?) / (many - few) as f64;
        let build = file.entry(BUILD.to_owned()).or_insert_with(|| json!({}));
        if write {
            build[name] = json!(bound_for(each) as u64);
        }
        let bound = build[name].as_f64().ok_or_else(|| other(format!("{BUILD}: no bound for {name}")))?;
        let kept = is_kept(each, bound);
        let verdict = if kept { "ok" } else { "TOO MANY" };
        println!("{verdict:<9} {name:<7} {each:>12.0} instructions each, at most {bound:.0}");
        fits &= kept;
    }
    if write {
        std::fs::write(bounds, format!("{}\n", serde_json::to_string_pretty(&file)?))?;
    }
    Ok(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_costs_twice_as_much_is_refused() {
        for each in [30.0, 1_000.0, 3_000_000.0] {
            let bound = bound_for(each);
            assert!(is_kept(each * 1.2, bound) && !is_kept(each * 1.9, bound), "{each}");
        }
        assert!(!is_kept(0.0, 10.0));
    }

    #[test]
    fn each_kind_of_work_has_a_bound() {
        let bounds: Value = serde_json::from_str(include_str!("../guard.json")).unwrap();
        for (name, ..) in WORK {
            assert!(bounds[BUILD][name].as_f64() > Some(0.0), "{name}");
        }
    }
}
