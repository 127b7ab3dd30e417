//! `usher doctor`: each thing that can be wrong is found, with what to do, and no secret is said.

mod tokens;
mod trial;

use serde_json::json;
use usher_tests::control::change;
use usher_tests::{Host, golden};

use trial::{Trial, doctor};

#[tokio::test]
async fn a_development_host_that_runs_is_well() {
    let trial = Trial::begin().await;
    let data = trial.host.data().path().to_owned();
    let report = doctor(&["--data".as_ref(), data.as_os_str()], None).await;
    assert_eq!(report.code, 0, "{}", report.text);
    golden::assert_is("doctor/golden/well.txt", &trial.masked(&report.text));
}

#[tokio::test]
async fn a_configuration_that_is_right_is_well() {
    let trial = Trial::begin().await;
    let report = trial.examine("").await;
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.text.contains("ok       token endpoint"), "{}", report.text);
    assert!(!report.text.contains("failed"), "{}", report.text);
}

#[tokio::test]
async fn a_wrong_secret_is_told_by_its_code_with_the_fix() {
    let trial = Trial::begin().await;
    trial.write_secret("not-the-secret-of-this-application");
    let report = trial.examine("").await;
    assert_eq!(report.code, 1, "{}", report.text);
    golden::assert_is("doctor/golden/wrong-secret.txt", &trial.masked(&report.text));
}

#[tokio::test]
async fn an_expired_secret_is_told_apart_from_a_wrong_one() {
    let trial = Trial::begin().await;
    change(&trial.host, "/dev/credentials", &json!({ "action": "expire_secret" })).await;
    trial.examine("").await.fails(&["AADSTS7000222", "expired"]);
}

#[tokio::test]
async fn a_tenant_that_there_is_not_is_found() {
    let trial = Trial::begin().await;
    let report = trial
        .examine_with(|config| config.replace("11111111-1111", "22222222-1111"), "")
        .await;
    report.fails(&["failed   authority"]);
}

#[tokio::test]
async fn an_authority_that_nobody_answers_at_is_found_and_told_once() {
    let trial = Trial::begin().await;
    let authority = trial.host.description()["authority"].as_str().unwrap().to_owned();
    // The port of a listener that is gone.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let report = trial
        .examine_with(|config| config.replace(&authority, &format!("http://{free}")), "")
        .await;
    report.fails(&["failed   authority", "skipped  signing keys"]);
}

#[tokio::test]
async fn graph_that_fails_is_found() {
    let trial = Trial::begin().await;
    let failure = json!({ "endpoint": "graph.requests", "status": 503 });
    change(&trial.host, "/dev/failures", &failure).await;
    trial.examine("").await.fails(&["failed   Graph", "503"]);
}

#[tokio::test]
async fn a_public_url_that_entra_would_refuse_is_found() {
    let trial = Trial::begin().await;
    let mcp = trial.host.mcp().to_owned();
    let slashed = format!("\"{mcp}/\"");
    let report = trial
        .examine_with(|config| config.replace(&format!("\"{mcp}\""), &slashed), "")
        .await;
    report.fails(&["failed   public URL"]);
}

#[tokio::test]
async fn a_configuration_that_does_not_read_is_told_with_its_line() {
    let trial = Trial::begin().await;
    trial
        .examine("[entra.credentials]\nkind = \"x\"\n")
        .await
        .fails(&["failed   configuration", "credentials"]);
}

#[tokio::test]
async fn a_certificate_that_is_not_registered_is_told_by_its_thumbprint_and_works_once_it_is() {
    let trial = Trial::begin().await;
    let certificate = trial.use_certificate();
    let refused = trial.examine("").await;
    refused.fails(&["AADSTS700027", "certificate"]);
    let added = json!({ "action": "add_certificate", "certificate": certificate });
    change(&trial.host, "/dev/credentials", &added).await;
    let report = trial.examine("").await;
    assert_eq!(report.code, 0, "{}", report.text);
}

#[tokio::test]
async fn the_report_is_json_for_programs() {
    let trial = Trial::begin().await;
    let report = trial.examine_with(|config| config, "").await;
    let json = trial.examine_as_json().await;
    let checks = json["checks"].as_array().unwrap();
    let lines = report.text.lines().filter(|line| {
        ["  ok  ", "  warning  ", "  failed  ", "  skipped  "]
            .iter()
            .any(|outcome| line.starts_with(outcome))
    });
    assert_eq!(checks.len(), lines.count(), "{json}\n{}", report.text);
    assert!(
        checks
            .iter()
            .all(|check| check["name"].is_string() && check["outcome"].is_string())
    );
}

#[tokio::test]
async fn a_code_is_explained_and_an_unknown_one_is_linked() {
    for (code, part) in [
        ("65001", "consent"),
        ("AADSTS50076", "multifactor"),
        ("424242", "https://login.microsoftonline.com/error?code=424242"),
    ] {
        let report = doctor(&["--code".as_ref(), code.as_ref()], None).await;
        assert!(report.text.contains(part), "{code}: {}", report.text);
    }
}

/// What a host's description says.
fn described<'a>(host: &'a Host, key: &str) -> &'a str {
    host.description()[key]
        .as_str()
        .unwrap_or_else(|| panic!("the description has no {key}"))
}
