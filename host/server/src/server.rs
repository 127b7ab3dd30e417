//! The server: what it is made of, and its life from the first connection to the last answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use http::StatusCode;
use prometheus_client::registry::Registry;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use usher_entra::Verifier;
use usher_runtime::{Catalog, Runtime};

use crate::access::Access;
use crate::changes::Changes;
use crate::current::{Current, Translator};
use crate::endpoint::{self, Endpoint};
use crate::gate::Gate;
use crate::gauges::Gauges;
use crate::handler::{Handler, Shared};
use crate::metrics::Metrics;
use crate::sessions::BoundSessions;
use crate::settings::{ServerSettings, SettingsError};
use crate::subscriptions::Subscriptions;
use crate::{consented, replies, wellknown};

/// How long connections may take to close once their streams have been ended. Then they are left to themselves.
const CLOSING_TIME: Duration = Duration::from_secs(2);

/// MCP over HTTP for the tools of a catalog, and of each that takes its place.
pub struct Server {
    router: Router,
    metrics: Metrics,
    current: Current,
    sessions: Arc<BoundSessions>,
    subscriptions: Arc<Subscriptions>,
    /// Cancelled first at a shutdown: subscriptions end with their final result.
    closing: CancellationToken,
    /// Cancelled when calls have ended: sessions and their streams end.
    ending: CancellationToken,
    in_flight: TaskTracker,
    shutdown_timeout: Duration,
}

/// Why serving stopped.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The listener failed for good.
    #[error("connections can't be accepted any more: {0}")]
    Accept(#[from] std::io::Error),
}

impl Server {
    /// Puts a server together. Nothing listens yet, but catalogs are followed from here on; `access` learns from each which groups
    /// its rules name.
    ///
    /// # Errors
    /// A setting that can't be worked with.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn new(
        settings: &ServerSettings,
        verifier: Arc<Verifier>,
        runtime: Arc<Runtime>,
        catalogs: watch::Receiver<Arc<Catalog>>,
        access: Access,
    ) -> Result<Self, SettingsError> {
        let checked = settings.check()?;
        let (closing, ending, in_flight) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());

        let sessions = Arc::new(BoundSessions::new(
            settings.max_sessions,
            settings.max_sessions_per_caller,
            settings.session_idle_timeout,
        ));
        let subscriptions = Subscriptions::new(settings.max_sessions, settings.max_sessions_per_caller);
        let subscriptions = Arc::new(subscriptions);
        let metrics = Metrics::new();
        let translator = Translator {
            held_scopes: settings.short_scopes().into_iter().map(str::to_owned).collect(),
            access: access.clone(),
            metrics: metrics.clone(),
        };
        let current = translator.follow(catalogs, ending.clone());
        let changes = Changes {
            current: current.clone(),
            access: access.clone(),
            metrics: metrics.clone(),
        };
        let shared = Shared::new(
            changes,
            runtime,
            Arc::clone(&subscriptions),
            settings.list_ttl,
            closing.clone(),
        );
        // Host and Origin are checked by `doors`, before the gate and not a second time. A single answer goes as JSON, which
        // takes a third less time than a stream; answers within a session are always streams.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_json_response(true)
            .with_max_request_body_bytes(settings.max_body_bytes)
            .with_cancellation_token(ending.clone());
        let of_handlers = Arc::clone(&shared);
        let protocol =
            StreamableHttpService::new(move || Ok(Handler::new(&of_handlers)), Arc::clone(&sessions), config);

        let metadata = wellknown::metadata(&checked.resource);
        let endpoint = Arc::new(Endpoint {
            doors: checked.doors,
            gate: Gate::new(
                Arc::clone(&verifier),
                checked.resource,
                checked.challenges,
                metrics.clone(),
            ),
            access,
            current: current.clone(),
            sessions: Arc::clone(&sessions),
            protocol,
            shared,
            ending: ending.clone(),
            max_body_bytes: settings.max_body_bytes,
            in_flight: in_flight.clone(),
        });
        let router = Router::new()
            .route(&checked.path, any(endpoint::serve))
            .with_state(endpoint)
            .merge(metadata)
            .merge(wellknown::probes(verifier, current.clone()))
            .merge(consented::page())
            .fallback(not_found)
            .method_not_allowed_fallback(method_not_allowed);
        Ok(Self {
            router,
            metrics,
            current,
            sessions,
            subscriptions,
            closing,
            ending,
            in_flight,
            shutdown_timeout: settings.shutdown_timeout,
        })
    }

    /// Adds what the server counts to a registry whose prefix is the host's name.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.metrics.register(registry);
        registry.register_collector(Box::new(Gauges {
            current: self.current.clone(),
            sessions: Arc::clone(&self.sessions),
            subscriptions: Arc::clone(&self.subscriptions),
        }));
    }

    /// The routes, to be served by something else. [`Server::serve`] is what does it in production.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves until `shutdown` is cancelled and everything has ended, within bounds:
    ///
    /// 1. No connection is accepted any more, connections without a request close, subscriptions end with their final result.
    /// 2. Calls go on until they end, or until the settings' `shutdown_timeout`.
    /// 3. Sessions and their streams end, and with them the connections.
    ///
    /// # Errors
    /// Connections can't be accepted any more.
    pub async fn serve(self, listener: TcpListener, shutdown: CancellationToken) -> Result<(), ServeError> {
        // Otherwise an answer in several pieces waits for acknowledgements, about 40 ms each.
        let listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays without TCP_NODELAY");
            }
        });
        let serving = axum::serve(listener, self.router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        // What a server that ends, or is dropped, has started ends with it.
        let _closing = self.closing.clone().drop_guard();
        let _ending = self.ending.clone().drop_guard();
        tokio::select! {
            served = serving.into_future() => Ok(served?),
            () = wind_down(&shutdown, &self.closing, &self.ending, &self.in_flight, self.shutdown_timeout) => {
                tracing::warn!("connections that did not close in time are cut");
                Ok(())
            }
        }
    }
}

/// Ends what runs, in two stages. Returns when the connections have had their time.
async fn wind_down(
    shutdown: &CancellationToken,
    closing: &CancellationToken,
    ending: &CancellationToken,
    in_flight: &TaskTracker,
    timeout: Duration,
) {
    shutdown.cancelled().await;
    closing.cancel();
    in_flight.close();
    tracing::info!(
        requests = in_flight.len(),
        "shutting down: waiting for the requests that run"
    );
    if tokio::time::timeout(timeout, in_flight.wait()).await.is_err() {
        tracing::warn!(
            requests = in_flight.len(),
            "requests that did not end in time are ended"
        );
    }
    ending.cancel();
    tokio::time::sleep(CLOSING_TIME).await;
}

async fn not_found() -> Response {
    replies::plain(StatusCode::NOT_FOUND, "There is nothing here.")
}

async fn method_not_allowed() -> Response {
    replies::plain(StatusCode::METHOD_NOT_ALLOWED, "This method is not allowed here.")
}
