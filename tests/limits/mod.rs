//! Every call has a deadline and a place, and gives its place back however it ends.

mod admission;
mod budgets;
mod cancellation;
mod deadline;

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinHandle;
use usher_runtime::{AdmissionSettings, Fault, Outcome};
use usher_tests::{Grant, Stage, callers, wait};

/// A number of rounds that no machine gets through in a test's time.
const FOREVER: u64 = 1 << 62;

/// The grant of the program that writes, computes and writes again.
fn slow_writer() -> Grant {
    Grant::of(&["slow_writer"])
        .gives("log = true")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
}

/// A stage on which a call of alice's is under way that doesn't end by itself.
struct Busy {
    stage: Arc<Stage>,
    call: JoinHandle<Result<Outcome, Fault>>,
}

impl Busy {
    async fn start(admission: AdmissionSettings) -> Self {
        let grant = slow_writer().limit("deadline-ms = 600000");
        let stage = Arc::new(
            Stage::setting()
                .admission(admission)
                .guest("slow-writer", &grant)
                .open()
                .await,
        );
        let calling = Arc::clone(&stage);
        let call = tokio::spawn(async move {
            calling
                .call(&callers::alice(), "slow_writer", json!({ "rounds": FOREVER }))
                .await
        });
        wait::until("the call's first write", async || {
            stage.stored(&callers::alice(), "started").await
        })
        .await;
        Self { stage, call }
    }

    fn stage(&self) -> Arc<Stage> {
        Arc::clone(&self.stage)
    }

    /// Drops the call's future, and comes back when that is done.
    async fn cancel(mut self) -> Arc<Stage> {
        self.call.abort();
        assert!((&mut self.call).await.unwrap_err().is_cancelled());
        Arc::clone(&self.stage)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.call.abort();
    }
}
