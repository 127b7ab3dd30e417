//! Tools that change: how long a new file takes to be live, and what a warm compile cache is worth when there are many.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use usher_registry::status::Status;
use usher_tests::host::Data;
use usher_tests::{Grant, Host, Slot, described};

use crate::figures::{Figures, Target as Bound, median};

/// Changes that are timed.
const CHANGES: u32 = 15;
/// Components of one folder.
const COMPONENTS: u32 = 200;
/// Longer than any start or change takes.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    changes(figures).await?;
    starts(figures).await
}

/// Two revisions that take each other's place, both compiled before.
async fn changes(figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    put(folder.path(), "changes", 0)?;
    let host = Host::start_in(Data::new(), folder.path(), &[]).await;
    let data = host.data().path();
    let mut generation = until(data, |status| status.generation > 0).await?.generation;
    let (mut live, mut settled, mut load, mut swap, mut ratios) = (vec![], vec![], vec![], vec![], vec![]);
    for change in 1..=CHANGES + 2 {
        let started = Instant::now();
        put(folder.path(), "changes", change % 2)?;
        let status = until(data, |status| status.generation > generation).await?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        generation = status.generation;
        // The first of each is compiled.
        if change <= 2 {
            continue;
        }
        let parts = [
            status.timing.settled_ms as f64,
            status.timing.load_us as f64 / 1e3,
            status.timing.swap_us as f64 / 1e3,
        ];
        live.push(took);
        settled.push(parts[0]);
        load.push(parts[1]);
        swap.push(parts[2]);
        ratios.push(took / parts.iter().sum::<f64>());
    }
    figures.show(
        "a changed component, compiled before: written to live",
        median(live),
        "ms",
    );
    figures.show("  of it: until it has settled (the debounce)", median(settled), "ms");
    figures.show("  of it: load", median(load), "ms");
    figures.show("  of it: swap", median(swap), "ms");
    figures.hold(
        "written to live, to debounce, load and swap together",
        median(ratios),
        "times",
        Bound::AtMost(1.25),
    );
    Ok(())
}

/// Many components, compiled at the first start and found at the second.
async fn starts(figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for number in 0..COMPONENTS {
        put(folder.path(), &format!("tool-{number}"), number)?;
    }
    let (data, cold) = start(Data::new(), folder.path()).await?;
    let (_, warm) = start(data, folder.path()).await?;
    figures.show("start to ready with 200 components, nothing compiled", cold, "ms");
    figures.show("start to ready with 200 components, all compiled", warm, "ms");
    figures.hold("warm start to cold start", warm / cold, "times", Bound::AtMost(0.1));
    Ok(())
}

async fn start(data: Data, tools: &Path) -> anyhow::Result<(Data, f64)> {
    let started = Instant::now();
    let host = Host::start_in(data, tools, &[]).await;
    let pid = host.pid();
    let status = until(host.data().path(), |status| status.pid == pid && status.generation > 0).await?;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    ensure!(
        status.components.len() == COMPONENTS as usize
            && status.components.iter().all(|component| component.serving.is_some()),
        "not all components are served"
    );
    Ok((host.kill(), milliseconds))
}

/// Puts a component with a tool of the same name, and its grant, into a folder, in one step each.
fn put(folder: &Path, name: &str, number: u32) -> anyhow::Result<()> {
    let description = format!("Revision {number}.");
    let component = described(&[(Slot::Name, name), (Slot::Description, &description)]);
    for (file, contents) in [
        (format!("{name}.grant.toml"), Grant::of(&[name]).text().into_bytes()),
        (format!("{name}.wasm"), component),
    ] {
        let place = folder.join(file);
        let beside = place.with_extension("new");
        std::fs::write(&beside, contents)?;
        std::fs::rename(beside, place)?;
    }
    Ok(())
}

/// The host's state, as soon as it is so.
async fn until(data: &Path, is_so: impl Fn(&Status) -> bool) -> anyhow::Result<Status> {
    let started = Instant::now();
    loop {
        if let Some(status) = Status::read(data)?.filter(&is_so) {
            return Ok(status);
        }
        ensure!(started.elapsed() < PATIENCE, "the host doesn't say that it is done");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
