//! What tools require, and the lines that would give it.

use usher_policy::{Grant, Requirement, RequirementError};

#[test]
fn the_lines_at_load_grant_what_was_missing() {
    let requires = [
        Requirement::MyDocuments("expenses".to_owned()),
        Requirement::MyDocuments("a \"quoted\" name".to_owned()),
        Requirement::graph("/me").unwrap(),
        Requirement::graph("/me/messages/{id}").unwrap(),
        Requirement::GraphMemberships,
        Requirement::graph_write("POST /me/sendMail").unwrap(),
        Requirement::graph_write("PUT /me/drive/root:/{file}:/content").unwrap(),
        Requirement::http("https://ledger.contoso.example").unwrap(),
        Requirement::http("https://keys.contoso.example:8443").unwrap(),
    ];
    let rule = "[tools.t]\nallow = { scope = \"s\" }";
    let error = Grant::parse(rule).unwrap().admit("c", "0", "t", &requires).unwrap_err();
    assert_eq!(error.missing, requires);
    let lines = error.grant_lines();
    assert_eq!(
        lines[1..3],
        [
            r#"graph = { memberships = true, requests = [{ path = "/me" }, { path = "/me/messages/{id}" }] }"#,
            r#"graph-write = { requests = [{ method = "POST", path = "/me/sendMail" }, { method = "PUT", path = "/me/drive/root:/{file}:/content" }] }"#,
        ]
    );
    // The proof: copied into the grant, they grant it.
    let copied = format!("[capabilities]\n{}\n{rule}", lines.join("\n"));
    let grant = Grant::parse(&copied).unwrap_or_else(|error| panic!("{copied}\n{error}"));
    assert!(grant.admit("c", "0", "t", &requires).unwrap().is_some());
}

#[test]
fn each_line_by_itself_grants_its_requirement() {
    for requirement in [
        Requirement::AllDocuments("expenses".to_owned()),
        Requirement::SharedDocuments("rates".to_owned()),
        Requirement::SharedDocumentsWrite("rates".to_owned()),
        Requirement::GraphMemberships,
        Requirement::graph("/me/x('{id}')").unwrap(),
        Requirement::graph_write("DELETE /me/messages/{id}").unwrap(),
        Requirement::http("https://ledger.contoso.example").unwrap(),
    ] {
        let line = requirement.grant_line();
        let text = format!("[capabilities]\n{line}\n[tools.t]\nallow = {{ scope = \"s\" }}");
        let grant = Grant::parse(&text).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(grant.admit("c", "0", "t", &[requirement]).is_ok(), "{line}");
    }
}

#[test]
fn a_requirement_is_met_by_the_same_template_under_other_names_and_by_no_wider_one() {
    let grant = |path: &str| {
        Grant::parse(&format!(
            "[capabilities.graph]\nrequests = [{{ path = \"{path}\" }}]\n[tools.t]\nallow = {{ scope = \"s\" }}"
        ))
        .unwrap()
    };
    let requires = [Requirement::graph("/me/messages/{message-id}").unwrap()];
    assert!(grant("/me/messages/{id}").admit("c", "0", "t", &requires).is_ok());
    assert!(grant("/me/{kind}/{id}").admit("c", "0", "t", &requires).is_err());
    assert!(grant("/me/messages").admit("c", "0", "t", &requires).is_err());
}

#[test]
fn a_requirement_that_no_grant_could_meet_is_refused() {
    for request in [
        "/me/sendMail",
        "GET /me",
        "HEAD /me",
        "POST",
        "POST  /me",
        "post /me",
        "POST me",
        "POST /$batch",
        "POST /me/",
    ] {
        assert!(Requirement::graph_write(request).is_err(), "{request}");
    }
    assert!(matches!(
        Requirement::graph("/me?x"),
        Err(RequirementError::Template(_))
    ));
    assert!(matches!(
        Requirement::http("http://api.contoso.com"),
        Err(RequirementError::Origin(_))
    ));
    assert_eq!(
        Requirement::graph_write("POST /me/sendMail").unwrap().to_string(),
        "graph-write(POST /me/sendMail)"
    );
}
