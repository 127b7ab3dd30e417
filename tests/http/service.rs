//! A service that stands in for the granted origins: it remembers what it was sent, sends it back, or sends elsewhere.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// The service; it stops when it is dropped.
pub(super) struct Service {
    url: Url,
    seen: Seen,
    _stop: DropGuard,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
}

type Seen = Arc<Mutex<Vec<Arrived>>>;

impl Service {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Seen::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Self {
            url,
            seen,
            _stop: stop.drop_guard(),
        }
    }

    /// Its own address.
    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Its port.
    pub(super) fn port(&self) -> u16 {
        self.url.port().unwrap()
    }

    /// What has arrived since it was last asked, the oldest first.
    pub(super) fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// `/redirect?to=` sends elsewhere, with the status before the first space; `/echo` sends back everything that it was sent, in
/// the body and in a header; all else answers with headers that are none of a tool's business.
async fn answer(State(seen): State<Seen>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    seen.lock().unwrap().push(Arrived {
        path: uri.path().to_owned(),
        headers: headers.clone(),
    });
    let to = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "to")
        .map(|(_, to)| to.into_owned());
    match (uri.path(), to) {
        ("/redirect", Some(to)) => {
            let (status, to) = to.split_once(' ').unwrap_or(("302", &to));
            let status = StatusCode::from_bytes(status.as_bytes()).unwrap();
            (status, [("location", to.to_owned())]).into_response()
        }
        ("/echo", _) => {
            let fields: Vec<_> = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
                .collect();
            let all = json!({
                "method": method.as_str(), "uri": uri.to_string(), "headers": fields,
                "body": String::from_utf8_lossy(&body),
            });
            all.to_string().into_response()
        }
        _ => {
            let headers = [
                ("set-cookie", "session=a-cookie-of-the-service"),
                ("www-authenticate", "Bearer realm=\"a-challenge-of-the-service\""),
                ("x-plain", "for everybody"),
            ];
            (headers, "quiet").into_response()
        }
    }
}
