//! From starting the process to being ready: with the project's tools and a warm compile cache, and without any tools.

use std::path::Path;
use std::time::Instant;

use usher_tests::host::Data;
use usher_tests::{Host, built};

use crate::figures::{Figures, Target as Bound, median};

const ROUNDS: usize = 15;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let empty = tempfile::tempdir()?;
    let tools = built::tools();
    let (mut without, mut with) = (Data::new(), Data::new());
    // The first start makes keys and fills the cache.
    (without, _) = start(without, empty.path(), &[]).await;
    (with, _) = start(with, &tools, &[]).await;
    let (mut of_empty, mut of_tools) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let milliseconds;
        (without, milliseconds) = start(without, empty.path(), &[]).await;
        of_empty.push(milliseconds);
        let milliseconds;
        (with, milliseconds) = start(with, &tools, &[]).await;
        of_tools.push(milliseconds);
    }
    let (of_empty, of_tools) = (median(of_empty), median(of_tools));
    figures.show("start to ready without tools", of_empty, "ms");
    figures.show("start to ready with the tools, warm compile cache", of_tools, "ms");
    figures.hold(
        "start with the tools to start without",
        of_tools / of_empty,
        "times",
        Bound::AtMost(3.0),
    );
    Ok(())
}

/// Starts a host and kills it; gives the milliseconds until it was ready.
pub(crate) async fn start(data: Data, tools: &Path, arguments: &[&str]) -> (Data, f64) {
    let started = Instant::now();
    let host = Host::start_in(data, tools, arguments).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    (host.kill(), milliseconds)
}
