//! Asks Microsoft Graph whatever it is told to: what an attacker would do who holds the whole grant of an ordinary tool. It
//! says `error:` and the kind where the host refuses; `insist` ends with the error instead, as most tools do.

use serde_json::{Value, json};
use usher_sdk::graph::GetRequest;
use usher_sdk::graph_write::Method;
use usher_sdk::prelude::*;

#[derive(Serialize, JsonSchema)]
struct Answer {
    answer: Value,
}

fn told<T>(result: Result<T, graph::Error>, say: impl FnOnce(T) -> Value) -> Value {
    match result {
        Ok(value) => say(value),
        Err(error) => Value::String(format!("error: {error:?}")),
    }
}

/// The status, the media type, and the body as text.
fn response(response: graph::Response) -> Value {
    let body = response.body.map(|body| {
        json!({
            "type": body.content_type,
            "length": body.data.len(),
            "text": String::from_utf8_lossy(&body.data),
        })
    });
    json!({ "status": response.status, "body": body })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Groups {
    groups: Vec<String>,
}

/// Asks about one group after the other.
#[tool(read_only = true, requires(graph_memberships))]
fn is_member_of(asked: Groups) -> Result<Answer, Error> {
    let one_by_one = asked
        .groups
        .iter()
        .map(|group| told(graph::is_member_of(group), Value::Bool));
    Ok(Answer {
        answer: one_by_one.collect(),
    })
}

/// Asks about all groups at once.
#[tool(read_only = true, requires(graph_memberships))]
fn memberships(asked: Groups) -> Result<Answer, Error> {
    Ok(Answer {
        answer: told(graph::memberships(&asked.groups), |members| json!(members)),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Get {
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
}

impl From<Get> for GetRequest {
    fn from(Get { path, query }: Get) -> Self {
        Self { path, query }
    }
}

/// Gets a path.
#[tool(read_only = true, requires(graph("/me"), graph("/me/drive/root:/{file}")))]
fn get(asked: Get) -> Result<Answer, Error> {
    Ok(Answer {
        answer: told(GetRequest::from(asked).send(), response),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetAll {
    requests: Vec<Get>,
}

/// Gets paths side by side.
#[tool(read_only = true, requires(graph("/me"), graph("/me/drive/root:/{file}")))]
fn get_all(asked: GetAll) -> Result<Answer, Error> {
    let requests: Vec<GetRequest> = asked.requests.into_iter().map(GetRequest::from).collect();
    let answers = graph::get_all(&requests);
    Ok(Answer {
        answer: answers.into_iter().map(|answer| told(answer, response)).collect(),
    })
}

/// Gets a path, and ends with the error if there is one.
#[tool(read_only = true, requires(graph("/me"), graph("/me/drive/root:/{file}")))]
fn insist(asked: Get) -> Result<Answer, Error> {
    Ok(Answer {
        answer: response(GetRequest::from(asked).send()?.success()?),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    method: Verb,
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    content_type: Option<String>,
    /// The body: this text, `repeat` times.
    #[serde(default)]
    text: String,
    #[serde(default = "once")]
    repeat: usize,
}

fn once() -> usize {
    1
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Post,
    Put,
    Patch,
    Delete,
}

fn write_as_told(asked: Write) -> Value {
    let method = match asked.method {
        Verb::Post => Method::Post,
        Verb::Put => Method::Put,
        Verb::Patch => Method::Patch,
        Verb::Delete => Method::Delete,
    };
    let mut request = graph_write::request(method, asked.path);
    request.query = asked.query;
    if let Some(content_type) = asked.content_type {
        request = request.body(&content_type, asked.text.repeat(asked.repeat));
    }
    told(request.send(), response)
}

/// Sends a request that may change something.
#[tool(requires(graph_write("POST /me/sendMail"), graph_write("PUT /me/drive/root:/{file}:/content")))]
fn write(asked: Write) -> Result<Answer, Error> {
    Ok(Answer {
        answer: write_as_told(asked),
    })
}

/// Requires nothing, and tries all of it.
#[tool]
fn graph_unrequired() -> Result<Answer, Error> {
    let group = "99999999-9999-4999-8999-999999999999";
    Ok(Answer {
        answer: json!({
            "member": told(graph::is_member_of(group), Value::Bool),
            "get": told(graph::get("/me").send(), response),
            "write": told(graph_write::post("/me/sendMail").send(), response),
        }),
    })
}

usher_sdk::export!(is_member_of, memberships, get, get_all, insist, write, graph_unrequired);
