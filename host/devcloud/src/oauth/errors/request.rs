//! What is wrong with a request before anybody's rights are looked at: its tenant, parameters, scopes and resources.

use axum::http::StatusCode;

use super::EntraError;
use crate::addresses::TENANT_ID;
use crate::traffic::Failure;

impl EntraError {
    pub(crate) fn tenant_not_found(tenant: &str) -> Self {
        Self::new(
            90002,
            "invalid_request",
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into \
                 the correct cloud."
            ),
        )
    }

    pub(crate) fn instance_unknown(endpoint: &str) -> Self {
        let message = format!("Unknown or invalid instance: '{endpoint}'.");
        Self::new(50049, "invalid_instance", message)
    }

    pub(crate) fn tenant_needed(client_id: &str) -> Self {
        Self::new(
            50194,
            "invalid_request",
            format!(
                "Application '{client_id}' is not configured as a multi-tenant application. Usage of the /common \
                 endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or \
                 configure the application to be multi-tenant."
            ),
        )
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(900_144, "invalid_request", message)
    }

    pub(crate) fn duplicated_parameter(name: &str) -> Self {
        let message = format!("The request is not properly formatted. The parameter '{name}' is duplicated.");
        Self::new(9_000_411, "invalid_request", message)
    }

    pub(crate) fn malformed_request() -> Self {
        Self::new(
            9_002_313,
            "invalid_request",
            "Invalid request. Request is malformed or invalid.",
        )
    }

    pub(crate) fn response_type(response_type: &str, client_id: &str) -> Self {
        let message = format!("response_type '{response_type}' is not enabled for the application '{client_id}'.");
        Self::new(700_054, "unsupported_response_type", message)
    }

    pub(crate) fn response_mode(response_mode: &str) -> Self {
        let message = format!("The response mode '{response_mode}' is not supported by this authorization server.");
        Self::new(9_002_313, "invalid_request", message)
    }

    pub(crate) fn challenge_missing() -> Self {
        let message = "Proof Key for Code Exchange is required: send a code_challenge with code_challenge_method S256.";
        Self::new(9_002_325, "invalid_request", message)
    }

    pub(crate) fn challenge_malformed() -> Self {
        Self::new(
            501_491,
            "invalid_request",
            "The size of the code challenge parameter is not valid.",
        )
    }

    pub(crate) fn scope_invalid(scope: &str) -> Self {
        Self::new(
            70011,
            "invalid_scope",
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input \
                 parameter 'scope' is not valid. The scope '{scope}' is not valid."
            ),
        )
    }

    pub(crate) fn scope_malformed(scope: &str) -> Self {
        Self::new(
            28002,
            "invalid_scope",
            format!(
                "Provided value for the input parameter scope '{scope}' is not valid when requesting an access token."
            ),
        )
    }

    pub(crate) fn default_combined(scope: &str) -> Self {
        Self::new(
            70011,
            "invalid_scope",
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input \
                 parameter 'scope' is not valid. The scope '{scope}' is not valid. .default scope can't be combined \
                 with resource-specific scopes."
            ),
        )
    }

    pub(crate) fn default_needed(scope: &str) -> Self {
        Self::new(
            1_002_012,
            "invalid_scope",
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value \
                 with /.default suffixed to the resource identifier (application ID URI)."
            ),
        )
    }

    pub(crate) fn scope_unknown(client: &str, scope: &str, resource: &str) -> Self {
        Self::new(
            650_053,
            "invalid_client",
            format!(
                "The application '{client}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. \
                 Contact the app vendor."
            ),
        )
    }

    pub(crate) fn several_resources(scope: &str) -> Self {
        Self::new(
            28000,
            "invalid_scope",
            format!(
                "Provided value for the input parameter scope is not valid because it contains more than one resource. \
                 Scope {scope} is not valid."
            ),
        )
    }

    pub(crate) fn resource_unknown(resource: &str) -> Self {
        Self::new(
            500_011,
            "invalid_resource",
            format!(
                "The resource principal named {resource} was not found in the tenant named {TENANT_ID}. This can happen \
                 if the application has not been installed by the administrator of the tenant or consented to by any \
                 user in the tenant. You might have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(crate) fn resource_mismatch() -> Self {
        let message = "The resource parameter provided in the request doesn't match with the requested scopes.";
        Self::new(9_010_010, "invalid_target", message)
    }

    pub(crate) fn resource_not_supported() -> Self {
        let message = "The 'resource' request parameter is not supported by the v2.0 endpoint.";
        Self::new(901_002, "invalid_request", message)
    }

    pub(crate) fn grant_type(grant_type: &str) -> Self {
        let message = format!("The app requested an unsupported grant type '{grant_type}'.");
        Self::new(70003, "unsupported_grant_type", message)
    }

    pub(crate) fn throttled() -> Self {
        let message = "The server is busy. Too many requests were made for this tenant; try again later.";
        Self::new(90055, "temporarily_unavailable", message)
    }

    pub(crate) fn loop_detected() -> Self {
        let message = "The server terminated an operation because it encountered a client request loop. Please \
                       contact your app vendor.";
        Self::new(50196, "invalid_grant", message)
    }

    /// A failure of this server itself, or one that was asked for.
    pub(crate) fn transient(status: StatusCode) -> Self {
        let error = Self::new(
            90033,
            "temporarily_unavailable",
            "A transient error has occurred. Please try again.",
        );
        Self { status, ..error }
    }

    /// A failure that was asked for.
    pub(crate) fn planned(failure: &Failure) -> Self {
        let mut error = match failure.aadsts.and_then(Self::on_demand) {
            Some(error) => error,
            None if failure.status() == StatusCode::TOO_MANY_REQUESTS => Self::throttled(),
            None => Self::transient(failure.status()),
        };
        error.status = failure.status.unwrap_or(error.status);
        error.retry_after = failure.retry_after;
        error.claims = failure.claims.clone().or(error.claims);
        error
    }
}
