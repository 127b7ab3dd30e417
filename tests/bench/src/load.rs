//! Sends requests, so many at once, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;
use serde_json::Value;
use usher_tests::mcp;

/// A tool of a server, and how to call it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) client: reqwest::Client,
    pub(crate) url: String,
    /// One for each caller; calls take them in turn. None: without a token.
    pub(crate) tokens: Vec<Option<String>>,
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
}

impl Target {
    /// Makes `calls` calls, `at_once` at a time, and takes their time.
    ///
    /// # Errors
    /// A call didn't go well.
    pub(crate) async fn run(&self, calls: u64, at_once: usize) -> anyhow::Result<Duration> {
        let next = Arc::new(AtomicU64::new(0));
        let started = Instant::now();
        let workers = (0..at_once).map(|_| {
            let (target, next) = (self.clone(), Arc::clone(&next));
            async move {
                tokio::spawn(async move {
                    loop {
                        let id = next.fetch_add(1, Ordering::Relaxed);
                        if id >= calls {
                            return anyhow::Ok(());
                        }
                        target.call(id).await?;
                    }
                })
                .await?
            }
        });
        try_join_all(workers).await?;
        Ok(started.elapsed())
    }

    async fn call(&self, id: u64) -> anyhow::Result<()> {
        let at = usize::try_from(id)? % self.tokens.len();
        let body = mcp::call(id, self.tool, &self.arguments);
        let answer = mcp::send(&self.client, &self.url, self.tokens[at].as_deref(), &body)
            .await?
            .bytes()
            .await?;
        let good = answer.windows(15).any(|window| window == b"\"isError\":false");
        ensure!(good, "{} failed: {}", self.tool, String::from_utf8_lossy(&answer));
        Ok(())
    }
}
