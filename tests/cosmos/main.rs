//! The document store on Azure Cosmos DB, against Microsoft's emulator: the rules that every backend keeps, the same answers as the
//! embedded store, and what only this backend promises (opening, waiting for a busy service, charges, failures).
#![allow(clippy::unwrap_used)]

mod across;
mod agreement;
mod charges;
#[allow(
    dead_code,
    reason = "the rules about time to live are for backends whose clock can be moved"
)]
#[path = "../../host/documents/tests/conformance/mod.rs"]
mod conformance;
mod expenses;
mod failures;
mod moving;
mod opening;
mod stage;

use stage::open;

conformance_suite!(open);

/// The rules about time to live aren't made tests here: Microsoft's emulator has no time to live, so they could only fail. What the
/// host does for them is to leave the property to the service.
#[tokio::test]
async fn time_to_live_reaches_the_service_as_it_was_written() {
    let subject = open().await;
    let body = r#"{"id":"a","ttl":10}"#;
    subject.put(&conformance::ada(), body).await;
    let item = subject
        .store
        .read(&conformance::notes(), &conformance::ada(), &conformance::id("a"))
        .await
        .unwrap();
    assert_eq!(conformance::json(&item.body), conformance::json(body));
}
