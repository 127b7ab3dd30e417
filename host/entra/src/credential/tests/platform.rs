//! The platform's identity endpoint, on a free loopback port: it answers what it is told to, and notes what it is asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::clock::START;
use crate::Environment;

pub(super) struct Platform {
    shared: Arc<Shared>,
    base: String,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    asked: watch::Sender<Vec<Asked>>,
    held: watch::Sender<bool>,
}

/// A request that came.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

/// What to say to the next request. The last one is said again to all that follow.
#[derive(Clone)]
pub(super) enum Answer {
    /// A token with this text, for so many seconds from the start of the test.
    Token(String, u64),
    Status(u16),
    RetryAfter(u16, u64),
    Json(u16, Value),
    Redirect,
}

impl Answer {
    pub(super) fn token(text: &str, seconds: u64) -> Self {
        Self::Token(text.to_owned(), seconds)
    }
}

impl Platform {
    pub(super) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let shared = Arc::new(Shared::default());
        shared.answers.lock().unwrap().extend(answers);
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, base, task }
    }

    /// The environment of a container on Container Apps.
    pub(super) fn container_apps(&self) -> Environment {
        let endpoint = format!("{}/msi/token", self.base);
        Environment::from_iter([
            ("IDENTITY_ENDPOINT", endpoint.as_str()),
            ("IDENTITY_HEADER", "only-ours"),
        ])
    }

    /// The environment of a virtual machine, with the service's address moved here.
    pub(super) fn virtual_machine(&self) -> Environment {
        Environment::from_iter([("AZURE_POD_IDENTITY_AUTHORITY_HOST", self.base.as_str())])
    }

    pub(super) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.shared.answers.lock().unwrap() = answers.into_iter().collect();
    }

    /// Holds answers back until [`release`](Self::release).
    pub(super) fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    pub(super) fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// What was asked until now.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.borrow().clone()
    }

    /// How often anything was asked.
    pub(super) fn hits(&self) -> usize {
        self.shared.asked.borrow().len()
    }

    /// Completes when it was asked for the `count`th time.
    pub(super) async fn hit(&self, count: usize) {
        let mut asked = self.shared.asked.subscribe();
        asked.wait_for(|asked| asked.len() >= count).await.unwrap();
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let asked = Asked {
        uri: request.uri().clone(),
        headers: request.headers().clone(),
    };
    shared.asked.send_modify(|all| all.push(asked));
    shared.held.subscribe().wait_for(|held| !held).await.unwrap();
    let answer = {
        let mut answers = shared.answers.lock().unwrap();
        let next = answers.pop_front().unwrap();
        if answers.is_empty() {
            answers.push_back(next.clone());
        }
        next
    };
    let status = |status| StatusCode::from_u16(status).unwrap();
    match answer {
        Answer::Token(text, seconds) => axum::Json(json!({
            "access_token": text,
            "refresh_token": "",
            "expires_in": seconds.to_string(),
            "expires_on": (START + seconds).to_string(),
            "token_type": "Bearer",
        }))
        .into_response(),
        Answer::Status(code) => status(code).into_response(),
        Answer::RetryAfter(code, seconds) => {
            (status(code), [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Answer::Json(code, body) => (status(code), axum::Json(body)).into_response(),
        Answer::Redirect => (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response(),
    }
}
