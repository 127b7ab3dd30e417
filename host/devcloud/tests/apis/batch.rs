//! Several requests in one.

use serde_json::{Value, json};

use crate::stage::{ADMINS, Graph};
use crate::support::Running;

fn get(id: &str, url: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": url })
}

fn membership(id: &str) -> Value {
    let url = format!("/me/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id&$filter=id eq '{ADMINS}'");
    json!({ "id": id, "method": "GET", "url": url, "headers": { "ConsistencyLevel": "eventual" } })
}

#[tokio::test]
async fn each_request_has_an_answer_of_its_own_and_the_batch_succeeds() {
    let cloud = Running::start().await;
    let admin = Graph::with(&cloud, "admin", "User.Read Files.ReadWrite").await;
    let batch = json!({ "requests": [
        membership("1"),
        get("2", "/me/nothing"),
        { "id": "3", "method": "POST", "url": "/me/checkMemberGroups", "headers": { "Content-Type": "application/json" },
          "body": { "groupIds": [ADMINS] } },
        { "id": "4", "method": "PUT", "url": "/me/drive/root:/a.txt:/content", "headers": { "Content-Type": "text/plain" },
          "body": "aGVsbG8=" },
        { "id": "5", "method": "GET", "url": "/me", "dependsOn": ["2"] },
        { "id": "6", "method": "GET", "url": "/me", "dependsOn": ["1"] },
        { "id": "7", "method": "POST", "url": "/$batch", "headers": { "Content-Type": "application/json" },
          "body": { "requests": [] } },
    ]});
    let answer = admin.post("/$batch", &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let responses = answer.body["responses"].as_array().unwrap();
    let statuses: Vec<(&str, u64)> = responses
        .iter()
        .map(|response| (response["id"].as_str().unwrap(), response["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        statuses,
        [
            ("1", 200),
            ("2", 400),
            ("3", 403),
            ("4", 201),
            ("5", 424),
            ("6", 200),
            ("7", 400)
        ]
    );
    assert_eq!(responses[0]["body"]["value"], json!([{ "id": ADMINS }]));
    assert_eq!(responses[0]["headers"]["x-ms-resource-unit"], "1");
    assert_eq!(responses[1]["headers"]["Content-Type"], "application/json");
    assert_eq!(responses[2]["body"]["error"]["code"], "Authorization_RequestDenied");
    assert_eq!(responses[3]["body"]["size"], 5);
}

#[tokio::test]
async fn every_request_counts_and_fails_on_its_own() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    let plan = json!({ "endpoint": "graph.memberships", "status": 429, "retry_after": 7, "times": 1 });
    cloud.post_json("/dev/failures", &plan).await;
    let batch = json!({ "requests": [membership("1"), membership("2"), get("3", "/me")] });
    let answer = admin.post("/$batch", &batch).await;
    let responses = &answer.body["responses"];
    assert_eq!(
        (&responses[0]["status"], &responses[0]["headers"]["Retry-After"]),
        (&json!(429), &json!("7"))
    );
    assert_eq!(
        (&responses[1]["status"], &responses[2]["status"]),
        (&json!(200), &json!(200))
    );
    let counters = cloud.get_json(&cloud.url("/dev/counters")).await;
    assert_eq!(
        (&counters["graph.memberships"], &counters["graph.requests"]),
        (&json!(2), &json!(2))
    );
}

#[tokio::test]
async fn errors_when_a_batch_is_too_long_empty_or_unclear() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    let many: Vec<Value> = (0..21).map(|id| get(&id.to_string(), "/me")).collect();
    for batch in [
        json!({ "requests": many }),
        json!({ "requests": [] }),
        json!({ "requests": [get("1", "/me"), get("1", "/me")] }),
        json!({ "requests": [{ "id": "1", "url": "/me" }] }),
        json!({}),
    ] {
        admin.post("/$batch", &batch).await.assert_error(400, "BadRequest");
    }
    let batch =
        json!({ "requests": [{ "id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"] }, get("2", "/me")] });
    let answer = admin.post("/$BATCH", &batch).await;
    assert_eq!(answer.body["responses"][0]["status"], 400);
}
