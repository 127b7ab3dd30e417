//! What every request must pass before a handler sees it, and what browsers are allowed.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use crate::settings::is_loopback;

/// Answers only requests that were addressed to a loopback name. A web page whose own name was made to resolve to
/// 127.0.0.1 (DNS rebinding) arrives with that name in `Host`.
pub(crate) async fn loopback_host(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let target = request.uri().authority().map(|authority| authority.as_str());
    match host {
        Some(host) if names_loopback(host) && target.is_none_or(names_loopback) => next.run(request).await,
        _ => refused(StatusCode::FORBIDDEN, "this server answers to loopback host names only"),
    }
}

fn names_loopback(host: &str) -> bool {
    Url::parse(&format!("http://{host}/")).is_ok_and(|url| is_loopback(&url) && url.path() == "/")
}

/// Lets pages that are served on loopback (a web client under development, say) call the OAuth endpoints; pages from
/// anywhere else, and all pages where the control API is concerned, get no CORS headers.
pub(crate) async fn cors(request: Request, next: Next) -> Response {
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .filter(|origin| is_loopback_origin(origin))
        .cloned();
    let Some(origin) = origin.filter(|_| !is_control(request.uri().path())) else {
        return next.run(request).await;
    };
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if preflight {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST"),
        );
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("*, Authorization"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

fn is_loopback_origin(origin: &HeaderValue) -> bool {
    origin
        .to_str()
        .ok()
        .and_then(|origin| Url::parse(origin).ok())
        .is_some_and(|url| is_loopback(&url))
}

fn is_control(path: &str) -> bool {
    path == "/dev.json" || path.starts_with("/dev/")
}

/// Keeps browsers out of the control API: they put `Origin` on whatever a page sends to another origin, and can't send
/// JSON there without asking first.
pub(crate) async fn no_browser(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return refused(StatusCode::FORBIDDEN, "the control API is not for web pages");
    }
    if request.method() == Method::POST && !is_json(request.headers()) {
        return refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json",
        );
    }
    next.run(request).await
}

/// Whether a request says that its body is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:8401", "localhost:1", "[::1]:8401", "LOCALHOST"] {
            assert!(names_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com:8401",
            "10.0.0.1",
            "a@127.0.0.1/x",
        ] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
