//! Where a component's memory comes from.
//!
//! A call has a fresh instance, and growing an instance's memory costs the host two system calls and the page faults of
//! what was gained. So the first allocations are served from memory that the component already has when it starts:
//! a reserve that is part of its zeroed data, and whatever the last page of the initial memory has left. Only a
//! call that needs more grows the memory, and then by steps that keep the growing rare.
#![allow(
    unsafe_code,
    reason = "an allocator hands out raw memory; each block says why it may"
)]

use core::alloc::Layout;
use core::arch::wasm32::{memory_grow, memory_size};
use core::mem::MaybeUninit;
use core::ops::RangeInclusive;
use core::ptr::NonNull;

use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

/// The least that a call gets without growing. With a stack of 48 KiB and the 24 to 41 KiB of data that an ordinary tool
/// has, the initial memory is two pages, which the host keeps ready for the next instance; what they have left is used too.
const RESERVE: usize = 32 << 10;

/// A page of WebAssembly memory.
const PAGE: usize = 64 << 10;

/// Growing is expensive whatever its size, so it is done by a quarter of what there is, within these bounds, in pages.
/// Much more than is needed would run into the host's limit before its time.
const STEP: RangeInclusive<usize> = 4..=16;

/// The answer of `memory.grow` when there is no more.
const REFUSED: usize = usize::MAX;

static mut MEMORY: [MaybeUninit<u8>; RESERVE] = [MaybeUninit::uninit(); RESERVE];

unsafe extern "C" {
    /// The linker's name for the first byte that belongs neither to the stack nor to data.
    static __heap_base: u8;
}

#[global_allocator]
static ALLOCATOR: TalcSyncCell<InitialThenGrown, WasmBinning> = TalcSyncCell::new_wasm(InitialThenGrown::Untouched);

/// What was given to the allocator so far.
#[derive(Debug)]
enum InitialThenGrown {
    Untouched,
    Reserve,
    /// Everything up to this address, if the last claim was of use.
    All(Option<NonNull<u8>>),
}

// SAFETY: `acquire` allocates nothing and doesn't touch `ALLOCATOR` except through `talc`.
unsafe impl Source for InitialThenGrown {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        match talc.source {
            Self::Untouched => {
                talc.source = Self::Reserve;
                // SAFETY: nothing else names `MEMORY`, and this state is left for good.
                unsafe { talc.claim((&raw mut MEMORY).cast(), RESERVE) };
                Ok(())
            }
            Self::Reserve => {
                let start = (&raw const __heap_base).cast_mut();
                let length = memory_size::<0>() * PAGE - start.addr();
                // SAFETY: the memory between `__heap_base` and the end of the initial memory belongs to the
                // allocator: the linker puts nothing there, nobody else grows the memory, and this state is left for good.
                let end = unsafe { talc.claim(start, length) };
                talc.source = Self::All(end);
                Ok(())
            }
            Self::All(end) => grow(talc, end, layout),
        }
    }
}

fn grow<B: Binning>(talc: &mut Talc<InitialThenGrown, B>, end: Option<NonNull<u8>>, layout: Layout) -> Result<(), ()> {
    // A page more than the request covers what the allocator adds to it.
    let needed = (layout.size().saturating_add(layout.align())) / PAGE + 2;
    let generous = needed.max((memory_size::<0>() / 4).clamp(*STEP.start(), *STEP.end()));
    let (before, pages) = match memory_grow::<0>(generous) {
        REFUSED => match memory_grow::<0>(needed) {
            REFUSED => return Err(()),
            before => (before, needed),
        },
        before => (before, generous),
    };
    let start = (before * PAGE) as *mut u8;
    // The last byte of 4 GiB would end at address 0.
    let length = (pages * PAGE).min(usize::MAX - start.addr());
    let end = match end {
        // SAFETY: the pages that were gained begin where the heap ends, and they belong to nobody else.
        Some(end) if end.as_ptr() == start => Some(unsafe { talc.extend(end, start.wrapping_add(length)) }),
        // SAFETY: the pages that were gained belong to nobody else.
        _ => unsafe { talc.claim(start, length) },
    };
    talc.source = InitialThenGrown::All(end);
    Ok(())
}
