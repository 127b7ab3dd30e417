//! Binding, wiring and serving.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::addresses::{self, API_CLIENT_ID, Addresses};
use crate::clients::credentials::Credentials;
use crate::cloud::{Cloud, Shared};
use crate::oauth::{authorize, discovery, instance, registration, token};
use crate::settings::{DevCloudSettings, StartError, check_mcp_url};
use crate::state::State;
use crate::{control, graph, guard, kubernetes, ledger, managed_identity, pages};

/// The largest body that any endpoint needs, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long open connections may hold up a shutdown.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// An address that is taken but not yet answered on. Its issuer is known, which the MCP endpoint needs in order to come
/// up, and with whose URL the cloud is then opened.
pub struct BoundDevCloud {
    listener: TcpListener,
    authority: String,
}

/// A development cloud, ready to serve.
pub struct DevCloud {
    listener: TcpListener,
    cloud: Shared,
}

impl DevCloud {
    /// Takes a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`StartError::NotLoopback`], [`StartError::AddressInUse`] and [`StartError::Bind`].
    pub async fn bind(listen: SocketAddr) -> Result<BoundDevCloud, StartError> {
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::AddressInUse(listen),
            _ => StartError::Bind {
                address: listen,
                source,
            },
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(BoundDevCloud {
            listener,
            authority: addresses::authority(address),
        })
    }

    /// All names and addresses of this cloud.
    pub fn addresses(&self) -> &Addresses {
        &self.cloud.addresses
    }

    /// What `GET /dev.json` answers. It contains the client secret, which opens nothing outside this process.
    pub fn description(&self) -> Value {
        control::description(&self.cloud)
    }

    /// Answers until `shutdown` is cancelled; requests under way then get two seconds to finish.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub async fn serve(self, shutdown: CancellationToken) -> io::Result<()> {
        let Self { listener, cloud } = self;
        let stopped = shutdown.clone();
        let serving = axum::serve(listener, router(cloud)).with_graceful_shutdown(stopped.cancelled_owned());
        let overdue = async {
            shutdown.cancelled().await;
            tokio::time::sleep(SHUTDOWN_GRACE).await;
        };
        tokio::select! {
            result = serving => result,
            () = overdue => Ok(()),
        }
    }
}

impl BoundDevCloud {
    /// The base of all endpoints, `http://127.0.0.1:PORT`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The issuer that the MCP endpoint's protected resource metadata must name.
    pub fn issuer(&self) -> String {
        addresses::issuer(&self.authority)
    }

    /// Checks the settings, and reads or makes keys and registrations. Blocks for the moment that two RSA keys and one
    /// small file take.
    ///
    /// # Errors
    /// [`StartError::McpUrl`], [`StartError::StateFile`], [`StartError::StateContent`], [`StartError::Certificate`] and
    /// [`StartError::Key`].
    pub fn open(self, settings: DevCloudSettings) -> Result<DevCloud, StartError> {
        check_mcp_url(&settings.mcp_url)?;
        let state = State::open(settings.state_dir.as_deref())?;
        let addresses = Addresses::new(self.authority, settings.mcp_url);
        let mut credentials = Credentials::new(&addresses);
        for certificate in &settings.certificates {
            credentials.add_certificate(API_CLIENT_ID, certificate, true)?;
        }
        let cloud = Cloud::new(addresses, settings.resource_check, credentials, state);
        Ok(DevCloud {
            listener: self.listener,
            cloud: Shared::new(cloud),
        })
    }
}

fn router(cloud: Shared) -> Router {
    let control = control::router()
        .merge(graph::control::router())
        .route_layer(from_fn(guard::no_browser));
    Router::new()
        .route("/", get(pages::home::show))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route(
            "/.well-known/openid-configuration/{tenant}/v2.0",
            get(discovery::configuration),
        )
        .route(
            "/.well-known/oauth-authorization-server/{tenant}/v2.0",
            get(discovery::configuration),
        )
        .route("/.well-known/oauth-authorization-server", get(discovery::root))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/common/discovery/instance", get(instance::discover))
        .route(
            "/{tenant}/oauth2/v2.0/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route("/{tenant}/oauth2/v2.0/token", post(token::exchange))
        .route("/{tenant}/oauth2/v2.0/register", post(registration::register))
        .route("/msi/token", get(managed_identity::identity_endpoint))
        .route(
            "/metadata/identity/oauth2/token",
            get(managed_identity::instance_metadata),
        )
        .route(
            "/kubernetes/.well-known/openid-configuration",
            get(kubernetes::configuration),
        )
        .route("/kubernetes/openid/v1/jwks", get(kubernetes::keys))
        .merge(graph::router())
        .merge(ledger::router())
        .merge(control)
        .layer(from_fn(guard::cors))
        .layer(from_fn(guard::loopback_host))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(cloud)
}
