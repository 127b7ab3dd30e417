//! What is to fail, and what was asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlError, persona};
use crate::cloud::{Cloud, Shared};
use crate::oauth::errors::EntraError;
use crate::traffic::{Endpoint, Failure, Plan};

/// The longest delay, in milliseconds: ten minutes.
const MAX_DELAY: u64 = 600_000;

/// `GET /dev/counters`.
pub(super) async fn counters(State(cloud): State<Shared>) -> Json<BTreeMap<Endpoint, u64>> {
    Json(cloud.traffic.counters())
}

/// A failure to plan.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    endpoint: Endpoint,
    /// The HTTP status. With a code, instead of that which the code has.
    status: Option<u16>,
    /// At the token endpoint and its grants: the number after `AADSTS`, which brings its own error, suberror and claims.
    aadsts: Option<u32>,
    /// A claims challenge as JSON text, instead of that which the code has.
    claims: Option<String>,
    /// For the `Retry-After` header, in seconds.
    retry_after: Option<u32>,
    /// How long an answer takes, in milliseconds. Without a failure, answers are merely slow.
    #[serde(default)]
    delay_ms: u64,
    /// How many requests; absent: all from now on. 0 ends a planned failure.
    times: Option<u32>,
    /// Only requests about this persona.
    persona: Option<String>,
}

/// `POST /dev/failures`.
pub(super) fn plan(cloud: &Cloud, request: Request) -> Result<Value, ControlError> {
    let status = match request.status {
        None => None,
        Some(status) => {
            let status = StatusCode::from_u16(status).ok();
            let failing = status.filter(|status| status.is_client_error() || status.is_server_error());
            Some(failing.ok_or(ControlError::Status)?)
        }
    };
    if let Some(code) = request.aadsts {
        if !request.endpoint.speaks_aadsts() {
            return Err(ControlError::CodeElsewhere);
        }
        if EntraError::on_demand(code).is_none() {
            return Err(ControlError::Code(code));
        }
    }
    if request.delay_ms > MAX_DELAY {
        return Err(ControlError::Delay(MAX_DELAY));
    }
    let failing = status.is_some() || request.aadsts.is_some();
    if !failing && request.delay_ms == 0 && request.times != Some(0) {
        return Err(ControlError::NoFailure);
    }
    let persona = request.persona.map(persona).transpose()?;
    cloud.traffic.plan(Plan {
        endpoint: request.endpoint,
        persona: persona.map(|persona| persona.name),
        times: request.times,
        delay: Duration::from_millis(request.delay_ms),
        failure: failing.then_some(Failure {
            status,
            retry_after: request.retry_after,
            aadsts: request.aadsts,
            claims: request.claims,
        }),
    });
    Ok(json!({ "endpoint": request.endpoint, "times": request.times }))
}
