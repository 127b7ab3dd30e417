//! Grants of the document store: whose items, of which containers, and in which partition.

use usher_policy::{Grant, Owner, Requirement};

use crate::{capable, refusal};

const SHARED: &str = r#"
[capabilities]
shared-documents = { containers = [{ name = "rates", partition = "eur" }, { name = "texts", partition = ["de", "shop"] }] }
shared-documents-write = { containers = [{ name = "rates", partition = "drafts" }] }
"#;

#[test]
fn the_partition_of_a_shared_container_is_the_grants() {
    let policy = capable(
        SHARED,
        &[
            Requirement::SharedDocuments("rates".to_owned()),
            Requirement::SharedDocuments("texts".to_owned()),
            Requirement::SharedDocumentsWrite("rates".to_owned()),
        ],
    );
    let allowance = policy.allowance();
    assert_eq!(allowance.reads_shared("rates"), Some(["eur".to_owned()].as_slice()));
    assert_eq!(
        allowance.reads_shared("texts"),
        Some(["de".to_owned(), "shop".to_owned()].as_slice())
    );
    assert_eq!(allowance.writes_shared("rates"), Some(["drafts".to_owned()].as_slice()));
    assert_eq!(allowance.writes_shared("texts"), None);
    assert_eq!(allowance.reads_shared("eur"), None);
}

#[test]
fn a_tool_reaches_the_shared_containers_that_it_requires_and_no_others() {
    let policy = capable(SHARED, &[Requirement::SharedDocuments("rates".to_owned())]);
    let allowance = policy.allowance();
    assert!(allowance.reads_shared("rates").is_some());
    assert_eq!(allowance.reads_shared("texts"), None);
    assert_eq!(allowance.writes_shared("rates"), None, "to read isn't to write");
}

#[test]
fn a_shared_container_without_its_partition_is_refused() {
    for (containers, word) in [
        (r#"["rates"]"#, "SharedContainer"),
        (r#"[{ name = "rates" }]"#, "partition"),
        (r#"[{ name = "rates", partition = 1 }]"#, "a partition is"),
        (r#"[{ name = "rates", partition = "a", owner = "b" }]"#, "owner"),
        (
            r#"[{ name = "rates", partition = "a" }, { name = "rates", partition = "b" }]"#,
            "twice",
        ),
    ] {
        let message = refusal(&format!(
            "[capabilities]\nshared-documents = {{ containers = {containers} }}"
        ));
        assert!(message.contains(word), "{containers}: {message}");
    }
}

#[test]
fn a_container_is_for_users_or_shared_and_never_both() {
    for (users, shared) in [
        ("my-documents", "shared-documents"),
        ("my-documents-write", "shared-documents-write"),
        ("all-documents", "shared-documents-write"),
    ] {
        let message = refusal(&format!(
            "[capabilities]\n{users} = {{ containers = [\"rates\"] }}\n{shared} = {{ containers = [{{ name = \"rates\", partition = \"a\" }}] }}"
        ));
        assert!(message.contains("for users or shared, never both"), "{message}");
    }
}

#[test]
fn owners_are_told_as_far_as_the_grant_says_and_not_at_all_if_it_is_silent() {
    for (owner, told) in [
        ("", Owner::None),
        (", owner = \"pseudonym\"", Owner::Pseudonym),
        (", owner = \"object-id\"", Owner::ObjectId),
    ] {
        let line = format!("[capabilities]\nall-documents = {{ containers = [\"expenses\"]{owner} }}");
        assert_eq!(Grant::parse(&line).unwrap().allowance().owner(), told);
    }
    let message = refusal("[capabilities]\nall-documents = { containers = [\"expenses\"], owner = \"name\" }");
    assert!(
        message.contains("pseudonym") && message.contains("object-id"),
        "{message}"
    );
}

#[test]
fn request_units_have_a_ceiling_and_are_never_none() {
    assert_eq!(
        Grant::parse("[limits]\nrequest-units = 5")
            .unwrap()
            .limits
            .request_units,
        5
    );
    for bad in ["0", "100000001"] {
        assert!(refusal(&format!("[limits]\nrequest-units = {bad}")).contains("limits.request-units"));
    }
}
