//! How a call fails when it isn't the tool that says so.

use std::fmt;

use thiserror::Error;

/// A limit of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Wall-clock time.
    Deadline,
    /// Linear memory.
    Memory,
    /// Table elements.
    Tables,
    /// The stack: the tool recursed too deep.
    Stack,
    /// Calls of host functions.
    HostCalls,
    /// Bytes from the component to the host.
    ReturnedBytes,
}

impl Limit {
    /// The key of the grant that sets it; none for the stack, which is the same for all.
    #[must_use]
    pub fn setting(self) -> Option<&'static str> {
        match self {
            Self::Deadline => Some("limits.deadline-ms"),
            Self::Memory => Some("limits.memory-mib"),
            Self::Tables => Some("limits.table-elements"),
            Self::Stack => None,
            Self::HostCalls => Some("limits.host-calls"),
            Self::ReturnedBytes => Some("limits.returned-bytes"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "time limit",
            Self::Memory => "memory limit",
            Self::Tables => "table limit",
            Self::Stack => "stack limit",
            Self::HostCalls => "limit of host calls",
            Self::ReturnedBytes => "limit of returned bytes",
        })
    }
}

/// A call that ended without the tool's answer. `Display` is safe for the client: it names the limit and leaks nothing. The
/// details are for the operator, by [`Fault::detail`].
#[derive(Debug, Error)]
pub enum Fault {
    /// Too many calls at once, and the wait was over.
    #[error("The server is busy with other calls{}. Try again in a moment.", if *.own { " of yours" } else { "" })]
    Busy {
        /// Whether the caller's own calls fill the places.
        own: bool,
    },
    /// A limit was reached.
    #[error("The tool was stopped: it reached its {limit}.")]
    Limit {
        /// Which one.
        limit: Limit,
    },
    /// The component trapped.
    #[error("The tool failed. This is a fault of the tool, not of your input.")]
    Trap {
        /// What wasmtime says about it.
        detail: String,
    },
    /// The component's answer breaks the contract: not JSON, not UTF-8, or not what its own output schema says.
    #[error("The tool gave an answer that breaks its own description, so it isn't passed on.")]
    BadResult {
        /// What is wrong with it.
        detail: String,
    },
    /// The permit was made for another tool. The host is wrong, not the guest.
    #[error("The call could not be run.")]
    WrongPermit,
    /// The instance couldn't be made.
    #[error("The call could not be run. Try again in a moment.")]
    Host {
        /// Why.
        detail: String,
    },
}

impl Fault {
    /// What the operator should read, and where it can be changed.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Busy { own: true } => {
                "the caller's calls fill all places that one caller has (calls.per-caller)".to_owned()
            }
            Self::Busy { own: false } => "all places are taken (calls.at-once)".to_owned(),
            Self::Limit { limit } => match limit.setting() {
                Some(key) => format!("{limit} reached; the grant sets it by `{key}`"),
                None => format!("{limit} reached: a recursion without end, most likely"),
            },
            Self::Trap { detail } | Self::BadResult { detail } | Self::Host { detail } => detail.clone(),
            Self::WrongPermit => "the permit was made for another tool or revision".to_owned(),
        }
    }

    /// A short name for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Limit { limit: Limit::Deadline } => "deadline",
            Self::Limit { limit: Limit::Memory } => "memory",
            Self::Limit { limit: Limit::Tables } => "tables",
            Self::Limit { limit: Limit::Stack } => "stack",
            Self::Limit {
                limit: Limit::HostCalls,
            } => "host-calls",
            Self::Limit {
                limit: Limit::ReturnedBytes,
            } => "returned-bytes",
            Self::Trap { .. } => "trap",
            Self::BadResult { .. } => "bad-result",
            Self::WrongPermit => "wrong-permit",
            Self::Host { .. } => "host",
        }
    }
}
