//! Waiting for something to become so.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Long enough for anything on a busy machine; who waits longer has found a fault.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer. Panics with `what` when [`PATIENCE`] is over.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, ask).await
}

/// The same for what takes a compiler, which has a patience of its own.
pub async fn until_within<T>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {} s in vain: {what}",
            patience.as_secs()
        );
        // Between two looks, so that waiting doesn't take the processor from what is waited for.
        sleep(Duration::from_millis(5)).await;
    }
}
