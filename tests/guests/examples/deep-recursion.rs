//! Recurses without end, on the engine's own stack.
#![allow(unconditional_recursion, reason = "it is the point")]

use std::sync::atomic::{AtomicU64, Ordering};

use usher_test_guests::{Answer, answer, guest};

/// Counting in memory keeps the compiler from leaving the calls out.
static DEPTH: AtomicU64 = AtomicU64::new(0);

#[inline(never)]
fn deeper(seed: u64) -> u64 {
    DEPTH.fetch_add(1, Ordering::Relaxed);
    // What happens after the call keeps it from becoming a loop.
    deeper(seed + 1).rotate_left(3) ^ seed
}

fn run() -> Answer {
    answer(&deeper(0).to_string())
}

guest!("deep_recursion", run);
