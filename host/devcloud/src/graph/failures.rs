//! Planned failures in the shape that Graph gives them.

use axum::http::{HeaderName, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::GraphError;
use super::caller::Caller;
use crate::addresses::{API_CLIENT_ID, Addresses, TENANT_ID};
use crate::cloud::Cloud;
use crate::traffic::{Endpoint, Failure};

/// Counts a request, waits if it was planned to be slow, and refuses it if it was planned to fail.
pub(crate) async fn meet(cloud: &Cloud, endpoint: Endpoint, caller: Option<&Caller>) -> Result<(), GraphError> {
    let persona = caller.map(|caller| caller.persona.name);
    let planned = cloud.traffic.arrive(endpoint, persona).await;
    planned.map_err(|failure| refusal(failure, &cloud.addresses))
}

fn refusal(failure: Failure, addresses: &Addresses) -> GraphError {
    let error = match (failure.status(), &failure.claims) {
        (_, Some(claims)) => claims_challenge(claims, addresses),
        (StatusCode::UNAUTHORIZED, None) => GraphError::token_invalid(
            "Lifetime validation failed, the token is expired.",
            super::caller::challenge(addresses),
        ),
        (StatusCode::FORBIDDEN, None) => GraphError::denied(),
        (StatusCode::TOO_MANY_REQUESTS, None) => throttled(),
        (status, None) => GraphError::new(status, code(status), "The service could not process the request."),
    };
    match failure.retry_after {
        Some(seconds) => error.with(header::RETRY_AFTER, seconds.to_string()),
        None => error,
    }
}

/// Continuous access evaluation: the token was good and no longer is (Microsoft documentation, "Claims challenges, claims
/// requests and client capabilities"). `claims` is JSON, which the header carries in base64.
fn claims_challenge(claims: &str, addresses: &Addresses) -> GraphError {
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}\", error=\"insufficient_claims\", claims=\"{}\"",
        addresses.endpoint("common", "authorize"),
        STANDARD.encode(claims)
    );
    GraphError::token_invalid(
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
         TokenIssuedBeforeRevocationTimestamp",
        challenge,
    )
}

/// Whose limit was met, and which.
fn throttled() -> GraphError {
    let scope = format!("Tenant_Application/ReadWrite/{API_CLIENT_ID}/{TENANT_ID}");
    GraphError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        "Please retry again later.",
    )
    .with(HeaderName::from_static("x-ms-throttle-scope"), scope)
    .with(
        HeaderName::from_static("x-ms-throttle-information"),
        "ResourceUnitLimitExceeded",
    )
    .with(HeaderName::from_static("x-ms-throttle-limit-percentage"), "1.0")
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Request_ResourceNotFound",
        StatusCode::CONFLICT => "Request_MultipleObjectsWithSameKeyValue",
        StatusCode::BAD_GATEWAY => "BadGateway",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        StatusCode::GATEWAY_TIMEOUT => "GatewayTimeout",
        status if status.is_server_error() => "InternalServerError",
        _ => "BadRequest",
    }
}
