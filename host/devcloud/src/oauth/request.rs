//! An authorization request: read, checked, and answered by a redirect.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::check_tenant;
use super::claims::ClaimsRequest;
use super::errors::{EntraError, Trace};
use super::params::Params;
use super::scopes::{Audience, ScopeRequest};
use crate::addresses::API_CLIENT_ID;
use crate::clients::{Client, ClientError, VSCODE_CLIENT_ID, redirects};
use crate::cloud::Cloud;
use crate::pages::error::Advice;

/// A request in which everything has been checked, ready for somebody to sign in.
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Client,
    /// As sent.
    pub(crate) redirect_uri: String,
    pub(crate) answer_to: AnswerTo,
    pub(crate) scopes: ScopeRequest,
    pub(crate) resources: Vec<String>,
    /// Absent only where the client proves who it is by other means.
    pub(crate) challenge: Option<String>,
    pub(crate) claims: ClaimsRequest,
    pub(crate) nonce: Option<String>,
    pub(crate) login_hint: Option<String>,
    pub(crate) prompt: Option<String>,
}

/// Where, and in which part of the URL, the client awaits its answer.
pub(crate) struct AnswerTo {
    pub(crate) url: Url,
    fragment: bool,
    state: Option<String>,
}

/// A request that can't be granted.
pub(crate) enum Refusal {
    /// The client or its redirect URI can't be trusted, so the person must be told here: a redirect would make this
    /// server an open redirector (RFC 6749, section 4.1.2.1).
    Page { error: EntraError, advice: Advice },
    /// The client is told.
    Redirect { to: AnswerTo, error: EntraError },
}

impl AuthorizationRequest {
    pub(crate) async fn read(cloud: &Cloud, tenant: &str, query: &str) -> Result<Self, Refusal> {
        let page = |error: EntraError, advice: &str| Refusal::Page {
            error,
            advice: Advice::new(advice),
        };
        check_tenant(tenant).map_err(|error| page(error, WRONG_TENANT))?;
        let params = Params::parse(query).map_err(|error| page(error, CLIENT_FAULT))?;

        let client_id = params.require("client_id").map_err(|error| page(error, CLIENT_FAULT))?;
        let client = cloud
            .client(client_id)
            .await
            .map_err(|error| unknown_client(client_id, &error))?;
        let redirect_uri = params
            .require("redirect_uri")
            .map_err(|error| page(error, CLIENT_FAULT))?;
        let Some(url) = redirects::find(&client.redirect_uris, redirect_uri) else {
            let error = EntraError::redirect_not_registered(redirect_uri, client_id);
            return Err(Refusal::Page {
                error,
                advice: registered_redirects(&client),
            });
        };
        let answer_to = AnswerTo {
            url,
            fragment: params.get("response_mode") == Some("fragment"),
            state: params.get("state").map(str::to_owned),
        };
        match Self::check(cloud, &params, &client) {
            Ok((scopes, challenge, claims)) => Ok(Self {
                redirect_uri: redirect_uri.to_owned(),
                answer_to,
                scopes,
                resources: params.all("resource"),
                challenge,
                claims,
                nonce: params.get("nonce").map(str::to_owned),
                login_hint: params.get("login_hint").map(str::to_owned),
                prompt: params.get("prompt").map(str::to_owned),
                client,
            }),
            Err(error) => Err(Refusal::Redirect { to: answer_to, error }),
        }
    }

    /// Whether this is about what the API's own app may do elsewhere on the person's behalf.
    pub(crate) fn asks_for_consent(&self) -> bool {
        self.client.id == API_CLIENT_ID && self.scopes.audience != Audience::Api
    }

    /// What the client may be told by redirect: scopes, challenge and claims, or why not.
    fn check(
        cloud: &Cloud,
        params: &Params,
        client: &Client,
    ) -> Result<(ScopeRequest, Option<String>, ClaimsRequest), EntraError> {
        let response_type = params.require("response_type")?;
        if response_type != "code" {
            return Err(EntraError::response_type(response_type, &client.id));
        }
        if let Some(mode) = params
            .get("response_mode")
            .filter(|mode| !matches!(*mode, "query" | "fragment"))
        {
            return Err(EntraError::response_mode(mode));
        }
        let challenge = check_challenge(params, client)?;
        let scopes = ScopeRequest::parse(params.get("scope").unwrap_or_default(), &cloud.addresses, client)?;
        scopes.check_resources(cloud.resource_check, &params.all("resource"), &cloud.addresses)?;
        Ok((scopes, challenge, ClaimsRequest::parse(params.get("claims"))?))
    }
}

/// Entra asks single-page apps only for a challenge, and takes `plain`; OAuth 2.1 and MCP demand S256 of all public
/// clients. A confidential one may do without: a link for consent has nobody behind it who would redeem a code.
fn check_challenge(params: &Params, client: &Client) -> Result<Option<String>, EntraError> {
    let challenge = match params.get("code_challenge") {
        None if client.confidential => return Ok(None),
        challenge => challenge.ok_or_else(EntraError::challenge_missing)?,
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(EntraError::challenge_missing());
    }
    // Base64url of 32 bytes (RFC 7636, section 4.2).
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(valid) {
        return Err(EntraError::challenge_malformed());
    }
    Ok(Some(challenge.to_owned()))
}

impl AnswerTo {
    /// Sends the browser back with the outcome and the client's own `state`.
    pub(crate) fn redirect(mut self, trace: &Trace, outcome: &[(&str, &str)]) -> Response {
        let state = self.state.as_deref().map(|state| ("state", state));
        let pairs = outcome.iter().copied().chain(state);
        if self.fragment {
            let fragment = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            self.url.set_fragment(Some(&fragment));
        } else {
            self.url.query_pairs_mut().extend_pairs(pairs);
        }
        match HeaderValue::from_str(self.url.as_str()) {
            Ok(location) => (StatusCode::FOUND, trace.headers(), [(header::LOCATION, location)]).into_response(),
            Err(_) => EntraError::malformed_request().response(trace),
        }
    }

    /// Sends the browser back with a refusal, as Entra words it.
    pub(crate) fn refuse(self, trace: &Trace, error: &EntraError) -> Response {
        let (description, uri) = (error.description(trace), error.uri());
        self.redirect(
            trace,
            &[
                ("error", error.error),
                ("error_description", &description),
                ("error_uri", &uri),
            ],
        )
    }
}

const WRONG_TENANT: &str = "The address names a tenant that this development cloud does not have. Start again from the \
                            MCP server’s URL, and the client will find the right one.";

const CLIENT_FAULT: &str = "The client that sent you here left something out. Remove and add the MCP server in the \
                            client, and report it to the client’s authors if it happens again.";

fn unknown_client(client_id: &str, error: &ClientError) -> Refusal {
    let advice = match error {
        ClientError::Unknown => Advice::new(
            "The client remembers an id that this development cloud does not know, perhaps because its state folder \
             was deleted. Let the client forget it, then sign in again, and the client will register anew. In VS Code \
             the command is “Authentication: Remove Dynamic Authentication Providers”.",
        ),
        ClientError::Unreachable(cause) => Advice::with_code(
            format!(
                "The client’s id is the address of a document that describes it, and this machine could not fetch that \
                 document ({cause}). Without a network, give the client an id that is known here. For VS Code, add this \
                 line to the server’s entry in mcp.json:"
            ),
            format!("\"oauth\": {{ \"clientId\": \"{VSCODE_CLIENT_ID}\" }}"),
        ),
        ClientError::Url(_) | ClientError::Document(_) => {
            Advice::new(format!("This is for the client’s authors to mend: {error}."))
        }
    };
    Refusal::Page {
        error: EntraError::unknown_client(client_id),
        advice,
    }
}

fn registered_redirects(client: &Client) -> Advice {
    Advice::with_code(
        format!(
            "The client “{}” may be answered at the following addresses, on loopback at any port. If its own address has \
             changed, let it forget this server and register anew.",
            client.name
        ),
        client.redirect_uris.join("\n"),
    )
}
