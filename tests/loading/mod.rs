//! A component that can't be served isn't, the operator reads why and what to do, and everything beside it is served.
//!
//! What the operator reads is kept in `golden/`, one file a case.

mod descriptions;
mod files;
mod grants;
mod imports;
mod listing;

use serde_json::json;
use usher_runtime::Outcome;
use usher_tests::stage::{NEIGHBOUR, Setting};
use usher_tests::{Grant, Stage, callers, golden, guest};

/// Loads a component and its grant as `bad.wasm` beside a good one. The bad one must be refused in the words of the file
/// `golden/CASE.txt`, and the good one served.
async fn refused(case: &str, component: &[u8], grant: &Grant) {
    let setting = Stage::setting()
        .file("bad.wasm", component)
        .file("bad.grant.toml", grant.text().as_bytes());
    refused_on(case, setting).await;
}

/// The same for a stage with `bad.wasm` on it.
async fn refused_on(case: &str, setting: Setting) {
    let stage = setting.open().await;
    golden::assert_is(&format!("loading/golden/{case}.txt"), &stage.refusal("bad.wasm"));
    let called = stage.call(&callers::alice(), NEIGHBOUR, json!({})).await;
    assert!(matches!(called, Ok(Outcome::Complete { .. })), "{called:?}");
    assert_eq!(stage.catalog().tools().len(), 1, "only the good one is served");
}
