//! Reports what it finds in its memory, and then dirties all of it: initialised data, zeroed data, the heap of the initial
//! memory, memory that it grew, and the tables of what a thread would keep.
#![allow(unsafe_code, reason = "memory is looked at as it is, through pointers")]

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use usher_sdk::prelude::*;

const SHIPPED: u64 = 0x5348_4950_5045_4421;
const DIRT: u8 = 0xa5;
/// A page of zeroed data, and one of initialised data.
const BYTES: usize = 4 << 10;

static DATA: AtomicU64 = AtomicU64::new(SHIPPED);
static DATA_BYTES: [AtomicU32; BYTES / 4] = [const { AtomicU32::new(0x0102_0304) }; BYTES / 4];
static ZEROED: [AtomicU32; BYTES / 4] = [const { AtomicU32::new(0) }; BYTES / 4];

thread_local! {
    static KEPT: Cell<u64> = const { Cell::new(7) };
}

#[derive(Serialize, JsonSchema)]
struct Found {
    /// Whether this is what the component shipped.
    data: bool,
    data_bytes: bool,
    zeroed: bool,
    kept: bool,
    /// Bytes of a fresh big allocation (memory that was grown for it) that aren't zero.
    grown_not_zero: usize,
    /// Bytes of the allocator's reserve that hold the dirt of an earlier call.
    heap_dirty: usize,
    /// Bytes of linear memory at the start of the call, before anything grew.
    memory: usize,
}

#[cfg(target_family = "wasm")]
fn memory_bytes() -> usize {
    core::arch::wasm32::memory_size::<0>() << 16
}

#[cfg(not(target_family = "wasm"))]
fn memory_bytes() -> usize {
    0
}

/// How many of the bytes are `wanted`, read as they are.
fn count(start: *const u8, length: usize, wanted: impl Fn(u8) -> bool) -> usize {
    // SAFETY: the caller owns the memory; volatile, since the compiler takes fresh memory for undefined.
    (0..length)
        .filter(|&at| wanted(unsafe { ptr::read_volatile(start.add(at)) }))
        .count()
}

fn dirty(start: *mut u8, length: usize) {
    for at in 0..length {
        // SAFETY: the caller owns the memory.
        unsafe { ptr::write_volatile(start.add(at), DIRT) };
    }
}

/// Says whether everything is as the component shipped it, and leaves everything otherwise.
#[tool(read_only = true, open_world = false)]
fn freshness() -> Result<Found, Error> {
    const SMALL: usize = 24 << 10;
    const BIG: usize = 3 << 20;
    let memory = memory_bytes();
    let small = Vec::<u8>::with_capacity(SMALL).leak_raw();
    let big = Vec::<u8>::with_capacity(BIG).leak_raw();
    let found = Found {
        data: DATA.load(Relaxed) == SHIPPED,
        data_bytes: DATA_BYTES.iter().all(|word| word.load(Relaxed) == 0x0102_0304),
        zeroed: ZEROED.iter().all(|word| word.load(Relaxed) == 0),
        kept: KEPT.get() == 7,
        grown_not_zero: count(big, BIG, |byte| byte != 0),
        heap_dirty: count(small, SMALL, |byte| byte == DIRT),
        memory,
    };
    DATA.store(!SHIPPED, Relaxed);
    KEPT.set(8);
    for word in DATA_BYTES.iter().chain(&ZEROED) {
        word.store(u32::from_ne_bytes([DIRT; 4]), Relaxed);
    }
    dirty(small, SMALL);
    dirty(big, BIG);
    Ok(found)
}

/// Memory that is never given back.
trait LeakRaw {
    fn leak_raw(self) -> *mut u8;
}

impl LeakRaw for Vec<u8> {
    fn leak_raw(self) -> *mut u8 {
        std::mem::ManuallyDrop::new(self).as_mut_ptr()
    }
}

usher_sdk::export!(freshness);
