//! Two pieces of work side by side.
//!
//! The host's build and the tools' build share nothing but the cores, and each has stretches in which it keeps only one
//! core busy (the standard library's build is one long chain; so are the last crates of the host). Side by side they
//! fill each other's gaps.

/// Runs both to their end; the first error in argument order counts.
pub(crate) fn both<A: Send, B>(
    first: impl FnOnce() -> anyhow::Result<A> + Send,
    second: impl FnOnce() -> anyhow::Result<B>,
) -> anyhow::Result<(A, B)> {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((first?, second?))
    })
}
