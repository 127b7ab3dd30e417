//! What the host functions of one call share.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use usher_documents::meter::Meter;
use usher_entra::Remedy;
use usher_policy::{Allowance, Limits, Permit, ToolPolicy};

use crate::capability::Capability;
use crate::documents::Place;
use crate::log::Messages;
use crate::services::Services;
use crate::tape::{HostCall, Question, Recorder, Replay};
use crate::wasi::WasiState;

/// What a tool has left at most when a service didn't answer in time, to say so in its own words.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// One call as its host functions see it: the permit, the services behind it, and what is left of the budget.
pub struct CallContext {
    answers: Answers,
    services: Arc<Services>,
    deadline: Instant,
    host_calls_left: u32,
    meter: Meter,
    remedy: Option<Remedy>,
    pub(crate) messages: Messages,
    /// Behind a mutex that nobody locks, so that the context can be shared between threads, which what is in there can't.
    wasi: Option<Box<Mutex<WasiState>>>,
}

/// Where the answers to host calls come from.
enum Answers {
    /// From the services, as far as the permit goes.
    Permitted { permit: Permit, recorder: Option<Recorder> },
    /// From a recording. Nothing is reached, so nobody has to be permitted to reach it.
    Recorded { tool: Arc<ToolPolicy>, replay: Replay },
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
        let recorder = None;
        Self::answered_by(Answers::Permitted { permit, recorder }, services)
    }

    /// The same, with every host call on tape.
    #[must_use]
    pub fn recording(permit: Permit, services: Arc<Services>, recorder: Recorder) -> Self {
        let recorder = Some(recorder);
        Self::answered_by(Answers::Permitted { permit, recorder }, services)
    }

    /// The context of a call whose host calls are answered from a recording. It reaches nothing; of the services it uses time and
    /// chance.
    #[must_use]
    pub fn replaying(tool: Arc<ToolPolicy>, services: Arc<Services>, replay: Replay) -> Self {
        Self::answered_by(Answers::Recorded { tool, replay }, services)
    }

    fn answered_by(answers: Answers, services: Arc<Services>) -> Self {
        let limits = answers.tool().limits();
        let deadline = Instant::now() + limits.deadline();
        Self {
            deadline,
            meter: Meter::until(patience(deadline, limits)),
            host_calls_left: limits.host_calls,
            remedy: None,
            messages: Messages::default(),
            wasi: None,
            answers,
            services,
        }
    }

    /// The tool that is called.
    pub(crate) fn tool(&self) -> &Arc<ToolPolicy> {
        self.answers.tool()
    }

    /// The permit that the call runs under. For what a host function does to answer.
    pub(crate) fn permit(&self) -> &Permit {
        match &self.answers {
            Answers::Permitted { permit, .. } => permit,
            Answers::Recorded { .. } => unreachable!("what a recording answers isn't done"),
        }
    }

    /// When the call ends at the latest.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Until when another service may take to answer: a little less than the call, which ends for good at its deadline.
    pub(crate) fn patience(&self) -> Instant {
        patience(self.deadline, self.tool().limits())
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

    /// Counts one host call. Every host function begins with it, and has the answer made by what it gives.
    pub(crate) fn enter<C: Capability>(
        &mut self,
        function: &'static str,
        arguments: &impl Serialize,
    ) -> wasmtime::Result<HostCall> {
        self.enter_times::<C>(1, function, arguments)
    }

    /// The same for several requests at once, each of which counts.
    pub(crate) fn enter_times<C: Capability>(
        &mut self,
        requests: usize,
        function: &'static str,
        arguments: &impl Serialize,
    ) -> wasmtime::Result<HostCall> {
        self.count(requests)?;
        let question = || Question::new(C::NAME, function, arguments);
        Ok(match &self.answers {
            Answers::Permitted {
                recorder: Some(recorder),
                ..
            } => HostCall::Recorded {
                recorder: recorder.clone(),
                question: question()?,
                answers: C::ANSWERS,
            },
            Answers::Recorded { replay, .. } if C::ANSWERS => {
                let question = question()?;
                let (number, answer) = replay.ask(&question)?;
                HostCall::Replayed {
                    replay: replay.clone(),
                    number,
                    question,
                    answer,
                }
            }
            Answers::Permitted { recorder: None, .. } | Answers::Recorded { .. } => HostCall::Served,
        })
    }

    /// Counts a host call for each of several requests. None at all count as one, so that no host function is free.
    pub(crate) fn count(&mut self, requests: usize) -> wasmtime::Result<()> {
        let times = u32::try_from(requests.max(1)).unwrap_or(u32::MAX);
        match self.host_calls_left.checked_sub(times) {
            Some(left) => {
                self.host_calls_left = left;
                Ok(())
            }
            None => Err(HostCallsExhausted.into()),
        }
    }

    /// What WASI keeps during the call: made at its first use, so that a call without it pays nothing.
    pub(crate) fn wasi(&mut self) -> &mut WasiState {
        let state = self.wasi.get_or_insert_with(|| {
            let sources = self.services.wasi_sources().cloned();
            Box::new(Mutex::new(WasiState::new(self.answers.tool(), sources)))
        });
        state.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn allowance(&self) -> &Allowance {
        self.tool().allowance()
    }

    /// The caller's own part of a container of users' items. None if there is no such container.
    pub(crate) fn own_place(&self, container: &str) -> Option<Place> {
        Some(Place {
            container: self.services.users_container(container)?.clone(),
            partition: self.services.partition(container, self.permit().caller().key())?,
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

impl Answers {
    fn tool(&self) -> &Arc<ToolPolicy> {
        match self {
            Self::Permitted { permit, .. } => permit.tool(),
            Self::Recorded { tool, .. } => tool,
        }
    }
}

fn patience(deadline: Instant, limits: &Limits) -> Instant {
    let last_words = LAST_WORDS.min(limits.deadline() / 10);
    deadline.checked_sub(last_words).unwrap_or(deadline)
}

/// However the call ends, what it cost is told: counted, and a line at level info, if it was charged anything; else a line at
/// debug. A recording that is played costs nothing.
impl Drop for CallContext {
    fn drop(&mut self) {
        let Answers::Permitted { permit, .. } = &self.answers else {
            return;
        };
        let (tool, caller) = (permit.tool(), permit.caller());
        let host_calls = permit.limits().host_calls - self.host_calls_left;
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
            self.services.usage.charged(tool.tool(), request_units);
            line!(info);
        } else {
            line!(debug);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;
    use usher_documents::meter;

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

    #[tokio::test]
    async fn what_a_call_was_charged_is_counted_for_its_tool() {
        let call = call("", &[]);
        let services = Arc::clone(&call.context.services);
        meter::scope(call.context.meter(), async { meter::charge(2.5) }).await;
        drop(call);
        let (mut registry, mut text) = (Registry::default(), String::new());
        services.register_metrics(&mut registry);
        encode(&mut text, &registry).unwrap();
        assert!(text.contains("request_units_total{tool=\"test\"} 2.5\n"), "{text}");
    }

    #[test]
    fn the_budget_counts_each_of_several_requests_and_none_as_one() {
        let mut call = call("[limits]\nhost-calls = 5", &[]);
        for (requests, fits) in [(3, true), (0, true), (2, false), (1, true), (0, false)] {
            assert_eq!(call.context.count(requests).is_ok(), fits, "{requests}");
        }
    }
}
