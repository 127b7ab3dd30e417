//! What the operations of one host call cost, told on the side.
//!
//! Whoever makes a call runs it in a [`scope`] with a [`Meter`]; a backend that is charged by the operation adds to the meter of the
//! scope that it runs in. So the trait's operations say nothing of money, and a backend that costs nothing does nothing. The scope
//! also tells a backend how long it may wait for a busy service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

tokio::task_local! {
    static METER: Meter;
}

/// Adds up request units. Clones share the sum.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Thousandths of a request unit: Azure Cosmos DB tells hundredths.
    charge: Arc<AtomicU64>,
    deadline: Option<Instant>,
}

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// A meter at zero for a call that must be answered by `deadline`: until then an operation waits while the store is busy.
    pub fn until(deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..Self::default()
        }
    }

    /// Request units so far. The embedded store charges none.
    pub fn request_charge(&self) -> f64 {
        self.charge.load(Ordering::Relaxed) as f64 / 1000.0
    }
}

/// Runs `future` so that what it costs is added to `meter`. What it spawns isn't counted.
pub async fn scope<F: Future>(meter: Meter, future: F) -> F::Output {
    METER.scope(meter, future).await
}

/// Adds to the meter of the scope, if there is one. For backends.
pub fn charge(request_units: f64) {
    // Casting clamps what is negative or no number to zero.
    let thousandths = (request_units * 1000.0).round() as u64;
    // Outside of a scope nobody asks.
    let _ = METER.try_with(|meter| meter.charge.fetch_add(thousandths, Ordering::Relaxed));
}

/// When the call must be answered, if the scope says so.
#[cfg_attr(not(feature = "cosmos"), allow(dead_code))]
pub(crate) fn deadline() -> Option<Instant> {
    METER.try_with(|meter| meter.deadline).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scope_adds_up_what_is_charged_in_it_and_nothing_else() {
        let (meter, other) = (Meter::new(), Meter::new());
        charge(100.0);
        scope(meter.clone(), async {
            charge(1.25);
            scope(other.clone(), async { charge(7.0) }).await;
            charge(2.5);
            charge(f64::NAN);
            charge(-1.0);
        })
        .await;
        assert_eq!((meter.request_charge(), other.request_charge()), (3.75, 7.0));
    }

    #[tokio::test]
    async fn a_scope_tells_its_deadline() {
        let soon = Instant::now();
        assert_eq!(deadline(), None);
        assert_eq!(scope(Meter::until(soon), async { deadline() }).await, Some(soon));
        assert_eq!(scope(Meter::new(), async { deadline() }).await, None);
    }
}
