//! What a test may look at and change of Graph, which Graph has nothing of: under `/dev`, closed to web pages like the rest of
//! the control API.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cloud::Shared;
use crate::personas::Persona;

/// The endpoints below, for the router of the control API.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/dev/mail", get(mail))
        .route("/dev/drive", get(drive))
        .route("/dev/groups", post(change_groups))
}

/// `GET /dev/mail`: what was sent, oldest first.
async fn mail(State(cloud): State<Shared>) -> Json<Value> {
    Json(json!({ "sent": cloud.graph.mail.list() }))
}

/// `GET /dev/drive`: what was uploaded, with sizes and hashes instead of contents.
async fn drive(State(cloud): State<Shared>) -> Json<Value> {
    Json(json!({ "files": cloud.graph.drive.list() }))
}

/// A change of who is in a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// A group's name or id.
    group: String,
    /// A persona's short name.
    persona: String,
    member: bool,
}

/// `POST /dev/groups`: puts somebody into a group or takes them out of it, from now on. Answers with all that they are in.
async fn change_groups(State(cloud): State<Shared>, change: Result<Json<Change>, JsonRejection>) -> Response {
    let refused = |error: String| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let change = match change {
        Ok(Json(change)) => change,
        Err(rejection) => return refused(rejection.body_text()),
    };
    let directory = &cloud.graph.directory;
    let Some(group) = directory.group(&change.group) else {
        return refused(format!("there is no group `{}`", change.group));
    };
    let Some(persona) = Persona::named(&change.persona) else {
        return refused(format!("there is no persona `{}`", change.persona));
    };
    directory.set(group, persona, change.member);
    let groups = directory.transitive(persona).into_iter();
    let groups = groups.map(|group| (group.name, json!(group.id)));
    Json(json!({ "persona": persona.name, "groups": Value::Object(groups.collect()) })).into_response()
}
