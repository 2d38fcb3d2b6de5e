//! What the regression guard counts and the micro-benchmarks time, and the processes that are measured.

pub mod hot;
pub mod process;
pub mod stats;
