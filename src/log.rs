//! What is said on standard error.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use loggia::config::{Log, LogFormat};
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// What is left out unless it is asked for: the HTTP library says of each request that is none that it is an error. Anybody can
/// send as many of those as they like, and no operator has to do anything about them.
const UNASKED: &str = "actix_http::h1::dispatcher=off";

/// Whether programs read what is said on standard error, so that each line of it is JSON.
static FOR_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// From now on what goes wrong is said in JSON, too: before that is known which settings would do.
pub fn speak_to_programs() {
    FOR_PROGRAMS.store(true, Ordering::Relaxed);
}

pub fn is_for_programs() -> bool {
    FOR_PROGRAMS.load(Ordering::Relaxed)
}

/// Says why the program ends, whatever the level of the log, and also where there is no log yet.
pub fn fail(why: &dyn Display) {
    if !is_for_programs() {
        let _ = writeln!(io::stderr(), "loggia: {why}");
        return;
    }
    let log = tracing_subscriber::fmt().log_internal_errors(false).with_writer(io::stderr).json();
    tracing::subscriber::with_default(log.finish(), || tracing::error!("{why}"));
}

/// Logs a panic as what it is, an error; where errors are not logged, people see it as otherwise.
pub fn panicked(panic: &PanicHookInfo<'_>, otherwise: impl Fn(&PanicHookInfo<'_>)) {
    if !tracing::enabled!(Level::ERROR) {
        return if is_for_programs() { fail(panic) } else { otherwise(panic) };
    }
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = message.unwrap_or("something that is no text");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or_default();
    // There is one where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(location, thread, backtrace, "a panic: {message}");
}

/// Begins to log.
///
/// # Errors
/// What is wrong with `log.level`.
pub fn start(settings: &Log) -> Result<(), String> {
    let filter = filter(&settings.level)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would say so by a panic where the disk that takes the log is full.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match settings.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    check(level)?;
    EnvFilter::builder().parse(format!("{UNASKED},{level}")).map_err(|error| error.to_string())
}

/// A word alone is a level. A filter takes another for the name of a part of the program: misspelt, it would silence all others.
fn check(filter: &str) -> Result<(), String> {
    let mut words = filter.split(',').map(str::trim).filter(|word| !word.contains(['=', '[', ']', '{', '}']));
    match words.find(|word| word.parse::<LevelFilter>().is_err()) {
        Some(word) => Err(format!("{word:?} is none of off, error, warn, info, debug and trace")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    /// What was logged so far.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged at this level of a server's failure, and of nonsense that somebody sent.
    fn logged(level: &str) -> Result<(bool, bool), String> {
        let lines = Lines::default();
        let writer = lines.clone();
        let log =
            tracing_subscriber::fmt().with_env_filter(filter(level)?).with_writer(move || writer.clone());
        tracing::subscriber::with_default(log.finish(), || {
            tracing::error!("a failure");
            tracing::error!(target: "actix_http::h1::dispatcher", "nonsense");
        });
        let lines = lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = String::from_utf8_lossy(&lines);
        Ok((lines.contains("a failure"), lines.contains("nonsense")))
    }

    #[test]
    fn what_anybody_can_bring_about_is_no_error_of_the_server() {
        assert_eq!(logged("info"), Ok((true, false)));
        assert_eq!(logged("off"), Ok((false, false)));
        assert_eq!(logged("error,actix_http::h1::dispatcher=error"), Ok((true, true)));
    }

    #[test]
    fn a_panic_is_an_error_with_its_place() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone());
        let before: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = std::panic::take_hook().into();
        let otherwise = before.clone();
        std::panic::set_hook(Box::new(move |panic| panicked(panic, &*otherwise)));
        tracing::subscriber::with_default(log.finish(), || {
            let caught = std::panic::catch_unwind(|| panic!("that {}", "was it"));
            assert!(caught.is_err());
        });
        std::panic::set_hook(Box::new(move |panic| before(panic)));
        let lines = lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let event: serde_json::Value = serde_json::from_slice(&lines).expect("one line of JSON");
        let fields = &event["fields"];
        assert_eq!((&event["level"], &fields["message"]), (&"ERROR".into(), &"a panic: that was it".into()));
        let location = fields["location"].as_str().expect("a place");
        assert!(location.starts_with("src/log.rs:"), "{location}");
    }

    #[test]
    fn a_word_alone_is_a_level() {
        for good in ["info", "INFO", "off", "info,loggia::live=debug", "warn,[send{user=1, to=2}]=trace"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["infoo", "inf", "loggia", "info,loggia", "debug loggia"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
