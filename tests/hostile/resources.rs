//! Programs that take more than there is for them.

use usher_runtime::{Fault, Limit};

use super::{fault, grant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_4_gib_ends_at_the_memory_limit() {
    let fault = fault("allocates-4-gib", &grant("allocates_4_gib")).await;
    assert!(matches!(fault, Fault::Limit { limit: Limit::Memory }), "{fault:?}");
    assert!(fault.detail().contains("limits.memory-mib"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recursion_without_end_ends_at_the_stack_limit() {
    let fault = fault("deep-recursion", &grant("deep_recursion")).await;
    assert!(matches!(fault, Fault::Limit { limit: Limit::Stack }), "{fault:?}");
}

/// The stack that compilers keep in linear memory lies below the data, so that running off it leaves the memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recursion_that_runs_off_the_stack_in_memory_is_a_trap() {
    let fault = fault("stack-in-memory", &grant("stack_in_memory")).await;
    assert!(matches!(fault, Fault::Trap { .. }), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_100_mb_ends_at_the_limit_of_returned_bytes() {
    let grant = grant("returns_100_mb").limit("memory-mib = 256");
    let fault = fault("returns-100-mb", &grant).await;
    assert!(
        matches!(
            fault,
            Fault::Limit {
                limit: Limit::ReturnedBytes
            }
        ),
        "{fault:?}"
    );
    assert!(fault.detail().contains("limits.returned-bytes"));
}
