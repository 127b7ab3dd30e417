//! Recurses without end, with so much on the stack that a compiler keeps in linear memory that this one is used up first.
#![allow(unconditional_recursion, reason = "it is the point")]

use std::hint::black_box;

use usher_test_guests::{Answer, answer, guest};

#[inline(never)]
fn deeper(depth: u8) -> u8 {
    let frame = black_box([depth; 1024]);
    deeper(frame[7].wrapping_add(1)) ^ black_box(frame)[9]
}

fn run() -> Answer {
    answer(&deeper(0).to_string())
}

guest!("stack_in_memory", run);
