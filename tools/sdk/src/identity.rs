//! Who is calling: facts from a verified token, never the token.

pub use crate::bindings::usher::host::identity::{Caller, CallerKind};

/// The caller of this request.
pub fn caller() -> Caller {
    crate::bindings::usher::host::identity::get_caller()
}
