//! Consent that is missing: the person is told where to give it, gives it, and goes on.

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};
use usher_tests::{Folder, Host};

use crate::protocol::stage::{host_with, token};
use crate::protocol::wire::{Ask, Session, structured, text};

/// Who hasn't consented to anything.
const PERSONA: &str = "no-consent";

/// The link in a result that says that consent is missing.
#[track_caller]
fn link(result: &Value) -> Url {
    assert_eq!(result["isError"], true, "{result}");
    let text = text(result);
    assert!(text.contains("Consent is missing."), "{text}");
    let link = text
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .unwrap_or_else(|| panic!("no link: {text}"));
    link.parse().unwrap()
}

/// Opens the link as a person would, and agrees. Gives the text of the page that they end up on.
async fn agree(host: &Host, link: Url) -> String {
    let browser = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let page = browser.get(link.clone()).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(
        page.contains(&format!("name=\"persona\" value=\"{PERSONA}\"")),
        "{page}"
    );
    let chosen = browser.post(link).form(&[("persona", PERSONA)]).send().await.unwrap();
    assert_eq!(chosen.status(), StatusCode::FOUND);
    let back = chosen.headers()["location"].to_str().unwrap();
    let consented = host.mcp().replace("/mcp", "/consented");
    assert!(
        back.starts_with(&format!("{consented}?code=")),
        "back to the host's page"
    );
    let page = browser.get(back).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    page.text().await.unwrap()
}

/// The refusal is remembered for ten seconds for the one token that was refused; whoever has another, or waits, goes on.
#[tokio::test]
async fn whoever_follows_the_link_consents_and_the_next_call_works() {
    let samples = Folder::new().sample("ledger").sample("onedrive");
    let host = host_with(samples.path(), "").await;
    for (tool, arguments) in [
        ("save_to_onedrive", json!({ "name": "notes.txt", "text": "Milk" })),
        ("list_ledger_entries", json!({})),
    ] {
        let before = token(&host, PERSONA).await;
        let refused = Ask::call(&before, tool, &arguments).to(&host).await;
        assert_eq!(refused.status, StatusCode::OK, "{refused:?}");
        let session = Session::open(&host, &before).await;
        let in_session = session.call(tool, &arguments).to(&host).await;
        let link = link(&refused.result());
        assert_eq!(self::link(&in_session.result()), link, "both eras are told the same");

        let page = agree(&host, link).await;
        assert!(page.contains("go back") || page.contains("Go back"), "{page}");
        let after = token(&host, PERSONA).await;
        let answer = Ask::call(&after, tool, &arguments).to(&host).await;
        structured(&answer.result());
    }
}

#[tokio::test]
async fn consent_for_one_api_is_none_for_another() {
    let samples = Folder::new().sample("ledger").sample("onedrive");
    let host = host_with(samples.path(), "").await;
    let first = token(&host, PERSONA).await;
    let note = json!({ "name": "notes.txt", "text": "Milk" });
    let graph = link(&Ask::call(&first, "save_to_onedrive", &note).to(&host).await.result());
    agree(&host, graph.clone()).await;
    let second = token(&host, PERSONA).await;
    structured(&Ask::call(&second, "save_to_onedrive", &note).to(&host).await.result());
    let ledger = link(
        &Ask::call(&second, "list_ledger_entries", &json!({}))
            .to(&host)
            .await
            .result(),
    );
    assert_ne!(ledger, graph);
}
