//! The secrets that grants may name: whether each can be read. Nothing of a value is shown, not even its length.

use super::finding::{Finding, Trouble};
use super::target::Target;
use super::words;

const NAME: &str = "secrets";

/// Reads them all. `None` if there are none.
pub(super) fn check(target: &Target) -> Option<Finding> {
    let secrets = &target.config.secrets;
    if secrets.is_empty() {
        return None;
    }
    for (name, source) in secrets {
        if let Err(error) = source.read() {
            let wrong = words::sentence(&format!("secrets.{name}: {error:#}"));
            let fix = format!("Put it where secrets.{name} says, readable for the host's user, or correct that key.");
            return Some(Finding::failed(
                NAME,
                format!("{name} can't be read"),
                Trouble::new(wrong, fix),
            ));
        }
    }
    Some(Finding::ok(
        NAME,
        format!("{} can be read", words::count(secrets.len(), "secret")),
    ))
}
