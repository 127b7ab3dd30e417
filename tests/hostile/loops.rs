//! Programs that don't come to an end.

use usher_runtime::{Fault, Limit};

use super::{fault, grant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tight_loop_ends_at_its_deadline() {
    let fault = fault("tight-loop", &grant("tight_loop").limit("deadline-ms = 2500")).await;
    assert!(matches!(fault, Fault::Limit { limit: Limit::Deadline }), "{fault:?}");
    assert!(fault.detail().contains("limits.deadline-ms"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_of_host_calls_ends_when_they_are_used_up() {
    let grant = grant("host_call_loop").gives("identity = true");
    let fault = fault("host-call-loop", &grant).await;
    assert!(
        matches!(
            fault,
            Fault::Limit {
                limit: Limit::HostCalls
            }
        ),
        "{fault:?}"
    );
    assert!(fault.detail().contains("limits.host-calls"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_with_host_calls_to_spare_ends_at_its_deadline() {
    let grant = grant("host_call_loop")
        .gives("identity = true")
        .limit("host-calls = 1000000\ndeadline-ms = 100");
    let fault = fault("host-call-loop", &grant).await;
    assert!(matches!(fault, Fault::Limit { limit: Limit::Deadline }), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_host_calls_are_too_many() {
    let fault = fault("million-host-calls", &grant("million_host_calls").gives("config = {}")).await;
    assert!(
        matches!(
            fault,
            Fault::Limit {
                limit: Limit::HostCalls
            }
        ),
        "{fault:?}"
    );
}
