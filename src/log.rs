//! What is said on standard error.

use std::io::IsTerminal;

use loggia::config::{Log, LogFormat};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// What is left out unless it is asked for: the HTTP library says of each request that is none that it is an error. Anybody can
/// send as many of those as they like, and no operator has to do anything about them.
const UNASKED: &str = "actix_http::h1::dispatcher=off";

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
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
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
    use std::io;
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
    fn a_word_alone_is_a_level() {
        for good in ["info", "INFO", "off", "info,loggia::live=debug", "warn,[send{user=1, to=2}]=trace"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["infoo", "inf", "loggia", "info,loggia", "debug loggia"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
