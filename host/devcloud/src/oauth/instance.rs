//! Instance discovery: how Microsoft's client libraries ask whether an authority is one of Microsoft's clouds before they
//! send anything there.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use super::check_tenant;
use super::errors::{EntraError, Trace};
use super::params::Params;
use crate::cloud::Shared;
use crate::forwarded;
use crate::settings::is_loopback;
use crate::traffic::Endpoint;

/// `GET /common/discovery/instance?api-version=1.1&authorization_endpoint={authority}/{t}/oauth2/v2.0/authorize`.
///
/// This cloud vouches for itself alone, which is to say for loopback addresses and the tenants that it has. Ports are not
/// looked at, as the libraries don't send them.
pub(crate) async fn discover(State(cloud): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let trace = Trace::new(&headers);
    if let Err(failure) = cloud.traffic.arrive(Endpoint::Instance, None).await {
        return EntraError::planned(&failure).response(&trace);
    }
    match answer_to(query.as_deref().unwrap_or_default()) {
        Err(error) => error.response(&trace),
        Ok((tenant, host)) => {
            let authority = forwarded::authority(&cloud.addresses, &headers);
            let document = json!({
                "tenant_discovery_endpoint": format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration"),
                "api-version": "1.1",
                "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
            });
            (StatusCode::OK, [("x-ms-request-id", trace.trace_id)], Json(document)).into_response()
        }
    }
}

/// The tenant and host that are asked about.
fn answer_to(query: &str) -> Result<(String, String), EntraError> {
    let params = Params::parse(query)?;
    params.require("api-version")?;
    let endpoint = params.require("authorization_endpoint")?;
    let url = Url::parse(endpoint).ok().filter(is_loopback);
    let url = url.ok_or_else(|| EntraError::instance_unknown(endpoint))?;
    let tenant = url.path_segments().and_then(|mut segments| segments.next());
    let tenant = tenant.unwrap_or_default().to_owned();
    check_tenant(&tenant)?;
    Ok((tenant, url.host_str().unwrap_or_default().to_owned()))
}
