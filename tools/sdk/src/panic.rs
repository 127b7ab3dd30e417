//! What is left of a panic.
//!
//! A panic ends in a trap, and a trap has no text. So the message and the place go to the operator's log first; the
//! client learns only that the tool failed. That is why every component that is built with this crate imports `log`.

use std::sync::Once;

/// Has panics logged from now on.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
    });
}
