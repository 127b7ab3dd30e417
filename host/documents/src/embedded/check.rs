//! Whether a file is whole.
//!
//! SQLite finds a damaged page when it comes across it, which may be long after the damage, when all backups have it too. So every
//! start looks: at every page after a crash, and after a clean end for as long as [`CLEAN_TIME`] allows, which is all of a store
//! of some hundred megabytes. What the start doesn't get to, `usher data backup` does: it checks what it has copied.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::settings::OpenError;

/// How long a start may look for damage that nothing hints at.
const CLEAN_TIME: Duration = Duration::from_millis(500);
/// SQLite's own measure of work (`sqlite3_progress_handler`); some tens of microseconds.
const STEPS: std::ffi::c_int = 10_000;

/// How thorough a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every page, and every index against its table.
    Everything,
    /// Pages, until the time is over.
    ForAWhile,
}

/// Looks for damage.
pub(super) fn integrity(connection: &mut Connection, path: &Path, extent: Extent) -> Result<(), OpenError> {
    let storage = |error: rusqlite::Error| OpenError::storage(path, &error);
    let pragma = match extent {
        Extent::Everything => "PRAGMA integrity_check(1)",
        Extent::ForAWhile => {
            let until = Instant::now() + CLEAN_TIME;
            connection
                .progress_handler(STEPS, Some(move || Instant::now() >= until))
                .map_err(storage)?;
            "PRAGMA quick_check(1)"
        }
    };
    let outcome = connection.query_row(pragma, [], |row| row.get::<_, String>(0));
    connection.progress_handler(0, None::<fn() -> bool>).map_err(storage)?;
    match outcome {
        Ok(problem) if problem != "ok" => Err(OpenError::Damaged {
            path: path.to_owned(),
            problem,
        }),
        Err(error) if error.sqlite_error_code() != Some(rusqlite::ErrorCode::OperationInterrupted) => {
            Err(storage(error))
        }
        _ => Ok(()),
    }
}
