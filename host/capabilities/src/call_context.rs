//! What the host functions of one call share.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use usher_documents::{PartitionKey, QueryLimits};
use usher_policy::{Allowance, Permit};

use crate::services::Services;

/// One call as its host functions see it: the permit, the services behind it, and what is left of the budget.
pub struct CallContext {
    permit: Permit,
    services: Arc<Services>,
    deadline: Instant,
    host_calls_left: u32,
    pub(crate) messages: u32,
}

/// The call used up its host calls. A trap, so that a guest can't ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostCallsExhausted;

impl fmt::Display for HostCallsExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call used up its host calls")
    }
}

impl std::error::Error for HostCallsExhausted {}

impl CallContext {
    /// The context of a call. Takes the permit: one permit, one call.
    #[must_use]
    pub fn new(permit: Permit, services: Arc<Services>) -> Self {
        let limits = permit.limits();
        Self {
            deadline: Instant::now() + limits.deadline(),
            host_calls_left: limits.host_calls,
            messages: 0,
            permit,
            services,
        }
    }

    /// The permit that the call runs under.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// When the call ends at the latest.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Counts one host call. Every host function begins with it.
    pub(crate) fn enter(&mut self) -> wasmtime::Result<()> {
        match self.host_calls_left.checked_sub(1) {
            Some(left) => {
                self.host_calls_left = left;
                Ok(())
            }
            None => Err(HostCallsExhausted.into()),
        }
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn allowance(&self) -> &Allowance {
        self.permit.allowance()
    }

    /// The caller's own partition of a container.
    pub(crate) fn partition(&self, container: &str) -> Option<PartitionKey> {
        self.services.partition(container, self.permit.caller().key())
    }

    pub(crate) fn query_limits(&self) -> QueryLimits {
        let limits = self.permit.limits();
        QueryLimits {
            max_rows_read: limits.rows_read.into(),
            max_bytes_held: limits.query_bytes.into(),
            deadline: self.deadline,
        }
    }
}
