//! Whom a managed identity asks for its tokens, and how.

use super::{
    IDENTITY,
    clock::ManualClock,
    platform::{Answer, Platform},
    soon,
};
use crate::{CredentialError, Environment, ManagedIdentity};

const RESOURCE: &str = "api://dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee";

#[tokio::test]
async fn container_apps_is_asked_with_the_header_that_it_gave() {
    let platform = Platform::start([Answer::token("t", 3600)]).await;
    let identity = ManagedIdentity::with_clock(Some(IDENTITY), &platform.container_apps(), ManualClock::new());
    identity.unwrap().token(RESOURCE, soon()).await.unwrap();
    let asked = &platform.asked()[0];
    assert_eq!(
        asked.uri,
        format!("/msi/token?api-version=2019-08-01&resource=api%3A%2F%2Fdddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee&client_id={IDENTITY}").as_str()
    );
    assert_eq!(asked.headers["x-identity-header"], "only-ours");
    assert!(!asked.headers.contains_key("metadata"));
}

#[tokio::test]
async fn a_virtual_machine_is_asked_with_the_metadata_header() {
    let platform = Platform::start([Answer::token("t", 3600)]).await;
    let identity = ManagedIdentity::with_clock(Some(IDENTITY), &platform.virtual_machine(), ManualClock::new());
    identity.unwrap().token(RESOURCE, soon()).await.unwrap();
    let asked = &platform.asked()[0];
    assert_eq!(
        asked.uri,
        format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2Fdddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee&client_id={IDENTITY}").as_str()
    );
    assert_eq!(asked.headers["metadata"], "true");
    assert!(!asked.headers.contains_key("x-forwarded-for"));
}

#[tokio::test]
async fn a_system_assigned_identity_is_asked_for_without_a_client_id() {
    let platform = Platform::start([Answer::token("t", 3600)]).await;
    let identity = ManagedIdentity::with_clock(None, &platform.virtual_machine(), ManualClock::new()).unwrap();
    identity.token(RESOURCE, soon()).await.unwrap();
    assert!(!platform.asked()[0].uri.to_string().contains("client_id"));
}

#[test]
fn errors_when_the_platforms_identities_are_not_supported() {
    let endpoint = ("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token");
    for (variables, platform) in [
        (
            vec![endpoint, ("IDENTITY_HEADER", "h"), ("IDENTITY_SERVER_THUMBPRINT", "t")],
            "Service Fabric",
        ),
        (
            vec![("MSI_ENDPOINT", "http://127.0.0.1:1"), ("MSI_SECRET", "s")],
            "Azure Machine Learning",
        ),
        (vec![endpoint, ("IMDS_ENDPOINT", "http://127.0.0.1:1")], "Azure Arc"),
    ] {
        match ManagedIdentity::new(None, &variables.into_iter().collect()) {
            Err(CredentialError::UnsupportedPlatform { platform: found, .. }) => assert_eq!(found, platform),
            other => panic!("{platform}: {other:?}"),
        }
    }
}

#[test]
fn app_service_is_found_before_its_older_variables_and_virtual_machines_last() {
    let app_service = Environment::from_iter([
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token"),
        ("IDENTITY_HEADER", "h"),
        ("MSI_ENDPOINT", "http://127.0.0.1:1/msi/token"),
        ("MSI_SECRET", "h"),
    ]);
    let identity = ManagedIdentity::new(None, &app_service).unwrap();
    assert_eq!(identity.source(), "the App Service identity endpoint");
    let identity = ManagedIdentity::new(None, &Environment::from_iter([])).unwrap();
    assert_eq!(identity.source(), "the Instance Metadata Service");
}

#[test]
fn errors_when_a_token_would_leave_the_machine_unencrypted() {
    for (address, accepted) in [
        ("http://localhost:42356/msi/token", true),
        ("http://169.254.130.4:8081/msi/token", true),
        ("https://identity.example/token", true),
        ("http://identity.example/token", false),
        ("http://10.0.0.1/token", false),
        ("ftp://127.0.0.1/token", false),
        ("not a url", false),
    ] {
        let environment = Environment::from_iter([("IDENTITY_ENDPOINT", address), ("IDENTITY_HEADER", "h")]);
        let outcome = ManagedIdentity::new(None, &environment);
        let is_refused = matches!(
            outcome,
            Err(CredentialError::Variable {
                variable: "IDENTITY_ENDPOINT",
                ..
            })
        );
        assert_eq!(is_refused, !accepted, "{address}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let platform = Platform::start([Answer::Redirect]).await;
    let identity = ManagedIdentity::with_clock(None, &platform.virtual_machine(), ManualClock::new()).unwrap();
    assert!(matches!(
        identity.token(RESOURCE, soon()).await,
        Err(CredentialError::IdentityRefused { status: 302, .. })
    ));
    assert_eq!(platform.hits(), 1);
}
