//! `POST /$batch`: up to 20 requests in one, answered in one (Microsoft documentation, "Combine multiple HTTP requests
//! using JSON batching").

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Content, GraphError, Ids, ODATA_JSON};
use super::request::GraphRequest;
use super::{Call, admit, handle};
use crate::guard::is_json;

/// The most requests that one batch may hold.
const MAX_REQUESTS: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Answers each request as if it had come alone, in the order given. The batch itself succeeds whatever becomes of them.
pub(crate) async fn answer(call: &Call<'_>) -> Result<Answer, GraphError> {
    if call.request.method != Method::POST {
        return Err(GraphError::method_not_allowed());
    }
    let Batch { requests } = call.request.json()?;
    if requests.is_empty() || requests.len() > MAX_REQUESTS {
        return Err(GraphError::invalid_batch(format!(
            "A batch must have between 1 and {MAX_REQUESTS} requests."
        )));
    }
    let mut statuses: HashMap<&str, StatusCode> = HashMap::new();
    let mut responses = Vec::with_capacity(requests.len());
    for part in &requests {
        if statuses.contains_key(part.id.as_str()) {
            return Err(GraphError::invalid_batch(format!(
                "The request id '{}' is not unique.",
                part.id
            )));
        }
        let ids = Ids::new(&HeaderMap::new());
        let answer = answer_part(call, part, &statuses).await;
        let answer = answer.unwrap_or_else(|error| error.answer(&ids));
        statuses.insert(&part.id, answer.status);
        responses.push(written(&part.id, answer));
    }
    Ok(Answer::ok(json!({ "responses": responses })))
}

async fn answer_part(call: &Call<'_>, part: &Part, before: &HashMap<&str, StatusCode>) -> Result<Answer, GraphError> {
    for id in &part.depends_on {
        match before.get(id.as_str()) {
            None => {
                let message = format!(
                    "The request '{}' depends on '{id}', which doesn't come before it.",
                    part.id
                );
                return Err(GraphError::invalid_batch(message));
            }
            Some(status) if !status.is_success() => return Err(GraphError::dependency_failed()),
            Some(_) => {}
        }
    }
    let mut request = read(part)?;
    if request.names() == ["$batch"] {
        return Err(GraphError::invalid_batch("A batch can't be part of a batch."));
    }
    admit(call.cloud, Some(call.caller), &request).await?;
    request.body = body(part, &request.headers)?;
    handle(&Call {
        request: &request,
        ..*call
    })
}

fn read(part: &Part) -> Result<GraphRequest, GraphError> {
    let malformed = || GraphError::invalid_batch(format!("The request '{}' is malformed.", part.id));
    let method = Method::from_bytes(part.method.as_bytes()).map_err(|_| malformed())?;
    let mut headers = HeaderMap::new();
    for (name, value) in &part.headers {
        let name = HeaderName::try_from(name).map_err(|_| malformed())?;
        headers.insert(name, HeaderValue::try_from(value).map_err(|_| malformed())?);
    }
    GraphRequest::relative(method, &part.url, headers)
}

/// A JSON body stands as such in a batch, any other as base64.
fn body(part: &Part, headers: &HeaderMap) -> Result<Bytes, GraphError> {
    match &part.body {
        Value::Null => Ok(Bytes::new()),
        Value::String(encoded) if !is_json(headers) => {
            let decoded = STANDARD.decode(encoded).map_err(|_| GraphError::unreadable_body())?;
            Ok(Bytes::from(decoded))
        }
        json => Ok(Bytes::from(json.to_string())),
    }
}

fn written(id: &str, answer: Answer) -> Value {
    let (content_type, body) = match answer.content {
        Content::Nothing => (None, Value::Null),
        Content::Json(value) => (Some(ODATA_JSON), value),
        Content::Error(value) => (Some("application/json"), value),
        Content::Text(text) => (Some("text/plain"), Value::String(text)),
    };
    let content_type = content_type.map(|value| (header::CONTENT_TYPE, value.to_owned()));
    let headers = answer.headers.into_iter().chain(content_type);
    let headers: Map<String, Value> = headers.map(|(name, value)| (spelled(&name), json!(value))).collect();
    let mut response = json!({ "id": id, "status": answer.status.as_u16(), "headers": headers });
    if !body.is_null() {
        response["body"] = body;
    }
    response
}

/// A header's name as Graph spells it within JSON, where its case can be seen: `Retry-After`, but `x-ms-resource-unit`.
fn spelled(name: &HeaderName) -> String {
    if name.as_str().starts_with("x-ms-") {
        return name.to_string();
    }
    let words = name.as_str().split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-").replace("Www-", "WWW-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_graph_spells_them() {
        for (name, spelling) in [
            (header::RETRY_AFTER, "Retry-After"),
            (header::CONTENT_TYPE, "Content-Type"),
            (header::WWW_AUTHENTICATE, "WWW-Authenticate"),
            (HeaderName::from_static("x-ms-resource-unit"), "x-ms-resource-unit"),
        ] {
            assert_eq!(spelled(&name), spelling);
        }
    }
}
