//! Answers with structured content that its own output schema forbids.

use usher_test_guests::{Answer, CallToolOutcome, CallToolResult, Tool, ToolOptions, guest, no_options, tool};

fn described() -> Tool {
    let output_schema =
        r#"{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}"#.to_owned();
    let options = ToolOptions {
        output_schema: Some(output_schema),
        ..no_options()
    };
    Tool {
        options: Some(options),
        ..tool("structured_off_schema")
    }
}

fn run() -> Answer {
    let structured_content = Some(r#"{"count":"SECRET-7f3a many"}"#.to_owned());
    Ok(CallToolOutcome::Complete(CallToolResult {
        content: Vec::new(),
        structured_content,
        meta: None,
    }))
}

guest!(described(), run);
