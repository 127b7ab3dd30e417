//! `WWW-Authenticate`, read as a client reads it.

use std::collections::BTreeMap;

use usher_tests::Host;

use crate::protocol::wire::Answer;

/// The parameters of a Bearer challenge (RFC 9110 §11.6.1).
#[track_caller]
pub(crate) fn challenge(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(
        answer.headers.get_all("www-authenticate").iter().count(),
        1,
        "{answer:?}"
    );
    let value = answer.header("www-authenticate");
    let mut rest = value
        .strip_prefix("Bearer ")
        .unwrap_or_else(|| panic!("not a Bearer challenge: {value}"));
    let mut parameters = BTreeMap::new();
    while let Some((name, tail)) = rest.split_once("=\"") {
        let (content, tail) = tail
            .split_once('"')
            .unwrap_or_else(|| panic!("a quote that doesn't end: {value}"));
        assert!(
            parameters.insert(name.to_owned(), content.to_owned()).is_none(),
            "{name} twice: {value}"
        );
        rest = tail.trim_start_matches([',', ' ']);
    }
    assert!(rest.is_empty(), "{rest:?} is left of {value}");
    parameters
}

/// Where the protected resource metadata of a host is: at the path form of RFC 9728 §3.1.
pub(crate) fn metadata_url(host: &Host) -> String {
    host.mcp().replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
}

/// Holds a challenge against what every client must be able to read in it: where the metadata is, and all scopes.
#[track_caller]
pub(crate) fn assert_leads_to_sign_in(answer: &Answer, host: &Host, error: Option<&str>) {
    let parameters = challenge(answer);
    assert_eq!(parameters.get("error").map(String::as_str), error, "{answer:?}");
    assert_eq!(parameters["resource_metadata"], metadata_url(host));
    assert_eq!(parameters["scope"], host.description()["scope"].as_str().unwrap());
    let known = ["error", "error_description", "resource_metadata", "scope"];
    assert!(
        parameters.keys().all(|name| known.contains(&name.as_str())),
        "{answer:?}"
    );
}
