//! Following Graph to a file's content, and nowhere else.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use usher_downstream::{DownstreamError, GraphRequest, GraphResponse, Method};
use usher_policy::GraphPath;

use crate::support::{Service, World, soon, user};

const CONTENT: &str = "/me/drive/root:/report.pdf:/content";

fn found(location: &str) -> Response {
    (StatusCode::FOUND, [("location", location)], location.to_owned()).into_response()
}

async fn get(world: &World, path: &str) -> Result<GraphResponse, DownstreamError> {
    let request = GraphRequest {
        method: Method::Get,
        path: GraphPath::parse(path).unwrap(),
        query: Vec::new(),
        body: None,
        max_response_bytes: 1024,
    };
    world.graph.send(&user("alice"), request, soon()).await
}

#[tokio::test]
async fn content_is_fetched_without_the_token() {
    let world = World::new(|seen| {
        if seen.target.starts_with("/graph/") {
            found("/download/report.pdf?tempauth=opens-the-file")
        } else {
            ([("content-type", "application/pdf")], "%PDF").into_response()
        }
    })
    .await;
    let answer = get(&world, CONTENT).await.unwrap();
    let body = answer.body.unwrap();
    assert_eq!(
        (answer.status, &*body.content_type, &*body.data),
        (200, "application/pdf", &b"%PDF"[..])
    );
    let seen = world.service.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].target, "/download/report.pdf?tempauth=opens-the-file");
    assert_eq!(seen[1].header("authorization"), "");
}

#[tokio::test]
async fn content_over_the_bound_is_not_read() {
    let world = World::new(|seen| {
        if seen.target.starts_with("/graph/") {
            found("/download")
        } else {
            vec![0; 1025].into_response()
        }
    })
    .await;
    assert!(matches!(get(&world, CONTENT).await, Err(DownstreamError::TooLarge)));
}

#[tokio::test]
async fn only_a_request_for_content_is_followed() {
    let world = World::new(|_| found("/download/report.pdf?tempauth=opens-the-file")).await;
    for path in ["/me/drive/root:/report.pdf", "/me/photo/$value", "/me"] {
        let answer = get(&world, path).await.unwrap();
        assert_eq!((answer.status, answer.body), (302, None), "{path}");
    }
    assert!(
        world
            .service
            .seen()
            .iter()
            .all(|seen| seen.target.starts_with("/graph/"))
    );
}

#[tokio::test]
async fn content_is_not_fetched_from_inside_the_hosts_network() {
    let inside = Service::new(|_| "secret of the network").await;
    let port = inside.url.port().unwrap();
    let (inner, never, not_https) = ("in the host's own network", "which no grant", "isn't https");
    for (location, reason) in [
        (format!("http://127.0.0.1:{port}/"), not_https),
        (format!("https://127.0.0.1:{port}/"), inner),
        (format!("https://localhost:{port}/"), inner),
        (format!("https://2130706433:{port}/"), inner),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), inner),
        (
            "https://169.254.169.254/metadata/identity/oauth2/token".to_owned(),
            never,
        ),
        ("https://user:password@files.example/".to_owned(), not_https),
        ("ftp://files.example/".to_owned(), not_https),
        ("file:///etc/passwd".to_owned(), not_https),
    ] {
        let target = location.clone();
        let world = World::new(move |_| found(&target)).await;
        let answer = get(&world, CONTENT).await;
        let Err(DownstreamError::Unavailable(why)) = answer else {
            panic!("{location}: {answer:?}");
        };
        assert!(why.contains(reason), "{location}: {why}");
        assert!(
            !why.contains("metadata/identity"),
            "an address that opens a file isn't for the log: {why}"
        );
    }
    assert_eq!(inside.count(), 0);
}

#[tokio::test]
async fn content_behind_redirect_after_redirect_is_given_up() {
    let world = World::new(|_| found("/again")).await;
    assert!(matches!(
        get(&world, CONTENT).await,
        Err(DownstreamError::Unavailable(_))
    ));
    assert_eq!(world.service.count(), 4);
}
