//! Programs whose answers break the contract.

use usher_runtime::Fault;

use super::{fault, grant};

/// The operator's detail of the bad result that a program must end in.
async fn bad_result(name: &str) -> String {
    match fault(name, &grant(&name.replace('-', "_"))).await {
        Fault::BadResult { detail } => detail,
        other => panic!("{name} should have given a bad result: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_is_not_utf_8_is_not_passed_on() {
    let detail = bad_result("invalid-utf8").await;
    assert!(detail.to_lowercase().contains("utf-8"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_outside_of_the_components_memory_is_not_passed_on() {
    let detail = bad_result("pointer-out-of-bounds").await;
    assert!(detail.contains("out of bounds"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn structured_content_that_is_not_json_is_not_passed_on() {
    let detail = bad_result("structured-not-json").await;
    assert!(detail.contains("structured-content is not JSON"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn structured_content_without_bottom_is_not_passed_on() {
    let detail = bad_result("structured-too-deep").await;
    assert!(detail.contains("structured-content is not JSON"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn structured_content_that_breaks_its_schema_is_not_passed_on_and_not_quoted() {
    let detail = bad_result("structured-off-schema").await;
    assert!(detail.contains("count") && detail.contains("schema"), "{detail}");
    assert!(!detail.contains("SECRET"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_with_an_output_schema_must_give_structured_content() {
    let detail = bad_result("structured-missing").await;
    assert!(detail.contains("no structured content"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meta_that_is_not_an_object_is_not_passed_on_and_not_quoted() {
    let detail = bad_result("meta-not-json").await;
    assert!(detail.contains("meta"), "{detail}");
    assert!(!detail.contains("SECRET"), "{detail}");
}
