//! Who the caller is.

use serde_json::json;

use crate::stage::Graph;
use crate::support::Running;

#[tokio::test]
async fn a_person_has_the_properties_that_graph_gives_unasked() {
    let cloud = Running::start().await;
    let answer = Graph::with(&cloud, "member", "User.Read").await.get("/me").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#users/$entity", cloud.at.graph()),
            "businessPhones": [],
            "displayName": "Alice Member",
            "givenName": "Alice",
            "jobTitle": null,
            "mail": "alice@contoso.example",
            "mobilePhone": null,
            "officeLocation": null,
            "preferredLanguage": null,
            "surname": "Member",
            "userPrincipalName": "alice@contoso.example",
            "id": "a11ce000-0000-4000-8000-000000000001",
        })
    );
}

#[tokio::test]
async fn a_selection_is_all_that_is_given() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let answer = member.get("/me?$select=displayName,id").await;
    assert_eq!(
        answer.body,
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#users(displayName,id)/$entity", cloud.at.graph()),
            "displayName": "Alice Member",
            "id": "a11ce000-0000-4000-8000-000000000001",
        })
    );
    for query in ["$select=password", "$expand=manager", "$select=id&$select=mail"] {
        member
            .get(&format!("/me?{query}"))
            .await
            .assert_error(400, "BadRequest");
    }
}
