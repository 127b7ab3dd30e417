//! What sets the troubled personas' tokens apart, and how the page offers them.

use serde_json::json;
use usher_devcloud::{PERSONAS, Persona};

use crate::support::Running;

#[tokio::test]
async fn too_many_groups_leave_a_pointer_in_the_token() {
    let cloud = Running::start().await;
    let token = json!(cloud.mint(json!({ "persona": "overage" })).await);
    let claims = cloud.access_claims(&token).await;
    assert_eq!(claims["_claim_names"], json!({ "groups": "src1" }));
    let endpoint = claims["_claim_sources"]["src1"]["endpoint"].as_str().unwrap();
    assert!(endpoint.ends_with("/getMemberObjects") && endpoint.contains(Persona::named("overage").unwrap().object_id));
    assert!(!claims.contains_key("groups"));
}

#[tokio::test]
async fn a_guests_token_says_where_they_come_from() {
    let cloud = Running::start().await;
    for persona in PERSONAS {
        let token = json!(cloud.mint(json!({ "persona": persona.name })).await);
        let claims = cloud.access_claims(&token).await;
        assert_eq!(claims.contains_key("idp"), persona.name == "guest", "{}", persona.name);
    }
}

#[tokio::test]
async fn the_page_shows_the_troubled_only_on_demand_or_when_hinted_at() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let page = async |hint: &str| {
        let url = cloud.request_with(&client_id, &[("prompt", "login"), ("login_hint", hint)]);
        cloud.http.get(url).send().await.unwrap().text().await.unwrap()
    };
    let plain = page("member").await;
    let (ordinary, troubled) = plain.split_once("<details class=\"more\">").unwrap();
    for persona in PERSONAS {
        let shown = format!("value=\"{}\"", persona.name);
        assert_eq!(ordinary.contains(&shown), persona.trouble.is_none(), "{}", persona.name);
        assert_eq!(troubled.contains(&shown), persona.trouble.is_some(), "{}", persona.name);
    }
    assert!(page("mfa").await.contains("<details class=\"more\" open>"));
}
