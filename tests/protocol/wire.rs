//! Requests as a client sends them, with everything about them to be changed, and answers with everything that a test looks at.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use usher_tests::{Host, mcp, transcripts};

/// The newest revision with `initialize`.
pub(crate) const LEGACY: &str = "2025-11-25";

/// A request to the endpoint.
#[derive(Clone)]
pub(crate) struct Ask {
    method: Method,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Ask {
    /// A POST of any body, with what every client sends along.
    pub(crate) fn post(token: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: Method::POST,
            headers: HeaderMap::new(),
            body: body.into(),
        }
        .header("authorization", &format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
    }

    /// A request of revision 2026-07-28, its headers in accord with its body.
    pub(crate) fn modern(token: &str, method: &str, params: Value) -> Self {
        Self::modern_body(token, &mcp::request(1, method, params))
    }

    /// A call of revision 2026-07-28.
    pub(crate) fn call(token: &str, tool: &str, arguments: &Value) -> Self {
        Self::modern_body(token, &mcp::call(1, tool, arguments))
    }

    /// A body of revision 2026-07-28, with the headers that it wants.
    pub(crate) fn modern_body(token: &str, body: &Value) -> Self {
        let ask = Self::post(token, body.to_string())
            .header("mcp-protocol-version", mcp::VERSION)
            .header("mcp-method", body["method"].as_str().unwrap_or_default());
        match body["params"]["name"].as_str() {
            Some(name) => ask.header("mcp-name", name),
            None => ask,
        }
    }

    /// The opening of a session.
    pub(crate) fn initialize(token: &str) -> Self {
        let params = json!({
            "protocolVersion": LEGACY,
            "capabilities": {},
            "clientInfo": { "name": "tests", "version": "1" },
        });
        Self::post(token, request(1, "initialize", params).to_string())
    }

    /// Replaces or adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Adds a header a second time.
    pub(crate) fn header_too(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Leaves a header out.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Replaces the body.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Replaces the method. Anything but POST goes without a body.
    pub(crate) fn method(mut self, method: Method) -> Self {
        if method != Method::POST {
            self.body.clear();
        }
        self.method = method;
        self
    }

    /// Sends it, and gives the answer as soon as its headers are there.
    pub(crate) async fn begin(self, host: &Host) -> reqwest::Response {
        self.begin_at(host, host.mcp()).await
    }

    async fn begin_at(self, host: &Host, url: &str) -> reqwest::Response {
        let request = host
            .client()
            .http()
            .request(self.method, url)
            .headers(self.headers)
            .body(self.body);
        request.send().await.unwrap()
    }

    /// Sends it, and reads the whole answer.
    pub(crate) async fn to(self, host: &Host) -> Answer {
        let url = host.mcp().to_owned();
        self.at(host, &url).await
    }

    /// Sends it to another URL than the endpoint's.
    pub(crate) async fn at(self, host: &Host, url: &str) -> Answer {
        Answer::of(self.begin_at(host, url).await).await
    }
}

/// A JSON-RPC request as revisions with `initialize` have it.
pub(crate) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.unwrap();
        transcripts::said(&format!("{status} {headers:?}\n{body}"));
        Self { status, headers, body }
    }

    /// A header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("the body isn't JSON ({error}): {self:?}"))
    }

    /// The JSON-RPC message: the body, or the last event of a stream.
    pub(crate) fn message(&self) -> Value {
        let text = self
            .body
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("data:"))
            .unwrap_or(&self.body);
        serde_json::from_str(text).unwrap_or_else(|error| panic!("the answer is no message ({error}): {self:?}"))
    }

    /// The JSON-RPC error's code; 0 if it is none.
    pub(crate) fn code(&self) -> i64 {
        self.message()["error"]["code"].as_i64().unwrap_or_default()
    }

    /// The result of a request that went well.
    #[track_caller]
    pub(crate) fn result(&self) -> Value {
        let message = self.message();
        assert!(message["result"].is_object(), "there is no result: {self:?}");
        message["result"].clone()
    }

    /// Holds an answer against the error that it should be: JSON-RPC, as `application/json`, with this status.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: StatusCode, code: i64) -> &Self {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let message = self.json();
        assert_eq!(message["jsonrpc"], "2.0");
        assert!(
            message["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{self:?}"
        );
        self
    }
}

/// The structured content of a call that went well.
#[track_caller]
pub(crate) fn structured(result: &Value) -> &Map<String, Value> {
    assert_ne!(result["isError"], true, "{result}");
    result["structuredContent"]
        .as_object()
        .unwrap_or_else(|| panic!("no structured content: {result}"))
}

/// The text of a result.
pub(crate) fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    blocks
        .iter()
        .filter_map(|block| block["text"].as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names of a list of tools.
pub(crate) fn names(result: &Value) -> Vec<&str> {
    result["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

/// A session of the revisions with `initialize`.
pub(crate) struct Session {
    pub(crate) id: String,
    token: String,
}

impl Session {
    /// Opens one, up to the client's `initialized`.
    pub(crate) async fn open(host: &Host, token: &str) -> Self {
        let session = Self::begin(host, token).await;
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let answer = session.send(&initialized).to(host).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        session
    }

    /// Opens one, and stops before the client's `initialized`.
    pub(crate) async fn begin(host: &Host, token: &str) -> Self {
        let answer = Ask::initialize(token).to(host).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let id = answer.header("mcp-session-id").to_owned();
        assert!(!id.is_empty(), "{answer:?}");
        Self {
            id,
            token: token.to_owned(),
        }
    }

    /// The same session in the hands of another.
    pub(crate) fn taken_by(&self, token: &str) -> Self {
        Self {
            id: self.id.clone(),
            token: token.to_owned(),
        }
    }

    /// What the same caller would have with another id.
    pub(crate) fn renamed(&self, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            token: self.token.clone(),
        }
    }

    /// A message in the session. Without `MCP-Protocol-Version`, as VS Code sends it.
    pub(crate) fn send(&self, message: &Value) -> Ask {
        Ask::post(&self.token, message.to_string()).header("mcp-session-id", &self.id)
    }

    /// A request in the session.
    pub(crate) fn ask(&self, method: &str, params: Value) -> Ask {
        self.send(&request(1, method, params))
    }

    /// A call in the session.
    pub(crate) fn call(&self, tool: &str, arguments: &Value) -> Ask {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments }))
    }
}
