use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use url::Url;

use super::Key;

/// An HTTP server on a free loopback port that publishes keys, counts who asks, and fails when told to.
pub(crate) struct JwksServer {
    shared: Arc<Shared>,
    address: Url,
    task: JoinHandle<()>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    hits: watch::Sender<usize>,
    elsewhere: watch::Sender<usize>,
    gate: watch::Sender<bool>,
}

#[derive(Clone)]
enum Behaviour {
    Publish(Vec<Value>),
    Fail,
    Redirect,
    Raw(String),
}

impl JwksServer {
    pub(super) async fn start() -> Self {
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(Behaviour::Publish(Vec::new())),
            hits: watch::Sender::new(0),
            elsewhere: watch::Sender::new(0),
            gate: watch::Sender::new(true),
        });
        let app = Router::new()
            .route("/keys", get(keys))
            .fallback(elsewhere)
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, address, task }
    }

    pub(crate) fn address(&self) -> Url {
        self.address.clone()
    }

    /// How often the keys were asked for.
    pub(crate) fn hits(&self) -> usize {
        *self.shared.hits.borrow()
    }

    /// How often any other path was asked for.
    pub(crate) fn hits_elsewhere(&self) -> usize {
        *self.shared.elsewhere.borrow()
    }

    /// Completes when the keys have been asked for `count` times.
    pub(crate) async fn asked(&self, count: usize) {
        self.shared
            .hits
            .subscribe()
            .wait_for(|hits| *hits >= count)
            .await
            .unwrap();
    }

    /// Holds answers back until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.shared.gate.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.shared.gate.send_replace(true);
    }

    pub(crate) fn publish(&self, keys: &[&Key]) {
        self.publish_entries(keys.iter().map(|key| key.jwk()).collect());
    }

    pub(crate) fn publish_entries(&self, entries: Vec<Value>) {
        self.behave(Behaviour::Publish(entries));
    }

    /// Answers 503 from now on.
    pub(crate) fn fail(&self) {
        self.behave(Behaviour::Fail);
    }

    /// Redirects to another path, which publishes the same keys.
    pub(crate) fn redirect(&self) {
        self.behave(Behaviour::Redirect);
    }

    /// Answers 200 with this body.
    pub(crate) fn answer(&self, body: String) {
        self.behave(Behaviour::Raw(body));
    }

    fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap() = behaviour;
    }
}

impl Drop for JwksServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    shared.hits.send_modify(|hits| *hits += 1);
    shared.gate.subscribe().wait_for(|open| *open).await.unwrap();
    let behaviour = shared.behaviour.lock().unwrap().clone();
    match behaviour {
        Behaviour::Publish(keys) => axum::Json(json!({ "keys": keys })).into_response(),
        Behaviour::Fail => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Behaviour::Redirect => (StatusCode::FOUND, [(LOCATION, "/elsewhere")]).into_response(),
        Behaviour::Raw(body) => body.into_response(),
    }
}

async fn elsewhere(State(shared): State<Arc<Shared>>) -> Response {
    shared.elsewhere.send_modify(|hits| *hits += 1);
    axum::Json(json!({ "keys": [super::signing_key().jwk(), super::rogue_key().jwk()] })).into_response()
}
