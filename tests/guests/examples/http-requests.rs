//! Sends whatever requests it is told to: what an attacker would do who holds the whole grant of an ordinary tool. It says
//! `error:` and the kind where the host refuses; `insist_http` ends with the error instead, as most tools do.

use serde_json::{Value, json};
use usher_sdk::http::{Method, Request};
use usher_sdk::prelude::*;

const LEDGER: &str = "https://ledger.contoso.example";
const OTHER: &str = "https://other.contoso.example";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    method: Verb,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl From<Asked> for Request {
    fn from(asked: Asked) -> Self {
        Self {
            method: match asked.method {
                Verb::Get => Method::Get,
                Verb::Head => Method::Head,
                Verb::Post => Method::Post,
                Verb::Put => Method::Put,
                Verb::Patch => Method::Patch,
                Verb::Delete => Method::Delete,
            },
            url: asked.url,
            headers: asked.headers,
            body: asked.body.map(String::into_bytes),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Answer {
    answer: Value,
}

fn told(result: Result<http::Response, http::Error>) -> Value {
    match result {
        Ok(answer) => response(answer),
        Err(error) => Value::String(format!("error: {error:?}")),
    }
}

/// The status, the header fields, and the body as text.
fn response(response: http::Response) -> Value {
    json!({
        "status": response.status,
        "headers": response.headers,
        "length": response.body.len(),
        "text": String::from_utf8_lossy(&response.body),
    })
}

/// Sends a request to one origin.
#[tool(requires(http(LEDGER)))]
fn send(asked: Asked) -> Result<Answer, Error> {
    Ok(Answer {
        answer: told(Request::from(asked).send()),
    })
}

/// Sends a request to one of two origins.
#[tool(requires(http(LEDGER), http(OTHER)))]
fn send_to_two(asked: Asked) -> Result<Answer, Error> {
    Ok(Answer {
        answer: told(Request::from(asked).send()),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Several {
    requests: Vec<Asked>,
}

/// Sends requests side by side.
#[tool(requires(http(LEDGER)))]
fn send_all(asked: Several) -> Result<Answer, Error> {
    let requests: Vec<Request> = asked.requests.into_iter().map(Request::from).collect();
    Ok(Answer {
        answer: http::send_all(&requests).into_iter().map(told).collect(),
    })
}

/// Sends a request, and ends with the error if there is one.
#[tool(requires(http(LEDGER)))]
fn insist_http(asked: Asked) -> Result<Answer, Error> {
    Ok(Answer {
        answer: response(Request::from(asked).send()?.success()?),
    })
}

/// Requires nothing, and tries all the same.
#[tool]
fn http_unrequired(asked: Asked) -> Result<Answer, Error> {
    Ok(Answer {
        answer: told(Request::from(asked).send()),
    })
}

usher_sdk::export!(send, send_to_two, send_all, insist_http, http_unrequired);
