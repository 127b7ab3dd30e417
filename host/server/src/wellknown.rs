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
use usher_runtime::Progress;

use crate::current::Current;
use crate::replies;
use crate::standing::Standing;

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
    current: Current,
}

/// Routes for probes. They answer to anybody, so they give names and counts and no reasons: those are in the log.
pub(crate) fn probes(verifier: Arc<Verifier>, current: Current) -> Router {
    let readiness = Arc::new(Readiness { verifier, current });
    let [alive, is_ready] = PROBES;
    Router::new()
        .route(
            alive,
            get(async || replies::json(StatusCode::OK, &json!({ "status": "alive" }))),
        )
        .route(is_ready, get(ready))
        .with_state(readiness)
}

/// Ready once tokens can be verified and the first catalog is loaded. Components whose newest file isn't served don't change that:
/// the others are.
async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    let keys = readiness.verifier.keys_ready();
    let tools = readiness.current.get();
    let is_ready = keys.is_ready() && tools.are_loaded();
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let standing = Standing::of(tools.catalog());
    let mut report = json!({
        "ready": is_ready,
        "keys": keys.usable(),
        "tools": tools.catalog().tools().len(),
        "refused": standing.refused,
        "serving-old": standing.serving_old,
        "waiting": standing.waiting,
    });
    if let Some(Progress { done, total }) = tools.catalog().progress() {
        report["loading"] = json!({ "done": done, "of": total });
    }
    let mut response = replies::json(status, &report);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
