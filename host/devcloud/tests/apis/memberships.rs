//! Who is in which group, asked in both of the ways that Graph has.

use serde_json::{Value, json};

use crate::stage::{ADMINS, Answer, Graph, PERMISSIONS};
use crate::support::Running;

const LIST: &str = "/me/transitiveMemberOf/microsoft.graph.group";
const FINANCE: &str = "99999999-9999-4999-8999-000000000003";

fn asking(filter: &str) -> String {
    let query = [
        ("$filter", filter),
        ("$count", "true"),
        ("$select", "id"),
        ("$top", "1"),
    ];
    let url = url::Url::parse_with_params("http://graph.example/", query).unwrap();
    format!("{LIST}?{}", url.query().unwrap())
}

#[tokio::test]
async fn the_filtered_question_is_answered_to_the_letter() {
    let cloud = Running::start().await;
    let admin = Graph::with(&cloud, "admin", "User.Read").await;
    let answer = admin.query(&asking(&format!("id eq '{ADMINS}'"))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.body,
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#groups(id)", cloud.at.graph()),
            "@odata.count": 1,
            "value": [{ "id": ADMINS }],
        })
    );
    assert_eq!(answer.header("x-ms-resource-unit"), Some("1"));
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("application/json;odata.metadata=minimal")
    );

    let member = Graph::with(&cloud, "member", "User.Read").await;
    let answer = member.query(&asking(&format!("id eq '{ADMINS}'"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&answer.body["@odata.count"], &answer.body["value"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test]
async fn who_belongs_by_way_of_another_group_belongs() {
    let cloud = Running::start().await;
    let nested = Graph::of(&cloud, "nested").await;
    let answer = nested.query(&asking(&format!("id eq '{ADMINS}'"))).await;
    assert_eq!(answer.body["value"], json!([{ "id": ADMINS }]));
    let answer = nested
        .post("/me/checkMemberGroups", &json!({ "groupIds": [ADMINS, FINANCE] }))
        .await;
    assert_eq!(answer.body["value"], json!([ADMINS]));
}

#[tokio::test]
async fn one_filter_may_ask_for_several_groups() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    for filter in [
        format!("id in ('{ADMINS}','{FINANCE}','00000000-0000-4000-8000-000000000000')"),
        format!("id eq '{ADMINS}' or id eq '{FINANCE}'"),
    ] {
        let answer = admin
            .query(&format!("{LIST}?$count=true&$select=id&$filter={filter}"))
            .await;
        assert_eq!(
            answer.body["value"],
            json!([{ "id": ADMINS }, { "id": FINANCE }]),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn errors_when_an_advanced_query_does_not_say_that_it_is_one() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    let question = asking(&format!("id eq '{ADMINS}'"));
    admin.get(&question).await.assert_error(400, "Request_UnsupportedQuery");
    let uncounted = question.replace("%24count=true&", "");
    admin
        .query(&uncounted)
        .await
        .assert_error(400, "Request_UnsupportedQuery");
    admin
        .get(&format!("{LIST}/$count"))
        .await
        .assert_error(400, "Request_UnsupportedQuery");
    let wrong = admin
        .request(reqwest::Method::GET, &question)
        .header("consistencylevel", "session");
    let wrong = Answer::of(wrong.send().await.unwrap()).await;
    wrong.assert_error(400, "Request_UnsupportedQuery");
}

#[tokio::test]
async fn errors_when_a_question_is_not_one_that_graph_answers() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    let sixteen = vec![format!("'{ADMINS}'"); 16].join(",");
    for (query, code) in [
        ("$filter=displayName eq 'usher-admins'", "Request_UnsupportedQuery"),
        (&format!("$filter=id in ({sixteen})"), "Request_UnsupportedQuery"),
        ("$filter=id eq 'usher-admins'", "Request_BadRequest"),
        ("$top=0", "Request_BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$skiptoken=x", "Request_BadRequest"),
        ("$select=secret", "BadRequest"),
        ("$expand=members", "BadRequest"),
        ("$count=true", "BadRequest"),
    ] {
        let answer = admin.query(&format!("{LIST}?$count=true&{query}")).await;
        answer.assert_error(400, code);
    }
}

#[tokio::test]
async fn two_hundred_and_fifty_groups_come_page_by_page() {
    let cloud = Running::start().await;
    let overage = Graph::of(&cloud, "overage").await;
    let base = format!("{}/v1.0", cloud.at.graph());
    let mut next = Some(format!("{LIST}?$count=true&$select=id,displayName"));
    let (mut names, mut sizes) = (Vec::new(), Vec::new());
    while let Some(path) = next {
        let answer = overage.query(&path).await;
        assert_eq!(answer.body["@odata.count"], 250, "{}", answer.body);
        let page = answer.body["value"].as_array().unwrap();
        sizes.push(page.len());
        names.extend(
            page.iter()
                .map(|group| group["displayName"].as_str().unwrap().to_owned()),
        );
        let link = answer.body["@odata.nextLink"].as_str();
        next = link.map(|link| link.strip_prefix(&base).unwrap().to_owned());
    }
    assert_eq!(sizes, [100, 100, 50]);
    names.dedup();
    assert_eq!(names.len(), 250);
    let answer = overage.query(&asking(&format!("id eq '{ADMINS}'"))).await;
    assert_eq!(answer.body["@odata.count"], 0);
}

#[tokio::test]
async fn a_count_is_plain_text() {
    let cloud = Running::start().await;
    let overage = Graph::of(&cloud, "overage").await;
    let request = overage
        .request(reqwest::Method::GET, &format!("{LIST}/$count"))
        .header("consistencylevel", "eventual");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.text().await.unwrap(), "250");
}

#[tokio::test]
async fn user_read_alone_shows_nothing_of_a_group_but_its_id() {
    let cloud = Running::start().await;
    for (permissions, name) in [("User.Read", Value::Null), (PERMISSIONS, json!("usher-admins"))] {
        let admin = Graph::with(&cloud, "admin", permissions).await;
        let answer = admin
            .query(&format!("{LIST}?$count=true&$top=1&$select=id,displayName"))
            .await;
        assert_eq!(answer.body["value"], json!([{ "id": ADMINS, "displayName": name }]));
        assert!(answer.body["@odata.nextLink"].as_str().unwrap().contains("skiptoken"));
    }
}

#[tokio::test]
async fn member_groups_are_checked_twenty_at_a_time() {
    let cloud = Running::start().await;
    let admin = Graph::of(&cloud, "admin").await;
    let some = |count: usize| {
        let mut ids = vec![ADMINS.to_owned()];
        ids.extend((1..count).map(|number| format!("0e1f0000-0000-4000-8000-{number:012}")));
        json!({ "groupIds": ids })
    };
    let answer = admin.post("/me/checkMemberGroups", &some(20)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.body,
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#Collection(Edm.String)", cloud.at.graph()),
            "value": [ADMINS],
        })
    );
    assert_eq!(answer.header("x-ms-resource-unit"), Some("4"));
    for body in [
        some(21),
        json!({ "groupIds": [] }),
        json!({ "groupIds": ["usher-admins"] }),
    ] {
        let answer = admin.post("/me/checkMemberGroups", &body).await;
        answer.assert_error(400, "Request_BadRequest");
    }
    for body in [json!({}), json!({ "groupIds": ADMINS }), json!([ADMINS])] {
        admin
            .post("/me/checkMemberGroups", &body)
            .await
            .assert_error(400, "BadRequest");
    }
}

#[tokio::test]
async fn checking_needs_more_than_user_read() {
    let cloud = Running::start().await;
    let admin = Graph::with(&cloud, "admin", "User.Read").await;
    let answer = admin
        .post("/me/checkMemberGroups", &json!({ "groupIds": [ADMINS] }))
        .await;
    answer.assert_error(403, "Authorization_RequestDenied");
}

#[tokio::test]
async fn a_change_of_members_is_seen_at_once() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let question = json!({ "groupIds": [ADMINS] });
    for (change, expected) in [(true, json!([ADMINS])), (false, json!([]))] {
        let change = json!({ "group": "usher-admins", "persona": "member", "member": change });
        let (status, now) = cloud.post_json("/dev/groups", &change).await;
        assert_eq!(status, 200, "{now}");
        let answer = member.post("/me/checkMemberGroups", &question).await;
        assert_eq!(answer.body["value"], expected);
    }
    for change in [
        json!({ "group": "no-such-group", "persona": "member", "member": true }),
        json!({ "group": "usher-admins", "persona": "nobody", "member": true }),
        json!({ "group": "usher-admins", "persona": "member" }),
    ] {
        let (status, answer) = cloud.post_json("/dev/groups", &change).await;
        assert_eq!(status, 400, "{answer}");
        assert!(!answer["error"].as_str().unwrap().is_empty());
    }
}
