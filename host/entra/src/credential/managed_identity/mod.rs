//! The managed identity of the machine or container that the host runs on, and its tokens.
//!
//! What comes in: what the platform tells its workloads by environment variables, and the client id of a user-assigned
//! identity. What goes out: tokens for a resource, which may be an API (then even of a system-assigned identity) or the
//! exchange that makes the identity vouch for the app registration. What this room never does: go through a proxy, ask
//! for each use, or hand out a token that is about to expire while a newer one can be had.
//!
//! * [`endpoint`] finds out whom to ask, and how,
//! * [`ask`] asks, once and then again by the platform's rules,
//! * this file keeps the tokens, renews each at half its life, and lets one flight serve all who wait.

mod ask;
mod endpoint;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;
use uuid::Uuid;

use self::{
    ask::{Issued, Progress},
    endpoint::Endpoint,
};
use super::{CredentialError, Environment, description::moment};
use crate::{Clock, DownstreamToken, SystemClock};

/// A token with less life left is replaced before it is used: what it is for may take a while.
const MIN_LIFE_SECONDS: u64 = 5 * 60;

/// How long the platform is left alone after it refused, or after it failed to renew a token that is still good.
const REST: Duration = Duration::from_secs(30);

/// How long to wait when nothing says how long.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The longest resource that is asked for, in bytes.
const MAX_RESOURCE_BYTES: usize = 512;

/// A managed identity. Clones share their tokens.
#[derive(Clone)]
pub struct ManagedIdentity(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    client_id: Option<Uuid>,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// By resource. Resources come from the operator's configuration, so there are few.
    tokens: Mutex<HashMap<String, Slot>>,
}

/// What is known about one resource's token.
#[derive(Default)]
struct Slot {
    issued: Option<Issued>,
    flight: Option<watch::Receiver<Progress>>,
    failure: Option<Failure>,
}

/// The last flight brought nothing, and before that moment there won't be another unless there must.
struct Failure {
    until: Duration,
    error: CredentialError,
}

impl ManagedIdentity {
    /// The user-assigned identity with this client id, or the system-assigned one. Asks nobody yet.
    ///
    /// # Errors
    /// When the environment tells of a platform whose identities aren't supported, or holds what can't be used.
    pub fn new(client_id: Option<Uuid>, environment: &Environment) -> Result<Self, CredentialError> {
        Self::with_clock(client_id, environment, Arc::new(SystemClock::new()))
    }

    /// As [`new`](Self::new), by another clock than the machine's.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_clock(
        client_id: Option<Uuid>,
        environment: &Environment,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        let endpoint = Endpoint::find(environment)?;
        let client = endpoint.client()?;
        Ok(Self(Arc::new(Inner {
            endpoint,
            client_id,
            client,
            clock,
            tokens: Mutex::default(),
        })))
    }

    /// A token for an API, named by its App ID URI: `https://storage.azure.com`, `api://{client id}`.
    ///
    /// It comes from memory until half its life is over; then it still does, while a new one is fetched in the
    /// background. In its last five minutes it only serves while no newer one can be had. Those who must wait share one
    /// flight, which goes on when some of them give up.
    ///
    /// # Errors
    /// When there is no such identity or resource, or when no token can be had before `deadline`.
    pub async fn token(&self, resource: &str, deadline: Instant) -> Result<DownstreamToken, CredentialError> {
        let (flight, spare) = match self.departure(resource)? {
            Departure::Token(token) => return Ok(token),
            Departure::Wait { flight, spare } => (flight, spare),
        };
        match (self.arrival(flight, deadline, spare.is_some()).await, spare) {
            (Ok(issued), _) => Ok(issued.token),
            (Err(_), Some(spare)) => Ok(spare),
            (Err(error), None) => Err(error),
        }
    }

    /// The client id, if it is a user-assigned identity.
    #[must_use]
    pub fn client_id(&self) -> Option<Uuid> {
        self.0.client_id
    }

    /// Who issues its tokens, for a report: "the Instance Metadata Service" or "the App Service identity endpoint".
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.0.endpoint.name()
    }

    /// What there is, and whether to wait for more.
    fn departure(&self, resource: &str) -> Result<Departure, CredentialError> {
        let now = self.0.clock.elapsed();
        let mut tokens = self.0.tokens();
        if !tokens.contains_key(resource) && !is_resource(resource) {
            return Err(CredentialError::Resource(resource.to_owned()));
        }
        let slot = tokens.entry(resource.to_owned()).or_default();
        let unix_now = self.0.clock.unix_now();
        let failure = slot.failure.as_ref().filter(|failure| now < failure.until);
        let issued = slot.issued.as_ref().filter(|issued| unix_now < issued.expires_at);
        match (issued.cloned(), failure) {
            (Some(issued), Some(_)) => Ok(Departure::Token(issued.token)),
            (Some(issued), None) if unix_now + MIN_LIFE_SECONDS < issued.expires_at => {
                if issued.renew_at <= unix_now {
                    self.flight(slot, resource);
                }
                Ok(Departure::Token(issued.token))
            }
            (None, Some(failure)) if !failure.error.is_transient() => Err(failure.error.clone()),
            (spare, _) => Ok(Departure::Wait {
                flight: self.flight(slot, resource),
                spare: spare.map(|issued| issued.token),
            }),
        }
    }

    /// The flight under way, or a new one.
    fn flight(&self, slot: &mut Slot, resource: &str) -> watch::Receiver<Progress> {
        // A flight whose task was cut off never lands; its sender is gone.
        if let Some(flight) = slot.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return flight.clone();
        }
        let (progress, flight) = watch::channel(Progress::Asking);
        slot.flight = Some(flight.clone());
        let (inner, resource) = (Arc::clone(&self.0), resource.to_owned());
        // In a task of its own: who gives up waiting must not take the others' token with them.
        tokio::spawn(async move { inner.fly(resource, progress).await });
        flight
    }

    /// Waits for a flight to land, but not beyond the deadline, and not for an attempt that only comes after it; and for
    /// no second attempt at all if there is a spare token.
    async fn arrival(
        &self,
        mut flight: watch::Receiver<Progress>,
        deadline: Instant,
        has_spare: bool,
    ) -> Result<Issued, CredentialError> {
        let last = flight.clone();
        let landing = async {
            loop {
                match &*flight.borrow_and_update() {
                    Progress::Landed(outcome) => return outcome.clone(),
                    Progress::Resting { error, until } => {
                        let left = deadline.saturating_duration_since(Instant::now());
                        if has_spare || self.0.clock.elapsed() + left < *until {
                            return Err(error.clone());
                        }
                    }
                    Progress::Asking => {}
                }
                if flight.changed().await.is_err() {
                    return Err(self.unavailable("the request was cut off"));
                }
            }
        };
        match tokio::time::timeout_at(deadline.into(), landing).await {
            Ok(outcome) => outcome,
            Err(_) => match &*last.borrow() {
                Progress::Landed(outcome) => outcome.clone(),
                Progress::Resting { error, .. } => Err(error.clone()),
                Progress::Asking => Err(self.unavailable("it has not answered in time")),
            },
        }
    }

    fn unavailable(&self, problem: &str) -> CredentialError {
        CredentialError::IdentityUnavailable {
            platform: self.source(),
            problem: problem.to_owned(),
            retry_after: RETRY_AFTER,
        }
    }
}

/// How a request for a token begins.
enum Departure {
    /// With one from memory.
    Token(DownstreamToken),
    /// By waiting for one; and if none comes, there may be one that is in its last minutes.
    Wait {
        flight: watch::Receiver<Progress>,
        spare: Option<DownstreamToken>,
    },
}

impl Inner {
    /// A poisoned lock is no obstacle: each change to a slot is an assignment.
    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until there is an outcome, and leaves it for those who come later before telling those who wait.
    async fn fly(&self, resource: String, progress: watch::Sender<Progress>) {
        let outcome = self.ask(&resource, &progress).await;
        let mut tokens = self.tokens();
        let slot = tokens.entry(resource).or_default();
        slot.flight = None;
        slot.failure = None;
        match &outcome {
            Ok(issued) => slot.issued = Some(issued.clone()),
            Err(error) => {
                // Those who wait are told; if nobody does, because there is a token still, the operator is.
                if let Some(issued) = &slot.issued
                    && self.clock.unix_now() < issued.expires_at
                {
                    tracing::warn!(
                        error = %error,
                        fix = error.fix(),
                        expires_at = moment(issued.expires_at),
                        "the managed identity's token could not be renewed; the one before stays in use",
                    );
                }
                slot.failure = Some(Failure {
                    until: self.clock.elapsed() + REST,
                    error: error.clone(),
                });
            }
        }
        drop(tokens);
        progress.send_replace(Progress::Landed(outcome));
    }
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentity")
            .field("client_id", &self.0.client_id)
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

/// Whether a text can be the App ID URI of an API, or the client id of its app registration. A scope is refused here
/// because the endpoint would answer with a less telling error.
fn is_resource(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_RESOURCE_BYTES
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.ends_with("/.default")
}
