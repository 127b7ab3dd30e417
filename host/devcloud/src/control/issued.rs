//! What was handed out: `GET /dev/issued`.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::cloud::Shared;

/// Every token, code and secret of this run, and the assertions by which apps proved who they are.
pub(super) async fn list(State(cloud): State<Shared>) -> Json<Value> {
    let mut secrets = cloud.issued.list();
    secrets.push(cloud.identity_header.clone());
    secrets.push(cloud.state().client_secret.clone());
    Json(json!({ "secrets": secrets }))
}
