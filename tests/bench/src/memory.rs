//! Memory before and after ten thousand calls.

use crate::call_cost::Measured;
use crate::figures::{Figures, Target as Bound};
use crate::process::resident_mib;

const CALLS: u64 = 10_000;
const AT_ONCE: usize = 16;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let measured = Measured::start().await?;
    let (noop, add) = (measured.noop(), measured.add_user_expense());
    let pid = measured.host.pid();
    // Warm: pools, the slots of the instances and the store's page caches are full.
    noop.run(CALLS, AT_ONCE).await?;
    add.run(2 * CALLS, AT_ONCE).await?;
    let before = resident_mib(pid)?;
    noop.run(CALLS / 2, AT_ONCE).await?;
    add.run(CALLS / 2, AT_ONCE).await?;
    let after = resident_mib(pid)?;
    figures.show("resident memory before 10,000 calls", before, "MiB");
    figures.show("resident memory after them", after, "MiB");
    figures.hold("memory after to before", after / before, "times", Bound::AtMost(1.03));
    Ok(())
}
