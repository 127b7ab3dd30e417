//! HTTP on one side, the emulator on the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{Method as AzureMethod, Request};
use azure_data_cosmos_driver::in_memory_emulator::InMemoryEmulatorHttpClient;
use tokio::net::TcpListener;
use url::Url;

use crate::interference::{Interference, Interferences};
use crate::{ACCOUNT_KEY, signature};

/// The largest request: an item of 2 MB, and a batch of as much, with what is around them.
const MAX_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// What a request meets.
pub(crate) struct Service {
    emulator: InMemoryEmulatorHttpClient,
    endpoint: Url,
    pub(crate) interferences: Interferences,
    requests: AtomicU64,
}

impl Service {
    pub(crate) fn new(emulator: InMemoryEmulatorHttpClient, endpoint: Url) -> Self {
        Self {
            emulator,
            endpoint,
            interferences: Interferences::default(),
            requests: AtomicU64::new(0),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Response<Body> {
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let (authorization, date) = (header("authorization"), header("x-ms-date"));
        if !signature::is_right(ACCOUNT_KEY, authorization, method.as_str(), uri.path(), date) {
            return refused(401, 0, None);
        }
        if uri.path().contains("/docs") {
            self.requests.fetch_add(1, Ordering::Relaxed);
            if let Some(Interference {
                status,
                substatus,
                retry_after_ms,
                ..
            }) = self.interferences.next()
            {
                return refused(status, substatus, retry_after_ms);
            }
        }
        let Some(request) = self.translate(method, uri, headers, body) else {
            return refused(400, 0, None);
        };
        // A request that the emulator can't place, such as one about an unknown region.
        let Ok(answer) = self.emulator.execute_request(&request).await else {
            return refused(503, 0, None);
        };
        let Ok(answer) = answer.try_into_raw_response().await else {
            return refused(503, 0, None);
        };
        let mut response = Response::builder().status(u16::from(answer.status()));
        for (name, value) in answer.headers().iter() {
            response = response.header(name.as_str(), value.as_str());
        }
        let body = Body::from(answer.body().as_ref().to_vec());
        response.body(body).unwrap_or_else(|_| refused(500, 0, None))
    }

    fn translate(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Option<Request> {
        let method = match *method {
            Method::GET => AzureMethod::Get,
            Method::POST => AzureMethod::Post,
            Method::PUT => AzureMethod::Put,
            Method::PATCH => AzureMethod::Patch,
            Method::DELETE => AzureMethod::Delete,
            Method::HEAD => AzureMethod::Head,
            _ => return None,
        };
        let mut url = self.endpoint.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        let mut request = Request::new(url, method);
        for (name, value) in headers {
            let value = value.to_str().ok()?.to_owned();
            let name = HeaderName::from(name.as_str().to_owned());
            request.headers_mut().insert(name, HeaderValue::from(value));
        }
        request.set_body(body);
        Some(request)
    }
}

/// Serves until it is aborted.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>) {
    let router = Router::new()
        .fallback(
            |State(service): State<Arc<Service>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
                service.answer(&method, &uri, &headers, body).await
            },
        )
        .layer(axum::extract::DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(service);
    axum::serve(listener, router)
        .await
        .expect("serving on loopback ends only by being aborted");
}

/// An error as Azure Cosmos DB tells one. Source: its REST API, "Common response headers".
fn refused(status: u16, substatus: u32, retry_after_ms: Option<u32>) -> Response<Body> {
    let body = format!(r#"{{"code":"{status}","message":"refused by the emulator's server"}}"#);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut header = |name: &'static str, value: String| {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    };
    header("content-type", "application/json".to_owned());
    header("x-ms-activity-id", "00000000-0000-0000-0000-000000000000".to_owned());
    header("x-ms-request-charge", "0".to_owned());
    header("x-ms-substatus", substatus.to_string());
    if let Some(milliseconds) = retry_after_ms {
        header("x-ms-retry-after-ms", milliseconds.to_string());
    }
    response
}
