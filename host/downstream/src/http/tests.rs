//! The grant's word about addresses, against names that lead inside.

#![allow(clippy::unwrap_used)]

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use usher_entra::Caller;
use usher_policy::Grant;

use super::*;
use crate::guard::tests::Scripted;

/// What becomes of a GET of a name that resolves to an address, and whether anybody knocked at `listener`.
async fn get(address: &'static str, more: &str, listener: &TcpListener) -> (String, bool) {
    let origin = format!(
        "https://inside.contoso.example:{}",
        listener.local_addr().unwrap().port()
    );
    let text = format!(
        "[tools]\n[capabilities]\nhttp = {{ origins = [{{ origin = \"{origin}\", methods = [\"GET\"], paths = [\"/\"] {more} }}] }}"
    );
    let http = Http {
        guard: Guard::with_lookup(Scripted::new(&[&[address]])),
        stand_ins: BTreeMap::new(),
        loopback: None,
        secrets: BTreeMap::new(),
        tokens: None,
        identity: None,
    };
    let request = HttpRequest {
        method: Method::Get,
        url: origin.parse().unwrap(),
        headers: Vec::new(),
        body: None,
    };
    let who = SignedIn::testing(Caller::testing("alice").build());
    let allowance = Grant::parse(&text).unwrap().allowance();
    // Nobody behind the listener speaks TLS, so that the best that can come is a deadline.
    let deadline = Instant::now() + Duration::from_millis(500);
    let error = http.send(&who, &allowance, request, deadline).await.unwrap_err();
    (error.to_string(), listener.accept().is_ok())
}

fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

#[tokio::test]
async fn a_name_inside_the_hosts_network_is_reached_only_where_the_grant_says_so() {
    let listener = listener();
    let (why, knocked) = get("127.0.0.1", "", &listener).await;
    assert!(
        why.contains("inside.contoso.example is at 127.0.0.1") && !knocked,
        "{why}"
    );
    let (why, knocked) = get("127.0.0.1", ", private-addresses = true", &listener).await;
    assert!(knocked, "{why}");
}

#[tokio::test]
async fn no_grant_opens_a_metadata_service() {
    let listener = listener();
    for address in ["169.254.169.254", "168.63.129.16", "fd00:ec2::254"] {
        let (why, _) = get(address, ", private-addresses = true", &listener).await;
        assert!(why.contains("which no grant lets a tool contact"), "{why}");
    }
}
