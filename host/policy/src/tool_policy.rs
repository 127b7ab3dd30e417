//! One tool of one revision of a component: what the load leaves behind of a grant.

use usher_entra::Caller;
use uuid::Uuid;

use crate::allowance::Allowance;
use crate::limits::Limits;
use crate::rule::Rule;

/// For whom a tool is, and the most that a call of it can reach and use up. [`Grant::admit`](crate::Grant::admit) makes it at load.
#[derive(Debug)]
pub struct ToolPolicy {
    pub(crate) component: String,
    pub(crate) revision: String,
    pub(crate) tool: String,
    pub(crate) rule: Rule,
    pub(crate) groups: Vec<Uuid>,
    pub(crate) allowance: Allowance,
    pub(crate) limits: Limits,
}

impl ToolPolicy {
    /// The component's name: its file's, without `.wasm`.
    #[must_use]
    pub fn component(&self) -> &str {
        &self.component
    }

    /// The revision: the beginning of the component's SHA-256.
    #[must_use]
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The tool's name.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// The most that a call can reach.
    #[must_use]
    pub fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// The most that a call can use up.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// All groups that its rule names, each once, whoever calls.
    pub fn groups(&self) -> impl Iterator<Item = Uuid> {
        self.groups.iter().copied()
    }

    /// The groups that must be known to decide about this caller, each once. None if the token decides: then nobody is asked.
    #[must_use]
    pub fn groups_asked(&self, caller: &Caller) -> Vec<Uuid> {
        let mut groups = Vec::new();
        self.visit_asked(caller, |group| {
            if !groups.contains(&group) {
                groups.push(group);
            }
        });
        groups
    }

    /// The same, visited.
    pub(crate) fn visit_asked(&self, caller: &Caller, mut visit: impl FnMut(Uuid)) {
        if !self.groups.is_empty() {
            self.rule.visit_asked(caller, &mut visit);
        }
    }

    /// Whether a decision may be that scopes are missing, for callers who all hold these: its rule names others.
    #[must_use]
    pub fn may_need_scopes_besides(&self, held: &[&str]) -> bool {
        self.rule.names_scopes_besides(held)
    }
}
