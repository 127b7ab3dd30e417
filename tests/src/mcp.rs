//! The little of MCP that a test needs to call a tool: one request of revision 2026-07-28, which has no session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use crate::transcripts;

/// The revision.
pub const VERSION: &str = "2026-07-28";

/// A client of one host. Clones share its connections, and outlive the host.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Arc<str>,
    next_id: Arc<AtomicU64>,
}

impl Client {
    /// A client of the endpoint at this URL, which uses no proxy.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: url.into(),
            next_id: Arc::default(),
        }
    }

    /// The HTTP client beneath.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Calls a tool with a token. The answer is a JSON-RPC message, with `result` or `error`.
    ///
    /// # Errors
    /// The answer didn't come: the host is gone, or was never there.
    pub async fn call(&self, token: &str, tool: &str, arguments: &Value) -> Result<Value, reqwest::Error> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        message(send(&self.http, &self.url, Some(token), &call(id, tool, arguments)).await?).await
    }

    /// The tools that whoever has the token is listed.
    pub async fn tools(&self, token: &str) -> Vec<Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let sent = send(
            &self.http,
            &self.url,
            Some(token),
            &request(id, "tools/list", json!({})),
        )
        .await;
        let mut answer = message(sent.unwrap()).await.unwrap();
        match answer["result"]["tools"].take() {
            Value::Array(tools) => tools,
            _ => panic!("no list of tools: {answer}"),
        }
    }

    /// The structured content of a call that must go well.
    pub async fn structured(&self, token: &str, tool: &str, arguments: &Value) -> Value {
        let mut answer = self.call(token, tool, arguments).await.unwrap();
        assert_ne!(answer["result"]["isError"], true, "{tool} failed: {answer}");
        assert!(answer["result"].is_object(), "{tool} isn't answered: {answer}");
        answer["result"]["structuredContent"].take()
    }
}

/// The body of a request.
#[must_use]
pub fn request(id: u64, method: &str, params: Value) -> Value {
    let mut params = match params {
        Value::Object(params) => params,
        _ => Map::new(),
    };
    params.insert(
        "_meta".to_owned(),
        json!({ "io.modelcontextprotocol/protocolVersion": VERSION, "io.modelcontextprotocol/clientCapabilities": {} }),
    );
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// The body of a call.
#[must_use]
pub fn call(id: u64, tool: &str, arguments: &Value) -> Value {
    request(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
}

/// Sends a request, with a token if there is one.
///
/// # Errors
/// What kept the answer from coming.
pub async fn send(
    client: &reqwest::Client,
    url: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<reqwest::Response, reqwest::Error> {
    let mut request = client
        .post(url)
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", VERSION)
        .header("Mcp-Method", body["method"].as_str().unwrap_or_default());
    if let Some(name) = body["params"]["name"].as_str() {
        request = request.header("Mcp-Name", name);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.json(body).send().await
}

/// The JSON-RPC message of an answer, be it JSON or the last event of a stream.
///
/// # Errors
/// What kept the answer from coming whole.
pub async fn message(response: reqwest::Response) -> Result<Value, reqwest::Error> {
    let text = response.text().await?;
    transcripts::said(&text);
    let json = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("data:"))
        .unwrap_or(&text);
    Ok(serde_json::from_str(json).unwrap_or_else(|error| panic!("the answer isn't JSON ({error}): {text}")))
}
