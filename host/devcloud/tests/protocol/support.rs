//! A running dev cloud, and a client that knows how to ask it.

use std::collections::HashMap;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;
use usher_devcloud::{API_CLIENT_ID, Addresses, DevCloud, DevCloudSettings, ResourceCheck};

pub(crate) const MCP: &str = "http://127.0.0.1:8400/mcp";
pub(crate) const VERIFIER: &str = "the-verifier-of-the-tests-which-is-long-enough-0123";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:4242/callback";

/// The `aud` of Graph's tokens.
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// RFC 7523, section 2.2.
pub(crate) const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server that stops when the test ends.
pub(crate) struct Running {
    pub(crate) http: Client,
    pub(crate) at: Addresses,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
    stop: DropGuard,
    folder: Option<TempDir>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::checking(ResourceCheck::Enforce).await
    }

    /// A cloud of its own, but for the keys: finding primes for each test would be most of what the tests do.
    pub(crate) async fn checking(resource_check: ResourceCheck) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("entra.json"), ready_made_state().await).unwrap();
        let state_dir = Some(folder.path().to_owned());
        let settings = DevCloudSettings {
            resource_check,
            state_dir,
            ..DevCloudSettings::new(MCP)
        };
        Self {
            folder: Some(folder),
            ..Self::with(settings).await
        }
    }

    pub(crate) async fn keeping_state(folder: &Path) -> Self {
        Self::with(DevCloudSettings {
            state_dir: Some(folder.to_owned()),
            ..DevCloudSettings::new(MCP)
        })
        .await
    }

    pub(crate) async fn with(settings: DevCloudSettings) -> Self {
        let bound = DevCloud::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let cloud = bound.open(settings).unwrap();
        let stop = CancellationToken::new();
        Self {
            http: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(),
            at: cloud.addresses().clone(),
            task: tokio::spawn(cloud.serve(stop.clone())),
            stop: stop.drop_guard(),
            folder: None,
        }
    }

    /// Stops the server and waits until it has.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap().unwrap();
        drop(self.folder);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.at.authority())
    }

    pub(crate) async fn get_json(&self, url: &str) -> Value {
        let response = self.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        response.json().await.unwrap()
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let response = self.http.post(self.url(path)).json(body).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// The secret of the tenant's own apps.
    pub(crate) async fn secret(&self) -> String {
        let description = self.get_json(&self.url("/dev.json")).await;
        description["client_secret"].as_str().unwrap().to_owned()
    }

    /// A token as `POST /dev/token` issues it.
    pub(crate) async fn mint(&self, body: Value) -> String {
        let (status, answer) = self.post_json("/dev/token", &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Changes something through the control API.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post_json(path, &body).await;
        assert_eq!(status, StatusCode::OK, "{path} {body}: {answer}");
        answer
    }

    /// The form of an exchange on a person's behalf for Graph, with the API's secret.
    pub(crate) async fn exchange(&self, assertion: &str) -> Vec<(&'static str, String)> {
        let mut form = exchange_without_credential(assertion);
        form.push(("client_secret", self.secret().await));
        form
    }

    /// What an exchange gives when the API's app proves itself by this assertion.
    pub(crate) async fn present(&self, client_assertion: &str) -> (StatusCode, Value) {
        let user = self.mint(json!({ "persona": "member" })).await;
        let mut form = exchange_without_credential(&user);
        form.push(("client_assertion_type", CLIENT_ASSERTION_TYPE.into()));
        form.push(("client_assertion", client_assertion.into()));
        self.token(&form).await
    }

    /// Registers a client with [`REDIRECT`], and returns its id.
    pub(crate) async fn register(&self) -> String {
        let body = json!({ "client_name": "Tests", "redirect_uris": [REDIRECT] });
        let response = self
            .http
            .post(self.at.registration_endpoint())
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        response.json::<Value>().await.unwrap()["client_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The parameters of a request that is granted.
    pub(crate) fn request(&self, client_id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", client_id.to_owned()),
            ("response_type", "code".into()),
            ("redirect_uri", REDIRECT.into()),
            ("scope", format!("openid profile offline_access {}", self.at.scope())),
            ("resource", MCP.into()),
            ("code_challenge", challenge()),
            ("code_challenge_method", "S256".into()),
            ("state", "a state & more".into()),
        ]
    }

    /// A granted request with parameters replaced, or removed where the value is empty.
    pub(crate) fn request_with(&self, client_id: &str, changes: &[(&'static str, &str)]) -> String {
        let mut parameters = self.request(client_id);
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, (*value).to_owned()));
            }
        }
        Url::parse_with_params(&self.at.authorization_endpoint(), parameters)
            .unwrap()
            .into()
    }

    /// Signs in without a page, and returns the code.
    pub(crate) async fn code(&self, client_id: &str, persona: &str) -> String {
        let url = self.request_with(client_id, &[("login_hint", persona)]);
        returned(&self.http.get(url).send().await.unwrap())["code"].clone()
    }

    /// The form that redeems a code.
    pub(crate) fn redemption(&self, client_id: &str, code: &str) -> Vec<(&'static str, String)> {
        vec![
            ("grant_type", "authorization_code".into()),
            ("client_id", client_id.to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", REDIRECT.into()),
            ("code_verifier", VERIFIER.into()),
            ("resource", MCP.into()),
        ]
    }

    pub(crate) async fn token<N: AsRef<str>, V: AsRef<str>>(&self, form: &[(N, V)]) -> (StatusCode, Value) {
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .collect();
        let response = self
            .http
            .post(self.at.token_endpoint())
            .form(&form)
            .send()
            .await
            .unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// Code and redemption in one.
    pub(crate) async fn sign_in(&self, client_id: &str, persona: &str) -> Value {
        let code = self.code(client_id, persona).await;
        let (status, tokens) = self.token(&self.redemption(client_id, &code)).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        tokens
    }

    pub(crate) async fn refresh(&self, client_id: &str, refresh_token: &Value) -> (StatusCode, Value) {
        let token = refresh_token.as_str().unwrap();
        self.token(&[
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", token),
        ])
        .await
    }

    /// The claims of a token, once its signature, issuer, audience and dates have been checked against the published
    /// keys by a library that knows nothing of this crate.
    pub(crate) async fn verify(&self, token: &Value, audience: &str) -> Result<Map<String, Value>, String> {
        let token = token.as_str().ok_or("no token")?;
        let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
        let keys = self.get_json(&self.at.jwks_uri()).await;
        let keys: HashMap<&str, &Value> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| (key["kid"].as_str().unwrap(), key))
            .collect();
        let key = keys.get(header.kid.as_deref().ok_or("no kid")?).ok_or("unknown kid")?;
        let key = DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[self.at.issuer()]);
        validation.leeway = 0;
        let data = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation);
        data.map(|data| data.claims).map_err(|error| error.to_string())
    }

    /// The claims of an access token for the API.
    pub(crate) async fn access_claims(&self, token: &Value) -> Map<String, Value> {
        self.verify(token, API_CLIENT_ID).await.unwrap()
    }
}

/// The state file of a cloud that was opened once.
async fn ready_made_state() -> &'static [u8] {
    static STATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let folder = tempfile::tempdir().unwrap();
        let bound = DevCloud::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let state_dir = Some(folder.path().to_owned());
        bound
            .open(DevCloudSettings {
                state_dir,
                ..DevCloudSettings::new(MCP)
            })
            .unwrap();
        std::fs::read(folder.path().join("entra.json")).unwrap()
    };
    STATE.get_or_init(make).await
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// The form of an exchange on a person's behalf for Graph, for the API's app to add its credential to.
pub(crate) fn exchange_without_credential(assertion: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".into()),
        ("client_id", API_CLIENT_ID.into()),
        ("assertion", assertion.to_owned()),
        ("scope", "https://graph.microsoft.com/.default".into()),
        ("requested_token_use", "on_behalf_of".into()),
    ]
}

/// A form with parameters replaced, or removed where the value is empty.
pub(crate) fn with(form: &[(&'static str, String)], changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut form = form.to_vec();
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, (*value).to_owned()));
        }
    }
    form
}

/// What a token says, without any check.
pub(crate) fn unchecked_claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

/// What a redirect carries back to the client.
pub(crate) fn returned(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    location.query_pairs().into_owned().collect()
}

/// Checks that a body is an error exactly as Entra's token endpoint sends it, with nothing beyond what all have.
#[track_caller]
pub(crate) fn assert_entra_error(body: &Value, error: &str, code: u32) {
    assert_entra_refusal(body, error, code, &[]);
}

/// The same, with the members that only some errors have.
#[track_caller]
pub(crate) fn assert_entra_refusal(body: &Value, error: &str, code: u32, also: &[&str]) {
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(body["error_codes"], json!([code]), "{body}");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let description = text("error_description");
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    let (trace, correlation, timestamp) = (text("trace_id"), text("correlation_id"), text("timestamp"));
    let ending = format!(" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
    assert!(description.ends_with(&ending), "{description}");
    assert_eq!(timestamp.len(), "2026-11-22 18:00:00Z".len());
    assert_eq!(
        text("error_uri"),
        format!("https://login.microsoftonline.com/error?code={code}")
    );
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 7 + also.len(), "{names:?}");
    assert!(
        also.iter().all(|name| body.get(name).is_some_and(Value::is_string)),
        "{names:?}"
    );
}
