//! Checking what is there: `loggia verify`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use loggia::config::Config;
use loggia::domain::verify::{verify_all, verify_export};
use loggia::protocol::audit::Audit;
use loggia::server;
use loggia::storage::{Conn, channels};

use crate::lost;

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// The file is no export.
const EXIT_NO_EXPORT: u8 = 2;

/// Checks every channel of the database, with SQLite its file, and that the files are there that people sent; if `reads_files`, that
/// they are still the same.
pub fn verify(config: &Config, reads_files: bool) -> Outcome {
    let mut conn = Conn::open(&config.database_url())?;
    let audits = verify_all(&mut conn)?;
    if audits.is_empty() {
        println!("there are no channels");
    }
    let mut sound = true;
    for (id, audit) in &audits {
        let name = channels::by_id(&mut conn, id)?.map(|row| row.name).filter(|name| !name.is_empty());
        let named = name.map_or_else(|| id.clone(), |name| format!("{id} ({name})"));
        sound &= print_audit(&named, audit);
    }
    let damage = conn.check_file()?;
    for line in &damage {
        println!("the database's file is damaged: {line}");
    }
    sound &= damage.is_empty();
    let store = server::find_store(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (count, lost) = lost::look(&mut conn, (&runtime, &store), reads_files)?;
    println!("{} files, {} lost", grouped(count), grouped(lost.len()));
    for file in &lost {
        println!("  {file}");
    }
    sound &= lost.is_empty();
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks an exported channel.
pub fn verify_file(file: &Path) -> Outcome {
    let opened = File::open(file).map_err(Into::into);
    let (channel, audit) = match opened.and_then(|file| verify_export(BufReader::new(file))) {
        Ok(verified) => verified,
        Err(error) => {
            eprintln!("loggia: {}: {error}", file.display());
            return Ok(ExitCode::from(EXIT_NO_EXPORT));
        }
    };
    Ok(if print_audit(channel.as_str(), &audit) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `48213` as `48,213`.
fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Says what was found; true when nothing is wrong.
fn print_audit(channel: &str, audit: &Audit) -> bool {
    let verdict = if audit.findings.is_empty() { "chain complete" } else { "chain NOT complete" };
    println!(
        "{channel}: {} entries, {} servers, {verdict}, {} bodies, {} bodies deleted, {} bodies missing, {} void",
        grouped(audit.entries),
        grouped(audit.servers.len()),
        grouped(audit.bodies),
        grouped(audit.deleted),
        grouped(audit.missing),
        grouped(audit.void)
    );
    for finding in &audit.findings {
        let place = finding.seq.map_or_else(|| "head".to_owned(), |seq| format!("seq {seq}"));
        println!("  {place}: {}: {}", finding.code, finding.detail);
    }
    audit.findings.is_empty()
}
