//! What a build says while it goes on, and how it is stopped.

use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a build says what it does. Clones say it to the same place and stop together.
#[derive(Clone)]
pub struct Progress {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    colours: bool,
    stopped: Arc<AtomicBool>,
}

impl Progress {
    /// On standard error, in colours if that is a terminal.
    #[must_use]
    pub fn on_terminal() -> Self {
        Self::to(io::stderr(), io::stderr().is_terminal())
    }

    /// Anywhere else.
    pub fn to(out: impl Write + Send + 'static, colours: bool) -> Self {
        Self {
            out: Arc::new(Mutex::new(Box::new(out))),
            colours,
            stopped: Arc::default(),
        }
    }

    /// Says what is done next: one line.
    pub fn doing(&self, what: &str) {
        self.pass_on(format!("{what}\n").as_bytes());
    }

    /// Says what a program says, unchanged.
    pub(crate) fn pass_on(&self, said: &[u8]) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A terminal that is gone doesn't stop a build.
        let _ = out.write_all(said).and_then(|()| out.flush());
    }

    /// Whether programs may use colours.
    pub(crate) fn colours(&self) -> bool {
        self.colours
    }

    /// Ends the program that is running, and lets no other start.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
