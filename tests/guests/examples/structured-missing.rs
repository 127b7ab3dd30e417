//! Has an output schema, and answers without structured content.

use usher_test_guests::{Answer, Tool, ToolOptions, answer, guest, no_options, tool};

fn described() -> Tool {
    let options = ToolOptions {
        output_schema: Some(r#"{"type":"object"}"#.to_owned()),
        ..no_options()
    };
    Tool {
        options: Some(options),
        ..tool("structured_missing")
    }
}

fn run() -> Answer {
    answer("nothing structured")
}

guest!(described(), run);
