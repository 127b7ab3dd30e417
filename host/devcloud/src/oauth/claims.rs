//! The `claims` parameter: what a client says that it can do, and what a resource demands before it goes on
//! (OpenID Connect Core, section 5.5; Microsoft documentation, "Claims challenges, claims requests and client
//! capabilities").
//!
//! Here, a sign-in that answers a challenge always satisfies it, as nobody is authenticated anyhow: its tokens have the
//! contexts that were demanded, and [`MULTI_FACTOR`].

use serde_json::{Map, Value, json};

use super::errors::EntraError;

/// The authentication context that stands for multi-factor authentication in this tenant.
pub(crate) const MULTI_FACTOR: &str = "c1";

/// What a request's `claims` come to.
#[derive(Default)]
pub(crate) struct ClaimsRequest {
    /// Whether the client handles claims challenges: capability `cp1`.
    pub(crate) handles_challenges: bool,
    /// The demands on the access token, by claim.
    demands: Map<String, Value>,
}

impl ClaimsRequest {
    /// Reads the parameter; absent, it asks for nothing.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, EntraError> {
        let Some(text) = text else { return Ok(Self::default()) };
        let Ok(Value::Object(mut claims)) = serde_json::from_str(text) else {
            return Err(EntraError::malformed_request());
        };
        let mut demands = match claims.remove("access_token") {
            Some(Value::Object(demands)) => demands,
            None | Some(Value::Null) => Map::new(),
            Some(_) => return Err(EntraError::malformed_request()),
        };
        let capabilities = demands.remove("xms_cc");
        let handles_challenges = capabilities.is_some_and(|of| values(&of).contains(&"cp1"));
        // A demand for a younger token is met by issuing one; what isn't essential is none.
        demands.retain(|name, demand| name != "nbf" && demand["essential"] == true);
        Ok(Self {
            handles_challenges,
            demands,
        })
    }

    /// The authentication contexts that a sign-in satisfies by answering this request.
    pub(crate) fn contexts(&self) -> Vec<String> {
        if self.demands.is_empty() {
            return Vec::new();
        }
        let mut contexts = vec![MULTI_FACTOR.to_owned()];
        for context in self.demands.get("acrs").map(values).unwrap_or_default() {
            if !contexts.iter().any(|known| known == context) {
                contexts.push(context.to_owned());
            }
        }
        contexts
    }

    /// What is demanded beyond these contexts, as the `claims` that a client must sign in with. Policies are satisfied by
    /// multi-factor authentication.
    pub(crate) fn unmet(&self, contexts: &[String]) -> Option<String> {
        let holds = |context: &str| contexts.iter().any(|known| known == context);
        let met = |(name, demand): &(&String, &Value)| match name.as_str() {
            "acrs" => values(demand).into_iter().all(holds),
            _ => holds(MULTI_FACTOR),
        };
        let unmet: Map<String, Value> = self
            .demands
            .iter()
            .filter(|demand| !met(demand))
            .map(|(name, demand)| (name.clone(), demand.clone()))
            .collect();
        (!unmet.is_empty()).then(|| json!({ "access_token": unmet }).to_string())
    }
}

/// A demand's `value` or `values`.
fn values(demand: &Value) -> Vec<&str> {
    let several = demand["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    several
        .iter()
        .chain(demand.get("value"))
        .filter_map(Value::as_str)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_is_no_demand() {
        let text = r#"{"access_token":{"xms_cc":{"values":["cp1"]},"nbf":{"essential":true,"value":"1796000000"}}}"#;
        let request = ClaimsRequest::parse(Some(text)).unwrap();
        assert!(request.handles_challenges && request.contexts().is_empty());
        assert_eq!(request.unmet(&[]), None);
    }

    #[test]
    fn a_sign_in_that_answers_a_challenge_satisfies_it() {
        for text in [
            r#"{"access_token":{"acrs":{"essential":true,"value":"c2"}}}"#,
            r#"{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}"#,
        ] {
            let request = ClaimsRequest::parse(Some(text)).unwrap();
            assert_eq!(request.unmet(&[]).as_deref(), Some(text));
            assert_eq!(request.unmet(&request.contexts()), None, "{text}");
        }
    }

    #[test]
    fn errors_when_it_is_no_claims_request() {
        for text in ["x", "[]", r#"{"access_token":[]}"#] {
            assert!(ClaimsRequest::parse(Some(text)).is_err(), "{text}");
        }
    }
}
