//! `wasi:random`: random numbers, counted.
//!
//! Those that WASI calls insecure are as good as the others: one source, nothing to explain.

use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use super::Misuse;
use crate::call_context::CallContext;

/// Bytes that are given at once.
const AT_ONCE: usize = 1 << 20;
/// Bytes that count as one host call.
const A_HOST_CALL: usize = 64 << 10;

impl CallContext {
    fn random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        let length = usize::try_from(length).ok().filter(|length| *length <= AT_ONCE);
        let length =
            length.ok_or_else(|| Misuse(format!("more than {AT_ONCE} random bytes were asked for at once")))?;
        self.count(length.div_ceil(A_HOST_CALL))?;
        let mut bytes = vec![0; length];
        self.wasi().sources().fill(&mut bytes)?;
        Ok(bytes)
    }

    fn random_number(&mut self) -> wasmtime::Result<u64> {
        self.count(1)?;
        let mut bytes = [0; 8];
        self.wasi().sources().fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

impl random::Host for CallContext {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_number()
    }
}

impl insecure::Host for CallContext {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_number()
    }
}

impl insecure_seed::Host for CallContext {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((self.random_number()?, self.random_number()?))
    }
}
