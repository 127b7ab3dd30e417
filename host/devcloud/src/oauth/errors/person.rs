//! What a person hasn't agreed to, must do first, or may not do at all.

use super::EntraError;
use crate::addresses::{API_CLIENT_ID, GRAPH_CLIENT_ID, TENANT_ID};

/// The claims challenge that Entra's own example of multi-factor authentication carries.
const POLICY: &str =
    r#"{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}"#;

impl EntraError {
    pub(crate) fn no_silent_sign_in() -> Self {
        Self::new(
            50058,
            "login_required",
            "A silent sign-in request was sent but no user is signed in.",
        )
    }

    pub(crate) fn declined(client: &str) -> Self {
        let message = format!("User declined to consent to access the app '{client}'.");
        Self::new(65004, "access_denied", message)
    }

    pub(crate) fn consent_missing() -> Self {
        let message = format!(
            "The user or administrator has not consented to use the application with ID '{API_CLIENT_ID}' named \
             'usher'. Send an interactive authorization request for this user and resource."
        );
        Self::new(65001, "invalid_grant", message).suberror("consent_required")
    }

    /// `claims`: what a resource asked for, if it is that which the person must still do.
    pub(crate) fn multi_factor(resource: &str, claims: Option<String>) -> Self {
        let message = format!(
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
             use multi-factor authentication to access '{resource}'."
        );
        Self::challenge(50076, message, claims)
    }

    pub(super) fn multi_factor_enrolment() -> Self {
        let message = format!(
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
             enroll in multi-factor authentication to access '{GRAPH_CLIENT_ID}'."
        );
        Self::challenge(50079, message, None)
    }

    pub(super) fn strong_authentication() -> Self {
        let message = "Strong Authentication is required.";
        Self::challenge(50074, message, None)
    }

    pub(super) fn multi_factor_expired() -> Self {
        let message = "Presented multi-factor authentication has expired due to policies configured by your \
                       administrator, you must refresh your multi-factor authentication to access the resource.";
        Self::challenge(50078, message, None)
    }

    fn challenge(code: u32, message: impl Into<String>, claims: Option<String>) -> Self {
        Self {
            claims: Some(claims.unwrap_or_else(|| POLICY.to_owned())),
            ..Self::new(code, "interaction_required", message).suberror("basic_action")
        }
    }

    pub(crate) fn blocked() -> Self {
        let message = "Access has been blocked by Conditional Access policies. The access policy does not allow token \
                       issuance.";
        Self::new(53003, "interaction_required", message).suberror("message_only")
    }

    pub(super) fn blocked_by_security_policy() -> Self {
        let message = format!("Access has been blocked by security policies of tenant '{TENANT_ID}'.");
        Self::new(530_032, "invalid_grant", message).suberror("message_only")
    }

    pub(super) fn blocked_without_token_protection() -> Self {
        let message = "Access has been blocked by conditional access token protection policy.";
        Self::new(530_084, "interaction_required", message).suberror("additional_action")
    }

    pub(crate) fn unassigned() -> Self {
        let message = format!(
            "Your administrator has configured the application usher ('{API_CLIENT_ID}') to block users unless they are \
             specifically granted ('assigned') access to the application. The signed in user is blocked because they \
             are not a direct member of a group with access, nor had access directly assigned by an administrator. \
             Please contact your administrator to assign access to this application."
        );
        Self::new(50105, "invalid_grant", message)
    }

    pub(crate) fn account_disabled() -> Self {
        Self::new(50057, "invalid_grant", "The user account is disabled.")
    }

    pub(super) fn token_revoked() -> Self {
        let message = "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user \
                       might have changed or reset their password.";
        Self::new(50173, "invalid_grant", message).suberror("bad_token")
    }

    pub(crate) fn account_unknown(object_id: &str) -> Self {
        let message = format!("The user account {object_id} does not exist in the {TENANT_ID} directory.");
        Self::new(50034, "invalid_grant", message)
    }
}
