//! What anybody may ask: where to sign in, whether the server is alive, whether it is ready.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use usher_entra::{ProtectedResource, Verifier};
use usher_runtime::Catalog;

use crate::replies;

/// Routes for the protected resource metadata (RFC 9728): at the path that challenges name, and at the root, where clients look
/// second.
pub(crate) fn metadata(resource: &ProtectedResource) -> Router {
    let document: Arc<str> = resource.document().into();
    let mut router = Router::new();
    for path in resource.metadata_paths() {
        let document = Arc::clone(&document);
        router = router.route(path, get(async move || metadata_response(&document)));
    }
    router
}

fn metadata_response(document: &str) -> Response {
    let mut response = Response::new(document.to_owned().into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    // Clients in a browser read it from another origin; there is nothing in it that isn't public.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Where probes are answered: whether the process lives, and whether it can serve.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// What readiness is told from.
struct Readiness {
    verifier: Arc<Verifier>,
    tools: usize,
    refused: Vec<String>,
}

/// Routes for probes. They answer to anybody, so they give names and counts and no reasons: those are in the log.
pub(crate) fn probes(verifier: Arc<Verifier>, catalog: &Catalog) -> Router {
    let name = |file: &std::path::Path| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let refused = catalog.refused().iter().map(|refusal| name(&refusal.file)).collect();
    let readiness = Arc::new(Readiness {
        verifier,
        tools: catalog.tools().len(),
        refused,
    });
    let [alive, is_ready] = PROBES;
    Router::new()
        .route(
            alive,
            get(async || replies::json(StatusCode::OK, &json!({ "status": "alive" }))),
        )
        .route(is_ready, get(ready))
        .with_state(readiness)
}

/// Ready once tokens can be verified. Components that were refused don't change that: the others are served.
async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    let keys = readiness.verifier.keys_ready();
    let status = if keys.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let report = json!({
        "ready": keys.is_ready(),
        "keys": keys.usable(),
        "tools": readiness.tools,
        "refused": readiness.refused,
    });
    let mut response = replies::json(status, &report);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
