//! What is wrong with a client, or with its proof of who it is.

use super::EntraError;
use crate::addresses::{API_CLIENT_ID, TENANT_ID};

/// Where Entra's messages on federated credentials send the reader.
const FEDERATION_PAGE: &str = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

impl EntraError {
    pub(crate) fn unknown_client(client_id: &str) -> Self {
        Self::new(
            700_016,
            "unauthorized_client",
            format!(
                "Application with identifier '{client_id}' was not found in the directory '{TENANT_ID}'. This can \
                 happen if the application has not been installed by the administrator of the tenant or consented to \
                 by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(crate) fn client_disabled(client_id: &str) -> Self {
        let message = format!("Application '{client_id}'(usher) is disabled.");
        Self::new(7_000_112, "unauthorized_client", message)
    }

    pub(crate) fn redirect_not_registered(redirect_uri: &str, client_id: &str) -> Self {
        Self::new(
            50011,
            "invalid_request",
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs \
                 configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches \
                 one added to your application."
            ),
        )
    }

    pub(crate) fn redirect_changed(sent: &str, expected: &str) -> Self {
        Self::new(
            500_112,
            "invalid_client",
            format!(
                "The reply address '{sent}' does not match the reply address '{expected}' provided when requesting \
                 Authorization code."
            ),
        )
    }

    pub(crate) fn secret_missing() -> Self {
        Self::unauthorized(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    }

    pub(crate) fn secret_wrong(client_id: &str) -> Self {
        Self::unauthorized(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        )
    }

    pub(crate) fn secret_expired(client_id: &str) -> Self {
        Self::unauthorized(
            7_000_222,
            format!(
                "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to \
                 create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate \
                 credentials for added security: https://aka.ms/certCreds."
            ),
        )
    }

    pub(crate) fn secret_unwanted() -> Self {
        Self::unauthorized(
            700_025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        )
    }

    pub(crate) fn assertion_malformed() -> Self {
        let message = "JWT token is invalid or malformed.";
        Self::new(50027, "invalid_request", message)
    }

    pub(crate) fn assertion_algorithm() -> Self {
        let message = "Invalid JWT token. Unsupported key for the signing algorithm.";
        Self::unauthorized(5_002_730, message)
    }

    pub(crate) fn assertion_without_thumbprint() -> Self {
        let message = "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId \
                       specified in token header.";
        Self::unauthorized(5_002_723, message)
    }

    pub(crate) fn certificate_unknown(thumbprint: &str) -> Self {
        Self::unauthorized(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}', Please visit the \
                 Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id \
                 '{API_CLIENT_ID}'.]"
            ),
        )
    }

    pub(crate) fn assertion_signature() -> Self {
        let message = "Client assertion failed signature validation.";
        Self::unauthorized(700_027, message)
    }

    pub(crate) fn assertion_audiences() -> Self {
        let message = "Invalid JWT token. The token has more than one audience; only one is allowed.";
        Self::new(5_002_741, "invalid_client", message)
    }

    pub(crate) fn assertion_audience() -> Self {
        let message = "Client assertion audience claim does not match Realm issuer. Review the documentation at \
                       https://learn.microsoft.com/entra/identity-platform/certificate-credentials.";
        Self::unauthorized(700_023, message)
    }

    pub(crate) fn assertion_of_another(client_id: &str) -> Self {
        let message =
            format!("Client assertion application identifier doesn't match 'client_id' parameter '{client_id}'.");
        Self::unauthorized(700_021, message)
    }

    pub(crate) fn assertion_expired() -> Self {
        let message = "Client assertion is not within its valid time range.";
        Self::unauthorized(700_024, message)
    }

    /// Stricter than Entra is known to be: RFC 7519, section 4.1.7, has each token carry a `jti` of its own.
    pub(crate) fn assertion_replayed() -> Self {
        let message = "Authentication failed: the client assertion repeats the 'jti' of another one.";
        Self::unauthorized(50012, message)
    }

    pub(crate) fn no_federation(issuer: &str, subject: &str, audience: &str) -> Self {
        Self::unauthorized(
            70021,
            format!(
                "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. \
                 Assertion Subject: '{subject}'. Assertion Audience: '{audience}'. {FEDERATION_PAGE}"
            ),
        )
    }

    pub(crate) fn federation_issuer(issuer: &str) -> Self {
        Self::federation(700_211, "issuer", issuer)
    }

    pub(crate) fn federation_audience(audience: &str) -> Self {
        Self::federation(700_212, "audience", audience)
    }

    pub(crate) fn federation_subject(subject: &str) -> Self {
        Self::federation(700_213, "subject", subject)
    }

    fn federation(code: u32, claim: &str, value: &str) -> Self {
        Self::unauthorized(
            code,
            format!(
                "No matching federated identity record found for presented assertion {claim} '{value}'. Please check \
                 your federated identity credential Subject, Audience and Issuer against the presented assertion. \
                 {FEDERATION_PAGE}"
            ),
        )
    }

    pub(crate) fn federation_subject_case(subject: &str, registered: &str) -> Self {
        Self::unauthorized(
            7_002_138,
            format!(
                "No matching federated identity record found for presented assertion subject '{subject}'. The subject \
                 matches the configured '{registered}' only when case is ignored, and the comparison is \
                 case-sensitive. {FEDERATION_PAGE}"
            ),
        )
    }

    pub(crate) fn federation_audience_no_uri(audience: &str) -> Self {
        Self::unauthorized(
            700_214,
            format!(
                "The audience '{audience}' of the federated identity credential is not a URI. Assertions that are \
                 issued by Microsoft Entra ID must be for the URI of the token exchange. {FEDERATION_PAGE}"
            ),
        )
    }

    pub(crate) fn federation_by_user() -> Self {
        let message = "Only app-only tokens can be used as Federated Identity Credentials for AAD issuer.";
        Self::unauthorized(700_229, message)
    }

    pub(crate) fn federation_of_federation() -> Self {
        let message = "Token obtained using another federated identity credential may not be used as federated \
                       identity credential.";
        Self::unauthorized(700_231, message)
    }

    pub(crate) fn first_party_only(resource: &str) -> Self {
        let message = format!(
            "Consent between first party application '{API_CLIENT_ID}' and first party resource '{resource}' must be \
             configured via preauthorization - applications owned and operated by Microsoft must get approval from the \
             API owner before requesting tokens for that API."
        );
        Self::new(65002, "invalid_client", message)
    }

    pub(crate) fn resource_not_in_tenant(resource: &str) -> Self {
        let message = format!(
            "The app is trying to access a service '{resource}' that your organization '{TENANT_ID}' lacks a service \
             principal for. Contact your IT Admin to review the configuration of your service subscriptions or consent \
             to the application in order to create the required service principal."
        );
        Self::new(650_052, "unauthorized_client", message)
    }

    pub(crate) fn misconfigured_application() -> Self {
        let message = format!(
            "Misconfigured application. This could be due to one of the following: the client has not listed any \
             permissions for 'Microsoft Graph' in the requested permissions in the client's application registration. \
             Or, the admin has not consented in the tenant. Or, check the application identifier in the request to \
             ensure it matches the configured client application identifier '{API_CLIENT_ID}'."
        );
        Self::new(650_056, "unauthorized_client", message)
    }

    pub(crate) fn invalid_resource(resource: &str) -> Self {
        let message = format!(
            "Invalid resource. The client has requested access to a resource which is not listed in the requested \
             permissions in the client's application registration. Client app ID: {API_CLIENT_ID}. Resource value from \
             request: {resource}."
        );
        Self::new(650_057, "invalid_resource", message)
    }
}
