//! What outlives the process.

use reqwest::StatusCode;
use usher_devcloud::DevCloudSettings;

use crate::support::{MCP, Running};

#[tokio::test]
async fn with_a_state_folder_clients_stay_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Running::keeping_state(folder.path()).await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "member").await;
    let keys = cloud.get_json(&cloud.at.jwks_uri()).await;
    let secret = cloud.get_json(&cloud.url("/dev.json")).await["client_secret"].clone();
    cloud.stop().await;

    let cloud = Running::keeping_state(folder.path()).await;
    let kept = cloud.get_json(&cloud.at.jwks_uri()).await;
    let ids = |document: &serde_json::Value| {
        let keys = document["keys"].as_array().unwrap().clone();
        keys.iter()
            .map(|key| (key["kid"].clone(), key["n"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&kept), ids(&keys));
    assert_eq!(cloud.get_json(&cloud.url("/dev.json")).await["client_secret"], secret);
    let (status, fresh) = cloud.refresh(&client_id, &tokens["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK, "{fresh}");
    assert_eq!(cloud.access_claims(&fresh["access_token"]).await["azp"], client_id);
    cloud.sign_in(&client_id, "admin").await;
}

#[tokio::test]
async fn without_one_every_start_is_a_new_cloud() {
    let cloud = Running::with(DevCloudSettings::new(MCP)).await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "member").await;
    cloud.stop().await;
    let cloud = Running::with(DevCloudSettings::new(MCP)).await;
    let (_, body) = cloud.refresh(&client_id, &tokens["refresh_token"]).await;
    assert_eq!(body["error_codes"], serde_json::json!([700_016]));
    let other = cloud.register().await;
    let (_, body) = cloud.refresh(&other, &tokens["refresh_token"]).await;
    assert_eq!(body["error"], "invalid_grant");
}
