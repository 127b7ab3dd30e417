//! One sample in three languages: what its first start costs, its first call after a later start, and every other call.

use serde_json::json;
use usher_tests::host::Data;
use usher_tests::{Folder, Host};

use crate::figures::{Figures, median};
use crate::load::Target;
use crate::start::start;

/// The languages, the folder of the sample in each, and how much of an instance's memory is kept, in MiB.
const SAMPLES: [(&str, &str, u32); 4] = [
    ("Rust", "followups", 2),
    ("TypeScript", "followups-js", 2),
    ("Python", "followups-python", 2),
    ("Python with 16 MiB kept", "followups-python", 16),
];
/// Starts of which the first call is timed.
const STARTS: usize = 7;
/// Calls of one round.
const CALLS: u64 = 500;
const ROUNDS: usize = 5;
/// Calls under way at a time.
const AT_ONCE: usize = 4;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let mut of_rust = None;
    for (language, sample, kept) in SAMPLES {
        let call = measure_one(figures, language, sample, kept).await?;
        let of_rust = *of_rust.get_or_insert(call);
        if call > of_rust {
            figures.show(format!("{language} to Rust, a call"), call / of_rust, "times");
        }
    }
    Ok(())
}

/// Gives the processor time of a call, in microseconds.
async fn measure_one(figures: &mut Figures, language: &str, sample: &str, kept: u32) -> anyhow::Result<f64> {
    let folder = Folder::new().sample(sample);
    let config = folder.path().join("usher.toml");
    std::fs::write(&config, format!("[calls]\nkept-memory-mib = {kept}\n"))?;
    let arguments = ["--config", &config.display().to_string()];
    let (mut data, compiling) = start(Data::new(), folder.path(), &arguments).await;
    figures.show(format!("{language}: start to ready, nothing compiled"), compiling, "ms");
    let mut first_calls = Vec::new();
    for _ in 0..STARTS {
        let host = Host::start_in(data, folder.path(), &arguments).await;
        let target = list_follow_ups(&host).await;
        first_calls.push(target.run(1, 1).await?.as_secs_f64() * 1e3);
        data = host.kill();
    }
    figures.show(
        format!("{language}: first call after a start"),
        median(first_calls),
        "ms",
    );

    let host = Host::start_in(data, folder.path(), &arguments).await;
    let target = list_follow_ups(&host).await;
    target.run(CALLS, AT_ONCE).await?;
    let (mut latencies, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        latencies.push(target.run(CALLS, 1).await?.as_secs_f64() * 1e3 / CALLS as f64);
        costs.push(target.processor_time(host.pid(), CALLS, AT_ONCE).await?);
    }
    figures.show(format!("{language}: a later call, alone"), median(latencies), "ms");
    let cost = median(costs);
    figures.show(format!("{language}: processor time of a call"), cost, "µs");
    Ok(cost)
}

/// A tool that asks the document store once, by somebody whose token is new.
async fn list_follow_ups(host: &Host) -> Target {
    Target {
        url: host.mcp().to_owned(),
        tokens: vec![Some(host.token("member").await)],
        tool: "list_follow_ups",
        arguments: json!({}),
    }
}
