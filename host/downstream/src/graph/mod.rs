//! Microsoft Graph v1.0 on behalf of the caller: who is in which group, and the requests that grants list.

mod answers;
mod connection;
mod download;
mod flights;
mod groups;
mod metrics;
mod query;

use std::{
    collections::BTreeSet,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use prometheus_client::registry::Registry;
use reqwest::{Client, header::HeaderValue};
use url::Url;
use usher_entra::{Caller, Clock, DownstreamScope, OnBehalfOf, SignedIn, SystemClock};
use usher_policy::{GraphPath, Memberships, Method};
use uuid::Uuid;

use self::{
    answers::{Answered, Answers},
    connection::{Call, Connection},
    flights::Flights,
};
use crate::{DownstreamError, guard::Guard, patience::Throttle};

/// How long an answer about a group is believed, unless set.
const DEFAULT_MEMBERSHIP_TTL: Duration = Duration::from_secs(60);

/// Answers about groups that are remembered, unless set. One is 40 bytes.
const DEFAULT_MEMBERSHIP_ENTRIES: u64 = 100_000;

/// The longest that an answer about a group is believed, whatever is set: who was taken out of a group yesterday isn't in it.
const MAX_MEMBERSHIP_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// Where Graph is, and how long its answers about groups are believed.
#[derive(Debug, Clone)]
pub struct GraphSettings {
    /// Graph's address without a version, as [`Cloud::graph`](usher_entra::Cloud::graph) says it.
    pub base: Url,
    /// The scope of tokens for it, as [`Cloud::graph_scope`](usher_entra::Cloud::graph_scope) says it.
    pub scope: DownstreamScope,
    /// How long an answer about a group is believed, a day at most. Zero: only by those who asked while the question was under
    /// way.
    pub membership_ttl: Duration,
    /// Answers about groups remembered, of all users together.
    pub membership_entries: u64,
}

impl GraphSettings {
    /// Settings with the defaults: answers are believed for 60 s, 100,000 of them remembered.
    #[must_use]
    pub fn new(base: Url, scope: DownstreamScope) -> Self {
        Self {
            base,
            scope,
            membership_ttl: DEFAULT_MEMBERSHIP_TTL,
            membership_entries: DEFAULT_MEMBERSHIP_ENTRIES,
        }
    }
}

/// A request to Graph, which the caller of [`Graph::send`] has found in the grant.
#[derive(Debug, Clone)]
pub struct GraphRequest {
    /// The method.
    pub method: Method,
    /// The path below `/v1.0`.
    pub path: GraphPath,
    /// Query options by name, not encoded.
    pub query: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<Body>,
    /// The most that is read of the answer, in bytes.
    pub max_response_bytes: usize,
}

/// Bytes with their media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The media type, for example `application/json`.
    pub content_type: String,
    /// The bytes.
    pub data: Bytes,
}

/// What Graph answered, an error that the request itself caused included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphResponse {
    /// The HTTP status.
    pub status: u16,
    /// None when there was no body.
    pub body: Option<Body>,
}

/// Microsoft Graph. Make one and share it.
pub struct Graph {
    connection: Arc<Connection>,
    guard: Guard,
    answers: Arc<Answers>,
    flights: Arc<Flights>,
    watched: RwLock<Arc<[Uuid]>>,
}

impl Graph {
    /// Graph by these settings. `http` should come from [`http_client`](usher_entra::http_client()) for the same base: it
    /// follows no redirects.
    #[must_use]
    pub fn new(settings: GraphSettings, tokens: Arc<OnBehalfOf>, http: Client) -> Arc<Self> {
        Self::with_clock(settings, tokens, http, Arc::new(SystemClock::new()))
    }

    /// As [`new`](Self::new), with answers growing old by another clock than the machine's.
    #[must_use]
    pub fn with_clock(
        settings: GraphSettings,
        tokens: Arc<OnBehalfOf>,
        http: Client,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let connection = Arc::new(Connection::new(&settings.base, settings.scope, tokens, http));
        let answers = Arc::new(Answers::new(
            settings.membership_ttl.min(MAX_MEMBERSHIP_TTL),
            settings.membership_entries,
            clock,
        ));
        Arc::new(Self {
            flights: Flights::new(Arc::clone(&connection), Arc::clone(&answers)),
            connection,
            guard: Guard::new(),
            answers,
            watched: RwLock::new(Arc::new([])),
        })
    }

    /// Adds what is counted of requests, and of the exchanges of tokens for them, to a registry whose prefix is the host's name.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.connection.register_metrics(registry);
    }

    /// Sets the groups that any rule names. Who asks about one of them asks about all of them, so that a listing and the
    /// calls after it share one request, whatever the number of tools.
    pub fn watch_groups(&self, groups: BTreeSet<Uuid>) {
        let groups = groups.into_iter().collect();
        *self.watched.write().expect("nothing panics while it holds this lock") = groups;
    }

    /// What is known about the caller and all of these groups without asking anybody: a look into the cache. None when one
    /// of them isn't known.
    #[must_use]
    pub fn known(&self, caller: &Caller, groups: &[Uuid]) -> Option<Memberships> {
        let now = self.answers.now();
        let mut known = Memberships::none();
        let add = |answered| add(&mut known, answered, now);
        self.answers.each(&caller.key(), groups, add).then_some(known)
    }

    /// What is known about the caller and all of these groups, asking Graph if need be. Concurrent askers about one user
    /// share one exchange and one request.
    ///
    /// # Errors
    /// [`DownstreamError`]: it couldn't be found out, which is never "is not a member".
    pub async fn memberships(
        &self,
        who: &SignedIn,
        groups: &[Uuid],
        deadline: Instant,
    ) -> Result<Memberships, DownstreamError> {
        if let Some(known) = self.known(who.caller(), groups) {
            return Ok(known);
        }
        let answered = self.flights.ask(who, &self.question(groups), deadline).await?;
        let now = self.answers.now();
        let mut known = Memberships::none();
        for answered in answered.iter().filter(|answered| groups.contains(&answered.group)) {
            add(&mut known, *answered, now);
        }
        Ok(known)
    }

    /// What to ask for: all watched groups if these are among them, else these.
    fn question(&self, groups: &[Uuid]) -> Arc<[Uuid]> {
        let watched = Arc::clone(&self.watched.read().expect("nothing panics while it holds this lock"));
        if groups.iter().all(|group| watched.binary_search(group).is_ok()) {
            return watched;
        }
        let distinct: BTreeSet<Uuid> = groups.iter().copied().collect();
        distinct.into_iter().collect()
    }

    /// Sends a request on behalf of the caller. A request that may have changed something is never repeated.
    ///
    /// # Errors
    /// [`DownstreamError`] when there is no answer to pass on; what Graph says of the request itself, 404 for instance, is
    /// an answer.
    pub async fn send(
        &self,
        who: &SignedIn,
        request: GraphRequest,
        deadline: Instant,
    ) -> Result<GraphResponse, DownstreamError> {
        let call = Call {
            method: request.method.into(),
            url: self
                .connection
                .url(request.path.as_encoded(), &query::encode(&request.query))?,
            advanced: query::is_advanced(&request.path, &request.query),
            body: match request.body {
                Some(body) => Some((media_type(&body.content_type)?, body.data)),
                None => None,
            },
            max_response_bytes: request.max_response_bytes,
            repeatable: !request.method.writes(),
        };
        // Limits differ between the parts of Graph, and some count by user: one tool's 429 holds nobody else back.
        let throttle = Throttle::default();
        let mut answer = self.connection.send(who, &call, &throttle, deadline).await?;
        if download::is_download(request.method, &request.path) {
            let max = request.max_response_bytes;
            answer = download::follow(&self.connection, &self.guard, &call.url, answer, max, deadline).await?;
        }
        // A redirect that wasn't followed may name an address that opens a file: the status is all there is to say.
        let has_body = !answer.body.is_empty() && !answer.status.is_redirection();
        let content_type = answer.content_type().unwrap_or("application/octet-stream").to_owned();
        Ok(GraphResponse {
            status: answer.status.as_u16(),
            body: has_body.then_some(Body {
                content_type,
                data: answer.body,
            }),
        })
    }
}

fn add(known: &mut Memberships, answered: Answered, now: Duration) {
    known.insert(answered.group, answered.is_member, now.saturating_sub(answered.at));
}

fn media_type(text: &str) -> Result<HeaderValue, DownstreamError> {
    HeaderValue::from_str(text)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| DownstreamError::Invalid(format!("{text:?} is no media type")))
}
