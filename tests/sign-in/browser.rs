//! A client with a browser, by plain HTTP: it follows what it is told, from the endpoint's URL on, and remembers what it got.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use usher_tests::Host;

use super::challenge::challenge;
use super::issued::Issued;
use crate::protocol::wire::Ask;

/// Where the client awaits the browser. Nothing listens there: the answer is read from the redirect.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:33418/callback";

/// PKCE's secret (RFC 7636 §4.1): the same each time, so that a test can look for it.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// `state` comes back as it went.
const STATE: &str = "a state & more";

/// What a client finds out about an endpoint and its sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The protected resource metadata (RFC 9728).
    pub(crate) resource: Value,
    /// The scope of the challenge.
    pub(crate) scope: String,
    /// The authorization server's metadata (RFC 8414).
    pub(crate) server: Value,
}

impl Found {
    /// Follows the challenge to the resource's metadata, and that to the authorization server's.
    pub(crate) async fn of(host: &Host) -> Self {
        let refusal = Ask::initialize("").without("authorization").to(host).await;
        assert_eq!(refusal.status, StatusCode::UNAUTHORIZED);
        let parameters = challenge(&refusal);
        let resource = get_json(host, &parameters["resource_metadata"]).await;
        let issuer = resource["authorization_servers"][0].as_str().unwrap().to_owned();
        let mut well_known = Url::parse(&issuer).unwrap();
        let path = format!("/.well-known/oauth-authorization-server{}", well_known.path());
        well_known.set_path(&path);
        let server = get_json(host, well_known.as_str()).await;
        assert_eq!(server["issuer"], issuer.as_str(), "RFC 8414 section 3.3");
        Self {
            resource,
            scope: parameters["scope"].clone(),
            server,
        }
    }

    /// An endpoint of the authorization server.
    pub(crate) fn endpoint(&self, name: &str) -> &str {
        self.server[name]
            .as_str()
            .unwrap_or_else(|| panic!("there is no {name}: {}", self.server))
    }

    fn resource_url(&self) -> &str {
        self.resource["resource"].as_str().unwrap()
    }
}

/// Fetches a public JSON document.
pub(crate) async fn get_json(host: &Host, url: &str) -> Value {
    let answer = host.client().http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{url}");
    answer.json().await.unwrap()
}

/// A client that is known to the authorization server.
pub(crate) struct Visitor {
    pub(crate) found: Found,
    pub(crate) client_id: String,
    secret: Option<String>,
    http: Client,
    pub(crate) issued: Issued,
}

impl Visitor {
    /// One that goes by this id.
    pub(crate) fn named(found: Found, client_id: &str) -> Self {
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        let mut issued = Issued::default();
        issued.keep_text(VERIFIER);
        Self {
            found,
            client_id: client_id.to_owned(),
            secret: None,
            http,
            issued,
        }
    }

    /// One that registers itself (RFC 7591).
    pub(crate) async fn registered(host: &Host) -> Self {
        let found = Found::of(host).await;
        let metadata = json!({
            "client_name": "Tests", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        });
        let answer = host
            .client()
            .http()
            .post(found.endpoint("registration_endpoint"))
            .json(&metadata)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let client: Value = answer.json().await.unwrap();
        assert!(
            client["client_secret"].is_null(),
            "a client without a place for a secret gets none"
        );
        Self::named(found, client["client_id"].as_str().unwrap())
    }

    /// Proves who it is with a secret.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        self.issued.keep_text(secret);
        self.secret = Some(secret.to_owned());
        self
    }

    /// What VS Code asks for, too.
    fn scope(&self) -> String {
        format!("openid profile offline_access {}", self.found.scope)
    }

    /// Where the browser is sent, with parameters replaced.
    pub(crate) fn sign_in_url(&self, changes: &[(&str, &str)]) -> Url {
        let scope = self.scope();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut parameters = HashMap::from([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", &scope),
            ("resource", self.found.resource_url()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", STATE),
        ]);
        parameters.extend(changes.iter().copied());
        Url::parse_with_params(self.found.endpoint("authorization_endpoint"), parameters).unwrap()
    }

    /// Opens the sign-in page and chooses a persona. Gives what the browser brings back.
    pub(crate) async fn choose(&mut self, persona: &str, changes: &[(&str, &str)]) -> HashMap<String, String> {
        let url = self.sign_in_url(changes);
        let page = self.http.get(url.clone()).send().await.unwrap();
        if page.status() == StatusCode::FOUND {
            return returned(&page);
        }
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        assert!(page.contains("<form method=\"post\""), "no form: {page}");
        assert!(
            page.contains(&format!("name=\"persona\" value=\"{persona}\"")),
            "nobody is {persona}: {page}"
        );
        let chosen = self.http.post(url).form(&[("persona", persona)]).send().await.unwrap();
        let brought = returned(&chosen);
        if let Some(code) = brought.get("code") {
            self.issued.keep_text(code);
        }
        brought
    }

    /// Redeems a code, with parameters replaced; gives status and body.
    pub(crate) async fn redeem(&mut self, code: &str, changes: &[(&str, &str)]) -> (StatusCode, Value) {
        let resource = self.found.resource_url().to_owned();
        let mut form = HashMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", &resource),
        ]);
        form.extend(changes.iter().copied());
        self.post_token(form).await
    }

    /// Gets new tokens for a refresh token.
    pub(crate) async fn refresh(&mut self, refresh_token: &str) -> (StatusCode, Value) {
        let (resource, scope) = (self.found.resource_url().to_owned(), self.scope());
        let form = HashMap::from([
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("resource", &resource),
            ("scope", &scope),
        ]);
        self.post_token(form).await
    }

    async fn post_token(&mut self, form: HashMap<&str, &str>) -> (StatusCode, Value) {
        let mut form: HashMap<&str, String> = form.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        form.insert("client_id", self.client_id.clone());
        if let Some(secret) = &self.secret {
            form.insert("client_secret", secret.clone());
        }
        let answer = self
            .http
            .post(self.found.endpoint("token_endpoint"))
            .form(&form)
            .send()
            .await
            .unwrap();
        let (status, answer) = (answer.status(), answer.json().await.unwrap());
        self.issued.keep_tokens(&answer);
        (status, answer)
    }

    /// Page, code and tokens in one.
    pub(crate) async fn sign_in(&mut self, persona: &str) -> Value {
        let brought = self.choose(persona, &[]).await;
        assert_eq!(brought["state"], STATE);
        let (status, tokens) = self.redeem(&brought["code"], &[]).await;
        assert_eq!(status, StatusCode::OK, "{}", tokens["error_description"]);
        assert_eq!(tokens["token_type"], "Bearer");
        tokens
    }
}

/// What a redirect carries back to the client.
#[track_caller]
fn returned(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}
