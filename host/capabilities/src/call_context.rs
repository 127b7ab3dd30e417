//! What the host functions of one call share.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use usher_documents::meter::Meter;
use usher_entra::Remedy;
use usher_policy::{Allowance, Limits, Permit};

use crate::documents::Place;
use crate::services::Services;

/// What a tool has left at most when a service didn't answer in time, to say so in its own words.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// One call as its host functions see it: the permit, the services behind it, and what is left of the budget.
pub struct CallContext {
    permit: Permit,
    services: Arc<Services>,
    deadline: Instant,
    host_calls_left: u32,
    meter: Meter,
    remedy: Option<Remedy>,
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
        let deadline = Instant::now() + limits.deadline();
        Self {
            deadline,
            meter: Meter::until(patience(deadline, limits)),
            host_calls_left: limits.host_calls,
            remedy: None,
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

    /// Until when another service may take to answer: a little less than the call, which ends for good at its deadline.
    pub(crate) fn patience(&self) -> Instant {
        patience(self.deadline, self.permit.limits())
    }

    /// What would help where a capability ended with `sign-in-required`: of the last time, if it was so more than once. For
    /// the person, not for the tool.
    #[must_use]
    pub fn remedy(&self) -> Option<&Remedy> {
        self.remedy.as_ref()
    }

    /// Remembers what would help.
    pub(crate) fn needs(&mut self, remedy: Remedy) {
        self.remedy = Some(remedy);
    }

    /// Counts one host call. Every host function begins with it.
    pub(crate) fn enter(&mut self) -> wasmtime::Result<()> {
        self.enter_times(1)
    }

    /// Counts a host call for each of several requests. None at all count as one, so that no host function is free.
    pub(crate) fn enter_times(&mut self, requests: usize) -> wasmtime::Result<()> {
        let times = u32::try_from(requests.max(1)).unwrap_or(u32::MAX);
        match self.host_calls_left.checked_sub(times) {
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

    /// The caller's own part of a container of users' items. None if there is no such container.
    pub(crate) fn own_place(&self, container: &str) -> Option<Place> {
        Some(Place {
            container: self.services.users_container(container)?.clone(),
            partition: self.services.partition(container, self.permit.caller().key())?,
        })
    }

    /// What adds up what the call's operations on documents cost.
    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// The request units of Azure Cosmos DB that the call has used so far. The embedded store charges none.
    #[must_use]
    pub fn request_charge(&self) -> f64 {
        self.meter.request_charge()
    }
}

fn patience(deadline: Instant, limits: &Limits) -> Instant {
    let last_words = LAST_WORDS.min(limits.deadline() / 10);
    deadline.checked_sub(last_words).unwrap_or(deadline)
}

/// However the call ends, what it cost is told: a line at level info, if it was charged anything, else at debug.
impl Drop for CallContext {
    fn drop(&mut self) {
        let (tool, caller) = (self.permit.tool(), self.permit.caller());
        let host_calls = self.permit.limits().host_calls - self.host_calls_left;
        let request_units = self.request_charge();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "usher::call",
                    tool = tool.tool(),
                    component = tool.component(),
                    revision = tool.revision(),
                    tid = %caller.tenant_id(),
                    oid = %caller.object_id(),
                    uti = caller.token_id(),
                    host_calls,
                    request_units,
                    "what the call used"
                )
            };
        }
        if request_units > 0.0 {
            line!(info);
        } else {
            line!(debug);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::call;

    #[test]
    fn a_service_has_a_little_less_time_than_the_call() {
        for (milliseconds, last_words) in [(10, 1), (1_000, 100), (600_000, 100)] {
            let call = call(&format!("[limits]\ndeadline-ms = {milliseconds}"), &[]);
            let left = call.context.deadline() - call.context.patience();
            assert_eq!(left, Duration::from_millis(last_words));
        }
    }

    #[test]
    fn the_budget_counts_each_of_several_requests_and_none_as_one() {
        let mut call = call("[limits]\nhost-calls = 5", &[]);
        for (requests, fits) in [(3, true), (0, true), (2, false), (1, true), (0, false)] {
            assert_eq!(call.context.enter_times(requests).is_ok(), fits, "{requests}");
        }
    }
}
