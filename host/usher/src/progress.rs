//! How far a start is: a line that changes on a terminal, lines of the log elsewhere. A start that takes a moment says nothing.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use usher_runtime::{Catalog, Progress};

/// Nobody wonders before that.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two lines of the log.
const LOG: Duration = Duration::from_secs(2);

/// Shows how far the first catalog is, until it is there.
pub(crate) async fn show(mut catalogs: watch::Receiver<Arc<Catalog>>) {
    let terminal = std::io::stderr().is_terminal();
    let mut next = Instant::now() + PATIENCE;
    let mut shown = false;
    loop {
        let Some(Progress { done, total }) = catalogs.borrow_and_update().progress() else {
            break;
        };
        if total > 0 && Instant::now() >= next {
            if terminal {
                line(&format!("compiling {done} of {total} components"));
                shown = true;
            } else {
                tracing::info!("compiling {done} of {total} components");
                next = Instant::now() + LOG;
            }
        }
        if catalogs.changed().await.is_err() {
            break;
        }
    }
    if shown {
        line("");
    }
}

/// Writes over the line that the cursor is in.
fn line(text: &str) {
    // Who closed standard error doesn't want to know.
    let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
}
