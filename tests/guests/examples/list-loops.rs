//! Never says which tools it has.

use usher_test_guests::{Answer, Guest, RequestContext, Tool, answer, export};

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        loop {
            std::hint::spin_loop();
        }
    }

    fn call_tool(_name: String, _arguments: String, _context: RequestContext) -> Answer {
        answer("never listed")
    }
}

export!(Program);
