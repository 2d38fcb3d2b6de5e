//! What is asked of whoever sits at a terminal, and what they are told to type.

use std::io::{self, IsTerminal};

use super::log;

/// Whether a command failed because whoever read what it printed has gone: `loggia export channel .. | head`.
pub fn is_for_nobody(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|error| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// A password: typed without being shown, or the first line of what is not a terminal.
pub fn read_password() -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ");
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Whether whoever is asked says yes: typed, or the first line of what is not a terminal.
pub fn confirm(question: &str) -> io::Result<bool> {
    eprint!("{question} [y/N] ");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// How to run another command of this server: as the same account, with the same settings. A service says so in its
/// journal, which others read.
pub fn how_to_run(arguments: impl Iterator<Item = String>, env: impl Fn(&str) -> Option<String>) -> String {
    let mut words: Vec<String> = arguments.filter(|word| word != "serve").collect();
    if words.is_empty() {
        words.push("loggia".to_owned());
    }
    if !words.iter().any(|word| word.starts_with("--config"))
        && let Some(file) = env("LOGGIA_CONFIG")
    {
        words.insert(1, format!("--config {file}"));
    }
    // Which data it is about.
    let settings: Vec<String> =
        ["LOGGIA_SERVER_NAME", "LOGGIA_DATA_DIR", "LOGGIA_DATABASE_URL"]
            .into_iter()
            .filter_map(|name| Some((name, env(name).filter(|value| !value.is_empty())?)))
            // It may have a password in it.
            .map(|(name, value)| {
                if name.ends_with("URL") {
                    format!("{name}=...")
                } else {
                    format!("{name}={}", quoted(&value))
                }
            })
            .collect();
    let user = env("USER").filter(|user| user != "root");
    // systemd says where the journal is that takes the output.
    let user = user.filter(|_| env("JOURNAL_STREAM").is_some() && !io::stdout().is_terminal());
    let before = match user {
        Some(user) if settings.is_empty() => vec![format!("sudo -u {user}")],
        Some(user) => [vec![format!("sudo -u {user} env")], settings].concat(),
        None => settings,
    };
    [before, words].concat().join(" ")
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:+,@%".contains(&byte);
    if word.bytes().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Ends the program where it can't say what it has to say: `println!` panics then. Without a word when whoever read its output
/// has gone, as in `loggia user list | head -1`, with the status that a shell shows for a program that SIGPIPE ended. Other panics
/// are logged.
pub fn end_when_nobody_reads() {
    const ENDED_BY_SIGPIPE: i32 = 128 + 13;
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        let Some(failed) = text.strip_prefix("failed printing to ") else {
            return log::panicked(panic, &otherwise);
        };
        if failed.contains("Broken pipe") {
            std::process::exit(ENDED_BY_SIGPIPE);
        }
        log::fail(&text);
        std::process::exit(1);
    }));
}

/// The environment's variables. What is no text in one is made one: it may be none of ours.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |given: std::ffi::OsString| given.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_says_as_whom_and_with_what_it_runs() {
        let run = |words: &[&str], env: &[(&str, &str)]| {
            let value = |name: &str| env.iter().find(|(known, _)| *known == name);
            let words = words.iter().map(|word| (*word).to_owned());
            how_to_run(words, |name| value(name).map(|(_, value)| (*value).to_owned()))
        };
        let at_home = ["target/release/loggia", "serve"];
        assert_eq!(run(&at_home, &[("USER", "ann")]), "target/release/loggia");
        let configured = [("USER", "ann"), ("LOGGIA_CONFIG", "/etc/loggia.toml")];
        assert_eq!(run(&at_home, &configured), "target/release/loggia --config /etc/loggia.toml");
        let service = ["/usr/bin/loggia", "--config", "/etc/loggia.toml", "serve"];
        let ours = run(&service, &[("USER", "loggia"), ("LOGGIA_CONFIG", "/x"), ("JOURNAL_STREAM", "8:1")]);
        // Tests may have a terminal.
        assert!(ours.ends_with("/usr/bin/loggia --config /etc/loggia.toml"), "{ours}");
        assert!(io::stdout().is_terminal() || ours.starts_with("sudo -u loggia /usr"), "{ours}");
        let elsewhere = [
            ("LOGGIA_DATA_DIR", "/srv/Ann's chat"),
            ("LOGGIA_SERVER_NAME", "chat.example.org"),
            ("LOGGIA_DATABASE_URL", "postgres://loggia:secret@db/loggia"),
        ];
        let settings = r"LOGGIA_SERVER_NAME=chat.example.org LOGGIA_DATA_DIR='/srv/Ann'\''s chat' LOGGIA_DATABASE_URL=...";
        assert_eq!(run(&at_home, &elsewhere), format!("{settings} target/release/loggia"));
    }
}
