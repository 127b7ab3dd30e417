//! Components that this host can't serve: the operator reads what to write, or what to set up. Kept in `golden/`.

use usher_tests::host::{run, usher};
use usher_tests::{Folder, Grant, golden};

use super::{TOOLS, grant};

const TENANT: &str = "public-url = \"https://mcp.contoso.com/mcp\"\n[entra]\n\
    tenant-id = \"11111111-1111-4111-8111-111111111111\"\nclient-id = \"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\"\n";

/// What `usher check` says of a folder, with this configuration. It must find fault.
async fn refused(case: &str, folder: &Folder, config: Option<&str>) {
    let mut command = usher();
    command.arg("check").arg("--tools").arg(folder.path());
    let place = tempfile::tempdir().unwrap();
    if let Some(config) = config {
        let file = place.path().join("usher.toml");
        std::fs::write(&file, config).unwrap();
        command.arg("--config").arg(file);
    }
    let output = run(&mut command).await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    golden::assert_is(&format!("graph/golden/{case}.txt"), said.trim_end());
}

#[tokio::test]
async fn an_interface_that_the_grant_lacks_is_refused_with_the_line_to_write() {
    let nothing = Folder::new()
        .guest("graph-requests", &Grant::of(&TOOLS).gives("log = true"))
        .guest("http-requests", &Grant::of(&["send"]).gives("log = true"));
    refused("interface-not-granted", &nothing, None).await;
}

#[tokio::test]
async fn requests_that_a_tool_requires_and_the_grant_lacks_are_refused_with_the_lines_to_write() {
    let narrow = Grant::of(&TOOLS)
        .gives("log = true")
        .gives("graph = { requests = [{ path = \"/me/messages\" }] }")
        .gives("graph-write = { requests = [{ method = \"DELETE\", path = \"/me/messages/{id}\" }] }");
    let other = Grant::of(&["send", "send_to_two"]).gives("log = true").gives(
        "http = { origins = [{ origin = \"https://ledger.contoso.example\", methods = [\"GET\"], paths = [\"/entries\"] }] }",
    );
    let folder = Folder::new()
        .guest("graph-requests", &narrow)
        .guest("http-requests", &other);
    refused("requests-not-granted", &folder, None).await;
}

#[tokio::test]
async fn a_host_without_a_credential_says_what_to_set_up() {
    let by_group = Grant::default()
        .serves("noop", "{ group = \"99999999-9999-4999-8999-999999999999\" }")
        .gives("log = true");
    let on_behalf = Grant::of(&["send"]).gives("log = true").gives(
        "http = { origins = [{ origin = \"https://ledger.contoso.example\", methods = [\"GET\"], paths = [\"/entries\"], \
         credential = { on-behalf-of = \"api://ledger/.default\" } }] }",
    );
    let folder = Folder::new()
        .guest("graph-requests", &grant())
        .guest("http-requests", &on_behalf)
        .guest("noop", &by_group);
    refused("no-credential", &folder, Some(TENANT)).await;
}

#[tokio::test]
async fn a_secret_that_the_host_does_not_have_is_named() {
    let secret = Grant::of(&["send"]).gives("log = true").gives(
        "http = { origins = [{ origin = \"https://ledger.contoso.example\", methods = [\"GET\"], paths = [\"/entries\"], \
         credential = { secret-header = \"X-Api-Key\", secret = \"ledger-key\" } }] }",
    );
    refused(
        "no-secret",
        &Folder::new().guest("http-requests", &secret),
        Some(TENANT),
    )
    .await;
}

#[tokio::test]
async fn a_group_whose_name_is_not_configured_is_refused_with_the_line_to_write() {
    let unknown = Grant::default()
        .serves("noop", "{ group = \"accountants\" }")
        .gives("log = true");
    refused("group-not-configured", &Folder::new().guest("noop", &unknown), None).await;
}
