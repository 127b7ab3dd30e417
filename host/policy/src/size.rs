//! How large requests and answers may be.

/// Bytes of a body if the grant doesn't say: 1 MiB, more than most JSON that a model can read.
pub(crate) const DEFAULT_BYTES: usize = 1 << 20;

/// The most that a grant may say: 64 MiB, which is also the most that crosses between a component and the host at once. Both
/// sides hold bodies in memory.
pub(crate) const CEILING_BYTES: usize = 64 << 20;

pub(crate) const fn default_bytes() -> usize {
    DEFAULT_BYTES
}

/// Checks bounds, by the names that they have in a grant.
pub(crate) fn check(bounds: &[(&str, usize)]) -> Result<(), String> {
    match bounds.iter().find(|(_, bytes)| !(1..=CEILING_BYTES).contains(bytes)) {
        Some((name, bytes)) => Err(format!(
            "{name} = {bytes} is out of range: it must be from 1 to {CEILING_BYTES} (64 MiB)"
        )),
        None => Ok(()),
    }
}
