//! The two programs that verify an export: ours, and the one in examples/verifier-python.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::support::settings;

/// What a verifier said of a file.
#[derive(Debug, Eq, PartialEq)]
pub struct Verdict {
    pub exit: i32,
    /// Without the channel's name; none when it said that this is no export.
    summary: Option<String>,
    /// Place and code of each finding, in order.
    pub findings: Vec<(String, String)>,
}

impl Verdict {
    /// entries, servers, bodies, deleted, missing, void.
    pub fn counts(&self) -> [u64; 6] {
        counts(self.summary.as_deref().expect("a summary"))
    }

    pub fn is_no_export(&self) -> bool {
        self.exit == 2 && self.summary.is_none() && self.findings.is_empty()
    }

    pub fn first_code(&self) -> Option<&str> {
        self.findings.first().map(|(_, code)| code.as_str())
    }
}

/// Another command of the program, on the same data.
pub fn loggia(data_dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
    command.args(arguments).env_clear();
    command.envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")));
    command.envs(settings(&data_dir.to_string_lossy(), ""));
    command.output().expect("the program")
}

pub fn verified_by_us(data_dir: &Path, file: &Path) -> Verdict {
    verdict(&loggia(data_dir, &["verify", &file.to_string_lossy()]))
}

/// None when there is no Python that could.
pub fn verified_by_python(file: &Path) -> Option<Verdict> {
    script("verify.py", file).map(|output| verdict(&output))
}

/// Whether the verifier in Python agrees with the vectors and transcripts in a directory, and what it says.
pub fn vectors_by_python(directory: &Path) -> Option<(bool, String)> {
    let output = script("vectors.py", directory)?;
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn script(name: &str, argument: &Path) -> Option<Output> {
    let mut command = Command::new(python()?);
    command.arg("-B").arg(repository().join("examples/verifier-python").join(name)).arg(argument);
    Some(command.output().expect("Python"))
}

/// `LOGGIA_TEST_PYTHON`, else python3 if it has what the verifier needs.
fn python() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        std::env::var("LOGGIA_TEST_PYTHON").ok().or_else(|| {
            let has_needed = Command::new("python3").args(["-c", "import cryptography"]).output();
            has_needed.is_ok_and(|output| output.status.success()).then(|| "python3".to_owned())
        })
    });
    if found.is_none() {
        eprintln!(
            "LOGGIA_TEST_PYTHON is not set and python3 has no `cryptography`: the Python half was not run"
        );
    }
    found.as_deref()
}

/// Both verifiers' verdict, which is one.
#[track_caller]
pub fn verified(data_dir: &Path, file: &Path, what: &str) -> Verdict {
    let ours = verified_by_us(data_dir, file);
    if let Some(theirs) = verified_by_python(file) {
        assert_eq!(ours, theirs, "{what}: the verifiers disagree");
    }
    ours
}

fn verdict(output: &Output) -> Verdict {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let exit = output.status.code().expect("an exit code");
    assert!(!errors.contains("Traceback"), "{errors}");
    assert_eq!(text.is_empty(), exit == 2, "{text}{errors}");
    let mut lines = text.lines();
    let summary =
        lines.next().map(|line| line.rsplit_once(": ").map_or(line, |(_, counts)| counts).to_owned());
    let findings = lines.map(|line| {
        let mut parts = line.trim().splitn(3, ": ").map(str::to_owned);
        (parts.next().expect("a place"), parts.next().expect("a code"))
    });
    Verdict { exit, summary, findings: findings.collect() }
}

/// The numbers of `48,213 entries, 3 servers, chain complete, 9 bodies, 12 bodies deleted, 0 bodies missing, 0 void`.
fn counts(summary: &str) -> [u64; 6] {
    ["entries", "servers", "bodies", "bodies deleted", "bodies missing", "void"].map(|what| {
        let number = summary.split(", ").find_map(|part| part.strip_suffix(what)?.strip_suffix(' '));
        let number = number.unwrap_or_else(|| panic!("no {what}: {summary}"));
        number.replace(',', "").parse().unwrap_or_else(|_| panic!("no number of {what}: {summary}"))
    })
}
