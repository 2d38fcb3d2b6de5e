//! What is said on standard error.

use std::io::IsTerminal;

use loggia::config::{Log, LogFormat};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// Begins to log.
///
/// # Errors
/// What is wrong with `log.level`.
pub fn start(settings: &Log) -> Result<(), String> {
    check(&settings.level)?;
    let filter = EnvFilter::builder().parse(&*settings.level).map_err(|error| error.to_string())?;
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
    use super::*;

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
