//! On-behalf-of: a caller's token in, a token for a downstream API out (OAuth 2.0 On-Behalf-Of flow, Microsoft identity
//! platform).
//!
//! What comes in: a [`SignedIn`], who is a verified caller with the token that proved it, and the scope of an API. What
//! goes out: a [`DownstreamToken`], which can be attached to a request and not be read, or an [`ExchangeError`], which
//! says what the person can do and what the operator should know.
//!
//! ```text
//! token(who, scope, deadline)
//!   ├ an application? ────────────────────────────────────────────────────────────► NeedsUser
//!   ├ kept, and good for a while? ────────────────────────────────────────────────► DownstreamToken
//!   │    └ past half of its life: an exchange starts in the background, nobody waits
//!   ├ refused a moment ago? ──────────────────────────────────────────────────────► the same refusal
//!   └ flights: one exchange, however many ask for the same ─ credential ─ endpoint ─ answer ─ verdict
//! ```
//!
//! * [`endpoint`] sends the request and decides what may be sent twice, [`answer`] reads what comes back,
//! * [`verdict`] turns an error into a remedy and a note,
//! * [`tokens`] keeps what was granted, [`refusals`] for a moment what was not, [`back_off`] when Entra wants to be left
//!   alone, [`flights`] who is waiting for what,
//! * this file puts them together.
//!
//! What this room never does: ask for a refresh token (`offline_access`), keep a token longer than the assertion lives
//! that it was obtained with, serve one assertion what another obtained, let the refusal of one user stand in another's
//! way, decide by the texts or numbers of Entra's errors, or announce the capability `cp1`, so that downstream tokens
//! live an hour and not a day.

mod answer;
mod back_off;
mod consent;
mod endpoint;
mod error;
mod flights;
mod metrics;
mod refusals;
mod settings;
mod tokens;
mod verdict;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use prometheus_client::registry::Registry;
use reqwest::Client;
use tokio::{sync::Semaphore, time::timeout_at};

pub use error::{ExchangeError, Remedy};
pub use settings::OnBehalfOfSettings;

use crate::{
    CallerKind, ClaimsChallenge, ClientCredential, Clock, DownstreamScope, DownstreamToken, SignedIn, SystemClock,
};
use answer::Granted;
use back_off::BackOff;
use endpoint::{Endpoint, Failed, Grant};
use flights::{Flights, Seat};
use metrics::Exchanges;
use refusals::Refusals;
use tokens::{Kept, TokenCache, TokenKey};

/// Exchanges that run at a time. More would only queue up at Entra; those who wait here wait no longer than their own
/// deadline.
const MAX_EXCHANGES: usize = 64;

/// How long one exchange may take with everything: a managed identity's token, two attempts, and the pause between.
const EXCHANGE_TIME: Duration = Duration::from_secs(25);

type Outcome = Result<DownstreamToken, ExchangeError>;

/// Exchanges callers' tokens, and keeps what it gets in memory. Make one and share it.
pub struct OnBehalfOf {
    settings: OnBehalfOfSettings,
    endpoint: Endpoint,
    tokens: TokenCache,
    refusals: Refusals,
    back_off: BackOff,
    flights: Arc<Flights<Flight, Outcome>>,
    running: Semaphore,
    exchanges: Exchanges,
    clock: Arc<dyn Clock>,
}

/// What one exchange is for. Exchanges with claims are never kept, but those who ask for the same at the same time share
/// one.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Flight {
    token: TokenKey,
    claims: Option<ClaimsChallenge>,
}

impl OnBehalfOf {
    /// Exchanges by the machine's clock. `http` should come from [`http_client`](crate::http_client()), which follows no
    /// redirects: tokens and credentials go to the configured authority or nowhere.
    #[must_use]
    pub fn new(settings: OnBehalfOfSettings, credential: ClientCredential, http: Client) -> Arc<Self> {
        Self::with_clock(settings, credential, http, Arc::new(SystemClock::new()))
    }

    /// As [`new`](Self::new), by another clock than the machine's.
    #[must_use]
    pub fn with_clock(
        settings: OnBehalfOfSettings,
        credential: ClientCredential,
        http: Client,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let address = settings.cloud.token_endpoint(settings.tenant);
        Arc::new(Self {
            endpoint: Endpoint::new(address, settings.client_id, credential, http, Arc::clone(&clock)),
            tokens: TokenCache::new(settings.cache_entries),
            refusals: Refusals::new(),
            back_off: BackOff::default(),
            flights: Arc::default(),
            running: Semaphore::new(MAX_EXCHANGES),
            exchanges: Exchanges::default(),
            settings,
            clock,
        })
    }

    /// A token for `scope` on behalf of the caller, from memory if there is one.
    ///
    /// # Errors
    /// When Entra refuses, can't be had, or hasn't answered by the deadline.
    pub async fn token(self: &Arc<Self>, who: &SignedIn, scope: &DownstreamScope, deadline: Instant) -> Outcome {
        let key = self.key(who, scope)?;
        let now = self.clock.elapsed();
        if let Some(kept) = self.tokens.get(&key, now) {
            if self.tokens.is_due(&kept, now) {
                self.refresh(who, key);
            }
            return Ok(kept.token().clone());
        }
        let flight = Flight {
            token: key,
            claims: None,
        };
        self.exchange_once(who, flight, deadline).await
    }

    /// A token for a resource that refused one with a claims challenge: what is kept is dropped, and the exchange
    /// repeated with the claims. The outcome isn't kept.
    ///
    /// # Errors
    /// As for [`token`](Self::token); [`Remedy::SatisfyClaims`] if the caller's sign-in doesn't satisfy the claims.
    pub async fn token_with_claims(
        self: &Arc<Self>,
        who: &SignedIn,
        scope: &DownstreamScope,
        claims: &ClaimsChallenge,
        deadline: Instant,
    ) -> Outcome {
        let key = self.key(who, scope)?;
        self.tokens.remove(&key);
        let flight = Flight {
            token: key,
            claims: Some(claims.clone()),
        };
        self.exchange_once(who, flight, deadline).await
    }

    /// A resource refused this token without a challenge: if it is the one that is kept, it is dropped, so that the next
    /// [`token`](Self::token) exchanges anew. A newer one, which another request has obtained since, stays.
    pub fn discard(&self, who: &SignedIn, scope: &DownstreamScope, refused: &DownstreamToken) {
        let Ok(key) = self.key(who, scope) else {
            return;
        };
        let kept = self.tokens.get(&key, self.clock.elapsed());
        if kept.is_some_and(|kept| kept.token().is_same(refused)) {
            self.tokens.remove(&key);
        }
    }

    /// Whether Entra takes this host's credential: asks for a token of the app registration's own for Graph, which any
    /// app registration gets, and throws it away. For `usher doctor`; keeps and remembers nothing.
    ///
    /// # Errors
    /// When Entra doesn't take it, or can't be asked; the note says why.
    pub async fn probe(&self) -> Result<(), ExchangeError> {
        let scope = self.settings.cloud.graph_scope();
        let grant = Grant::ClientCredentials { scope: &scope };
        let answer = self.endpoint.request(&grant, Instant::now() + EXCHANGE_TIME).await;
        match answer {
            Ok(_) => Ok(()),
            Err(failed) => Err(self.judge(*failed, &scope, |remedy| remedy)),
        }
    }

    /// Adds what is counted of exchanges to a registry whose prefix is the host's name.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.exchanges.register(registry);
    }

    /// What can be found out without asking anybody, and otherwise under what the token is kept.
    fn key(&self, who: &SignedIn, scope: &DownstreamScope) -> Result<TokenKey, ExchangeError> {
        if who.caller().kind() == CallerKind::Application {
            return Err(verdict::needs_user());
        }
        if who.assertion().tenant() != self.settings.tenant {
            return Err(verdict::other_tenant(who.assertion().tenant(), self.settings.tenant));
        }
        Ok(TokenKey::new(who.assertion(), self.settings.client_id, scope))
    }

    /// Waits for the one exchange that is for this, which is started if there is none. It goes on when this asker gives
    /// up: another may be waiting, and what it brings is kept for the next.
    async fn exchange_once(self: &Arc<Self>, who: &SignedIn, flight: Flight, deadline: Instant) -> Outcome {
        // Asked again under the lock of the flights: the exchange that would have answered may just have ended.
        let known = || self.known(&flight);
        let launch = || {
            let (this, who, flight) = (Arc::clone(self), who.clone(), flight.clone());
            async move { this.exchange(&who, &flight).await }
        };
        let mut seat = match self.flights.board(&flight, known, launch) {
            Seat::Arrived(outcome) => return outcome,
            Seat::Waiting(seat) => seat,
        };
        match timeout_at(deadline.into(), seat.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(verdict::lost())),
            Ok(Err(_)) => Err(verdict::lost()),
            Err(_) => Err(verdict::too_late()),
        }
    }

    fn known(&self, flight: &Flight) -> Option<Outcome> {
        let now = self.clock.elapsed();
        if flight.claims.is_none()
            && let Some(kept) = self.tokens.get(&flight.token, now)
        {
            return Some(Ok(kept.token().clone()));
        }
        self.refusals.get(flight, now).map(Err)
    }

    /// Renews a kept token while it still serves. Nobody waits, and a failure of Entra's changes nothing; but a refusal
    /// that concerns the caller ends the service.
    fn refresh(self: &Arc<Self>, who: &SignedIn, key: TokenKey) {
        let flight = Flight {
            token: key,
            claims: None,
        };
        let launch = || {
            let (this, who, flight) = (Arc::clone(self), who.clone(), flight.clone());
            async move {
                let outcome = this.exchange(&who, &flight).await;
                if let Err(error) = &outcome {
                    tracing::warn!(
                        target: "usher::entra",
                        scope = %flight.token.scope(),
                        caller = ?who.caller(),
                        note = %error.operator(),
                        "a downstream token could not be renewed ahead of its end",
                    );
                    if !matches!(error.remedy(), Remedy::Retry { .. } | Remedy::Operator) {
                        this.tokens.remove(&flight.token);
                    }
                }
                outcome
            }
        };
        // Whoever is in flight for it already brings what is wanted.
        let _ = self.flights.board(&flight, || None, launch);
    }

    /// One exchange from start to end, with all that is to be remembered of it.
    async fn exchange(&self, who: &SignedIn, flight: &Flight) -> Outcome {
        let _running = self.running.acquire().await.map_err(|_| verdict::lost())?;
        if let Some(wait) = self.back_off.remaining(self.clock.elapsed()) {
            return Err(verdict::backing_off(wait));
        }
        let scope = flight.token.scope();
        let deadline = Instant::now() + EXCHANGE_TIME;
        let grant = Grant::OnBehalfOf {
            assertion: who.assertion(),
            scope,
            claims: flight.claims.as_ref(),
        };
        let answer = self.endpoint.request(&grant, deadline).await;
        let now = self.clock.elapsed();
        let outcome = match answer {
            Ok(granted) => {
                self.refusals.forget(who, scope);
                Ok(self.keep(who, flight, granted, now))
            }
            Err(failed) => {
                let error = self.judge(*failed, scope, |remedy| self.settle(remedy, who, scope));
                self.refusals.remember(flight, &error, now);
                Err(error)
            }
        };
        self.exchanges.count(&outcome);
        outcome
    }

    fn keep(&self, who: &SignedIn, flight: &Flight, granted: Granted, now: Duration) -> DownstreamToken {
        let token = granted.token.clone();
        if flight.claims.is_none() {
            let assertion_left = who.assertion().expires_at().saturating_sub(self.clock.unix_now());
            let kept = Kept::new(granted, Duration::from_secs(assertion_left), now);
            self.tokens.insert(flight.token.clone(), kept, now);
        }
        token
    }

    /// The remedy and the note for a failure; `settle` has the last word on what Entra refused.
    fn judge(&self, failed: Failed, scope: &DownstreamScope, settle: impl FnOnce(Remedy) -> Remedy) -> ExchangeError {
        match failed {
            Failed::Refused(error) => {
                let remedy = settle(verdict::remedy(&error, || consent::link(&self.settings, scope)));
                let mut note = verdict::note(&error);
                if let Some(advice) = error.code.and_then(|code| self.endpoint.advice(code)) {
                    note.fix = advice;
                }
                ExchangeError::new(remedy, note)
            }
            Failed::Unavailable { retry_after, note } => ExchangeError::new(self.hold(retry_after), note),
            Failed::Unreachable { retry_after, note } => ExchangeError::new(Remedy::Retry { after: retry_after }, note),
            Failed::Misconfigured(note) => ExchangeError::new(Remedy::Operator, note),
        }
    }

    /// A remedy in the light of what happened before: who has signed in again in vain isn't asked to once more, and an
    /// Entra that says it is overloaded is left alone by everybody.
    fn settle(&self, remedy: Remedy, who: &SignedIn, scope: &DownstreamScope) -> Remedy {
        match remedy {
            Remedy::SignInAgain if self.refusals.is_repeated(who, scope, self.clock.unix_now()) => Remedy::Blocked,
            Remedy::Retry { .. } => self.hold(None),
            other => other,
        }
    }

    /// Leaves Entra alone, for everybody, as long as it asked.
    fn hold(&self, retry_after: Option<Duration>) -> Remedy {
        let after = self.back_off.hold(self.clock.elapsed(), retry_after);
        Remedy::Retry { after: Some(after) }
    }
}

impl fmt::Debug for OnBehalfOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnBehalfOf")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
