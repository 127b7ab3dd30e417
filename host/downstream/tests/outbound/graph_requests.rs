//! Requests to Graph: what is sent, what is repeated, what is given back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body as Stream, Bytes},
    http::StatusCode,
    response::IntoResponse,
};
use futures_util::stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use usher_downstream::{Body, DownstreamError, GraphRequest, Method};
use usher_policy::GraphPath;

use crate::support::{Service, World, claims_challenge, entra, graph_error, soon, user};

fn request(method: Method, path: &str) -> GraphRequest {
    GraphRequest {
        method,
        path: GraphPath::parse(path).unwrap(),
        query: Vec::new(),
        body: None,
        max_response_bytes: 1024,
    }
}

fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
    query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_request_goes_to_v1_with_its_query_and_the_callers_token() {
    let world = World::new(|_| ([("content-type", "application/json")], "{\"displayName\":\"Alice\"}")).await;
    let mut me = request(Method::Get, "/me/drive/root:/a b.txt");
    me.query = pairs(&[("$select", "id,name"), ("$filter", "name eq 'a&b'")]);
    let answer = world.graph.send(&user("alice"), me, soon()).await.unwrap();
    assert_eq!(answer.status, 200);
    let body = answer.body.unwrap();
    assert_eq!(
        (&*body.content_type, &*body.data),
        ("application/json", &b"{\"displayName\":\"Alice\"}"[..])
    );
    let seen = world.service.only();
    assert_eq!(
        seen.target,
        "/graph/v1.0/me/drive/root:/a%20b.txt?$select=id,name&$filter=name%20eq%20%27a%26b%27"
    );
    assert!(seen.header("authorization").starts_with("Bearer token-1-"));
    assert_eq!(seen.header("consistencylevel"), "");
}

#[tokio::test]
async fn counting_asks_for_eventual_consistency() {
    let world = World::new(|_| "{}").await;
    let mut groups = request(Method::Get, "/me/memberOf");
    groups.query = pairs(&[("$count", "true")]);
    world.graph.send(&user("alice"), groups, soon()).await.unwrap();
    assert_eq!(world.service.only().header("consistencylevel"), "eventual");
}

#[tokio::test]
async fn an_error_that_the_request_caused_is_an_answer() {
    for status in [400, 403, 404, 409, 412, 413] {
        let world = World::new(move |_| graph_error(status, "itemNotFound")).await;
        let answer = world
            .graph
            .send(&user("alice"), request(Method::Get, "/me/x"), soon())
            .await
            .unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.body.unwrap().data.starts_with(b"{\"error\""));
        assert_eq!(world.service.count(), 1);
    }
}

#[tokio::test]
async fn an_upload_of_megabytes_arrives_whole_and_once() {
    let world = World::new(|_| (StatusCode::CREATED, "{}")).await;
    let data = Bytes::from(vec![0xA5; 5 << 20]);
    let mut upload = request(Method::Put, "/me/drive/root:/report.pdf:/content");
    upload.body = Some(Body {
        content_type: "application/pdf".to_owned(),
        data: data.clone(),
    });
    let answer = world.graph.send(&user("alice"), upload, soon()).await.unwrap();
    assert_eq!(answer.status, 201);
    let seen = world.service.only();
    assert_eq!(
        (seen.method.as_str(), seen.header("content-type")),
        ("PUT", "application/pdf")
    );
    assert!(seen.body == data);
}

#[tokio::test]
async fn errors_when_a_content_type_would_break_the_message() {
    let world = World::new(|_| "").await;
    for content_type in ["", "text/plain\r\nx-other: 1"] {
        let mut mail = request(Method::Post, "/me/sendMail");
        mail.body = Some(Body {
            content_type: content_type.to_owned(),
            data: Bytes::new(),
        });
        let sent = world.graph.send(&user("alice"), mail, soon()).await;
        assert!(matches!(sent, Err(DownstreamError::Invalid(_))), "{content_type:?}");
    }
    assert_eq!(world.service.count(), 0);
}

#[tokio::test]
async fn a_read_is_repeated_once_and_a_write_never() {
    for (method, requests) in [
        (Method::Get, 2),
        (Method::Post, 1),
        (Method::Put, 1),
        (Method::Patch, 1),
        (Method::Delete, 1),
    ] {
        let world = World::new(|_| graph_error(503, "serviceNotAvailable")).await;
        let sent = world.graph.send(&user("alice"), request(method, "/me/x"), soon()).await;
        assert!(
            matches!(sent, Err(DownstreamError::Unavailable(_))),
            "{method}: {sent:?}"
        );
        assert_eq!(world.service.count(), requests, "{method}");
    }
}

#[tokio::test]
async fn a_write_is_not_repeated_when_the_connection_breaks_after_it_was_sent() {
    // Reads what comes and hangs up without an answer.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&accepted);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 512];
            let _ = stream.read(&mut head).await;
            let _ = stream.shutdown().await;
        }
    });
    let world = World::of(entra().await, Service::nowhere(base), Duration::from_secs(60));
    let alice = user("alice");
    let sent = world
        .graph
        .send(&alice, request(Method::Post, "/me/sendMail"), soon())
        .await;
    assert!(matches!(sent, Err(DownstreamError::Unavailable(_))), "{sent:?}");
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
    let sent = world.graph.send(&alice, request(Method::Get, "/me"), soon()).await;
    assert!(sent.is_err());
    assert_eq!(accepted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_throttled_write_is_told_when_to_come_back_and_not_repeated() {
    let world = World::new(|_| ([("retry-after", "1")], graph_error(429, "TooManyRequests"))).await;
    let sent = world
        .graph
        .send(&user("alice"), request(Method::Post, "/me/sendMail"), soon())
        .await;
    assert!(
        matches!(sent, Err(DownstreamError::Throttled(Some(after))) if after == Duration::from_secs(1)),
        "{sent:?}"
    );
    assert_eq!(world.service.count(), 1);
    // Nor does it hold back anybody else.
    let _ = world
        .graph
        .send(&user("bob"), request(Method::Post, "/me/sendMail"), soon())
        .await;
    assert_eq!(world.service.count(), 2);
}

#[tokio::test]
async fn a_write_that_graph_did_not_let_in_is_sent_with_a_better_token() {
    let world = World::new(|seen| {
        if seen.header("authorization").contains("token-1-") {
            claims_challenge().into_response()
        } else {
            StatusCode::ACCEPTED.into_response()
        }
    })
    .await;
    let answer = world
        .graph
        .send(&user("alice"), request(Method::Post, "/me/sendMail"), soon())
        .await
        .unwrap();
    assert_eq!((answer.status, answer.body), (202, None));
    assert_eq!(world.service.count(), 2);
    // Graph answers 411 to a POST that doesn't say how long it is.
    assert_eq!(world.service.seen()[1].header("content-length"), "0");
}

#[tokio::test]
async fn an_answer_over_the_bound_is_not_read_to_its_end() {
    let announced = World::new(|_| vec![b'x'; 1025]).await;
    // Without a length, and without an end.
    let endless = World::new(|_| {
        let chunk = Bytes::from_static(&[b'x'; 100]);
        Stream::from_stream(stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()))).into_response()
    })
    .await;
    for world in [announced, endless] {
        let sent = world
            .graph
            .send(&user("alice"), request(Method::Get, "/me"), soon())
            .await;
        assert!(matches!(sent, Err(DownstreamError::TooLarge)), "{sent:?}");
        assert_eq!(world.service.count(), 1);
    }
    let fits = World::new(|_| vec![b'x'; 1024]).await;
    assert!(
        fits.graph
            .send(&user("alice"), request(Method::Get, "/me"), soon())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_deadline_comes_before_an_answer_that_never_does() {
    let silent = Service::slow(|seen| async move {
        if seen.target.ends_with("/later") {
            std::future::pending::<()>().await;
        }
        ().into_response()
    })
    .await;
    let world = World::of(entra().await, silent, Duration::from_secs(60));
    let alice = user("alice");
    // The token is there already: it is Graph's time that runs out.
    world
        .graph
        .send(&alice, request(Method::Get, "/me"), soon())
        .await
        .unwrap();
    let deadline = Instant::now() + Duration::from_millis(300);
    let sent = world
        .graph
        .send(&alice, request(Method::Get, "/me/later"), deadline)
        .await;
    assert!(matches!(sent, Err(DownstreamError::Timeout)), "{sent:?}");
}

#[tokio::test]
async fn no_token_is_in_what_is_printed() {
    let world = World::new(|_| graph_error(500, "token")).await;
    let sent = world
        .graph
        .send(&user("alice"), request(Method::Get, "/me"), soon())
        .await;
    let printed = format!("{sent:?}");
    assert!(!printed.contains("token-1"), "{printed}");
}
