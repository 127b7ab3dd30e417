//! The control API, under `/dev`: what real Entra has nothing of.
//!
//! | endpoint | module |
//! |---|---|
//! | `GET /dev.json` | [`mod@description`]: everything that a program must know of this cloud |
//! | `POST /dev/token` | [`tokens`]: issues tokens to scripts, and forges what Entra would never issue |
//! | `POST /dev/kubernetes-token` | [`tokens`]: a service account's projected token |
//! | `GET`, `POST /dev/keys` | [`keys`]: rotation |
//! | `POST /dev/failures`, `GET /dev/counters` | [`traffic`]: what is to fail, and what was asked for |
//! | `POST /dev/credentials` | [`credentials`]: by what an app proves who it is |
//! | `GET /dev/issued` | [`issued`]: every token and secret that must not turn up elsewhere |
//! | `POST /dev/consent` | [`consent`]: who agreed to what |
//! | `GET /dev/mail`, `GET /dev/drive`, `POST /dev/groups` | [`crate::graph::control`]: what tools sent and uploaded, who is in a group |
//!
//! Loopback only, like everything here, and closed to web pages. Requests and answers are JSON; an unknown member is an
//! error, so that a mistyped one can't pass for one that did nothing.

mod consent;
mod credentials;
mod description;
mod issued;
mod keys;
mod tokens;
mod traffic;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) use description::description;

use crate::clients::credentials::CredentialError;
use crate::cloud::{Cloud, Shared};
use crate::keys::KeyError;
use crate::personas::{PERSONAS, Persona};

/// All endpoints.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/dev.json", get(description::show))
        .route("/dev/counters", get(traffic::counters))
        .route("/dev/issued", get(issued::list))
        .route("/dev/failures", change(traffic::plan))
        .route("/dev/token", change(tokens::mint))
        .route("/dev/kubernetes-token", change(tokens::project))
        .route("/dev/keys", get(keys::list).merge(change(keys::change)))
        .route("/dev/credentials", change(credentials::change))
        .route("/dev/consent", change(consent::change))
}

/// Why the control API refused.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("the body is not what this endpoint takes: {0}")]
    Body(#[from] serde_json::Error),
    #[error("there is no persona `{0}`; there are {names}", names = persona_names())]
    Persona(String),
    #[error("there is no app `{0}`; there are api, daemon, stranger and managed-identity")]
    Application(String),
    #[error("ttl must be within ten years of now, in seconds")]
    Ttl,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error("status must be between 400 and 599")]
    Status,
    #[error("AADSTS{0} is not an error that this cloud knows the words of")]
    Code(u32),
    #[error("only the token endpoint and its grants fail with AADSTS codes; give a status")]
    CodeElsewhere,
    #[error("say how the requests are to fail (status or aadsts), or that they are to be slow (delay_ms)")]
    NoFailure,
    #[error("delay_ms must be at most {0}")]
    Delay(u64),
    #[error("the state file could not be written: {0}")]
    Save(#[from] std::io::Error),
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Save(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

fn persona_names() -> String {
    let names: Vec<&str> = PERSONAS.iter().map(|persona| persona.name).collect();
    names.join(", ")
}

fn persona(name: String) -> Result<&'static Persona, ControlError> {
    Persona::named(&name).ok_or(ControlError::Persona(name))
}

/// A `POST` that reads its body and does its work off the async threads, as making a key and writing a file take their
/// time.
fn change<T, F>(work: F) -> MethodRouter<Shared>
where
    T: DeserializeOwned + Send + 'static,
    F: Fn(&Cloud, T) -> Result<Value, ControlError> + Copy + Send + Sync + 'static,
{
    post(move |State(cloud): State<Shared>, body: Bytes| async move {
        let request: T = match serde_json::from_slice(&body) {
            Ok(request) => request,
            Err(error) => return ControlError::Body(error).into_response(),
        };
        match tokio::task::spawn_blocking(move || work(&cloud, request)).await {
            Ok(Ok(answer)) => Json(answer).into_response(),
            Ok(Err(error)) => error.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    })
}
