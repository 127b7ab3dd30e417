//! What is wrong with a code, a refresh token or a user assertion.

use super::EntraError;
use crate::addresses::API_CLIENT_ID;

impl EntraError {
    pub(crate) fn scope_not_granted() -> Self {
        Self::new(
            70000,
            "invalid_grant",
            "The request was denied because one or more scopes requested are unauthorized or expired. The user must \
             first sign in and grant the client application access to the requested scope.",
        )
    }

    pub(crate) fn code_invalid() -> Self {
        let message = "The provided value for the 'code' parameter is not valid.";
        Self::new(70000, "invalid_grant", message)
    }

    pub(crate) fn code_spent() -> Self {
        Self::new(
            54005,
            "invalid_grant",
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
        )
    }

    pub(crate) fn grant_expired() -> Self {
        Self::new(
            70008,
            "invalid_grant",
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
             authorization request for this user and resource.",
        )
    }

    pub(crate) fn verifier_mismatch() -> Self {
        Self::new(
            501_481,
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )
    }

    pub(crate) fn refresh_token_invalid() -> Self {
        Self::new(
            9_002_313,
            "invalid_grant",
            "Invalid request. Request is malformed or invalid.",
        )
    }

    pub(crate) fn user_assertion_malformed() -> Self {
        Self {
            error: "invalid_grant",
            ..Self::assertion_malformed()
        }
    }

    pub(crate) fn user_assertion_signature() -> Self {
        let message = "Assertion failed signature validation. [Reason - The provided signature value did not match the \
                       expected signature value.]";
        Self::new(50013, "invalid_grant", message)
    }

    pub(crate) fn user_assertion_audience(audience: &str) -> Self {
        Self::new(
            500_131,
            "invalid_grant",
            format!(
                "Assertion audience does not match the Client app presenting the assertion. The audience in the \
                 assertion was '{audience}' and the expected audience is '{API_CLIENT_ID}' or one of the Application \
                 Uris of this application with App ID '{API_CLIENT_ID}'(usher). The downstream client must request a \
                 token for the expected audience (the application that is making the OBO request) and this application \
                 should use that token as the assertion."
            ),
        )
    }

    pub(crate) fn user_assertion_expired() -> Self {
        let message = "Assertion is not within its valid time range. Ensure that the access token is not expired before \
                       using it for user assertion, or request a new token.";
        Self::new(500_133, "invalid_grant", message)
    }

    pub(crate) fn id_token_as_assertion() -> Self {
        let message = "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.";
        Self::new(240_002, "invalid_grant", message)
    }

    pub(crate) fn app_only_assertion(client_id: &str) -> Self {
        let message = format!("Application '{client_id}' is not allowed to make application on-behalf-of calls.");
        Self::new(7_000_114, "invalid_grant", message)
    }
}
