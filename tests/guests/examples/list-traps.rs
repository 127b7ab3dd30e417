//! Traps when it is asked for its tools.

use usher_test_guests::{Answer, Guest, RequestContext, Tool, answer, export};

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        #[cfg(target_family = "wasm")]
        core::arch::wasm32::unreachable();
        #[cfg(not(target_family = "wasm"))]
        std::process::abort();
    }

    fn call_tool(_name: String, _arguments: String, _context: RequestContext) -> Answer {
        answer("never listed")
    }
}

export!(Program);
