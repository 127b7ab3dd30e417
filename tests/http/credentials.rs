//! The credential that the host attaches arrives at the service, and is nowhere in what the program gets to see, even if the
//! service sends back everything that it was sent.

use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use usher_devcloud::{API_CLIENT_ID, Addresses, DevCloud, DevCloudSettings, LEDGER_CLIENT_ID, TENANT_ID};
use usher_downstream::{Http, HttpSettings};
use usher_entra::{
    ClientCredential, Cloud, Credentials, OnBehalfOf, OnBehalfOfSettings, SignedIn, Verifier, VerifierSettings,
    http_client,
};
use usher_tests::{Stage, callers, transcripts};

use super::{LEDGER, OTHER, Service, answer_of, assert_refused, grant, settings};

/// Neither the service's cookies nor its challenges are a tool's business.
#[track_caller]
fn assert_quiet(answer: &Value) {
    assert_eq!((&answer["status"], &answer["text"]), (&json!(200), &json!("quiet")));
    let names: Vec<&str> = answer["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field[0].as_str().unwrap())
        .collect();
    assert!(names.contains(&"x-plain"), "{names:?}");
    assert!(
        !names.contains(&"set-cookie") && !names.contains(&"www-authenticate"),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_secret_header_arrives_at_its_origin_alone_and_is_never_seen_by_the_program() {
    const SECRET: &str = "aVerySecretKeyOfTheLedger-0123456789";
    transcripts::issued(SECRET);
    let service = Service::start().await;
    let settings = HttpSettings {
        secrets: [("ledger-key".to_owned(), SecretString::from(SECRET))].into(),
        ..settings(&service)
    };
    let credential = ", credential = { secret-header = \"X-Api-Key\", secret = \"ledger-key\" }";
    let stage = Stage::setting()
        .http(Http::new(settings, None, None).unwrap())
        .guest("http-requests", &grant(credential))
        .open()
        .await;
    let alice = callers::alice();
    let send = async |tool: &str, request: Value| answer_of(stage.call(&alice, tool, request).await);

    assert_quiet(&send("send", json!({ "url": format!("{LEDGER}/quiet") })).await);
    assert_eq!(service.arrived()[0].headers["x-api-key"], SECRET);

    for request in [
        json!({ "url": format!("{LEDGER}/echo") }),
        json!({ "url": format!("{LEDGER}/echo"), "method": "POST", "body": "x" }),
        json!({ "url": format!("{LEDGER}/redirect?to=/echo") }),
    ] {
        let answer = send("send", request).await;
        assert_refused("an answer with the secret in it", &answer, &["Unavailable"]);
        assert!(!service.arrived().is_empty());
    }
    // Its own value for that header doesn't get through, so that it can't try secrets out.
    let own = json!({ "url": format!("{LEDGER}/quiet"), "headers": [["x-api-key", "guess"]] });
    send("send", own).await;
    for request in service.arrived() {
        let values: Vec<_> = request.headers.get_all("x-api-key").iter().collect();
        assert_eq!(values, [SECRET]);
    }
    // Another origin gets nothing of it, asked directly or by way of a redirect.
    for url in [
        format!("{OTHER}/echo"),
        format!("{LEDGER}/redirect?to=https:%2F%2Fother.contoso.example%2Fecho"),
    ] {
        let answer = send("send_to_two", json!({ "url": url })).await;
        assert_eq!(answer["status"], 200, "{answer}");
        let arrived = service.arrived();
        assert!(!arrived.last().unwrap().headers.contains_key("x-api-key"), "{url}");
    }
}

/// A development cloud of this process, with what a host needs of it to act for somebody.
struct Tenant {
    at: Addresses,
    secret: String,
    _stop: DropGuard,
}

impl Tenant {
    async fn start() -> Self {
        let bound = DevCloud::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let cloud = bound.open(DevCloudSettings::new("http://127.0.0.1:8400/mcp")).unwrap();
        let at = cloud.addresses().clone();
        let secret = cloud.description()["client_secret"].as_str().unwrap().to_owned();
        let stop = CancellationToken::new();
        tokio::spawn(cloud.serve(stop.clone()));
        Self {
            at,
            secret,
            _stop: stop.drop_guard(),
        }
    }

    fn on_behalf_of(&self) -> std::sync::Arc<OnBehalfOf> {
        let settings = OnBehalfOfSettings {
            cloud: Cloud::development(self.at.authority().parse().unwrap()).unwrap(),
            tenant: TENANT_ID.parse().unwrap(),
            client_id: API_CLIENT_ID.parse().unwrap(),
            cache_entries: 100,
            consent_redirect: None,
        };
        let credential = ClientCredential::secret(SecretString::from(self.secret.clone())).unwrap();
        let client = http_client(&self.at.authority().parse().unwrap()).unwrap();
        OnBehalfOf::new(settings, credential, client)
    }

    /// A persona with the token that it came with.
    async fn signed_in(&self, persona: &str) -> (SignedIn, String) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http
            .post(format!("{}/dev/token", self.at.authority()))
            .json(&json!({ "persona": persona }))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        let jwks_uri: url::Url = self.at.jwks_uri().parse().unwrap();
        let client = http_client(&jwks_uri).unwrap();
        let settings = VerifierSettings::new(
            self.at.issuer(),
            TENANT_ID.parse().unwrap(),
            API_CLIENT_ID.parse().unwrap(),
            jwks_uri,
            callers::SCOPE.to_owned(),
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            HeaderValue::from_str(&format!("Bearer {token}")).unwrap(),
        );
        let Credentials::Bearer(bearer) = Credentials::from_headers(&headers) else {
            panic!("a bearer token")
        };
        let who = Verifier::new(settings, client).unwrap().verify(bearer).await.unwrap();
        (who, token)
    }
}

#[tokio::test]
async fn a_token_on_behalf_of_the_caller_arrives_and_is_never_seen_by_the_program() {
    let (service, tenant) = (Service::start().await, Tenant::start().await);
    let http = Http::new(settings(&service), Some(tenant.on_behalf_of()), None).unwrap();
    let credential = format!(", credential = {{ on-behalf-of = \"api://{LEDGER_CLIENT_ID}/.default\" }}");
    let stage = Stage::setting()
        .http(http)
        .guest("http-requests", &grant(&credential))
        .open()
        .await;
    let mut issued = Vec::new();
    for persona in ["member", "member-2"] {
        let (who, own) = tenant.signed_in(persona).await;
        let send = async |tool: &str, url: String| answer_of(stage.call_as(&who, tool, json!({ "url": url })).await);
        assert_quiet(&send("send", format!("{LEDGER}/quiet")).await);
        let arrived = service.arrived();
        let bearer = arrived[0].headers["authorization"].to_str().unwrap();
        let token = bearer.strip_prefix("Bearer ").unwrap().to_owned();
        assert_ne!(token, own, "the caller's own token goes nowhere");
        transcripts::issued(&own);
        transcripts::issued(&token);

        let echoed = send("send", format!("{LEDGER}/echo")).await;
        assert_refused("an answer with the token in it", &echoed, &["Unavailable"]);
        let unrequired = send("http_unrequired", format!("{LEDGER}/quiet")).await;
        assert_refused("what the tool doesn't require", &unrequired, &["NotGranted"]);
        service.arrived();
        let other = send("send_to_two", format!("{OTHER}/echo")).await;
        assert_eq!(other["status"], 200, "{other}");
        assert!(
            !service.arrived()[0].headers.contains_key("authorization"),
            "another origin gets none"
        );
        issued.push(token);
    }
    assert_ne!(issued[0], issued[1], "each caller has a token of their own");
}
