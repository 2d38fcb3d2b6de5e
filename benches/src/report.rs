//! One table, one JSON file, one plot.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::process::Cores;

/// What a figure has to be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Of the floor.
    RatioAtLeast(f64),
}

impl Goal {
    fn said(self) -> String {
        match self {
            Goal::AtMost(most) => format!("<= {}", number(most)),
            Goal::AtLeast(least) => format!(">= {}", number(least)),
            Goal::RatioAtLeast(least) => format!("ratio >= {least:.2}"),
        }
    }
}

pub struct Row {
    pub workload: String,
    pub database: &'static str,
    pub unit: &'static str,
    pub loggia: f64,
    /// What the machine allowed in the same run, and what that is.
    pub floor: Option<(f64, &'static str)>,
    pub cores: Cores,
    /// Cores that the floor used for its own figure, where it is a server.
    pub floor_cores: Option<f64>,
    pub peak_mib: f64,
    pub goal: Option<Goal>,
}

impl Row {
    /// Sets what the figure has to be.
    pub fn aims_at(&mut self, goal: Goal) {
        self.goal = Some(goal);
        eprintln!("  {:<66} {:>10} {}", "", self.verdict(), goal.said());
    }

    fn is_met(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::AtMost(most) => self.loggia <= most,
            Goal::AtLeast(least) => self.loggia >= least,
            Goal::RatioAtLeast(least) => self.ratio().is_some_and(|ratio| ratio >= least),
        })
    }

    fn verdict(&self) -> &'static str {
        match self.is_met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        }
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|(floor, _)| self.loggia / floor).filter(|ratio| ratio.is_finite())
    }

    /// Of a rate: microseconds of processor that one costs the server, and the floor.
    fn costs(&self) -> (Option<f64>, Option<f64>) {
        if !self.unit.ends_with("/s") {
            return (None, None);
        }
        let each = |cores: f64, rate: f64| (cores > 0.0 && rate > 0.0).then(|| cores / rate * 1e6);
        let floor = self.floor.zip(self.floor_cores).and_then(|((rate, _), cores)| each(cores, rate));
        (each(self.cores.server, self.loggia), floor)
    }

    fn json(&self) -> Value {
        json!({
            "workload": self.workload, "database": self.database, "unit": self.unit, "loggia": self.loggia,
            "floor": self.floor.map(|(value, what)| json!({ "value": value, "what": what })),
            "ratio": self.ratio(), "server_cores": self.cores.server, "generator_cores": self.cores.generator,
            "server_us_each": self.costs().0, "floor_us_each": self.costs().1, "peak_rss_mib": self.peak_mib,
            "goal": self.goal.map(Goal::said), "met": self.is_met(),
        })
    }
}

#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
    /// Workloads that came to no figure, and why.
    pub failed: Vec<String>,
}

fn number(value: f64) -> String {
    match value {
        value if !value.is_finite() => "-".to_owned(),
        value if value >= 1_000.0 => {
            let digits = format!("{value:.0}");
            let mut grouped = String::new();
            for (n, digit) in digits.chars().enumerate() {
                if n > 0 && (digits.len() - n).is_multiple_of(3) {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            grouped
        }
        value if value >= 100.0 => format!("{value:.0}"),
        value => format!("{value:.2}"),
    }
}

impl Report {
    /// Adds a row, and says it at once: a run takes minutes.
    pub fn add(&mut self, row: Row) -> &mut Row {
        eprintln!("  {:<10} {:<66} {:>10} {}", row.database, row.workload, number(row.loggia), row.unit);
        self.rows.push(row);
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// How many goals the run met, and which it did not.
    pub fn goals(&self) -> String {
        let aiming: Vec<&Row> = self.rows.iter().filter(|row| row.goal.is_some()).collect();
        let missed: Vec<String> = aiming
            .iter()
            .filter(|row| row.is_met() == Some(false))
            .map(|row| format!("\n  MISSED: {} ({})", row.workload, row.database))
            .collect();
        format!("{} of {} goals met{}", aiming.len() - missed.len(), aiming.len(), missed.concat())
    }

    pub fn table(&self) -> String {
        let mut lines = vec![
            [
                "workload",
                "database",
                "Loggia",
                "",
                "floor",
                "ratio",
                "goal",
                "",
                "server",
                "generator",
                "CPU each",
                "floor's",
                "peak RSS",
                "the floor is",
            ]
            .map(str::to_owned),
        ];
        lines.extend(self.rows.iter().map(|row| {
            [
                row.workload.clone(),
                row.database.to_owned(),
                number(row.loggia),
                row.unit.to_owned(),
                row.floor.map_or(String::new(), |(floor, _)| number(floor)),
                row.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}")),
                row.goal.map_or(String::new(), Goal::said),
                row.verdict().to_owned(),
                format!("{:.2} cores", row.cores.server),
                format!("{:.2} cores", row.cores.generator),
                row.costs().0.map_or(String::new(), |cost| format!("{cost:.2} us")),
                row.costs().1.map_or(String::new(), |cost| format!("{cost:.2} us")),
                format!("{:.0} MiB", row.peak_mib),
                row.floor.map_or(String::new(), |(_, what)| what.to_owned()),
            ]
        }));
        let widths: Vec<usize> = (0..lines[0].len())
            .map(|n| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0))
            .collect();
        let mut table = String::new();
        for (n, line) in lines.iter().enumerate() {
            for ((at, cell), width) in line.iter().enumerate().zip(&widths) {
                let _ = match at {
                    2 | 4..=6 | 8..=12 => write!(table, "| {cell:>width$} "),
                    _ => write!(table, "| {cell:<width$} "),
                };
            }
            table.push_str("|\n");
            if n == 0 {
                widths.iter().for_each(|width| table.push_str(&format!("|{}", "-".repeat(width + 2))));
                table.push_str("|\n");
            }
        }
        table
    }

    /// Writes `report.json` and `report.svg`.
    pub fn write(&self, dir: &Path, about: &Value) -> io::Result<()> {
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let whole = json!({ "about": about, "rows": rows, "failed": self.failed });
        std::fs::write(dir.join("report.json"), serde_json::to_vec_pretty(&whole)?)?;
        std::fs::write(dir.join("report.svg"), self.plot())
    }

    /// A bar per row that has a floor: how long Loggia's figure is when the floor's is the line at 1. Logarithmic,
    /// from a hundredth to a hundred.
    fn plot(&self) -> String {
        const LINE: usize = 22;
        const LEFT: f64 = 470.0;
        const DECADE: f64 = 100.0;
        let rows: Vec<(&Row, f64)> = self.rows.iter().filter_map(|row| Some((row, row.ratio()?))).collect();
        let height = (rows.len() + 3) * LINE;
        let at = |ratio: f64| LEFT + (ratio.log10().clamp(-2.0, 2.0) + 2.0) * DECADE;
        let mut svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="960" height="{height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="8" y="16" font-weight="bold">Loggia as a multiple of what the machine allows (rates: more is better, times: less is)</text>"##
        );
        for decade in -2..=2 {
            let (x, bottom) = (at(10_f64.powi(decade)), height - LINE);
            let colour = if decade == 0 { "#000" } else { "#ccc" };
            let _ = write!(
                svg,
                r##"<line x1="{x}" x2="{x}" y1="{LINE}" y2="{bottom}" stroke="{colour}"/><text x="{x}" y="{}" text-anchor="middle">{}</text>"##,
                height - 6,
                10_f64.powi(decade)
            );
        }
        for (n, (row, ratio)) in rows.iter().enumerate() {
            let y = (n + 1) * LINE + 4;
            let (one, end) = (at(1.0), at(*ratio));
            let colour = if row.unit == "ms" { "#c86432" } else { "#3264c8" };
            let _ = write!(
                svg,
                r##"<text x="8" y="{}">{} ({})</text><rect x="{}" y="{y}" width="{}" height="14" fill="{colour}"/><text x="{}" y="{}">{ratio:.2}</text>"##,
                y + 11,
                row.workload.replace('&', "&amp;").replace('<', "&lt;"),
                row.database,
                one.min(end),
                (end - one).abs().max(1.0),
                LEFT + 4.0 * DECADE + 12.0,
                y + 11,
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_figures_and_their_ratio() {
        assert_eq!(
            [0.256, 34.0, 999.4, 1_234.4, 1_234_567.0, f64::INFINITY].map(number),
            ["0.26", "34.00", "999", "1,234", "1,234,567", "-"]
        );
        let mut report = Report::default();
        report.add(Row {
            workload: "A <1>".to_owned(),
            database: "SQLite",
            unit: "ms",
            loggia: 3.0,
            floor: Some((2.0, "a disk")),
            cores: Cores::default(),
            floor_cores: None,
            peak_mib: 40.4,
            goal: None,
        });
        assert_eq!(report.goals(), "0 of 0 goals met");
        for (goal, met) in [
            (Goal::AtMost(3.0), true),
            (Goal::AtMost(2.9), false),
            (Goal::AtLeast(3.0), true),
            (Goal::AtLeast(3.1), false),
            (Goal::RatioAtLeast(1.5), true),
            (Goal::RatioAtLeast(1.6), false),
        ] {
            report.rows[0].aims_at(goal);
            assert_eq!(report.rows[0].is_met(), Some(met), "{}", goal.said());
        }
        assert_eq!(report.goals(), "0 of 1 goals met\n  MISSED: A <1> (SQLite)");
        let table = report.table();
        assert!(table.contains("1.50") && table.contains("40 MiB") && table.contains("a disk"), "{table}");
        assert!(report.plot().contains("A &lt;1> (SQLite)"));
    }
}
