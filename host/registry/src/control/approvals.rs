//! Approvals: which pairs of component and grant a person let through.

use serde::{Deserialize, Serialize};

use super::person::Person;
use super::pins::Pair;

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The component's name.
    pub component: String,
    /// What was looked at.
    pub pair: Pair,
    /// When, in seconds since 1970.
    pub at: u64,
    /// By whom.
    pub by: Person,
    /// Why, as that person wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
