//! Waiting until the host has acted on what was decided.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use usher_registry::Mode;
use usher_registry::control::stamp;
use usher_registry::status::Status;

use super::place::{Place, read_status};

/// How long the host may take: a large component that was never compiled takes some ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// What became of a decision.
pub(super) enum Acted {
    /// The host has acted on it: its status since then.
    Yes(Box<Status>),
    /// It will, for this reason later.
    Later(&'static str),
}

/// Waits for the host, if one runs that acts on decisions. `files` are the components that were decided about, each with the
/// digest of its file: a host that hasn't seen a new file yet hasn't acted on what was decided about it.
///
/// # Errors
/// It didn't act in time, or its status can't be read.
pub(super) async fn until_acted(place: &Place, wait: bool, files: &[(&str, &str)]) -> anyhow::Result<Acted> {
    if !place.running {
        return Ok(Acted::Later(
            "no host uses this data folder now; it holds when one starts",
        ));
    }
    if !place.is_served() {
        return Ok(Acted::Later(
            "the host serves another folder of tools; it holds when this file comes there",
        ));
    }
    if place.status.as_ref().is_some_and(|status| status.mode == Mode::Off) {
        return Ok(Acted::Later(
            "this host reads its tools at the start only (reload.mode is off); it holds when it starts again",
        ));
    }
    if !wait {
        return Ok(Acted::Later("the host acts on it in a moment"));
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = read_status(&place.config.data)?
            && status.decided == stamp(&place.control)
            && files.iter().all(|file| has_seen(&status, *file))
        {
            return Ok(Acted::Yes(Box::new(status)));
        }
        anyhow::ensure!(
            Instant::now() < deadline,
            "it is decided, but the host hasn't acted on it within {} s; look at usher status and its log",
            PATIENCE.as_secs()
        );
        sleep(PAUSE).await;
    }
}

fn has_seen(status: &Status, (name, digest): (&str, &str)) -> bool {
    status
        .components
        .iter()
        .any(|component| component.name == name && component.file.as_ref().is_some_and(|file| file.digest == digest))
}
