//! Does nothing, well: the measure of what a call costs.

use usher_sdk::prelude::*;

/// Does nothing.
#[tool(read_only = true, open_world = false)]
fn noop() -> Result<(), Error> {
    Ok(())
}

usher_sdk::export!(noop);
