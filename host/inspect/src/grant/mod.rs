//! The grant that a component needs: written, or held against one that is there.
//!
//! **In** comes an examined component, and for a comparison the operator's grant. **Out** goes text for the operator to read,
//! narrow and own. Three steps, each of its own file:
//!
//! - [`Needs`]: what the component imports and what its tools require, joined.
//! - [`write`]: a new grant. Each line is explained. It gives the least with which the component loads, and lets nobody call what
//!   reaches other people's items: that rule is there, commented out. What a component can't say (what is asked of a service, which
//!   partition of a shared container) is a comment to fill in, so what was written never gives more than was decided.
//! - [`Gap`]: what an existing grant lacks and what it gives beyond the need. [`widen`] adds what lacks as lines of their own. Keys
//!   and rules that are there are never touched; where that would be needed, nothing is written at all.
//! - [`warnings`]: what to look at twice about a grant that works.
//!
//! No file is read or written here. Names that a component chose go into quoted strings in ASCII, or through
//! [`visible`](crate::visible) into comments, so that none of them can end its line and become a line of the grant.

mod entry;
mod gap;
mod needs;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod toml;
mod warnings;
mod widen;
mod write;

pub use gap::{Gap, Lacking};
pub use needs::{Needs, ToolNeeds, Withheld};
pub use warnings::warnings;
pub use widen::{CannotWiden, widen};
pub use write::write;
