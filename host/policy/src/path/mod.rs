//! Paths of requests: what a component asks for, and what a grant lists.
//!
//! A component writes its paths itself, so they are an attacker's input. What is compared with the grant must be what the
//! other side will understand, and the many ways in which the two can come apart (encoded or doubly encoded slashes, dots,
//! characters that some software folds to ASCII, parameters behind semicolons) are not resolved but refused: no request
//! that a tool has honest use for needs them.
//!
//! **In** comes a text. **Out** come decoded segments, from which the path is written anew in one canonical encoding; a
//! [`PathTemplate`] is compared with the decoded segments and never with text. What never goes out is a path that two
//! readers would split in two ways.

mod error;
mod look_alike;
mod segments;
mod template;

pub use error::PathError;
pub(crate) use segments::{Dialect, Segments};
pub use template::{PathTemplate, TemplateError};
