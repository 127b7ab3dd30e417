//! The engine: one for the process, set up for many short-lived small instances.

use usher_policy::Limits;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store};

/// Stack of a guest, in bytes. A Rust tool of the SDK brings its own 48 KiB shadow stack; interpreters recurse deeper.
const WASM_STACK: usize = 512 << 10;
/// Stack of the fiber that a call runs on: the guest's, and on top what host functions need. That is what a thread has, 2 MiB: they
/// parse what guests write, up to a bounded depth, and call libraries that were written for threads. Running off it would end the
/// process. What isn't used costs addresses and no memory.
const FIBER_STACK: usize = WASM_STACK + (2 << 20);

/// What a store gets to count down from where instructions are counted: no limit.
pub(crate) const FUEL: u64 = u64::MAX;

/// So much of an instance's memory is kept between two calls, in MiB, unless the operator says otherwise: all of it for components in
/// Rust and TypeScript.
pub const KEPT_MEMORY_MIB: u32 = 2;

/// Makes the engine. `slots` is how many instances may live at once, and `kept_memory_mib` how much of each one's memory is kept.
///
/// The pool's numbers were measured for this use. What is kept is made as it was by copying, and a fresh instance then causes no page
/// fault and no system call; what isn't is given back to the system and fetched again page by page, which for an interpreter takes
/// several times as long, and much longer when several do it at once. Resets are batched.
///
/// What is reset between two instances is what a guest can read: memories, tables, globals. The native stack that a call ran on
/// isn't zeroed: compiled code writes each slot of it before it reads it, so a guest has no way to see what was there. Zeroing it
/// would give the untouched rest of it back to the system at each call, which takes longer than the call itself.
///
/// `count_instructions` makes another engine, with compiled components of its own: each store then needs [`FUEL`].
///
/// # Errors
/// The settings don't fit this machine, most likely for lack of address space.
pub(crate) fn engine(slots: u32, kept_memory_mib: u32, count_instructions: bool) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        // A number that is counted to and nothing more: interpreters are linked of some forty modules, and every slot may hold one.
        .total_core_instances(slots.saturating_mul(Limits::INSTANCES_CEILING))
        .total_memories(slots)
        // Interpreters have two; a table costs addresses and no memory.
        .total_tables(slots.saturating_mul(4))
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
        .linear_memory_keep_resident((kept_memory_mib as usize) << 20)
        .table_keep_resident(64 << 10)
        .decommit_batch_size(16)
        .pagemap_scan(Enabled::No);

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .consume_fuel(count_instructions)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .wasm_component_model(true)
        // The contract has plain functions only; without this a call is 1.5–3 µs cheaper.
        .concurrency_support(false)
        // Components are stripped, so the frames would be numbers that help nobody.
        .wasm_backtrace_max_frames(None);
    Engine::new(&config)
}

/// Sets up a store so that its guest yields at each tick, and hands the host no more than so many bytes at once.
pub(crate) fn restrain<T: Send + 'static>(store: &mut Store<T>, bytes: usize) {
    store.set_hostcall_fuel(bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
}

/// An error of the engine with its causes, without the dumps that some span several lines with.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let lines: Vec<String> = error
        .chain()
        .map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned())
        .collect();
    lines.join(": ")
}
