#![allow(clippy::unwrap_used)]
//! The guard against a name server that lies and URLs that dress up.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, routing::get};
use tokio::net::TcpListener;

use super::{resolver::Looking, *};

/// Answers each question with the next of its answers, and the last for ever after.
pub(crate) struct Scripted {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Lookup for Scripted {
    fn lookup(&self, _: &str) -> Looking {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let addresses: Vec<SocketAddr> = self.answers[turn]
            .iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0))
            .collect();
        Box::pin(async move { Ok(addresses) })
    }
}

/// A server on loopback that counts its requests, and its port.
async fn server() -> (Arc<AtomicUsize>, u16) {
    let served = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&served);
    let router = Router::new().route(
        "/",
        get(move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (served, port)
}

async fn get_through(guard: &Guard, url: &str, network: Network) -> Result<(), String> {
    let url = Url::parse(url).unwrap();
    let client = guard.client(&url, network).map_err(|error| error.to_string())?;
    // A connection for each, so that each asks the resolver.
    let request = client.get(url).header("connection", "close");
    request.send().await.map(drop).map_err(|error| explain(&error))
}

#[tokio::test]
async fn a_name_that_leads_into_the_hosts_network_is_refused_unless_granted() {
    let (served, port) = server().await;
    let guard = Guard::with_lookup(Scripted::new(&[&["127.0.0.1"]]));
    let url = format!("http://inside.example:{port}/");
    let refusal = get_through(&guard, &url, Network::Public).await.unwrap_err();
    assert!(refusal.contains("inside.example is at 127.0.0.1"), "{refusal}");
    assert!(refusal.contains("private-addresses = true"), "{refusal}");
    assert_eq!(served.load(Ordering::SeqCst), 0);
    get_through(&guard, &url, Network::Private).await.unwrap();
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_one_grant_opened_is_not_there_for_another() {
    let (served, port) = server().await;
    let guard = Guard::with_lookup(Scripted::new(&[&["127.0.0.1"]]));
    let url = Url::parse(&format!("http://inside.example:{port}/")).unwrap();
    let opened = guard.client(&url, Network::Private).unwrap();
    // Left open in the pool.
    opened.get(url.clone()).send().await.unwrap().bytes().await.unwrap();
    let refused = guard.client(&url, Network::Public).unwrap().get(url).send().await;
    assert!(refused.is_err());
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_metadata_service_is_refused_whatever_the_grant_says() {
    for address in [
        "169.254.169.254",
        "168.63.129.16",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
    ] {
        let guard = Guard::with_lookup(Scripted::new(&[&[address]]));
        for network in [Network::Public, Network::Private] {
            let refusal = get_through(&guard, "http://metadata.example/", network)
                .await
                .unwrap_err();
            assert!(
                refusal.contains("which no grant lets a tool contact"),
                "{address}: {refusal}"
            );
        }
    }
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    let (served, port) = server().await;
    // Allowed at the first question, a metadata service at the second: the second must never be connected to.
    let names = Scripted::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let guard = Guard::with_lookup(Arc::clone(&names) as Arc<dyn Lookup>);
    let url = format!("http://rebinding.example:{port}/");
    get_through(&guard, &url, Network::Private).await.unwrap();
    assert_eq!(
        (served.load(Ordering::SeqCst), names.asked.load(Ordering::SeqCst)),
        (1, 1),
        "one question, and its answer was used"
    );
    let refusal = get_through(&guard, &url, Network::Private).await.unwrap_err();
    assert!(refusal.contains("169.254.169.254"), "{refusal}");
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn of_several_addresses_only_the_allowed_ones_are_tried() {
    let (served, port) = server().await;
    let guard = Guard::with_lookup(Scripted::new(&[&["169.254.169.254", "127.0.0.1"]]));
    get_through(&guard, &format!("http://mixed.example:{port}/"), Network::Private)
        .await
        .unwrap();
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn every_spelling_of_an_inner_address_is_refused() {
    let guard = Guard::with_lookup(Scripted::new(&[&["8.8.8.8"]]));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "0xa9fea9fe",
        "2852039166",
        "169.254.169.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[fe80::1]",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[0:0:0:0:0:ffff:a9fe:a9fe]",
    ] {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        assert!(guard.client(&url, Network::Public).is_err(), "{host}");
    }
    for never in [
        "169.254.169.254",
        "0xa9fea9fe",
        "[fd00:ec2::254]",
        "168.63.129.16",
        "[::ffff:a9fe:a9fe]",
    ] {
        let url = Url::parse(&format!("http://{never}/")).unwrap();
        assert!(guard.client(&url, Network::Private).is_err(), "{never}");
    }
}

#[test]
fn an_explanation_never_holds_the_url() {
    let error = plain_client(|builder| builder)
        .unwrap()
        .get("http://user.example:99999/?secret=value")
        .build()
        .unwrap_err();
    assert!(!explain(&error).contains("secret"), "{}", explain(&error));
}
