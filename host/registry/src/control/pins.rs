//! Rollbacks: which kept revision is served in place of which file.

use serde::{Deserialize, Serialize};

use super::person::Person;

/// A component and its grant, by their SHA-256: 64 lower-case hexadecimal digits each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// That of the component.
    pub wasm: String,
    /// That of the grant's text.
    pub grant: String,
}

/// One rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The component's name.
    pub component: String,
    /// What lay in the folder. The rollback holds as long as this component does.
    pub from: Pair,
    /// What is served in its place.
    pub to: Pair,
    /// When, in seconds since 1970.
    pub at: u64,
    /// By whom.
    pub by: Person,
    /// Why, as that person wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
