//! Templates of paths: what a parameter stands for, and what it never does.

use usher_policy::{GraphPath, PathTemplate, Requirement, TemplateError};

use crate::capable;

/// Whether a grant of one template covers a path.
fn covers(template: &str, path: &str) -> bool {
    let grant = format!("[capabilities.graph]\nrequests = [{{ path = \"{template}\" }}]");
    let tool = capable(&grant, &[Requirement::graph(template).unwrap()]);
    let path = GraphPath::parse(path).unwrap();
    tool.allowance().graph(&path, &[]).is_ok()
}

#[test]
fn a_parameter_stands_for_one_segment_or_a_part_of_one() {
    for (template, path) in [
        ("/me", "/me"),
        ("/me/messages/{id}", "/me/messages/AAMkAG="),
        (
            "/me/drive/root:/{file}:/content",
            "/me/drive/root:/a b (1).pdf:/content",
        ),
        (
            "/me/drive/root:/{file}:/content",
            "/me/drive/root:/O'Brien.txt:/content",
        ),
        (
            "/me/drive/root:/{folder}/{file}:/content",
            "/me/drive/root:/Berichte/Übersicht.pdf:/content",
        ),
        (
            "/me/drive/root:/{file}.pdf:/content",
            "/me/drive/root:/a.pdf.pdf:/content",
        ),
        (
            "/me/drive/root:/report-{year}-{month}.pdf:/content",
            "/me/drive/root:/report-2026-11.pdf:/content",
        ),
        (
            "/me/drive/items/{id}:/{file}:/content",
            "/me/drive/items/01ABC:/x.txt:/content",
        ),
        ("/me/photo/$value", "/me/photo/$value"),
        ("/x/{id}/range(address='{cell}')", "/x/1/range(address='A1')"),
        ("/x/{id}/range(address='A1:B2')", "/x/1/range(address='A1:B2')"),
        ("/users/{user}", "/users/alice@contoso.com"),
        ("/me/a%20b", "/me/a b"),
    ] {
        assert!(covers(template, path), "{template} must cover {path}");
    }
}

#[test]
fn a_parameter_never_reaches_beyond_its_place() {
    for (template, path) in [
        ("/me", "/users"),
        ("/me", "/ME"),
        ("/me", "/me/messages"),
        ("/me/messages/{id}", "/me/messages"),
        ("/me/messages/{id}", "/me/messages/1/attachments"),
        ("/me/messages/{id}", "/me/messages/$count"),
        ("/me/messages/{id}", "/me/messages/$value"),
        ("/me/messages/{id}", "/me/messages/microsoft.graph.delta"),
        ("/me/messages/{id}", "/me/messages/Microsoft.Graph.delta()"),
        ("/me/messages/{id}", "/me/messages/graph.delta"),
        ("/me/messages/{id}", "/me/messages/delta()"),
        ("/me/messages/{id}", "/me/messages/delta(token='x')"),
        ("/me/drive/items/{id}/content", "/me/drive/items/root:/content"),
        ("/me/drive/items/{id}", "/me/drive/items/root:"),
        ("/me/drive/root:/{file}:/content", "/me/drive/root:/a/b:/content"),
        ("/me/drive/root:/{file}:/content", "/me/drive/root:/a:b:/content"),
        ("/me/drive/root:/{file}:/content", "/me/drive/root::/content"),
        ("/me/drive/root:/{file}:/content", "/me/drive/root:/:/content"),
        ("/me/drive/root:/{file}:/content", "/me/drive/root:/a.pdf:/children"),
        ("/me/drive/root:/{file}.pdf:/content", "/me/drive/root:/.pdf:/content"),
        ("/me/drive/root:/{file}.pdf:/content", "/me/drive/root:/a.exe:/content"),
        ("/x/{id}/range(address='{cell}')", "/x/1/range(address='A1',other='x')"),
        ("/x/{id}/range(address='{cell}')", "/x/1/range(address='A1')('y')"),
        ("/x/{id}/range(address='{cell}')", "/x/1/range(address='A1:B2')"),
        ("/x/{id}/by-path(path='{path}')", "/x/1/by-path(path='..')"),
        ("/x/{id}/by-path(path='{path}')", "/x/1/by-path(path='')"),
        ("/x/{id}/range(index={n})", "/x/1/range(index=1,other=2)"),
        ("/users('{id}')/messages", "/users('a')('b')/messages"),
    ] {
        assert!(!covers(template, path), "{template} must not cover {path}");
    }
}

#[test]
fn templates_are_equal_up_to_the_names_of_their_parameters() {
    let graph = |text| PathTemplate::graph(text).unwrap();
    assert_eq!(graph("/me/messages/{id}"), graph("/me/messages/{message-id}"));
    assert_eq!(graph("/me/a%20b"), graph("/me/a b"));
    assert_ne!(graph("/me/messages/{id}"), graph("/me/messages/id"));
    assert_ne!(graph("/me/messages/{id}"), graph("/me/messages/x{id}"));
    assert_ne!(graph("/me/messages/{id}"), graph("/me/events/{id}"));
    assert_ne!(graph("/me/{a}/x"), graph("/me/{a}"));
    assert_eq!(graph("/me/{a}").to_string(), "/me/{a}");
}

#[test]
fn a_template_that_cannot_be_enforced_is_refused_with_what_to_write() {
    for (template, word) in [
        ("me", "one slash"),
        ("/me/", "slash"),
        ("/me/../users", "directory"),
        ("/me%2Fmessages", "isn't allowed"),
        ("/me?$select=id", "query = [\"$select\"]"),
        ("/me#a", "query"),
        ("/me/*", "{name}"),
        ("/me/**", "{name}"),
        ("/$batch", "list each"),
        ("/$BATCH", "list each"),
        ("/%24batch", "list each"),
        ("/me/x$batch", "list each"),
        ("/v1.0/me", "leave it out"),
        ("/beta/me", "isn't offered"),
        ("/{resource}/me", "name the first segment"),
        ("/me/{", "braces"),
        ("/me/}", "braces"),
        ("/me/{}", "braces"),
        ("/me/{a b}", "braces"),
        ("/me/{a/b}", "braces"),
        ("/me/{{a}}", "braces"),
        ("/me/{a}{b}", "side by side"),
        ("/me/{a}/{a}", "twice"),
        ("/me/$metadata", "$value"),
    ] {
        let error = PathTemplate::graph(template).unwrap_err();
        assert!(error.to_string().contains(word), "{template}: {error}");
        let grant = format!("[capabilities.graph]\nrequests = [{{ path = '{template}' }}]");
        assert!(crate::refusal(&grant).contains(word), "{template}");
    }
    assert!(matches!(PathTemplate::http("/$batch"), Err(TemplateError::Batch(_))));
    assert!(PathTemplate::http("/$metadata").is_ok() && PathTemplate::http("/{any}").is_ok());
}

#[test]
fn a_long_path_is_compared_in_one_pass() {
    let template = PathTemplate::graph("/me/{a}x{b}x{c}x{d}x{e}!").unwrap();
    let path = format!("/me/{}", "x".repeat(1000));
    let tool = capable(
        &format!("[capabilities.graph]\nrequests = [{{ path = \"{template}\" }}]"),
        &[Requirement::Graph(template)],
    );
    assert!(tool.allowance().graph(&GraphPath::parse(&path).unwrap(), &[]).is_err());
}
