//! The tenant's signing keys (RFC 7517), without which no token can be verified.

use reqwest::StatusCode;
use serde_json::Value;

use super::finding::{Finding, Trouble};
use super::get::get;
use super::target::Target;
use super::words;

/// The name of the finding.
pub(super) const NAME: &str = "signing keys";

/// Fetches and counts them.
pub(super) async fn check(target: &Target) -> Finding {
    let address = &target.sign_in.verification.jwks_uri;
    match get(address).await {
        Ok(answer) => judge(address.as_str(), answer.status, answer.json().as_ref()),
        Err(trouble) => Finding::failed(NAME, "can't be fetched", trouble),
    }
}

fn judge(address: &str, status: StatusCode, document: Option<&Value>) -> Finding {
    if status != StatusCode::OK {
        return Finding::failed(
            NAME,
            "can't be fetched",
            Trouble::new(
                format!("{address} answers {status}."),
                "Wait and try again; if it lasts, see whether a proxy answers in the authority's place.",
            ),
        );
    }
    let keys = document.and_then(|document| document["keys"].as_array());
    let usable = keys.map_or(0, |keys| keys.iter().filter(|key| verifies(key)).count());
    if usable == 0 {
        return Finding::failed(
            NAME,
            "none",
            Trouble::new(
                format!("{address} holds no RSA key for signatures."),
                "See whether a proxy answers in the authority's place, and whether the configured cloud is right.",
            ),
        );
    }
    Finding::ok(NAME, words::count(usable, "key"))
}

/// An RSA key for signatures. Entra's name no `alg`.
fn verifies(key: &Value) -> bool {
    key["kty"] == "RSA"
        && key["use"] == "sig"
        && key["kid"].is_string()
        && (key["alg"].is_null() || key["alg"] == "RS256")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rsa_keys_for_signatures_count_and_nothing_else_does() {
        let good = json!({ "kty": "RSA", "use": "sig", "kid": "a", "n": "…", "e": "AQAB" });
        let other = json!({ "kty": "EC", "use": "sig", "kid": "b" });
        let finding = judge("x", StatusCode::OK, Some(&json!({ "keys": [good, other] })));
        assert_eq!(finding, Finding::ok(NAME, "1 key"));
        assert!(judge("x", StatusCode::OK, Some(&json!({ "keys": [other] }))).has_failed());
        assert!(judge("x", StatusCode::OK, None).has_failed());
        assert!(judge("x", StatusCode::SERVICE_UNAVAILABLE, None).has_failed());
    }
}
