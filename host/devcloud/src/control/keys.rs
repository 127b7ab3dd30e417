//! The signing keys: which there are, and what becomes of them.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::cloud::{Cloud, Shared};

/// What to do with the signing keys.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    /// A new key signs from now on; it is in the key document or not yet.
    Rotate { published: bool },
    /// A key enters the key document.
    Publish { kid: String },
    /// A key leaves the key document, and may go on signing.
    Withdraw { kid: String },
    /// A key is forgotten for good.
    Drop { kid: String },
}

/// `GET /dev/keys`: every key, published or not, and which of them signs.
pub(super) async fn list(State(cloud): State<Shared>) -> Json<Value> {
    Json(listed(&cloud))
}

/// `POST /dev/keys`.
pub(super) fn change(cloud: &Cloud, action: Action) -> Result<Value, ControlError> {
    let mut state = cloud.state();
    match action {
        Action::Rotate { published } => state.keys.rotate(published)?,
        Action::Publish { kid } => state.keys.publish(&kid, true)?,
        Action::Withdraw { kid } => state.keys.publish(&kid, false)?,
        Action::Drop { kid } => state.keys.drop_key(&kid)?,
    }
    state.save()?;
    drop(state);
    Ok(listed(cloud))
}

fn listed(cloud: &Cloud) -> Value {
    let state = cloud.state();
    let keys: Vec<Value> = state
        .keys
        .keys()
        .iter()
        .map(|key| json!({ "kid": key.kid(), "published": key.published }))
        .collect();
    json!({ "signing": state.keys.signing().kid(), "keys": keys })
}
