//! Failures that were asked for: which requests they befall, and for how long.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use axum::http::StatusCode;

use super::Endpoint;

/// How a request is to fail.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// `None`: that of the code.
    pub(crate) status: Option<StatusCode>,
    /// For the `Retry-After` header, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// At the token endpoint: the number after `AADSTS`.
    pub(crate) aadsts: Option<u32>,
    /// A claims challenge, as JSON text.
    pub(crate) claims: Option<String>,
}

impl Failure {
    /// The status where no code says another.
    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// What becomes of some requests.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) endpoint: Endpoint,
    /// Only requests about this persona; `None`: all.
    pub(crate) persona: Option<&'static str>,
    /// How many requests; `None`: all, until the plan is withdrawn. Zero withdraws it.
    pub(crate) times: Option<u32>,
    pub(crate) delay: Duration,
    /// `None`: they are merely slow.
    pub(crate) failure: Option<Failure>,
}

/// All plans: at most one for an endpoint and a persona, which bounds how many there can be.
#[derive(Default)]
pub(super) struct Plans(Mutex<Vec<Plan>>);

impl Plans {
    /// Makes a plan, in place of an earlier one for the same endpoint and persona.
    pub(super) fn add(&self, plan: Plan) {
        let mut plans = self.lock();
        plans.retain(|known| known.endpoint != plan.endpoint || known.persona != plan.persona);
        if plan.times != Some(0) {
            plans.push(plan);
        }
    }

    /// The plan for a request that has arrived. One for its persona goes before one for everybody.
    pub(super) fn take(&self, endpoint: Endpoint, persona: Option<&str>) -> Option<Plan> {
        let mut plans = self.lock();
        let matching = |of: Option<&str>| {
            plans
                .iter()
                .position(|plan| plan.endpoint == endpoint && plan.persona == of)
        };
        let index = persona
            .and_then(|persona| matching(Some(persona)))
            .or_else(|| matching(None))?;
        let plan = plans[index].clone();
        match &mut plans[index].times {
            Some(1) => drop(plans.swap_remove(index)),
            Some(times) => *times -= 1,
            None => {}
        }
        Some(plan)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Plan>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(persona: Option<&'static str>, times: Option<u32>) -> Plan {
        Plan {
            endpoint: Endpoint::Jwks,
            persona,
            times,
            delay: Duration::ZERO,
            failure: None,
        }
    }

    #[test]
    fn a_plan_ends_after_its_times() {
        let plans = Plans::default();
        plans.add(plan(None, Some(2)));
        let taken = || plans.take(Endpoint::Jwks, None).is_some();
        assert_eq!([taken(), taken(), taken()], [true, true, false]);
    }

    #[test]
    fn a_plan_for_somebody_spares_everybody_else_and_goes_first() {
        let plans = Plans::default();
        plans.add(plan(Some("mfa"), None));
        assert!(plans.take(Endpoint::Jwks, None).is_none());
        assert!(plans.take(Endpoint::Jwks, Some("member")).is_none());
        plans.add(plan(None, Some(1)));
        assert_eq!(
            plans.take(Endpoint::Jwks, Some("mfa")).and_then(|plan| plan.persona),
            Some("mfa")
        );
        plans.add(plan(Some("mfa"), Some(0)));
        assert_eq!(
            plans.take(Endpoint::Jwks, Some("mfa")).and_then(|plan| plan.persona),
            None
        );
        assert!(plans.take(Endpoint::Token, Some("mfa")).is_none());
    }
}
