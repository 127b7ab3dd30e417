//! Wants to describe its tools by who asks.

use usher_test_guests::bindings::usher::host::identity;
use usher_test_guests::{Answer, Guest, RequestContext, Tool, answer, export, tool};

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        let caller = identity::get_caller();
        vec![Tool {
            description: format!("For {} only", caller.object_id),
            ..tool("list_asks_identity")
        }]
    }

    fn call_tool(_name: String, _arguments: String, _context: RequestContext) -> Answer {
        answer("never listed")
    }
}

export!(Program);
