//! What is wanted of settings before it is known whether they are any good.

use std::path::Path;

use super::value::{Given, Setting};
use super::{LogFormat, file_of};

/// How the log is written: what is wrong with settings is said in that way, too, if it is not this one.
pub fn log_format(file: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> LogFormat {
    let env = env.filter(|(name, _)| name.starts_with("LOGGIA_")).collect();
    given(file, &env).unwrap_or(LogFormat::Text)
}

fn given(file: Option<&Path>, env: &super::Env) -> Option<LogFormat> {
    if let Some(format) = env.get("LOGGIA_LOG__FORMAT") {
        return LogFormat::read(Given::Variable(format)).ok();
    }
    let table: toml::Table = std::fs::read_to_string(file_of(file, env)?).ok()?.parse().ok()?;
    LogFormat::read(Given::File(table.get("log")?.get("format")?)).ok()
}
