//! The revisions with `initialize`: sessions, and what clients of these revisions are used to.

use reqwest::{Method, StatusCode};
use serde_json::json;
use usher_tests::{Host, built};

use super::stage::{host, host_with, mint, token};
use super::wire::{Answer, Ask, LEGACY, Session, names, request, structured};

async fn list(host: &Host, session: &Session) -> Answer {
    session.ask("tools/list", json!({})).to(host).await
}

#[tokio::test]
async fn a_session_is_opened_with_the_revision_asked_for_or_the_newest_that_there_is() {
    let host = host().await;
    let token = token(&host, "member").await;
    for (asked, given) in [
        (LEGACY, LEGACY),
        ("2025-06-18", "2025-06-18"),
        ("2024-11-05", LEGACY),
        ("2099-01-01", LEGACY),
    ] {
        let params =
            json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let answer = Ask::post(&token, request(1, "initialize", params).to_string())
            .to(&host)
            .await;
        let result = answer.result();
        assert_eq!(result["protocolVersion"], given, "{asked}");
        assert_eq!(result["serverInfo"]["name"], "usher");
        let capabilities: Vec<&String> = result["capabilities"].as_object().unwrap().keys().collect();
        assert_eq!(
            capabilities,
            ["logging", "tools"],
            "nothing is promised that isn't served"
        );
    }
}

#[tokio::test]
async fn vs_codes_own_order_of_messages_works() {
    let host = host().await;
    let token = token(&host, "member").await;
    // Observed: initialize, GET, logging/setLevel, initialized, prompts/list, tools/list; never MCP-Protocol-Version.
    let session = Session::begin(&host, &token).await;
    let stream = session.ask("ping", json!({})).method(Method::GET).begin(&host).await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let answer = session
        .ask("logging/setLevel", json!({ "level": "debug" }))
        .to(&host)
        .await;
    assert_eq!(answer.result(), json!({}), "before initialized: {answer:?}");
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(session.send(&initialized).to(&host).await.status, StatusCode::ACCEPTED);
    let answer = session.ask("prompts/list", json!({})).to(&host).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::OK, -32601),
        "a status >= 300 would end the connection"
    );
    assert_eq!(
        names(&list(&host, &session).await.result()),
        ["add_user_expense", "get_user_expenses"]
    );
    drop(stream);
}

#[tokio::test]
async fn a_call_in_a_session_has_the_shape_of_its_revision() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    let answer = session.call("get_user_expenses", &json!({})).to(&host).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    let result = answer.result();
    assert_eq!(structured(&result)["expenses"], json!([]));
    for name in ["resultType", "_meta", "cacheScope", "ttlMs"] {
        assert!(result[name].is_null(), "{name} is of 2026-07-28: {result}");
    }
}

#[tokio::test]
async fn the_revision_in_the_header_may_be_missing_or_the_sessions_own_and_nothing_else() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    let ask = || session.ask("tools/list", json!({}));
    assert_eq!(ask().to(&host).await.status, StatusCode::OK);
    assert_eq!(
        ask().header("mcp-protocol-version", LEGACY).to(&host).await.status,
        StatusCode::OK
    );
    for version in ["1999-01-01", "rubbish"] {
        ask()
            .header("mcp-protocol-version", version)
            .to(&host)
            .await
            .assert_error(StatusCode::BAD_REQUEST, -32022);
    }
}

#[tokio::test]
async fn anothers_session_is_as_if_it_were_not_there_and_stays_unharmed() {
    let host = host().await;
    let (alice, carol) = (token(&host, "member").await, token(&host, "member-2").await);
    let session = Session::open(&host, &alice).await;
    let stolen = session.taken_by(&carol);
    let made_up = stolen.renamed("00000000-0000-4000-8000-000000000000");
    for (what, ask) in [
        (
            "POST",
            &(|session: &Session| session.ask("tools/list", json!({}))) as &dyn Fn(&Session) -> Ask,
        ),
        ("notification", &|session| {
            session
                .send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } }))
        }),
        ("GET", &|session| session.ask("ping", json!({})).method(Method::GET)),
        ("DELETE", &|session| {
            session.ask("ping", json!({})).method(Method::DELETE)
        }),
    ] {
        let unknown = ask(&made_up).to(&host).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{what}: {unknown:?}");
        let foreign = ask(&stolen).to(&host).await;
        assert_eq!(
            (foreign.status, &foreign.body),
            (unknown.status, &unknown.body),
            "{what}"
        );
    }
    assert_eq!(
        list(&host, &session).await.status,
        StatusCode::OK,
        "its own caller still has it"
    );
}

#[tokio::test]
async fn a_session_belongs_to_the_person_and_not_to_the_token() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    // As after a refresh.
    let renewed = session.taken_by(&token(&host, "member").await);
    assert_eq!(list(&host, &renewed).await.status, StatusCode::OK);
    // The same person's token without the scope opens nothing, session or not.
    let lesser = mint(&host, &json!({ "persona": "member", "scope": "Other.Read" })).await;
    assert_eq!(
        list(&host, &session.taken_by(&lesser)).await.status,
        StatusCode::FORBIDDEN
    );
    let expired = mint(&host, &json!({ "persona": "member", "ttl": -3600 })).await;
    assert_eq!(
        list(&host, &session.taken_by(&expired)).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_session_sees_what_the_token_of_each_request_allows() {
    let tools = tempfile::tempdir().unwrap();
    std::fs::copy(built::tools().join("expenses.wasm"), tools.path().join("expenses.wasm")).unwrap();
    let grant = std::fs::read_to_string(built::tools().join("expenses.grant.toml")).unwrap();
    let by_role = grant.replace("{ group = \"usher-admins\" }", "{ role = \"Expenses.Admin\" }");
    assert_ne!(grant, by_role);
    std::fs::write(tools.path().join("expenses.grant.toml"), by_role).unwrap();
    let host = host_with(tools.path(), "").await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    assert_eq!(names(&list(&host, &session).await.result()).len(), 2);
    // The same person, who has been given the role meanwhile.
    let promoted = mint(
        &host,
        &json!({ "persona": "member", "claims": { "roles": ["Expenses.Admin"] } }),
    )
    .await;
    assert_eq!(
        names(&list(&host, &session.taken_by(&promoted)).await.result()).len(),
        3
    );
    assert_eq!(names(&list(&host, &session).await.result()).len(), 2);
}

#[tokio::test]
async fn a_session_that_was_ended_is_gone() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    let answer = session.ask("ping", json!({})).method(Method::DELETE).to(&host).await;
    assert!(answer.status.is_success(), "{answer:?}");
    list(&host, &session).await.assert_error(StatusCode::NOT_FOUND, -32600);
}

#[tokio::test]
async fn a_caller_has_so_many_sessions_and_the_oldest_goes_first() {
    let host = host_with(&built::tools(), "[sessions]\nper-caller = 2").await;
    let (alice, carol) = (token(&host, "member").await, token(&host, "member-2").await);
    let carols = Session::open(&host, &carol).await;
    let first = Session::open(&host, &alice).await;
    let second = Session::open(&host, &alice).await;
    let third = Session::open(&host, &alice).await;
    assert_eq!(list(&host, &first).await.status, StatusCode::NOT_FOUND);
    for kept in [&second, &third, &carols] {
        assert_eq!(list(&host, kept).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_session_of_a_host_that_was_started_again_is_not_found() {
    let host = host().await;
    let member = token(&host, "member").await;
    let id = Session::open(&host, &member).await.id;
    let host = super::stage::start_again(host.kill()).await;
    let member = token(&host, "member").await;
    let answer = Ask::post(&member, request(1, "tools/list", json!({})).to_string())
        .header("mcp-session-id", &id)
        .to(&host)
        .await;
    answer.assert_error(StatusCode::NOT_FOUND, -32600);
}

#[tokio::test]
async fn two_session_ids_in_one_request_never_open_anothers_session() {
    let host = host().await;
    let (alice, carol) = (token(&host, "member").await, token(&host, "member-2").await);
    let (own, foreign) = (Session::open(&host, &alice).await, Session::open(&host, &carol).await);
    for (first, second) in [(&own.id, &foreign.id), (&foreign.id, &own.id)] {
        let ask = own.renamed(first).ask("ping", json!({})).method(Method::DELETE);
        ask.header_too("mcp-session-id", second).to(&host).await;
        assert_eq!(list(&host, &foreign).await.status, StatusCode::OK, "it is still there");
    }
}
