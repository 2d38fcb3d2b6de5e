//! What was deleted leaves the database's file for good, some time later.

use super::{Domain, Result};
use crate::storage::meta;

/// How long nobody wrote, for a moment to count as quiet.
const QUIET_MS: i64 = 60_000;

/// Key of these units in the writer's queue.
const KEY: &str = "compaction";

/// What is remembered from one look to the next.
#[derive(Debug, Default)]
pub struct Quiet {
    commits: u64,
    since: i64,
}

impl Domain {
    /// Writes SQLite's file anew when it is time, and says whether it did: something was deleted, that is
    /// `database.compact_after_s` after the last time, and nobody writes or it has waited as long again.
    ///
    /// # Errors
    /// What the database says, a full disk for instance; it is tried again with the next look.
    pub async fn compact_when_due(&self, quiet: &mut Quiet) -> Result<bool> {
        let after = i64::from(self.config.settings.database.compact_after_s) * 1_000;
        let now = self.clock.now();
        let commits = self.writer.commits();
        if commits != quiet.commits || quiet.since == 0 {
            *quiet = Quiet { commits, since: now };
        }
        if after == 0 {
            return Ok(false);
        }
        let Some(compacted) = self.reads.read(meta::compacted_before_deletion).await? else {
            return Ok(false);
        };
        let waited = now - compacted;
        let is_quiet = now - quiet.since >= QUIET_MS;
        if waited < after || (waited < 2 * after && !is_quiet) {
            return Ok(false);
        }
        self.writer.other(KEY, |work| Ok(meta::begin_compaction(work.conn)?)).await?;
        self.writer.compact().await?;
        let done = self.clock.now();
        self.writer.other(KEY, move |work| Ok(meta::end_compaction(work.conn, done)?)).await?;
        let took_ms = done - now;
        tracing::info!(took_ms, "the database was written anew, without traces of what was deleted");
        Ok(true)
    }
}
