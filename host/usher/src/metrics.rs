//! `GET /metrics`: what every room counts, as OpenMetrics text, on a listener of its own.
//!
//! It says which tools there are and how much they are used, so it isn't served where clients of tools come in, and it asks for no
//! token: who reaches the listener may read. Each room counts what it decides and registers it here once; nothing on the way of a
//! call knows of this module.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::listen;

/// The media type of OpenMetrics 1.0.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves a registry until `stop` is cancelled or what is returned is dropped.
///
/// # Errors
/// The address can't be listened on.
pub(crate) async fn serve(
    address: SocketAddr,
    registry: Registry,
    stop: CancellationToken,
) -> anyhow::Result<AbortOnDropHandle<()>> {
    let listener = listen::on(address, "the key `metrics.listen`").await?;
    let address = listener.local_addr().context("metrics.listen")?;
    tracing::info!(%address, "metrics are at /metrics");
    let router = Router::new()
        .route("/metrics", get(scrape))
        .with_state(Arc::new(registry));
    Ok(AbortOnDropHandle::new(tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "metrics can't be served any more");
        }
    })))
}

/// A registry whose names begin with that of the host.
pub(crate) fn registry() -> Registry {
    Registry::with_prefix("usher")
}

async fn scrape(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
