//! What it adds to a call that a group guards it, once it is known who is in the group.

use anyhow::Context;

use crate::call_cost::{CALLS, Measured, round};
use crate::figures::{Figures, Target as Bound, median};

/// Rounds, the two hosts in turn: the difference is small, so there are many.
const ROUNDS: usize = 45;

/// The group that the development tenant's administrators are in.
const GROUP: &str = "usher-admins";

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let open = Measured::start_for("{ scope = \"user_impersonation\" }", &["admin"]).await?;
    let guarded = Measured::start_for(&format!("{{ group = \"{GROUP}\" }}"), &["admin"]).await?;
    for measured in [&open, &guarded] {
        measured.noop().run(CALLS, 16).await?;
    }
    let before = lookups(&guarded).await?;
    let (mut of_open, mut of_guarded, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let without = round(&open.noop(), open.host.pid()).await?;
        let with = round(&guarded.noop(), guarded.host.pid()).await?;
        of_open.push(without);
        of_guarded.push(with);
        ratios.push(with / without);
    }
    let asked = lookups(&guarded).await? - before;
    anyhow::ensure!(asked <= 1, "a warm gate asked Microsoft Graph {asked} times");
    figures.show("call of a tool that a scope guards", median(of_open), "µs");
    figures.show("call of a tool that a group guards, warm", median(of_guarded), "µs");
    figures.hold("group to scope", median(ratios), "times", Bound::AtMost(1.05));
    Ok(())
}

/// How often the development Graph was asked about memberships.
async fn lookups(measured: &Measured) -> anyhow::Result<u64> {
    let authority = measured.host.description()["authority"].clone();
    let url = format!("{}/dev/counters", authority.as_str().unwrap_or_default());
    let counters: serde_json::Value = measured.host.client().http().get(url).send().await?.json().await?;
    counters["graph.memberships"]
        .as_u64()
        .context("the counters lack graph.memberships")
}
