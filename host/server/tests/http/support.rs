//! A tenant with one key, a server without tools, and requests to it.

use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse as _;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use usher_capabilities::{SealKey, Services};
use usher_documents::{EmbeddedSettings, EmbeddedStore};
use usher_entra::{Verifier, VerifierSettings, http_client};
use usher_runtime::{Catalog, Runtime, RuntimeSettings};
use usher_server::{Access, ServeError, Server, ServerSettings};

pub(crate) const URL: &str = "https://mcp.contoso.com/mcp";
pub(crate) const SCOPE: &str = "https://mcp.contoso.com/mcp/user_impersonation";
pub(crate) const METADATA: &str = "https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp";
pub(crate) const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
pub(crate) const ALICE: &str = "a11ce000-0000-4000-8000-000000000001";
pub(crate) const BOB: &str = "b0b00000-0000-4000-8000-000000000002";
pub(crate) const CLIENT: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";
const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const API: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// The claims of a user's token, as Entra would issue them now.
pub(crate) fn claims(oid: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "aud": API, "iss": ISSUER, "iat": now, "nbf": now, "exp": now + 3600, "azp": CLIENT, "azpacr": "0", "name": "Alice",
        "oid": oid, "tid": TENANT, "sub": "pairwise", "scp": "user_impersonation", "uti": "3f2AbC", "ver": "2.0",
    })
}

/// Signs claims with the tenant's key.
pub(crate) fn sign(claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!(
        "{}.{}",
        encode(&json!({ "typ": "JWT", "alg": "RS256", "kid": "key" })),
        encode(claims)
    );
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Where the tenant's keys are published, or not.
struct Keys {
    address: String,
    task: JoinHandle<()>,
}

impl Keys {
    async fn publish(available: bool) -> Self {
        let public = KEY.public_key();
        let key = json!({
            "kty": "RSA", "use": "sig", "kid": "key", "issuer": ISSUER,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        });
        let answer = async move || match available {
            true => axum::Json(json!({ "keys": [key] })).into_response(),
            false => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap());
        let router = Router::new().route("/keys", get(answer));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server to be changed before it is made.
pub(crate) struct Plan {
    pub(crate) settings: ServerSettings,
    pub(crate) allowed_clients: Vec<String>,
    pub(crate) keys_are_available: bool,
    /// The content of a file `broken.wasm` in the directory of components.
    pub(crate) component: Option<&'static [u8]>,
}

impl Plan {
    pub(crate) fn new() -> Self {
        Self {
            settings: ServerSettings::new(URL.into(), ISSUER.into(), vec![SCOPE.into()]),
            allowed_clients: Vec::new(),
            keys_are_available: true,
            component: None,
        }
    }

    pub(crate) async fn make(self) -> Host {
        let keys = Keys::publish(self.keys_are_available).await;
        let mut settings = VerifierSettings::new(
            ISSUER.into(),
            TENANT.parse().unwrap(),
            API.parse().unwrap(),
            keys.address.parse().unwrap(),
            "user_impersonation".into(),
        );
        settings.allowed_clients = self.allowed_clients;
        let client = http_client(&settings.jwks_uri).unwrap();
        let verifier = Arc::new(Verifier::new(settings, client).unwrap());

        let directory = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(EmbeddedSettings::new(directory.path().join("data"), Vec::new())).unwrap();
        let services = Services::new(Arc::new(store), &[], &SealKey::random().unwrap()).unwrap();
        let runtime = Arc::new(Runtime::start(RuntimeSettings::default(), Arc::new(services)).unwrap());
        let catalog = match self.component {
            None => Catalog::default(),
            Some(content) => {
                let tools = directory.path().join("tools");
                std::fs::create_dir(&tools).unwrap();
                std::fs::write(tools.join("broken.wasm"), content).unwrap();
                usher_registry::load(&tools, &runtime).await.unwrap()
            }
        };
        let (catalog, catalogs) = watch::channel(Arc::new(catalog));
        let server = Server::new(&self.settings, verifier, runtime, catalogs, Access::new(None)).unwrap();
        Host {
            server,
            catalog,
            _keys: keys,
            _directory: directory,
        }
    }
}

/// A server, and what it needs to live.
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) catalog: watch::Sender<Arc<Catalog>>,
    _keys: Keys,
    _directory: tempfile::TempDir,
}

impl Host {
    pub(crate) async fn start() -> Self {
        Plan::new().make().await
    }

    /// Serves connections until told to stop; what the server needs lives as long.
    pub(crate) async fn serve(self, listener: TcpListener, shutdown: CancellationToken) -> Result<(), ServeError> {
        let Self {
            server,
            catalog: _catalog,
            _keys,
            _directory,
        } = self;
        server.serve(listener, shutdown).await
    }

    /// The answer to a request, read to its end.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.server.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(
            Request::get(path)
                .header("host", "mcp.contoso.com")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The JSON document of the answer, or the last message of its event stream.
    pub(crate) fn json(&self) -> Value {
        let text = self
            .body
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("data:"))
            .unwrap_or(&self.body);
        serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a JSON-RPC error.
    pub(crate) fn code(&self) -> i64 {
        self.json()["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("no error: {self:?}"))
    }
}

/// A request to the endpoint, to be changed.
pub(crate) struct Ask {
    method: Method,
    headers: HeaderMap,
    body: String,
}

impl Ask {
    /// A POST of a text by a caller, with the headers that every client sends.
    pub(crate) fn post(oid: &str, body: impl Into<String>) -> Self {
        Self::anonymous(body).header("authorization", &format!("Bearer {}", sign(&claims(oid))))
    }

    /// As [`post`](Self::post), without a token.
    pub(crate) fn anonymous(body: impl Into<String>) -> Self {
        let ask = Self {
            method: Method::POST,
            headers: HeaderMap::new(),
            body: body.into(),
        };
        ask.header("host", "mcp.contoso.com")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
    }

    /// A request of revision 2026-07-28.
    pub(crate) fn modern(oid: &str, method: &str, params: Value) -> Self {
        let mut params = params;
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let name = params["name"].as_str().map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let ask = Self::post(oid, body.to_string())
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method);
        match name {
            Some(name) => ask.header("mcp-name", &name),
            None => ask,
        }
    }

    /// A request within a session.
    pub(crate) fn within(oid: &str, session: &str, method: &str, params: &Value) -> Self {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        Self::post(oid, body.to_string()).header("mcp-session-id", session)
    }

    pub(crate) fn initialize(oid: &str) -> Self {
        let params = json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        Self::post(oid, body.to_string())
    }

    pub(crate) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn request(self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = "/mcp".parse().unwrap();
        *request.headers_mut() = self.headers;
        request
    }

    pub(crate) async fn to(self, host: &Host) -> Answer {
        host.send(self.request()).await
    }
}
