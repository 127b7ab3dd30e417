//! How many calls run and wait, read when it is asked for.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use crate::runtime::Runtime;

/// Where the numbers are read.
pub(crate) struct Calls(pub(crate) Arc<Runtime>);

impl Collector for Calls {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let admission = self.0.admission();
        for (name, help, value) in [
            ("calls_running", "Calls that run.", admission.running()),
            ("calls_waiting", "Calls that wait for a place.", admission.waiting()),
        ] {
            encoder
                .encode_descriptor(name, help, None, MetricType::Gauge)?
                .encode_gauge(&i64::try_from(value).unwrap_or(i64::MAX))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").finish_non_exhaustive()
    }
}
