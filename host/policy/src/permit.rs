//! The permit, and the one function that gives it.

use std::sync::Arc;

use usher_entra::Caller;

use crate::allowance::Allowance;
use crate::limits::Limits;
use crate::rule::{Decision, Rule};

/// One tool of one revision of a component: for whom it is, and the most that a call of it can reach and use up.
/// [`Grant::admit`](crate::Grant::admit) makes it at load.
#[derive(Debug)]
pub struct ToolPolicy {
    pub(crate) component: String,
    pub(crate) revision: String,
    pub(crate) tool: String,
    pub(crate) rule: Rule,
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
}

/// What the caller wants of the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown it. Leaves an audit line at debug level only: a listing asks about every tool.
    List,
    /// To run it. Leaves an audit line.
    Call,
}

/// "This caller may run this tool": what opens an instance with capabilities. Only [`authorize`] makes one.
///
/// It holds no token. It isn't `Clone`: one permit, one call.
#[derive(Debug)]
pub struct Permit {
    caller: Arc<Caller>,
    tool: Arc<ToolPolicy>,
}

impl Permit {
    /// Who is calling.
    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Which tool, and what it may reach.
    #[must_use]
    pub fn tool(&self) -> &Arc<ToolPolicy> {
        &self.tool
    }

    /// The most that this call can reach.
    #[must_use]
    pub fn allowance(&self) -> &Allowance {
        &self.tool.allowance
    }

    /// The most that this call can use up.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.tool.limits
    }
}

/// Why there is no permit. To the client, [`Denied::Hidden`] must look exactly like a tool that doesn't exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The rule says no.
    #[error("the tool's rule doesn't hold for the caller")]
    Hidden,
    /// The rule couldn't be decided: a failure of the infrastructure, never "not allowed".
    #[error("whether the tool's rule holds couldn't be found out")]
    Undecided,
}

/// Decides whether a caller may see or run a tool, and writes the audit line.
///
/// # Errors
/// [`Denied`], whose reader decides what the client is told.
pub fn authorize(caller: &Arc<Caller>, tool: &Arc<ToolPolicy>, purpose: Purpose) -> Result<Permit, Denied> {
    let decision = tool.rule.decide(caller);
    audit(caller, tool, purpose, decision);
    match decision {
        Decision::Yes => Ok(Permit {
            caller: Arc::clone(caller),
            tool: Arc::clone(tool),
        }),
        Decision::No => Err(Denied::Hidden),
        Decision::Undecided => Err(Denied::Undecided),
    }
}

/// One line for each decision: who, what, which revision, and how it was decided. Nothing of a token but its identifiers.
fn audit(caller: &Caller, tool: &ToolPolicy, purpose: Purpose, decision: Decision) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "usher::audit",
                decision = %match decision { Decision::Yes => "allow", Decision::No => "deny", Decision::Undecided => "undecided" },
                purpose = %match purpose { Purpose::List => "list", Purpose::Call => "call" },
                tool = %tool.tool,
                component = %tool.component,
                revision = %tool.revision,
                tid = %caller.tenant_id(),
                oid = %caller.object_id(),
                azp = %caller.client_id(),
                uti = caller.token_id(),
            )
        };
    }
    match purpose {
        Purpose::List => line!(debug),
        Purpose::Call => line!(info),
    }
}
