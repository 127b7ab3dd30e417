//! The control API of a host's development cloud: what tests change there, and what they look at.

use reqwest::StatusCode;
use serde_json::Value;

use crate::Host;

/// Looks at something: `/dev/drive`, `/dev/mail`, `/dev/counters`.
pub async fn look(host: &Host, path: &str) -> Value {
    let answer = host.client().http().get(at(host, path)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

/// Changes something: `/dev/groups`, `/dev/consent`, `/dev/failures`.
pub async fn change(host: &Host, path: &str, body: &Value) -> Value {
    let answer = host
        .client()
        .http()
        .post(at(host, path))
        .json(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let answer = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{path} {body}: {answer}");
    answer
}

/// How often an endpoint was asked until now, by its name in `/dev/counters`.
pub async fn count(host: &Host, endpoint: &str) -> u64 {
    let counters = look(host, "/dev/counters").await;
    counters[endpoint]
        .as_u64()
        .unwrap_or_else(|| panic!("{endpoint} isn't counted: {counters}"))
}

fn at(host: &Host, path: &str) -> String {
    format!("{}{path}", host.description()["authority"].as_str().unwrap())
}
