//! A development Entra of this process, MSAL in another, and what passes between them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use usher_devcloud::{Addresses, DevCloud, DevCloudSettings};
use usher_tests::python;

/// All that the API has consent for at Graph.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com/.default";

/// A development Entra, which stops when the test ends.
pub(crate) struct Entra {
    pub(crate) at: Addresses,
    http: reqwest::Client,
    description: Value,
    folder: TempDir,
    _stop: DropGuard,
}

impl Entra {
    pub(crate) async fn start() -> Self {
        let bound = DevCloud::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let cloud = bound.open(DevCloudSettings::new("http://127.0.0.1:8400/mcp")).unwrap();
        let (at, description) = (cloud.addresses().clone(), cloud.description());
        let stop = CancellationToken::new();
        tokio::spawn(cloud.serve(stop.clone()));
        Self {
            at,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            description,
            folder: tempfile::tempdir().unwrap(),
            _stop: stop.drop_guard(),
        }
    }

    /// What `/dev.json` says.
    pub(crate) fn description(&self) -> &Value {
        &self.description
    }

    /// The API's client secret.
    pub(crate) fn secret(&self) -> Value {
        self.description["client_secret"].clone()
    }

    /// Asks the control API.
    pub(crate) async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.at.authority());
        let response = self.http.post(url).json(body).send().await.unwrap();
        let status = response.status();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path} {body}: {answer}");
        answer
    }

    /// The token with which a persona calls the API.
    pub(crate) async fn assertion(&self, persona: &str) -> Value {
        let answer = self.control("/dev/token", &json!({ "persona": persona })).await;
        answer["access_token"].clone()
    }

    /// What a token opens: the status and body of a `GET`.
    pub(crate) async fn get(&self, url: &str, token: &Value) -> (StatusCode, Value) {
        let request = self.http.get(url).bearer_auth(token.as_str().unwrap());
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// How often an endpoint was asked.
    pub(crate) async fn count(&self, endpoint: &str) -> u64 {
        let url = format!("{}/dev/counters", self.at.authority());
        let counters: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        counters[endpoint].as_u64().unwrap()
    }

    /// What MSAL makes of a persona's call to the API: the result of its `acquire_token_on_behalf_of`. `changes` are to what
    /// the script `acquire.py` takes.
    pub(crate) async fn on_behalf_of(&self, persona: &str, credential: &Value, changes: Value) -> Value {
        let mut given = json!({
            "client_id": self.at.client_id(),
            "tenant": self.at.tenant_id(),
            "credential": credential,
            "scopes": [GRAPH],
            "assertion": self.assertion(persona).await,
        });
        let members = given.as_object_mut().unwrap();
        members.extend(changes.as_object().cloned().unwrap_or_default());
        self.msal("acquire.py", given, &[]).await
    }

    /// What MSAL gets for an application itself.
    pub(crate) async fn for_application(&self, client_id: &Value, credential: &Value, scope: &str) -> Value {
        let given = json!({
            "client_id": client_id,
            "tenant": self.at.tenant_id(),
            "credential": credential,
            "scopes": [scope],
        });
        self.msal("acquire.py", given, &[]).await
    }

    /// The token that a Kubernetes service account finds in its file, as a credential.
    pub(crate) async fn service_account(&self) -> Value {
        let account = json!({ "namespace": "usher", "service_account": "usher" });
        let answer = self.control("/dev/kubernetes-token", &account).await;
        json!({ "assertion": answer["token"] })
    }

    /// What one of the scripts prints, in an environment that has nothing of Azure but what is given.
    pub(crate) async fn msal(&self, script: &str, mut given: Value, environment: &[(&str, &str)]) -> Value {
        given["authority"] = json!(self.at.authority());
        // In a file, since arguments are for all of the machine to see.
        let file = self.folder.path().join("given.json");
        std::fs::write(&file, given.to_string()).unwrap();
        python::said(&format!("msal/{script}"), |command| {
            for (name, _) in std::env::vars_os() {
                let name = name.to_string_lossy().into_owned();
                if ["AZURE_", "IDENTITY_", "IMDS_", "MSI_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
                {
                    command.env_remove(name);
                }
            }
            // Wherever MSAL decides to ask a virtual machine's metadata service, that is the development Entra's.
            command.env("AZURE_POD_IDENTITY_AUTHORITY_HOST", self.at.authority());
            command.envs(environment.iter().copied()).arg(&file);
        })
        .await
    }
}

/// A certificate with its key, as an operator would have them.
pub(crate) struct Certificate {
    pem: String,
    pub(crate) private_key: String,
}

impl Certificate {
    pub(crate) fn new() -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::default().self_signed(&pair).unwrap();
        Self {
            pem: certificate.pem(),
            private_key: pair.serialize_pem(),
        }
    }

    /// Registers the certificate for the API's app, to be found by its SHA-1 thumbprint, and by its SHA-256 one too if the
    /// tenant is said to know those. Gives the SHA-1 thumbprint as the portal shows it.
    pub(crate) async fn register(&self, entra: &Entra, by_sha256: bool) -> String {
        let request = json!({ "action": "add_certificate", "certificate": self.pem, "by_sha256": by_sha256 });
        let thumbprints = entra.control("/dev/credentials", &request).await;
        let sha1 = URL_SAFE_NO_PAD.decode(thumbprints["x5t"].as_str().unwrap()).unwrap();
        sha1.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// What MSAL takes, which computes the SHA-256 thumbprint itself.
    pub(crate) fn with_public_part(&self) -> Value {
        json!({ "private_key": self.private_key, "public_certificate": self.pem })
    }
}

/// What a token says.
pub(crate) fn claims(token: &Value) -> Value {
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}
