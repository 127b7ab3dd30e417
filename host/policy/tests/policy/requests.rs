//! Requests of Microsoft Graph against the list of the grant.

use usher_policy::{GraphPath, Method, NotCovered, Requirement};

use crate::{capable, refusal};

const GRANT: &str = r#"
[capabilities.graph]
memberships = true
requests = [
  { path = "/me", query = ["$select", "$expand"], max-response-bytes = 65536 },
  { path = "/me/messages/{id}" },
  { path = "/me/messages/recent", query = ["$top"] },
]
[capabilities.graph-write]
requests = [
  { method = "POST", path = "/me/sendMail", max-request-bytes = 100 },
  { method = "PUT", path = "/me/drive/root:/{file}:/content", query = ["@microsoft.graph.conflictBehavior"] },
]
"#;

fn options(query: &[(&str, &str)]) -> Vec<(String, String)> {
    query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn path(text: &str) -> GraphPath {
    GraphPath::parse(text).unwrap()
}

#[test]
fn query_options_are_allowed_by_name_each_once() {
    let tool = capable(GRANT, &[Requirement::graph("/me").unwrap()]);
    let asked = |query: &[(&str, &str)]| tool.allowance().graph(&path("/me"), &options(query)).map(|_| ());
    assert_eq!(asked(&[]), Ok(()));
    assert_eq!(asked(&[("$select", "id"), ("$expand", "manager")]), Ok(()));
    for name in [
        "$filter",
        "$Select",
        "select",
        "%24select",
        " $select",
        "$select ",
        "",
        "$batch",
        "$top",
    ] {
        assert_eq!(
            asked(&[(name, "x")]),
            Err(NotCovered::Query(name.to_owned())),
            "{name:?}"
        );
    }
    assert_eq!(
        asked(&[("$select", "id"), ("$select", "mail")]),
        Err(NotCovered::QueryTwice("$select".to_owned()))
    );
    assert_eq!(
        asked(&[("$select", &"x".repeat(5000))]),
        Err(NotCovered::QueryTooLong(4096))
    );
}

#[test]
fn a_request_is_covered_by_what_the_grant_gives_and_the_tool_requires() {
    let tool = capable(GRANT, &[Requirement::graph("/me").unwrap()]);
    let allowance = tool.allowance();
    assert_eq!(allowance.graph(&path("/me"), &[]).unwrap().max_response_bytes, 65536);
    let not_required = allowance.graph(&path("/me/messages/1"), &[]).unwrap_err();
    assert_eq!(
        not_required,
        NotCovered::Request {
            method: Method::Get,
            path: "/me/messages/1".to_owned()
        }
    );
    assert!(!allowance.memberships(), "the tool doesn't require it");
    assert!(
        capable(GRANT, &[Requirement::GraphMemberships])
            .allowance()
            .memberships()
    );
}

#[test]
fn an_entry_without_the_query_option_does_not_hide_another_that_has_it() {
    let requires = ["/me/messages/{any-name}", "/me/messages/recent"].map(|path| Requirement::graph(path).unwrap());
    let tool = capable(GRANT, &requires);
    let recent = path("/me/messages/recent");
    assert!(tool.allowance().graph(&recent, &options(&[("$top", "5")])).is_ok());
    assert_eq!(
        tool.allowance().graph(&recent, &options(&[("$skip", "5")])),
        Err(NotCovered::Query("$skip".to_owned()))
    );
    assert!(
        tool.allowance()
            .graph(&path("/me/messages/1"), &options(&[("$top", "5")]))
            .is_err()
    );
}

#[test]
fn a_write_is_covered_by_method_path_and_size_together() {
    let requires =
        ["POST /me/sendMail", "PUT /me/drive/root:/{name}:/content"].map(|it| Requirement::graph_write(it).unwrap());
    let tool = capable(GRANT, &requires);
    let write = |method, to: &str, bytes| tool.allowance().graph_write(method, &path(to), &[], bytes).map(|_| ());
    assert_eq!(write(Method::Post, "/me/sendMail", 100), Ok(()));
    let too_large = write(Method::Post, "/me/sendMail", 101).unwrap_err();
    assert!(
        too_large.is_too_large() && too_large.to_string().contains("max-request-bytes = 100"),
        "{too_large}"
    );
    assert_eq!(write(Method::Put, "/me/drive/root:/a.pdf:/content", 1 << 20), Ok(()));
    assert!(
        write(Method::Put, "/me/drive/root:/a.pdf:/content", (1 << 20) + 1)
            .unwrap_err()
            .is_too_large()
    );
    for (method, to) in [
        (Method::Put, "/me/sendMail"),
        (Method::Patch, "/me/sendMail"),
        (Method::Delete, "/me/drive/root:/a.pdf:/content"),
        (Method::Post, "/me/sendmail"),
        (Method::Post, "/me"),
    ] {
        assert!(
            matches!(write(method, to, 0), Err(NotCovered::Request { .. })),
            "{method} {to}"
        );
    }
    assert!(
        tool.allowance().graph(&path("/me/sendMail"), &[]).is_err(),
        "what may be written isn't read"
    );
}

#[test]
fn what_cannot_be_enforced_is_refused_with_what_to_write_instead() {
    for (capability, word) in [
        ("graph = true", "graph"),
        ("graph = {}", "memberships = true"),
        ("graph = { memberships = false, requests = [] }", "leave it out"),
        ("graph = { request = [] }", "request"),
        (
            "graph = { requests = [{ method = \"GET\", path = \"/me\" }] }",
            "method",
        ),
        (
            "graph = { requests = [{ path = \"/me\", query = [\"$select=id\"] }] }",
            "names alone",
        ),
        (
            "graph = { requests = [{ path = \"/me\", query = [\"\"] }] }",
            "query option",
        ),
        (
            "graph = { requests = [{ path = \"/me\", query = [\"*\"] }] }",
            "query option",
        ),
        (
            "graph = { requests = [{ path = \"/me\", query = [\"$BATCH\"] }] }",
            "by itself",
        ),
        (
            "graph = { requests = [{ path = \"/me\", query = [\"$top\", \"$top\"] }] }",
            "twice",
        ),
        (
            "graph = { requests = [{ path = \"/me/{a}\" }, { path = \"/me/{b}\" }] }",
            "twice",
        ),
        (
            "graph = { requests = [{ path = \"/me\", max-response-bytes = 0 }] }",
            "from 1 to",
        ),
        (
            "graph = { requests = [{ path = \"/me\", max-response-bytes = 67108865 }] }",
            "from 1 to 67108864",
        ),
        (
            "graph = { requests = [{ path = \"/me\", max-request-bytes = 1 }] }",
            "max-request-bytes",
        ),
        ("graph-write = {}", "requests"),
        ("graph-write = { requests = [] }", "leave it out"),
        ("graph-write = { requests = [{ path = \"/me/sendMail\" }] }", "method"),
        (
            "graph-write = { requests = [{ method = \"GET\", path = \"/me\" }] }",
            "under graph",
        ),
        (
            "graph-write = { requests = [{ method = \"post\", path = \"/me/sendMail\" }] }",
            "POST",
        ),
        (
            "graph-write = { requests = [{ method = \"TRACE\", path = \"/me\" }] }",
            "TRACE",
        ),
        (
            "graph-write = { requests = [{ method = \"POST\", path = \"/me/{action}\" }] }",
            "name the last segment",
        ),
        (
            "graph-write = { requests = [{ method = \"POST\", path = \"/$batch\" }] }",
            "list each",
        ),
        (
            "graph-write = { requests = [{ method = \"PUT\", path = \"/me\", max-request-bytes = 0 }] }",
            "from 1 to",
        ),
    ] {
        let message = refusal(&format!("[capabilities]\n{capability}"));
        assert!(
            message.contains(word) && message.contains("line"),
            "{capability} gave {message}"
        );
    }
}
