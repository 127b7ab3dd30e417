//! The engine: one for the process, set up for many short-lived small instances.

use usher_policy::Limits;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails,
};

/// Stack of a guest, in bytes. A Rust tool of the SDK brings its own 32 KiB shadow stack; interpreters recurse deeper.
const WASM_STACK: usize = 512 << 10;
/// Stack of the fiber that a call runs on: the guest's and what host functions need on top.
const FIBER_STACK: usize = WASM_STACK + (512 << 10);

/// Makes the engine. `slots` is how many instances may live at once.
///
/// The pool's numbers were measured for this use: a small guest's whole memory stays resident, so that a fresh instance
/// causes no page fault and no system call; resets are batched.
///
/// # Errors
/// The settings don't fit this machine, most likely for lack of address space.
pub(crate) fn engine(slots: u32) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(4))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(2))
        .total_stacks(slots)
        // More than distinct tools: fewer would be remapped at each change of tool.
        .max_unused_warm_slots(slots)
        .max_core_instances_per_component(Limits::INSTANCES_CEILING)
        .max_memories_per_component(4)
        .max_tables_per_component(8)
        .table_elements(Limits::TABLE_CEILING as usize)
        .max_memory_size((Limits::MEMORY_CEILING_MIB as usize) << 20)
        // Interpreters are linked of large modules.
        .max_core_instance_size(8 << 20)
        .max_component_instance_size(8 << 20)
        // Covers small guests whole; bounded by slots × 512 KiB.
        .linear_memory_keep_resident(512 << 10)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(16 << 10)
        .decommit_batch_size(64)
        .pagemap_scan(Enabled::No);

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // Whatever a call left on its fiber's stack is gone before the next.
        .async_stack_zeroing(true)
        .wasm_component_model(true)
        // The contract has plain functions only; without this a call is 1.5–3 µs cheaper.
        .concurrency_support(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    Engine::new(&config)
}
