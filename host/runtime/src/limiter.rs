//! Memory, tables and instances of one call.

use usher_policy::Limits;
use wasmtime::ResourceLimiter;

use crate::fault::Limit;

/// Holds a store to its limits and remembers which one was hit, so that the trap that usually follows a refused growth is told
/// as what it was.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: usize,
    table_elements: usize,
    instances: usize,
    memory_used: usize,
    tables_used: usize,
    hit: Option<Limit>,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory: limits.memory_bytes(),
            table_elements: limits.table_elements as usize,
            instances: limits.instances as usize,
            memory_used: 0,
            tables_used: 0,
            hit: None,
        }
    }

    /// The linear memory of the store, in bytes. It never shrinks, so it is the most that there was.
    pub(crate) fn memory_used(&self) -> usize {
        self.memory_used
    }

    /// The limit that refused a growth, if one did.
    pub(crate) fn hit(&self) -> Option<Limit> {
        self.hit
    }
}

/// Adds a growth to what is used, or says that it doesn't fit.
fn grow(used: &mut usize, limit: usize, current: usize, desired: usize) -> bool {
    let after = used.saturating_add(desired.saturating_sub(current));
    let fits = after <= limit;
    if fits {
        *used = after;
    }
    fits
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = grow(&mut self.memory_used, self.memory, current, desired);
        if !fits {
            self.hit = Some(Limit::Memory);
        }
        Ok(fits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = grow(&mut self.tables_used, self.table_elements, current, desired);
        if !fits {
            self.hit = Some(Limit::Tables);
        }
        Ok(fits)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    // As many tables and memories as instances: each module of a linked program brings about one.
    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }
}
