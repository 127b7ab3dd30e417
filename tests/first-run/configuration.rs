//! The configuration: what isn't known is refused, wherever it stands.

use std::process::Output;

use usher_tests::built;
use usher_tests::host::{dev, run, usher};

use super::assert_refused;

/// `usher dev` with this configuration. It must end by itself.
async fn dev_with(text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = dev(&built::tools(), &folder.path().join("data"));
    run(command.arg("--config").arg(&file)).await
}

#[tokio::test]
async fn an_unknown_key_of_the_file_is_refused_with_its_line() {
    assert_refused(
        &dev_with("lissten = \"127.0.0.1:0\"\n").await,
        &["usher.toml", "lissten", "line 1"],
    );
    assert_refused(
        &dev_with("[calls]\nat-once = 8\nper-user = 2\n").await,
        &["usher.toml", "per-user", "line 3"],
    );
    assert_refused(
        &dev_with("[containers.expenses]\npartition-keys = [\"/user_id\"]\n").await,
        &["partition-keys"],
    );
}

#[tokio::test]
async fn a_value_out_of_range_is_refused_by_its_key() {
    assert_refused(
        &dev_with("[calls]\nat-once = 0\n").await,
        &["calls.at-once", "at least 1"],
    );
    for mib in [0, 65] {
        assert_refused(
            &dev_with(&format!("[calls]\nkept-memory-mib = {mib}\n")).await,
            &["calls.kept-memory-mib", "1 to 64"],
        );
    }
    assert_refused(
        &dev_with("[containers.\"../x\"]\npartition-key = [\"/user_id\"]\n").await,
        &["containers.../x"],
    );
    assert_refused(&dev_with("[log]\nfilter = \"usher=loud=er\"\n").await, &["log.filter"]);
}

#[tokio::test]
async fn an_unknown_variable_is_refused_by_its_name() {
    let output = run(usher()
        .args(["check", "--tools"])
        .arg(built::tools())
        .env("USHER_LISSTEN", "127.0.0.1:0"))
    .await;
    assert_refused(&output, &["environment variable", "lissten"]);
}

#[tokio::test]
async fn a_development_host_refuses_a_tenant() {
    let tenant = "[entra]\ntenant-id = \"11111111-1111-4111-8111-111111111111\"\nclient-id = \"22222222-2222-4222-8222-222222222222\"\n";
    assert_refused(&dev_with(tenant).await, &["[entra]", "usher serve"]);
}

#[tokio::test]
async fn serving_without_a_tenant_says_what_is_missing() {
    assert_refused(&run(usher().arg("serve")).await, &["public-url"]);
}
