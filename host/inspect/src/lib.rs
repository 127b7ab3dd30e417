//! Says what a component can at most do, and writes the grant that allows it no more.
//!
//! **In** come a component as the runtime examined it ([`usher_runtime::Examined`]), its bytes, and its grant if there is one.
//! **Out** go a [`Report`], for people as a page and for programs as an object; a [`Difference`] of two versions; and a grant
//! for the operator to edit.
//!
//! ```text
//! powers      what each import lets a component do, in plain words, and what that comes to together
//! allowed     what a grant leaves of it, and for whom
//! made        how the file was made, as far as it says: language, tools, memory
//! report      all of it, on a page
//! grant       the grant that a component needs: written, or held against one that is there
//! changes     every difference between two versions; difference puts them into words and groups
//! visible     what a component says of itself, with nothing hidden in it
//! ```
//!
//! The words follow from imports, requirements and grants, which the host enforces, and never from what a component says of
//! itself. Nothing is run here, nothing is granted, and nothing is written: who wants a file writes the text.
#![forbid(unsafe_code)]

mod allowed;
mod changes;
mod difference;
mod grant;
mod made;
mod powers;
mod report;
mod schema;
mod visible;
mod wrap;

pub use allowed::{Allowed, rule as who, worst};
pub use changes::{Change, Effect, compare, introduce};
pub use difference::Difference;
pub use grant::{CannotWiden, Gap, Lacking, Needs, ToolNeeds, Withheld, warnings, widen, write as write_grant};
pub use made::{Language, Made};
pub use powers::{Power, Severity, powers};
pub use report::{Report, ToolReport, Unserved};
pub use visible::{visible, visible_json};
