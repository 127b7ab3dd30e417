//! What is so at the moment: read when it is asked for, so that nothing is counted up and down meanwhile.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use crate::current::Current;
use crate::sessions::BoundSessions;
use crate::standing::Standing;
use crate::subscriptions::Subscriptions;

/// Where the numbers are read.
pub(crate) struct Gauges {
    pub(crate) current: Current,
    pub(crate) sessions: Arc<BoundSessions>,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let tools = self.current.get();
        let catalog = tools.catalog();
        for (name, help, value) in [
            ("tools", "Tools that are served.", catalog.tools().len()),
            ("sessions", "Sessions that are open.", self.sessions.open()),
            (
                "subscriptions",
                "Subscriptions that are open.",
                self.subscriptions.count(),
            ),
        ] {
            encoder
                .encode_descriptor(name, help, None, MetricType::Gauge)?
                .encode_gauge(&gauge(value))?;
        }
        let help = "Components by how they stand.";
        let mut components = encoder.encode_descriptor("components", help, None, MetricType::Gauge)?;
        for (state, count) in Standing::of(catalog).counts() {
            components
                .encode_family(&[("state", state)])?
                .encode_gauge(&gauge(count))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gauges").finish_non_exhaustive()
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
