//! What the endpoint knows of a request, for those behind the protocol layer; and what they tell the endpoint.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use http::request::Parts;
use rmcp::model::Extensions;
use tokio_util::sync::CancellationToken;
use usher_entra::{Caller, ClaimsChallenge, Remedy, SignedIn};
use usher_policy::{Permit, ToolPolicy};

use crate::access::Refusal;
use crate::changes::LastShown;
use crate::numbers::NotFinite;
use crate::tools::Tools;

tokio::task_local! {
    /// What is attached to the request that is being read. The protocol layer asks for a tool's schema before it hands the
    /// request on, and has no other way to say for whom.
    pub(crate) static ATTACHED: Arc<Attached>;
}

/// One request's. It travels in the request's extensions and lives no longer than the request: the caller's token is in it.
pub(crate) struct Attached {
    who: SignedIn,
    /// What was served when the request came: it sees no other tools, and a call runs the revision that it was resolved to.
    tools: Mutex<Arc<Tools>>,
    /// Arguments that were no numbers, so that the call must not run.
    pub(crate) not_finite: Option<NotFinite>,
    /// Cancelled when the client of a call is gone. For requests whose protocol doesn't notice by itself.
    pub(crate) gone: Option<CancellationToken>,
    decision: Mutex<Option<Decision>>,
    demand: OnceLock<Demand>,
}

/// What was decided about a call before it was dispatched.
struct Decision {
    tool: Arc<ToolPolicy>,
    outcome: Result<Permit, Refusal>,
}

/// What a client must bring before it can go on: answered by an HTTP status with a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Demand {
    /// A new sign-in: 401, `invalid_token`.
    SignIn,
    /// A token with more scopes, by their short names: 403, `insufficient_scope`.
    Scopes(Vec<String>),
    /// A token that satisfies these claims: 401, `insufficient_claims`.
    Claims(ClaimsChallenge),
}

impl Attached {
    pub(crate) fn new(
        who: SignedIn,
        tools: Arc<Tools>,
        not_finite: Option<NotFinite>,
        gone: Option<CancellationToken>,
    ) -> Self {
        Self {
            who,
            tools: Mutex::new(tools),
            not_finite,
            gone,
            decision: Mutex::default(),
            demand: OnceLock::new(),
        }
    }

    /// What is attached to a request that the protocol layer hands on.
    pub(crate) fn to(extensions: &Extensions) -> Option<&Self> {
        let request = extensions.get::<Parts>()?;
        request.extensions.get::<Arc<Self>>().map(|attached| &**attached)
    }

    /// Who sent the request.
    pub(crate) fn who(&self) -> &SignedIn {
        &self.who
    }

    /// Who sent the request, without the token.
    pub(crate) fn caller(&self) -> &Arc<Caller> {
        self.who.caller()
    }

    /// The tools that the request sees.
    pub(crate) fn tools(&self) -> Arc<Tools> {
        Arc::clone(&lock(&self.tools))
    }

    /// What its caller is shown, if this request lists the tools.
    pub(crate) fn shown(&self) -> LastShown {
        LastShown {
            caller: Arc::clone(self.caller()),
            tools: self.tools(),
        }
    }

    /// The same, for a request that only waits from now on: it doesn't keep alive what is no longer served, and sees no tools.
    pub(crate) fn let_go_of_tools(&self) -> LastShown {
        LastShown {
            caller: Arc::clone(self.caller()),
            tools: std::mem::take(&mut *lock(&self.tools)),
        }
    }

    /// Keeps what was decided, for the call that it was decided about.
    pub(crate) fn decided(&self, tool: &Arc<ToolPolicy>, outcome: Result<Permit, Refusal>) {
        let tool = Arc::clone(tool);
        *self.decision() = Some(Decision { tool, outcome });
    }

    /// What was decided about this very tool, once: a permit is for one call.
    pub(crate) fn take_decision(&self, tool: &Arc<ToolPolicy>) -> Option<Result<Permit, Refusal>> {
        let decision = self.decision().take_if(|decision| Arc::ptr_eq(&decision.tool, tool))?;
        Some(decision.outcome)
    }

    /// Whether it was decided that this very tool may be called. None if nothing was decided about it.
    pub(crate) fn may_call(&self, tool: &Arc<ToolPolicy>) -> Option<bool> {
        let decision = self.decision();
        let decision = decision.as_ref().filter(|decision| Arc::ptr_eq(&decision.tool, tool))?;
        Some(decision.outcome.is_ok())
    }

    /// Asks the endpoint to answer with a challenge, if it still can choose the status.
    pub(crate) fn demand(&self, demand: Demand) {
        // A request has one answer, so nobody else has asked.
        let _ = self.demand.set(demand);
    }

    /// The challenge that was asked for.
    pub(crate) fn demanded(&self) -> Option<&Demand> {
        self.demand.get()
    }

    fn decision(&self) -> MutexGuard<'_, Option<Decision>> {
        lock(&self.decision)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here panics half-way, so what a poisoned lock guards is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Demand {
    /// The challenge that a caller's client can answer by itself. None where only a person can do something, or nobody: a
    /// status that a client can't work with would end its connection, so that its person reads nothing.
    pub(crate) fn of(remedy: &Remedy, caller: &Caller) -> Option<Self> {
        match remedy {
            Remedy::SignInAgain => Some(Self::SignIn),
            Remedy::SatisfyClaims(claims) if caller.handles_claims_challenges() => Some(Self::Claims(claims.clone())),
            Remedy::SatisfyClaims(_)
            | Remedy::Consent { .. }
            | Remedy::Blocked
            | Remedy::NeedsUser
            | Remedy::Retry { .. }
            | Remedy::Operator => None,
        }
    }
}
