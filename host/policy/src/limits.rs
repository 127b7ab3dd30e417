//! What a call may use up.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// The limits of one call. Written in a grant's `[limits]`; each has a default and a ceiling.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Wall-clock time from admission to answer, in milliseconds. Default 10,000: a person waits for it.
    pub deadline_ms: u32,
    /// Linear memory, in MiB. Default 64; the ceiling is what a slot of the instance pool holds.
    pub memory_mib: u32,
    /// Elements of all tables together. Default 20,000, which a Python guest fits in.
    pub table_elements: u32,
    /// Core instances that a component is made of. Default 64: bundled languages link several modules.
    pub instances: u32,
    /// Calls of host functions. Default 1,000.
    pub host_calls: u32,
    /// Bytes that cross from the component to the host at once: its result, or the arguments of one host function.
    /// Default 4 MiB.
    pub returned_bytes: u32,
    /// Items that one query may look at. Default 100,000.
    pub rows_read: u32,
    /// Bytes that one query may hold, and that it or a read of several items may give back at once. Default 16 MiB.
    pub query_bytes: u32,
    /// Request units of Azure Cosmos DB: once a call has used them up, it does nothing more with documents. Default 10,000, a
    /// read of some thousand items. The embedded store charges none.
    pub request_units: u32,
}

/// A limit that is out of its range.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("limits.{name} = {value} is out of range: it must be from 1 to {ceiling}")]
pub struct LimitError {
    name: &'static str,
    value: u32,
    ceiling: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline_ms: 10_000,
            memory_mib: 64,
            table_elements: 20_000,
            instances: 64,
            host_calls: 1_000,
            returned_bytes: 4 << 20,
            rows_read: 100_000,
            query_bytes: 16 << 20,
            request_units: 10_000,
        }
    }
}

impl Limits {
    /// The most memory that any grant may give, in MiB: the size of a slot in the instance pool.
    pub const MEMORY_CEILING_MIB: u32 = 256;
    /// The most table elements that any grant may give: the size of a table in the instance pool.
    pub const TABLE_CEILING: u32 = 20_000;
    /// The most core instances that any grant may give.
    pub const INSTANCES_CEILING: u32 = 200;

    /// Checks every limit against its ceiling; zero is never meant.
    ///
    /// # Errors
    /// The first limit that is out of its range.
    pub fn check(&self) -> Result<(), LimitError> {
        let ranges = [
            ("deadline-ms", self.deadline_ms, 600_000),
            ("memory-mib", self.memory_mib, Self::MEMORY_CEILING_MIB),
            ("table-elements", self.table_elements, Self::TABLE_CEILING),
            ("instances", self.instances, Self::INSTANCES_CEILING),
            ("host-calls", self.host_calls, 1_000_000),
            ("returned-bytes", self.returned_bytes, 64 << 20),
            ("rows-read", self.rows_read, 100_000_000),
            ("query-bytes", self.query_bytes, 256 << 20),
            ("request-units", self.request_units, 100_000_000),
        ];
        match ranges
            .into_iter()
            .find(|(_, value, ceiling)| *value == 0 || value > ceiling)
        {
            Some((name, value, ceiling)) => Err(LimitError { name, value, ceiling }),
            None => Ok(()),
        }
    }

    /// The wall-clock limit.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms.into())
    }

    /// The memory limit, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory_mib as usize * (1 << 20)
    }
}
