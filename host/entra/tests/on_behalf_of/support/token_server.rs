use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use url::{Url, form_urlencoded};

/// A token endpoint on a free loopback port that answers as it is told, and keeps what it was asked.
pub(crate) struct TokenServer {
    shared: Arc<Shared>,
    authority: Url,
    task: JoinHandle<()>,
}

type Behaviour = dyn Fn(&Received) -> Reply + Send + Sync;

struct Shared {
    behaviour: Mutex<Arc<Behaviour>>,
    received: watch::Sender<Vec<Received>>,
    open: watch::Sender<bool>,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: Vec<(String, String)>,
}

impl Received {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.form.iter();
        fields.find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    pub(crate) fn raw(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
    }

    /// A token, as Entra grants it.
    pub(crate) fn token(token: &str, expires_in: u64) -> Self {
        let body = json!({
            "token_type": "Bearer",
            "scope": "email openid profile https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
            "expires_in": expires_in, "ext_expires_in": expires_in, "access_token": token,
        });
        Self::raw(200, &body.to_string())
    }

    /// An error, as Entra answers it.
    pub(crate) fn error(status: u16, error: &str, code: u32, suberror: Option<&str>, claims: Option<&str>) -> Self {
        let mut body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: Words that nobody but Entra's own pages may show. Trace ID: 0f0f0f0f-0000-4000-8000-000000000000 Correlation ID: 5c5c5c5c-0000-4000-8000-000000000000 Timestamp: 2026-11-22 18:00:00Z"
            ),
            "error_codes": [code], "timestamp": "2026-11-22 18:00:00Z",
            "trace_id": "0f0f0f0f-0000-4000-8000-000000000000",
            "correlation_id": "5c5c5c5c-0000-4000-8000-000000000000",
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        if let Some(suberror) = suberror {
            body["suberror"] = Value::from(suberror);
        }
        if let Some(claims) = claims {
            body["claims"] = Value::from(claims);
        }
        Self::raw(status, &body.to_string())
    }

    pub(crate) fn refresh_in(mut self, seconds: u64) -> Self {
        let mut body: Value = serde_json::from_str(&self.body).unwrap();
        body["refresh_in"] = Value::from(seconds);
        self.body = body.to_string();
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl TokenServer {
    pub(super) async fn start() -> Self {
        let grant: Arc<Behaviour> = Arc::new(|request| Reply::token(&format!("downstream-{}", request.number), 4823));
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(grant),
            received: watch::Sender::new(Vec::new()),
            open: watch::Sender::new(true),
        });
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            shared,
            authority,
            task,
        }
    }

    pub(crate) fn authority(&self) -> Url {
        self.authority.clone()
    }

    /// Answers so from now on.
    pub(crate) fn behave(&self, behaviour: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self.shared.behaviour.lock().unwrap() = Arc::new(behaviour);
    }

    /// Answers the same to everybody from now on.
    pub(crate) fn answer(&self, reply: Reply) {
        self.behave(move |_| reply.clone());
    }

    /// How often it was asked.
    pub(crate) fn hits(&self) -> usize {
        self.shared.received.borrow().len()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    /// Completes when it has been asked `count` times.
    pub(crate) async fn asked(&self, count: usize) {
        let mut received = self.shared.received.subscribe();
        received.wait_for(|received| received.len() >= count).await.unwrap();
    }

    /// Holds answers back until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.shared.open.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.shared.open.send_replace(true);
    }

    /// Goes away: connections are refused from now on.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let mut request = Received {
        number: 0,
        path: uri.path().to_owned(),
        headers,
        form: form_urlencoded::parse(body.as_bytes()).into_owned().collect(),
    };
    shared.received.send_modify(|received| {
        request.number = received.len() + 1;
        received.push(request.clone());
    });
    shared.open.subscribe().wait_for(|open| *open).await.unwrap();
    let behaviour = Arc::clone(&shared.behaviour.lock().unwrap());
    let reply = behaviour(&request);
    let mut response = (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap());
    for (name, value) in reply.headers {
        headers.insert(name, value.parse().unwrap());
    }
    response
}
