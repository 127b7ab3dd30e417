//! Who calls: a persona of the loopback Entra, signed in for real.

use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use usher_downstream::Graph;
use usher_entra::{Credentials, Rejection, SignedIn, Verifier, VerifierSettings, http_client};
use usher_policy::{Denied, Memberships, Permit, Purpose, authorize};
use usher_runtime::Tool;

/// The longest that Graph may take to say who is in which group.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// Signs a persona in: has a token issued, and verifies it as the host does.
///
/// # Errors
/// The loopback Entra doesn't answer; inside, that the host refuses the token.
pub(super) async fn sign_in(
    persona: &str,
    authority: &str,
    verification: &VerifierSettings,
) -> anyhow::Result<Result<SignedIn, Rejection>> {
    let headers = authorization(persona, authority).await?;
    let Credentials::Bearer(token) = Credentials::from_headers(&headers) else {
        anyhow::bail!("the loopback Entra issued what is no bearer token");
    };
    let verifier = Verifier::new(verification.clone(), http_client(&verification.jwks_uri)?)?;
    Ok(verifier.verify(token).await)
}

/// The header that a client of the persona would send.
async fn authorization(persona: &str, authority: &str) -> anyhow::Result<HeaderMap> {
    let asked = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(format!("{authority}/dev/token"))
        .json(&json!({ "persona": persona }))
        .send();
    let answer: Value = asked.await.context("the loopback Entra doesn't answer")?.json().await?;
    let token = answer["access_token"]
        .as_str()
        .context("the loopback Entra issued no token")?;
    let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

/// What was decided about a call.
pub(super) struct Decided {
    pub(super) decision: Result<Permit, Denied>,
    /// What is known of the groups that the rule names.
    pub(super) memberships: Memberships,
    /// Why nothing is, if Graph was asked and didn't say.
    pub(super) unknown: Option<String>,
}

/// Decides whether somebody may call a tool, as the server does: by the token, and by what Graph says where a group matters.
pub(super) async fn decide(who: &SignedIn, tool: &Tool, graph: Option<&Graph>) -> Decided {
    let groups = tool.policy().groups_asked(who.caller());
    let (memberships, unknown) = match graph {
        Some(graph) if !groups.is_empty() => {
            match graph.memberships(who, &groups, Instant::now() + LOOKUP_TIME).await {
                Ok(memberships) => (memberships, None),
                Err(error) => (Memberships::none(), Some(error.operator().to_string())),
            }
        }
        _ => (Memberships::none(), None),
    };
    Decided {
        decision: authorize(who, tool.policy(), &memberships, Purpose::Call),
        memberships,
        unknown,
    }
}
