//! Durable writes against doing nothing: what is left of the rate when every call is on disk before it is answered.

use crate::call_cost::Measured;
use crate::figures::{Figures, Target as Bound, median};

const CALLS: u64 = 4_000;
const ROUNDS: usize = 5;
const AT_ONCE: usize = 64;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let measured = Measured::start().await?;
    let (noop, add) = (measured.noop(), measured.add_user_expense());
    for target in [&noop, &add] {
        target.run(CALLS, AT_ONCE).await?;
    }
    let (mut of_noop, mut of_add, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let noop = CALLS as f64 / noop.run(CALLS, AT_ONCE).await?.as_secs_f64();
        let add = CALLS as f64 / add.run(CALLS, AT_ONCE).await?.as_secs_f64();
        of_noop.push(noop);
        of_add.push(add);
        ratios.push(add / noop);
    }
    figures.show("component that does nothing, 64 at once", median(of_noop), "calls/s");
    figures.show("add_user_expense, durable, 64 at once", median(of_add), "calls/s");
    figures.hold(
        "add_user_expense to the component that does nothing",
        median(ratios),
        "times",
        Bound::AtLeast(0.5),
    );
    Ok(())
}
