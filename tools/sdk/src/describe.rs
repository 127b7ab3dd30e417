//! How a tool is described to the host: the contract's own words. `#[tool]` fills them in.

pub use crate::bindings::exports::usher::tool::tools::{Requirement, Tool, ToolAnnotations, ToolOptions};
pub use crate::bindings::usher::tool::types::Icon;
