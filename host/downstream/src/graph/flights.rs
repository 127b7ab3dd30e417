//! Looking up memberships: one question under way for many askers, and a short silence after one that failed.
//!
//! A flight runs by itself: askers come and go, and one whose deadline passes doesn't take the others' answer with it. It
//! is shared by everybody who asks about the same groups of the same user, with whatever token. If it fails for a reason
//! that lies in the token it was made with, those who hold another token of the user try once more with theirs: a stale
//! token in one client must not sign the person out of another.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, ready},
};
use moka::sync::Cache;
use tracing::Instrument;
use usher_entra::{Remedy, SignedIn, UserKey};
use uuid::Uuid;

use super::{
    answers::{Answered, Answers},
    connection::Connection,
    groups,
};
use crate::{
    DownstreamError,
    patience::{Throttle, within},
};

/// How long a lookup may take in all, whatever its askers' deadlines.
const LONGEST_FLIGHT: Duration = Duration::from_secs(10);

/// How long a lookup may take at least: its first asker may be in a hurry, the others needn't be.
const SHORTEST_FLIGHT: Duration = Duration::from_secs(3);

/// How long a failure answers for the next askers, unless Graph or Entra said how long it will last: a crowd that comes one
/// by one would ask one by one.
const SILENCE: Duration = Duration::from_secs(1);

/// The longest such silence, whatever a service asks for.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// Failures remembered at once.
const MAX_FAILURES: u64 = 10_000;

/// What a flight is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Route {
    user: UserKey,
    groups: Arc<[Uuid]>,
    /// Set when only the holders of one token travel together, by its SHA-256.
    token: Option<[u8; 32]>,
}

/// A failed flight.
#[derive(Debug, Clone)]
struct Crash {
    error: DownstreamError,
    /// The SHA-256 of the token that it was made with.
    token: [u8; 32],
    /// Until when nobody tries again, on the clock by which answers are dated.
    until: Duration,
}

impl Crash {
    fn new(error: DownstreamError, token: [u8; 32], now: Duration) -> Self {
        let silence = match error.remedy() {
            Remedy::Retry { after: Some(after) } => after.clamp(SILENCE, LONGEST_SILENCE),
            _ => SILENCE,
        };
        Self {
            error,
            token,
            until: now + silence,
        }
    }

    /// Whether it happened to the token rather than to the host: another token of the same user may fare better.
    fn is_about_the_token(&self) -> bool {
        !matches!(self.error.remedy(), Remedy::Retry { .. } | Remedy::Operator)
    }

    /// The error as it is now: the time to wait has been running.
    fn told(self, now: Duration) -> DownstreamError {
        match self.error {
            DownstreamError::Throttled(Some(_)) => DownstreamError::Throttled(Some(self.until.saturating_sub(now))),
            error => error,
        }
    }
}

type Landing = Result<Arc<[Answered]>, Crash>;
type Flight = Shared<BoxFuture<'static, Landing>>;

/// Lookups under way, what they found, and those that failed a moment ago.
pub(super) struct Flights {
    connection: Arc<Connection>,
    answers: Arc<Answers>,
    throttle: Throttle,
    under_way: Mutex<HashMap<Route, Flight>>,
    crashes: Cache<Route, Crash>,
}

impl Flights {
    pub(super) fn new(connection: Arc<Connection>, answers: Arc<Answers>) -> Arc<Self> {
        Arc::new(Self {
            connection,
            answers,
            throttle: Throttle::default(),
            under_way: Mutex::default(),
            crashes: Cache::builder()
                .max_capacity(MAX_FAILURES)
                .time_to_live(LONGEST_SILENCE)
                .build(),
        })
    }

    /// What Graph says about the caller and each of these groups.
    ///
    /// # Errors
    /// [`DownstreamError`]: it isn't known.
    pub(super) async fn ask(
        self: &Arc<Self>,
        who: &SignedIn,
        groups: &Arc<[Uuid]>,
        deadline: Instant,
    ) -> Result<Arc<[Answered]>, DownstreamError> {
        let mut route = Route {
            user: who.caller().key(),
            groups: Arc::clone(groups),
            token: None,
        };
        let own = *who.assertion().sha256();
        match within(deadline, self.board(&route, who, deadline)).await? {
            Ok(answers) => Ok(answers),
            Err(crash) if crash.token != own && crash.is_about_the_token() => {
                route.token = Some(own);
                let landing = within(deadline, self.board(&route, who, deadline)).await?;
                landing.map_err(|crash| crash.told(self.answers.now()))
            }
            Err(crash) => Err(crash.told(self.answers.now())),
        }
    }

    /// The flight of a route: the one under way, or a new one.
    fn board(self: &Arc<Self>, route: &Route, who: &SignedIn, deadline: Instant) -> Flight {
        let mut under_way = self.under_way.lock().expect("nothing panics while it holds this lock");
        if let Some(flight) = under_way.get(route) {
            return flight.clone();
        }
        // A flight may have landed since the caller looked: it leaves its answers before it leaves the list.
        let mut answers = Vec::with_capacity(route.groups.len());
        if self
            .answers
            .each(&route.user, &route.groups, |answer| answers.push(answer))
        {
            return ready(Ok(answers.into())).boxed().shared();
        }
        if let Some(crash) = self.crashes.get(route).filter(|crash| self.answers.now() < crash.until) {
            return ready(Err(crash)).boxed().shared();
        }
        let flight = self.take_off(route.clone(), who.clone(), deadline);
        under_way.insert(route.clone(), flight.clone());
        flight
    }

    fn take_off(self: &Arc<Self>, route: Route, who: SignedIn, deadline: Instant) -> Flight {
        let now = Instant::now();
        let deadline = deadline.clamp(now + SHORTEST_FLIGHT, now + LONGEST_FLIGHT);
        let token = *who.assertion().sha256();
        let entry = Entry {
            flights: Arc::clone(self),
            route,
        };
        let flying = async move {
            let Entry { flights, route } = &entry;
            let at = flights.answers.now();
            let asking = groups::ask(&flights.connection, &who, &route.groups, &flights.throttle, deadline);
            match within(deadline, asking).await.flatten() {
                Ok(found) => {
                    let answered = found
                        .into_iter()
                        .map(|(group, is_member)| Answered { group, is_member, at });
                    let answered: Arc<[Answered]> = answered.collect();
                    flights.answers.insert(route.user, &answered);
                    Ok(answered)
                }
                Err(error) => {
                    let crash = Crash::new(error, token, flights.answers.now());
                    flights.crashes.insert(route.clone(), crash.clone());
                    Err(crash)
                }
            }
        };
        tokio::spawn(flying.in_current_span())
            .map(move |landing| {
                landing.unwrap_or_else(|_| {
                    let error = DownstreamError::Unavailable("the lookup was stopped".to_owned());
                    Err(Crash::new(error, token, Duration::ZERO))
                })
            })
            .boxed()
            .shared()
    }
}

/// A flight's entry in the list, for as long as it is under way; gone also when it ends by a panic.
struct Entry {
    flights: Arc<Flights>,
    route: Route,
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Ok(mut under_way) = self.flights.under_way.lock() {
            under_way.remove(&self.route);
        }
    }
}
