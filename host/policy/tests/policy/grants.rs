//! What a grant gives to whom.

use usher_entra::SignedIn;
use usher_policy::{Denied, Grant, GrantError, Memberships, Purpose, Requirement, authorize};

use crate::signed_in;

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

fn decide(tool: &str, who: &SignedIn) -> Result<(), Denied> {
    let policy = Grant::parse(GRANT)
        .unwrap()
        .admit("expenses", "0", tool, &[])
        .unwrap()
        .unwrap();
    let called = authorize(who, &policy, &Memberships::none(), Purpose::Call).map(|_| ());
    assert_eq!(
        called,
        authorize(who, &policy, &Memberships::none(), Purpose::List).map(|_| ()),
        "seeing and calling are one decision"
    );
    called
}

#[test]
fn a_rule_by_scope_or_role_holds_for_those_who_have_it() {
    assert_eq!(decide("add", &signed_in(&["user_impersonation"], &[])), Ok(()));
    assert_eq!(
        decide("add", &signed_in(&["user"], &["user_impersonation"])),
        Err(Denied::NeedsScopes(vec!["user_impersonation".to_owned()]))
    );
    assert_eq!(
        decide("stats", &signed_in(&["user_impersonation"], &["Expenses.Admin"])),
        Ok(())
    );
    assert_eq!(
        decide("stats", &signed_in(&["Expenses.Admin"], &["expenses.admin"])),
        Err(Denied::Hidden)
    );
}

#[test]
fn any_needs_one_and_all_needs_each() {
    assert_eq!(decide("either", &signed_in(&[], &["Auditor"])), Ok(()));
    assert_eq!(decide("either", &signed_in(&["Read"], &["Clerk"])), Ok(()));
    assert_eq!(decide("either", &signed_in(&["Read"], &[])), Err(Denied::Hidden));
    assert_eq!(
        decide("either", &signed_in(&[], &["Clerk"])),
        Err(Denied::NeedsScopes(vec!["Read".to_owned()]))
    );
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
    let permit = authorize(
        &signed_in(&["user_impersonation"], &[]),
        &policy,
        &Memberships::none(),
        Purpose::Call,
    )
    .unwrap();
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
        Requirement::SharedDocuments("rates".to_owned()),
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
        ("[capabilities]\nsockets = true", "sockets"),
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
    for (rule, instead) in [
        ("{ any = [] }", "at least one"),
        ("{ all = [] }", "at least one"),
        ("{ not = { any = [] } }", "at least one"),
        ("{ scope = \"two words\" }", "one word"),
        ("{ scope = \"api://x/Read\" }", "last part"),
        ("{ role = \"\" }", "one word"),
        ("{ group = \" \" }", "[entra.groups]"),
        ("{ not = { scope = \"a\" } }", "around a role or a group"),
        (
            "{ not = { any = [{ role = \"a\" }, { scope = \"a\" }] } }",
            "around a role or a group",
        ),
    ] {
        let error = Grant::parse(&format!("[tools.report]\nallow = {rule}")).unwrap_err();
        assert!(
            matches!(&error, GrantError::Rule { tool, why } if tool == "report" && why.contains(instead)),
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

#[test]
fn a_permit_carries_the_token_of_the_one_who_was_permitted() {
    let alice = signed_in(&["user_impersonation"], &[]);
    let grant = Grant::parse(GRANT).unwrap();
    let policy = grant.admit("expenses", "0", "add", &[]).unwrap().unwrap();
    let permit = authorize(&alice, &policy, &Memberships::none(), Purpose::Call).unwrap();
    assert_eq!(permit.who().assertion().sha256(), alice.assertion().sha256());
    assert_eq!(permit.caller(), alice.caller());
}
