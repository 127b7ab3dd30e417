//! The token endpoint: whatever stands for a right in, access tokens out. Each grant has its module in
//! [`grants`](super::grants).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::errors::{EntraError, Trace};
use super::grants::{client_credentials, code, on_behalf_of, refresh_token};
use super::params::Params;
use super::{check_tenant, is_alias};
use crate::cloud::{Cloud, Shared};
use crate::forwarded;
use crate::traffic::Endpoint;

/// A request to the token endpoint.
pub(crate) struct TokenRequest<'a> {
    pub(crate) cloud: &'a Cloud,
    /// The tenant's id or an alias, as it stands in the path.
    tenant: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) params: &'a Params,
}

impl TokenRequest<'_> {
    /// By which addresses its sender may know this endpoint.
    pub(crate) fn token_endpoints(&self) -> [String; 3] {
        let addresses = &self.cloud.addresses;
        let seen = forwarded::authority(addresses, self.headers);
        [
            addresses.token_endpoint(),
            addresses.endpoint(self.tenant, "token"),
            format!("{seen}/{}/oauth2/v2.0/token", self.tenant),
        ]
    }

    /// Refuses what a single-tenant app must not ask of no tenant in particular.
    pub(super) fn check_tenant_is_named(&self, client_id: &str) -> Result<(), EntraError> {
        if is_alias(self.tenant) {
            return Err(EntraError::tenant_needed(client_id));
        }
        Ok(())
    }
}

/// `POST /{t}/oauth2/v2.0/token`.
pub(crate) async fn exchange(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    form: String,
) -> Response {
    let trace = Trace::new(&headers);
    match issue(&cloud, &tenant, &headers, &form).await {
        Ok(answer) => {
            // Telemetry of Microsoft's client libraries: version, error, suberror, age of a ticket, ring.
            let telemetry = (
                HeaderName::from_static("x-ms-clitelem"),
                HeaderValue::from_static("1,0,0,,"),
            );
            (trace.headers(), [telemetry], Json(answer)).into_response()
        }
        Err(error) => {
            tracing::info!(
                code = error.code,
                correlation_id = trace.correlation_id,
                "token request refused"
            );
            error.response(&trace)
        }
    }
}

async fn issue(cloud: &Cloud, tenant: &str, headers: &HeaderMap, form: &str) -> Result<Value, EntraError> {
    let params = Params::parse(form);
    let persona = params.as_ref().ok().and_then(on_behalf_of::claimed_persona);
    let arrive = async |endpoint| {
        let arrival = cloud.traffic.arrive(endpoint, persona).await;
        arrival.map_err(|failure| EntraError::planned(&failure))
    };
    arrive(Endpoint::Token).await?;
    check_tenant(tenant)?;
    let params = params?;
    let request = TokenRequest {
        cloud,
        tenant,
        headers,
        params: &params,
    };
    match params.require("grant_type")? {
        "authorization_code" => {
            arrive(Endpoint::AuthorizationCode).await?;
            code::redeem(&request)
        }
        "refresh_token" => {
            arrive(Endpoint::RefreshToken).await?;
            refresh_token::redeem(&request)
        }
        "client_credentials" => {
            arrive(Endpoint::ClientCredentials).await?;
            client_credentials::issue(&request)
        }
        on_behalf_of::GRANT_TYPE => {
            arrive(Endpoint::OnBehalfOf).await?;
            on_behalf_of::exchange(&request)
        }
        other => Err(EntraError::grant_type(other)),
    }
}
