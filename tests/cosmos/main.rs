//! The document store on Azure Cosmos DB, against Microsoft's emulator: the rules that every backend keeps, the same answers as the
//! embedded store, and what only this backend promises (opening, waiting for a busy service, charges, failures).
#![allow(clippy::unwrap_used)]

mod across;
mod agreement;
mod charges;
#[path = "../../host/documents/tests/conformance/mod.rs"]
mod conformance;
mod expenses;
mod failures;
mod opening;
mod stage;

use stage::open;

conformance_suite!(open);

#[tokio::test]
#[ignore = "the emulator knows no time to live; the expectation is that of Azure Cosmos DB, \"Time to live\""]
async fn an_expired_item_does_not_exist_for_any_operation() {
    conformance::expiry::an_expired_item_does_not_exist_for_any_operation(&open().await).await;
}

#[tokio::test]
#[ignore = "the emulator knows no time to live; the expectation is that of Azure Cosmos DB, \"Time to live\""]
async fn a_write_starts_the_time_anew() {
    conformance::expiry::a_write_starts_the_time_anew(&open().await).await;
}
