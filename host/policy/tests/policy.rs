//! The rules of grants and permits, one test each.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use usher_entra::Caller;
use usher_policy::{Denied, Grant, GrantError, Purpose, Requirement, authorize};

const GRANT: &str = r#"
[capabilities]
log = true
my-documents = { containers = ["expenses", "drafts"] }
my-documents-write = { containers = ["expenses"] }
all-documents = { containers = ["expenses"] }
config = { currency = "EUR" }

[tools.add]
allow = { scope = "user_impersonation" }

[tools.stats]
allow = { role = "Expenses.Admin" }

[tools.either]
allow = { any = [{ role = "Auditor" }, { all = [{ scope = "Read" }, { role = "Clerk" }] }] }
"#;

fn caller(scopes: &[&str], roles: &[&str]) -> Arc<Caller> {
    let mut builder = Caller::testing("a11ce000-0000-4000-8000-000000000001");
    for scope in scopes {
        builder = builder.with_scope(scope);
    }
    for role in roles {
        builder = builder.with_role(role);
    }
    Arc::new(builder.build())
}

fn decide(tool: &str, caller: &Arc<Caller>) -> Result<(), Denied> {
    let policy = Grant::parse(GRANT)
        .unwrap()
        .admit("expenses", "0", tool, &[])
        .unwrap()
        .unwrap();
    let called = authorize(caller, &policy, Purpose::Call).map(|_| ());
    assert_eq!(
        called,
        authorize(caller, &policy, Purpose::List).map(|_| ()),
        "seeing and calling are one decision"
    );
    called
}

#[test]
fn a_rule_by_scope_or_role_holds_for_those_who_have_it() {
    assert_eq!(decide("add", &caller(&["user_impersonation"], &[])), Ok(()));
    assert_eq!(
        decide("add", &caller(&["user"], &["user_impersonation"])),
        Err(Denied::Hidden)
    );
    assert_eq!(
        decide("stats", &caller(&["user_impersonation"], &["Expenses.Admin"])),
        Ok(())
    );
    assert_eq!(
        decide("stats", &caller(&["Expenses.Admin"], &["expenses.admin"])),
        Err(Denied::Hidden)
    );
}

#[test]
fn any_needs_one_and_all_needs_each() {
    assert_eq!(decide("either", &caller(&[], &["Auditor"])), Ok(()));
    assert_eq!(decide("either", &caller(&["Read"], &["Clerk"])), Ok(()));
    assert_eq!(decide("either", &caller(&["Read"], &[])), Err(Denied::Hidden));
    assert_eq!(decide("either", &caller(&[], &["Clerk"])), Err(Denied::Hidden));
}

#[test]
fn a_tool_without_a_rule_is_not_served() {
    assert!(
        Grant::parse(GRANT)
            .unwrap()
            .admit("expenses", "0", "unheard_of", &[])
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_permit_reaches_what_the_tool_requires_and_nothing_else_of_the_grant() {
    let requires = [Requirement::MyDocumentsWrite("expenses".to_owned())];
    let policy = Grant::parse(GRANT)
        .unwrap()
        .admit("expenses", "0", "add", &requires)
        .unwrap()
        .unwrap();
    let permit = authorize(&caller(&["user_impersonation"], &[]), &policy, Purpose::Call).unwrap();
    let allowance = permit.allowance();
    assert!(allowance.writes_mine("expenses"));
    assert!(!allowance.reads_mine("expenses") && !allowance.reads_mine("drafts") && !allowance.reads_all("expenses"));
    assert!(allowance.log() && !allowance.identity());
    assert_eq!(allowance.config("currency"), Some("EUR"));
    assert_eq!(allowance.config("secret"), None);
}

#[test]
fn a_tool_that_requires_nothing_reaches_no_documents() {
    let policy = Grant::parse(GRANT)
        .unwrap()
        .admit("expenses", "0", "add", &[])
        .unwrap()
        .unwrap();
    let allowance = policy.allowance();
    assert!(
        !allowance.reads_mine("expenses") && !allowance.writes_mine("expenses") && !allowance.reads_all("expenses")
    );
}

#[test]
fn requirements_that_the_grant_lacks_are_named_with_the_lines_that_give_them() {
    let requires = [
        Requirement::MyDocumentsWrite("drafts".to_owned()),
        Requirement::AllDocuments("expenses".to_owned()),
        Requirement::NotOffered("graph"),
    ];
    let error = Grant::parse(GRANT)
        .unwrap()
        .admit("expenses", "0", "add", &requires)
        .unwrap_err();
    assert_eq!(error.missing, [requires[0].clone(), requires[2].clone()]);
    assert_eq!(
        error.missing[0].grant_line(),
        r#"my-documents-write = { containers = ["drafts"] }"#
    );
    assert!(error.to_string().contains("add") && error.to_string().contains("my-documents-write(drafts)"));
}

#[test]
fn what_is_unknown_is_refused_with_its_place() {
    for (text, word) in [
        ("colour = \"red\"", "colour"),
        ("[capabilities]\ngraph = true", "graph"),
        ("[capabilities]\nmy-documents = { container = [\"a\"] }", "container"),
        ("[tools.a]\nallow = { everyone = true }", "everyone"),
        ("[tools.a]\nallow = { scope = \"a\" }\nhidden = true", "hidden"),
        ("[tools.a]", "allow"),
        ("[limits]\nfuel = 1", "fuel"),
    ] {
        let message = Grant::parse(text).unwrap_err().to_string();
        assert!(
            message.contains(word) && message.contains("line"),
            "{text:?} gave {message}"
        );
    }
}

#[test]
fn an_empty_grant_gives_nothing() {
    let grant = Grant::parse("").unwrap();
    assert!(grant.tools.is_empty());
    assert_eq!(grant.allowance(), Grant::parse("[capabilities]").unwrap().allowance());
    assert!(!grant.allowance().log() && !grant.allowance().identity());
}

#[test]
fn limits_are_held_to_their_ceilings() {
    for line in [
        "memory-mib = 0",
        "memory-mib = 257",
        "deadline-ms = 600001",
        "table-elements = 20001",
        "host-calls = 0",
    ] {
        let error = Grant::parse(&format!("[limits]\n{line}")).unwrap_err();
        assert!(matches!(error, GrantError::Limit(_)), "{line}");
        assert!(error.to_string().contains(line.split(' ').next().unwrap()), "{error}");
    }
    assert_eq!(
        Grant::parse("[limits]\nmemory-mib = 256")
            .unwrap()
            .limits
            .memory_bytes(),
        256 << 20
    );
}

#[test]
fn a_rule_that_this_host_cannot_enforce_refuses_the_grant() {
    for rule in [
        "{ group = \"99999999-9999-4999-8999-999999999999\" }",
        "{ any = [{ scope = \"a\" }, { group = \"99999999-9999-4999-8999-999999999999\" }] }",
        "{ any = [] }",
        "{ all = [] }",
        "{ scope = \"two words\" }",
        "{ role = \"\" }",
    ] {
        let error = Grant::parse(&format!("[tools.report]\nallow = {rule}")).unwrap_err();
        assert!(
            matches!(&error, GrantError::Rule { tool, .. } if tool == "report"),
            "{rule} gave {error}"
        );
    }
}

#[test]
fn a_pinned_digest_is_a_digest() {
    assert!(Grant::parse(&format!("sha256 = \"{}\"", "0a".repeat(32))).is_ok());
    for bad in ["", "0A", &"0A".repeat(32), &"0g".repeat(32)] {
        assert!(matches!(
            Grant::parse(&format!("sha256 = \"{bad}\"")),
            Err(GrantError::Digest)
        ));
    }
}
