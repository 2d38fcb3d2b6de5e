//! Loggia.
pub mod config;
pub mod domain;
pub mod protocol;
pub mod storage;
