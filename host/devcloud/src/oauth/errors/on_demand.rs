//! Any error by its number, for failures that are asked for.

use super::EntraError;
use crate::addresses::{API_CLIENT_ID, GRAPH_CLIENT_ID, GRAPH_URI, TENANT_ID};

impl EntraError {
    /// The error that has this number after `AADSTS`, worded as for an exchange of the API's app for Graph.
    pub(crate) fn on_demand(code: u32) -> Option<Self> {
        let scope = format!("{GRAPH_URI}/.default");
        let subject = "00000000-0000-4000-8000-000000000000";
        Some(match code {
            28002 => Self::scope_malformed(&scope),
            50013 => Self::user_assertion_signature(),
            50027 => Self::user_assertion_malformed(),
            50057 => Self::account_disabled(),
            50074 => Self::strong_authentication(),
            50076 => Self::multi_factor(GRAPH_CLIENT_ID, None),
            50078 => Self::multi_factor_expired(),
            50079 => Self::multi_factor_enrolment(),
            50105 => Self::unassigned(),
            50173 => Self::token_revoked(),
            50196 => Self::loop_detected(),
            53003 => Self::blocked(),
            65001 => Self::consent_missing(),
            65002 => Self::first_party_only(GRAPH_CLIENT_ID),
            70003 => Self::grant_type("urn:ietf:params:oauth:grant-type:jwt-bearer"),
            70011 => Self::scope_invalid(&scope),
            70021 => Self::no_federation("https://issuer.example", subject, "api://AzureADTokenExchange"),
            90002 => Self::tenant_not_found(TENANT_ID),
            90055 => Self::throttled(),
            500_011 => Self::resource_unknown(GRAPH_URI),
            500_131 => Self::user_assertion_audience(GRAPH_CLIENT_ID),
            500_133 => Self::user_assertion_expired(),
            530_032 => Self::blocked_by_security_policy(),
            530_084 => Self::blocked_without_token_protection(),
            650_052 => Self::resource_not_in_tenant(GRAPH_URI),
            650_056 => Self::misconfigured_application(),
            650_057 => Self::invalid_resource(GRAPH_URI),
            700_016 => Self::unknown_client(API_CLIENT_ID),
            700_027 => Self::certificate_unknown("0000000000000000000000000000000000000000"),
            700_211 => Self::federation_issuer("https://issuer.example"),
            700_212 => Self::federation_audience("api://AzureADTokenExchange"),
            700_213 => Self::federation_subject(subject),
            700_214 => Self::federation_audience_no_uri("fb60f99c-7a34-4190-8149-302f77469936"),
            700_229 => Self::federation_by_user(),
            700_231 => Self::federation_of_federation(),
            900_144 => Self::missing_parameter("scope"),
            901_002 => Self::resource_not_supported(),
            5_002_741 => Self::assertion_audiences(),
            7_000_112 => Self::client_disabled(API_CLIENT_ID),
            7_000_114 => Self::app_only_assertion(API_CLIENT_ID),
            7_000_215 => Self::secret_wrong(API_CLIENT_ID),
            7_000_218 => Self::secret_missing(),
            7_000_222 => Self::secret_expired(API_CLIENT_ID),
            7_002_138 => Self::federation_subject_case(subject, subject),
            9_010_010 => Self::resource_mismatch(),
            _ => return None,
        })
    }
}
