//! A service whose answers are scripted.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, Method},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;
use url::Url;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query as they were on the wire.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    /// A header field's value; empty when it isn't there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;
type Script = dyn Fn(Seen) -> Answering + Send + Sync;

/// A server on loopback.
pub(crate) struct Service {
    pub(crate) url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Service {
    /// Answers each request with what the script says.
    pub(crate) async fn new<R: IntoResponse>(script: impl Fn(Seen) -> R + Send + Sync + 'static) -> Self {
        Self::slow(move |seen| {
            let response = script(seen).into_response();
            async move { response }
        })
        .await
    }

    /// The same, when it takes time.
    pub(crate) async fn slow<F>(script: impl Fn(Seen) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(move |seen| Box::pin(script(seen)));
        let notes = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (script, notes) = (Arc::clone(&script), Arc::clone(&notes));
            async move {
                let request = read(request).await;
                notes.lock().unwrap().push(request.clone());
                script(request).await
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// No service: an address at which nobody answers.
    pub(crate) fn nowhere(url: Url) -> Self {
        Self {
            url,
            seen: Arc::default(),
        }
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request so far.
    pub(crate) fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn read(request: Request<Body>) -> Seen {
    let (parts, body) = request.into_parts();
    Seen {
        method: parts.method,
        target: parts.uri.path_and_query().unwrap().to_string(),
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.unwrap(),
    }
}
