//! Has no tools.

use usher_test_guests::{Answer, Guest, RequestContext, Tool, answer, export};

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        Vec::new()
    }

    fn call_tool(_name: String, _arguments: String, _context: RequestContext) -> Answer {
        answer("never listed")
    }
}

export!(Program);
