//! Takes memory, a mebibyte at a time and written to, up to 4 GiB.

use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    let mut taken = Vec::new();
    for byte in 0..4096_u32 {
        taken.push(std::hint::black_box(vec![byte as u8 | 1; 1 << 20]));
    }
    answer(&taken.len().to_string())
}

guest!("allocates_4_gib", run);
