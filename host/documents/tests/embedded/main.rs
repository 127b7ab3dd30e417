//! The embedded store: the conformance suite, and what only it promises (its files, its lock, its durability).
#![allow(clippy::unwrap_used)]

#[path = "../conformance/mod.rs"]
mod conformance;
mod copies;
mod crash;
mod fairness;
mod files;
mod indexes;
mod load;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use conformance::{Subject, definitions};
use usher_documents::{Clock, EmbeddedSettings, EmbeddedStore, MAX_ITEM_BYTES, MAX_ITEM_DEPTH};

async fn open() -> Subject {
    open_with(settings)
}

/// A store in a fresh directory, with a clock that stands still.
fn open_with(settings: impl Fn(&Path) -> EmbeddedSettings) -> Subject {
    let directory = tempfile::tempdir().unwrap();
    let time = Arc::new(AtomicU64::new(1_800_000_000));
    let clock = Arc::clone(&time);
    let mut settings = settings(directory.path());
    settings.clock = Clock::new(move || clock.load(Ordering::SeqCst));
    let store = Arc::new(EmbeddedStore::open(settings).unwrap());
    let advance = Box::new(move |seconds| {
        time.fetch_add(seconds, Ordering::SeqCst);
    });
    Subject {
        store,
        advance,
        largest_body: MAX_ITEM_BYTES,
        deepest_item: MAX_ITEM_DEPTH,
        _keep: Box::new(directory),
    }
}

fn settings(directory: &Path) -> EmbeddedSettings {
    EmbeddedSettings::new(directory, definitions())
}

conformance_suite!(open);
expiry_suite!(open);
