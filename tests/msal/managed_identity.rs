//! `ManagedIdentityClient`, where MSAL takes itself to be in a container app and where on a virtual machine.

use serde_json::{Value, json};

use crate::msal::stage::{Entra, claims};

const RESOURCE: &str = "api://AzureADTokenExchange";

/// The environment by which MSAL knows App Service and Container Apps.
fn container_apps(entra: &Entra) -> [(&'static str, String); 2] {
    let text = |name: &str| {
        entra.description()["managed_identity"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    [
        ("IDENTITY_ENDPOINT", text("endpoint")),
        ("IDENTITY_HEADER", text("header")),
    ]
}

async fn acquire(entra: &Entra, identity: Value, environment: &[(&'static str, String)]) -> Vec<Value> {
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let given = json!({ "identity": identity, "resource": RESOURCE });
    let results = entra.msal("managed_identity.py", given, &environment).await;
    results.as_array().unwrap().clone()
}

fn user_assigned(entra: &Entra) -> Value {
    json!({ "ManagedIdentityIdType": "ClientId", "Id": entra.description()["managed_identity"]["client_id"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn both_endpoints_give_a_days_token_that_msal_keeps() {
    let entra = Entra::start().await;
    let identity = user_assigned(&entra);
    for (environment, endpoint) in [(container_apps(&entra).to_vec(), "msi"), (Vec::new(), "imds")] {
        let results = acquire(&entra, identity.clone(), &environment).await;
        let [first, second] = results.as_slice() else {
            panic!("there are two results: {results:?}")
        };
        assert_eq!(
            (&first["token_type"], &first["resource"]),
            (&json!("Bearer"), &json!(RESOURCE)),
            "{first:#}"
        );
        assert!(
            (86_000..=86_400).contains(&first["expires_in"].as_i64().unwrap()),
            "{first:#}"
        );
        assert_eq!(
            (&first["token_source"], &second["token_source"]),
            (&json!("identity_provider"), &json!("cache"))
        );
        assert_eq!(first["access_token"], second["access_token"]);
        assert_eq!(entra.count(endpoint).await, 1, "{endpoint}");
        let claims = claims(&first["access_token"]);
        assert_eq!(claims["idtyp"], "app");
        assert_eq!(claims["azp"], identity["Id"]);
        assert_eq!(claims["sub"], claims["oid"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_is_not_assigned_is_refused_by_both() {
    let entra = Entra::start().await;
    let unknown = json!({ "ManagedIdentityIdType": "ClientId", "Id": "00000000-0000-4000-8000-000000000000" });
    let system = json!({ "ManagedIdentityIdType": "SystemAssigned", "Id": null });
    for identity in [unknown, system] {
        for environment in [container_apps(&entra).to_vec(), Vec::new()] {
            for result in acquire(&entra, identity.clone(), &environment).await {
                assert!(
                    result["access_token"].is_null() && result["error"].is_string(),
                    "{result:#}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_container_apps_endpoint_insists_on_its_header() {
    let entra = Entra::start().await;
    let mut environment = container_apps(&entra);
    environment[1].1 = "wrong".to_owned();
    let results = acquire(&entra, user_assigned(&entra), &environment).await;
    assert!(results.iter().all(|result| result["error"].is_string()), "{results:?}");
}
